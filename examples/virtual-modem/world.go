package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem/modemtest"
)

// world is what is around the modem, and says what happens.
type world struct {
	modem *modemtest.Modem
	start time.Time

	mu  sync.Mutex
	out io.Writer
}

func newWorld(m *modemtest.Modem, out io.Writer) *world {
	return &world{modem: m, start: time.Now(), out: out}
}

// say prints a line with the time since the start. Numbers are given as
// events.Number, which masks itself.
func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.out, "%6.1fs  %s\n", time.Since(w.start).Seconds(), fmt.Sprintf(format, args...))
}

// play does what the script says, and waits for its calls. It returns whether the
// program goes on until it is interrupted: the script may end it.
func (w *world) play(ctx context.Context, script []step) bool {
	ctx, cancel := context.WithCancel(ctx)
	var calls sync.WaitGroup
	defer calls.Wait()
	defer cancel() // before the wait
	for _, s := range script {
		if !sleep(ctx, time.Until(w.start.Add(s.at))) {
			return true
		}
		switch {
		case s.do.end:
			w.say("the script ends the program")
			return false
		case s.do.call != nil:
			calls.Go(func() { w.call(ctx, s.do.call) })
		default:
			w.say("%s", s.do.name)
			s.do.run(w.modem)
		}
	}
	calls.Wait()
	return true
}

// sleep waits, unless ctx is done before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// call lets somebody call, and does what the caller does.
func (w *world) call(ctx context.Context, c *scriptedCall) {
	number := events.Number(c.incoming.Number)
	w.say("%v calls", number)
	caller := w.modem.CallWith(c.incoming)
	w.follow(ctx, caller, func() error {
		for _, a := range c.acts {
			if err := w.act(ctx, caller, a); err != nil {
				return err
			}
			if _, over := caller.Ended(); over {
				return nil
			}
		}
		return nil
	})
}

// act is one thing that a caller does.
func (w *world) act(ctx context.Context, caller *modemtest.Caller, a act) error {
	number := events.Number(caller.Number())
	switch a.word {
	case "say":
		if rate := caller.Rate(); rate != a.rate {
			w.say("%v says nothing: the file has %d samples per second, the call %d", number, a.rate, rate)
			return nil
		}
		w.say("%v speaks", number)
		return caller.Say(ctx, a.samples)
	case "press":
		w.say("%v presses %d keys", number, len(a.keys))
		caller.Press(a.keys)
	case "wait":
		stays(ctx, caller, a.d)
	case "quiet":
		return caller.WaitQuiet(ctx, a.d)
	case "hangup":
		if stays(ctx, caller, a.d) {
			w.say("%v hangs up", number)
			caller.Hangup()
		}
	}
	return nil
}

// stays waits, and tells whether the call is still there then.
func stays(ctx context.Context, caller *modemtest.Caller, d time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	if d == 0 {
		_, over := caller.Ended()
		return !over
	}
	return caller.WaitEnded(ctx) != nil
}

// follow tells how a call goes on, and runs talk once it is answered.
func (w *world) follow(ctx context.Context, caller *modemtest.Caller, talk func() error) {
	number := events.Number(caller.Number())
	if caller.WaitAnswered(ctx) == nil {
		w.say("the call with %v is answered", number)
		_ = talk() // that the call has ended is told below
	}
	if caller.WaitEnded(ctx) == nil {
		end, _ := caller.Ended()
		w.say("the call with %v is over: %v; the program sent %d keys", number, end, len(caller.Pressed()))
	}
}

// watchDialled tells of the calls that the program dials.
func (w *world) watchDialled(ctx context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		callee, err := w.modem.WaitDialled(ctx)
		if err != nil {
			return
		}
		w.say("the program calls %v", events.Number(callee.Number()))
		calls.Go(func() { w.follow(ctx, callee, func() error { return nil }) })
	}
}

// watchPlug tells when the modem's ports go and come, as there waits for them. Where
// they cannot come it says why, and ends the program: nobody can use it any more.
func (w *world) watchPlug(ctx context.Context, there func(context.Context) (<-chan struct{}, error), end func()) {
	for first := true; ctx.Err() == nil; first = false {
		gone, err := there(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.say("no ports any more: %v", err)
			end()
			return
		}
		if !first {
			w.say("the ports are there")
		}
		select {
		case <-gone:
		case <-ctx.Done():
			return
		}
		w.say("the ports are gone")
	}
}
