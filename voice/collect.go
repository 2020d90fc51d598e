package voice

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"
)

const (
	defaultFirstKey = 5 * time.Second
	defaultNextKey  = 3 * time.Second
)

// CollectOptions are the optional settings of a Collect. Nil means the zero
// value.
type CollectOptions struct {
	// Max is how many digits complete the input. Zero means no limit: the
	// input ends with a terminator or a timeout. Where people are told to
	// press so many digits and then the terminator, make Max one more, or the
	// terminator is left to the next Collect.
	Max int

	// Terminator is the set of keys any of which ends the input and is not
	// part of it, such as "#".
	Terminator string

	// First is how long to wait for the first key, counted from the end of
	// the prompt. Zero means 5 s.
	First time.Duration

	// Next is how long to wait for each further key. Zero means 3 s.
	Next time.Duration

	// Flush drops keys that were pressed before. Otherwise they count: who
	// knows a menu may type ahead.
	Flush bool

	// Secret keeps the keys that this Collect takes out of every event and
	// log, as for a PIN. What was typed ahead was told before it came here:
	// use Flush too.
	Secret bool

	// NoBargeIn makes PlayAndCollect play its prompt to the end whatever is
	// pressed. Keys pressed meanwhile count.
	NoBargeIn bool
}

// CollectEnd tells why a Collect ended.
type CollectEnd int

const (
	// CollectTimeout means that no key came in time. Nothing was pressed if
	// Digits.Keys is empty.
	CollectTimeout CollectEnd = iota
	// CollectMax means that CollectOptions.Max digits came.
	CollectMax
	// CollectTerminator means that a key of CollectOptions.Terminator came.
	CollectTerminator
	// CollectBroken means that the call ended or ctx was done, or that the
	// prompt failed; the error says which.
	CollectBroken
)

var collectEndNames = [...]string{"timeout", "max", "terminator", "broken"}

// String returns the name of the end, such as "terminator".
func (e CollectEnd) String() string {
	if e >= 0 && int(e) < len(collectEndNames) {
		return collectEndNames[e]
	}
	return "CollectEnd(" + strconv.Itoa(int(e)) + ")"
}

// Digits is what a Collect has taken. It prints and logs without the keys.
type Digits struct {
	// Keys are those that were pressed, without the terminator: 0-9, *, #, A-D.
	Keys string
	// Terminator is the key that ended the input, 0 if none did.
	Terminator Key
	// End is why it ended.
	End CollectEnd
}

// String tells how many keys came and why no more.
func (d Digits) String() string { return fmt.Sprintf("%d keys, %s", len(d.Keys), d.End) }

// GoString is String.
func (d Digits) GoString() string { return d.String() }

// Format writes String, whatever the verb.
func (d Digits) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(d.String())) }

// LogValue tells how many keys came and why no more.
func (d Digits) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("keys", len(d.Keys)), slog.String("end", d.End.String()))
}

// Collect takes keys that the far side presses, those typed ahead first. A
// nil opts takes all keys until 5 s pass without the first or 3 s without a
// next one.
//
// It returns an error if the call ends or ctx is done, with the digits that
// came before; a timeout is none.
func (c *CallSession) Collect(ctx context.Context, opts *CollectOptions) (Digits, error) {
	k, err := c.startCollect(opts)
	if err != nil {
		return Digits{End: CollectBroken}, err
	}
	defer c.stopCollect(k)
	return k.wait(ctx)
}

// PlayAndCollect plays src as a prompt and collects keys from its beginning on.
// The first key stops the prompt, and one that was typed ahead skips it, unless
// CollectOptions.NoBargeIn says otherwise. Its errors are those of Play and
// Collect.
func (c *CallSession) PlayAndCollect(ctx context.Context, src Source, opts *CollectOptions) (Digits, error) {
	k, err := c.startCollect(opts)
	if err != nil {
		return Digits{End: CollectBroken}, err
	}
	defer c.stopCollect(k)
	if prompt := c.bargeable(k); prompt != nil {
		if _, err := c.play(ctx, prompt, src); err != nil {
			return k.finish(CollectBroken), err
		}
	}
	return k.wait(ctx)
}

// collector is a Collect in progress. The call's lock guards what stands between
// opts and pressed.
type collector struct {
	call *CallSession
	opts CollectOptions

	keys   []Key
	term   Key
	full   bool    // it takes no more keys
	prompt *player // stopped by the first key

	pressed chan struct{} // capacity 1: a key came
}

func (c *CallSession) startCollect(opts *CollectOptions) (*collector, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	k := &collector{call: c, pressed: make(chan struct{}, 1)}
	if opts != nil {
		k.opts = *opts
	}
	k.opts.Terminator = normalKeys(k.opts.Terminator)
	if k.opts.First == 0 {
		k.opts.First = defaultFirstKey
	}
	if k.opts.Next == 0 {
		k.opts.Next = defaultNextKey
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == Ended {
		return nil, context.Cause(c.life)
	}
	c.keys.begin(k)
	return k, nil
}

// begin makes k the newest collect and gives it what was typed ahead.
func (k *keys) begin(c *collector) {
	if c.opts.Flush {
		k.queue = nil
	}
	for len(k.queue) > 0 && c.take(k.queue[0]) {
		k.queue = k.queue[1:]
	}
	k.collects = append(k.collects, c)
}

func (c *CallSession) stopCollect(k *collector) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys.collects = remove(c.keys.collects, k)
}

// take takes a key, unless the input is complete. The call's lock is held.
func (k *collector) take(key Key) bool {
	if k.full {
		return false
	}
	if names(k.opts.Terminator, key) {
		k.term, k.full = key, true
	} else {
		k.keys = append(k.keys, key)
		k.full = len(k.keys) == k.opts.Max
	}
	if k.prompt != nil {
		k.prompt.halt(0)
	}
	select {
	case k.pressed <- struct{}{}:
	default:
	}
	return true
}

// bargeable returns a player for the prompt that k's first key stops, or nil if
// a key was typed ahead that skips it.
func (c *CallSession) bargeable(k *collector) *player {
	p := newPlayer(nil)
	if k.opts.NoBargeIn {
		return p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.full || len(k.keys) > 0 {
		return nil
	}
	k.prompt = p
	return p
}

// wait waits until the input is complete.
func (k *collector) wait(ctx context.Context) (Digits, error) {
	timeout := time.NewTimer(k.opts.First)
	defer timeout.Stop()
	for {
		switch n, full := k.progress(); {
		case full:
			return k.finish(CollectBroken), nil
		case n > 0:
			timeout.Reset(k.opts.Next)
		}
		select {
		case <-k.pressed:
		case <-timeout.C:
			return k.finish(CollectTimeout), nil
		case <-k.call.life.Done():
			return k.broken(context.Cause(k.call.life))
		case <-ctx.Done():
			return k.broken(context.Cause(ctx))
		}
	}
}

func (k *collector) progress() (n int, full bool) {
	k.call.mu.Lock()
	defer k.call.mu.Unlock()
	return len(k.keys), k.full
}

// broken is finish for when err came, unless the input was complete before.
func (k *collector) broken(err error) (Digits, error) {
	d := k.finish(CollectBroken)
	if d.End != CollectBroken {
		return d, nil
	}
	return d, err
}

// finish takes no more keys: one that comes from now on is for others. An input
// that is complete ends as such, else for the reason given.
func (k *collector) finish(end CollectEnd) Digits {
	k.call.mu.Lock()
	defer k.call.mu.Unlock()
	switch {
	case k.term != 0:
		end = CollectTerminator
	case k.full:
		end = CollectMax
	}
	k.full = true
	return Digits{Keys: string(k.keys), Terminator: k.term, End: end}
}
