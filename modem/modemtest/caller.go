package modemtest

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Caller is the far side of a call: who calls the modem, or whom the program
// dialled. Its methods may be called from any goroutine. Those that wait return
// the cause of their context when that is done; in a synctest bubble give them
// one with a deadline, since a call lasts for ever in virtual time.
//
// A Caller prints and logs with its number masked.
type Caller struct {
	m        *Modem
	number   string
	from     Incoming // of an incoming call
	incoming bool

	alarm    alarm
	answered chan struct{} // closed when it is
	ended    chan struct{} // closed when it is

	// Under Modem.mu.
	id        int
	stat      callState
	listed    bool      // the program was told of it by a line of the family's own
	told      bool      // of what a family says once: ^ORIG, MO CONNECTED
	rang      bool      // at the far side
	connected time.Time // zero until it is
	end       End

	rings    int
	nextRing time.Time
	clipAt   time.Time // of a late +CLIP; zero once sent
	giveUpAt time.Time

	outcome  Outcome
	decided  bool      // outcome is known
	dueAt    time.Time // when the next stage of a call that was dialled is reached
	answerIt bool      // Answer was called

	keys    []byte // waiting to be pressed
	keyAt   time.Time
	pressed []byte // sent by the program

	media media
}

// callState is the state of a call in +CLCC: 27.007, 7.18.
type callState int

const (
	active callState = iota
	held
	dialing
	alerting
	ringing
	waitingCall
	released // SIMCom's own, at the end of a call
)

// String returns the state in words, which the modem itself says by numbers only.
func (s callState) String() string {
	return [...]string{"active", "held", "dialing", "alerting", "ringing", "waiting", "ended"}[s]
}

// End is how a call ended.
type End int

const (
	// EndedByCaller: the far side hung up, or gave up waiting.
	EndedByCaller End = iota + 1
	// EndedByProgram: the program hung up.
	EndedByProgram
	// EndedRejected: whoever was called rejected the call.
	EndedRejected
	// EndedBusy: whoever was called was busy.
	EndedBusy
	// EndedNoAnswer: it rang and nobody answered.
	EndedNoAnswer
	// EndedNoService: the modem could not be reached, or had no service.
	EndedNoService
	// EndedByModem: the modem was reset or closed, or its radio switched off.
	EndedByModem
)

// String says it in a few words.
func (e End) String() string {
	return nameOf(e, "End", "not ended", "ended by the far side", "ended by the program", "rejected", "busy",
		"no answer", "no service", "ended by the modem")
}

// Number returns the number of the far side, in full.
func (c *Caller) Number() string { return c.number }

// Ended tells how the call ended, and whether it has.
func (c *Caller) Ended() (End, bool) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return c.end, c.end != 0
}

// Rings returns how often the modem has announced the call so far, whether or
// not the announcement arrived.
func (c *Caller) Rings() int {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return c.rings
}

// Held reports whether the program has put the call on hold.
func (c *Caller) Held() bool {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return c.stat == held
}

// Rate returns the samples per second of the call's audio: 8000, or 16000
// where AT+CPCMFRM or AT+CPCMBANDWIDTH made it so. It is settled when the call
// is connected.
func (c *Caller) Rate() int {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return c.rate()
}

// WaitAnswered waits until the call is connected. If it ends before, the
// error wraps [ErrEnded] and says how, as that it was never put through.
func (c *Caller) WaitAnswered(ctx context.Context) error {
	return c.wait(ctx, c.answered)
}

// WaitEnded waits until the call is over.
func (c *Caller) WaitEnded(ctx context.Context) error {
	return c.wait(ctx, c.ended)
}

// wait waits for one of the call's own events.
func (c *Caller) wait(ctx context.Context, event <-chan struct{}) error {
	select {
	case <-event:
		return nil
	default:
	}
	select {
	case <-event:
		return nil
	case <-c.ended:
		if event == c.ended {
			return nil
		}
		return c.endErr()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// endErr is ErrEnded with how the call has ended.
func (c *Caller) endErr() error {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return c.lockedEndErr()
}

// lockedEndErr is endErr under Modem.mu. A call without an id never came to the modem.
func (c *Caller) lockedEndErr() error {
	if c.end == EndedNoService && c.incoming && c.id == 0 {
		return fmt.Errorf("%w: %v: the modem could not be reached, see Modem.WaitReachable", ErrEnded, c.end)
	}
	return fmt.Errorf("%w: %v", ErrEnded, c.end)
}

// Answer takes the call at the far side: of a call that the program dialled,
// with an Outcome of [Ring] or before any other outcome came. It answers as
// soon as it rings there.
func (c *Caller) Answer() {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.answerIt = true
	c.alarm.ring()
}

// Hangup ends the call from the far side. A caller that was not answered gives
// up; one that is called rejects. Hanging up twice is a no-op.
func (c *Caller) Hangup() {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	how := EndedByCaller
	if !c.incoming && c.connected.IsZero() {
		how = EndedRejected
	}
	c.m.finish(c, how)
}

// Press presses keys of the far side's phone, one after the other at the pace
// of Config.Tone and Config.ToneGap, and does not wait for them. Keys are 0 to
// 9, *, # and A to D; others are ignored. What is pressed while the call is
// not connected, or on hold, nobody hears; the program hears the rest if it
// has switched detection on, with AT+DDET=1 or the family's own command, and
// the family detects at all.
func (c *Caller) Press(keys string) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if c.stat != active || c.end != 0 {
		return
	}
	for i := range len(keys) {
		if isKey(keys[i]) {
			c.keys = append(c.keys, keys[i])
		}
	}
	if len(c.keys) > 0 && c.keyAt.IsZero() {
		c.keyAt = time.Now().Add(c.m.cfg.Tone)
	}
	c.alarm.ring()
}

// isKey reports whether c is on a phone's keypad (27.007, C.2.11).
func isKey(c byte) bool {
	return isDigit(c) || c == '*' || c == '#' || c >= 'A' && c <= 'D'
}

// Pressed returns the keys that the program has sent and the far side heard.
func (c *Caller) Pressed() string {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return string(c.pressed)
}

// Heard returns all that the far side has heard since the program switched
// audio on, sample for sample at the call's rate: silence where the program
// sent nothing.
func (c *Caller) Heard() []int16 {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return slices.Clone(c.media.heard)
}

// String shows the number masked, and the state.
func (c *Caller) String() string {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return fmt.Sprintf("modemtest.Caller(%s, %v)", mask(c.number), c.stat)
}

// GoString returns what String does.
func (c *Caller) GoString() string { return c.String() }

// Format writes what String returns, whatever the verb.
func (c *Caller) Format(f fmt.State, _ rune) { writeMasked(f, c.String()) }

// LogValue returns what String does.
func (c *Caller) LogValue() slog.Value { return slog.StringValue(c.String()) }
