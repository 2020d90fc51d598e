package voicetest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/callstack-go/callstack/voice"
)

const (
	frame = 20 * time.Millisecond

	// phase keeps the clock off the multiples of 20 ms.
	phase = 7 * time.Millisecond

	// quietLevel is the amplitude up to which a sample counts as silence.
	quietLevel = 64
)

// Far is the far side of a call: the other person and the network. Its methods
// may be called from any goroutine.
type Far struct {
	cfg  Config
	call *voice.CallSession
	feed *voice.Feed
	wg   sync.WaitGroup

	mu     sync.Mutex
	clock  bool    // the clock was started
	flows  bool    // audio flows now
	stalls bool    // no frames come although audio flows
	closed bool    // no goroutine starts any more
	saying []int16 // not yet said
	asked  int     // samples that Say was given; what is not in saying was said
	heard  []int16
	sound  int // samples of heard up to the end of the last sound
	mark   int // where the last WaitQuiet ended
	keys   []byte
	ticked chan struct{} // closed and replaced when the clock has ticked
}

// NewCall makes a call and its far side. The test closes the far side when it
// is done. Within testing/synctest, call it inside the bubble.
func NewCall(cfg *Config) (*voice.CallSession, *Far) {
	f := &Far{cfg: cfg.withDefaults(), ticked: make(chan struct{})}
	state := voice.Ringing
	if f.cfg.Direction == voice.Outgoing {
		state = voice.Dialing
	}
	f.call, f.feed = voice.NewCall(line{f}, voice.Info{
		ID: f.cfg.ID, Direction: f.cfg.Direction, State: state, Number: f.cfg.Number,
		Source: f.cfg.Source, Events: f.cfg.Events, Logger: f.cfg.Logger,
	})
	return f.call, f
}

// Feed returns the carrier's end of the call, for what Far has no method for.
func (f *Far) Feed() *voice.Feed { return f.feed }

// Answer takes an outgoing call, as the person who was called.
func (f *Far) Answer() { f.activate() }

// activate makes the call active and lets audio flow, if it is to.
func (f *Far) activate() {
	f.feed.State(voice.Active)
	switch {
	case f.cfg.NoAudio:
	case f.cfg.AudioAfter == 0:
		f.GiveAudio()
	default:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.start(func() {
			if f.sleep(f.cfg.AudioAfter) {
				f.GiveAudio()
			}
		})
	}
}

// start runs a goroutine that Close waits for. f.mu is held.
func (f *Far) start(run func()) {
	if !f.closed {
		f.wg.Go(run)
	}
}

// sleep reports whether the call is still up after d.
func (f *Far) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-f.call.Done():
		return false
	}
}

// GiveAudio lets audio flow from now on, as Answer does.
func (f *Far) GiveAudio() {
	f.feed.Attach(voice.MediaInfo{Format: voice.Format{Rate: f.cfg.Rate}, Lead: f.cfg.Lead})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flows = true
	if !f.clock {
		f.clock = true
		f.start(f.run)
	}
}

// TakeAudio takes the audio away, as a hold does.
func (f *Far) TakeAudio() {
	f.mu.Lock()
	f.flows = false
	f.mu.Unlock()
	f.feed.Detach()
}

// StallAudio stops the frames from the far side, or lets them come again; the
// call believes that audio flows, as with a modem whose audio port went dead.
func (f *Far) StallAudio(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stalls = on
}

// run is the line's clock: it moves a frame each way every 20 ms, until the
// call ends.
func (f *Far) run() {
	if !f.sleep(phase) {
		return
	}
	tick := time.NewTicker(frame)
	defer tick.Stop()
	in := make([]int16, voice.Format{Rate: f.cfg.Rate}.Frame())
	out := make([]int16, len(in))
	for {
		f.exchange(in, out)
		select {
		case <-tick.C:
		case <-f.call.Done():
			return
		}
	}
}

func (f *Far) exchange(in, out []int16) {
	f.mu.Lock()
	flows, stalls := f.flows, f.stalls
	if flows && !stalls {
		n := copy(in, f.saying)
		clear(in[n:])
		f.saying = f.saying[n:]
	}
	f.mu.Unlock()
	if !flows {
		return
	}
	if !stalls {
		f.feed.Received(in)
	}
	f.feed.Next(out)
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.ticked)
	f.ticked = make(chan struct{})
	f.heard = append(f.heard, out...)
	if slices.ContainsFunc(out, func(s int16) bool { return s > quietLevel || s < -quietLevel }) {
		f.sound = len(f.heard)
	}
}

// Say speaks pcm, samples at the line's rate, into the call at the pace of
// speech, behind what is being said already; before audio flows, and while it is
// taken away, it waits. It returns when all of pcm was said, or with an error
// when the call ends or ctx is done before. Two Says in a row leave no gap.
func (f *Far) Say(ctx context.Context, pcm []int16) error {
	f.mu.Lock()
	f.saying = append(f.saying, pcm...)
	f.asked += len(pcm)
	end := f.asked
	f.mu.Unlock()
	return f.until(ctx, func() bool { return f.asked-len(f.saying) >= end })
}

// Press presses keys one after the other, without a pause.
func (f *Far) Press(keys string) {
	for i := range len(keys) {
		f.feed.Digit(keys[i], voice.FromCarrier)
	}
}

// Hangup ends the call from the far side: an answered call by RemoteHangup, an
// incoming one that was not answered as Missed, an outgoing one as Busy.
func (f *Far) Hangup() {
	e := voice.End{Reason: voice.RemoteHangup, Cause: 16}
	switch f.call.State() {
	case voice.Ringing, voice.Waiting:
		e.Reason = voice.Missed
	case voice.Dialing, voice.Alerting:
		e = voice.End{Reason: voice.Busy, Cause: 17}
	case voice.Active, voice.Held, voice.Ended:
	}
	f.End(e)
}

// End ends the call as the network would, for any reason.
func (f *Far) End(e voice.End) { f.feed.End(e) }

// Heard returns what the far side has heard since audio flowed first, silence
// included. Held time is left out.
func (f *Far) Heard() []int16 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.heard)
}

// Pressed returns the keys that the program sent.
func (f *Far) Pressed() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.keys)
}

// WaitAnswered waits until the call is answered.
func (f *Far) WaitAnswered(ctx context.Context) error { return f.call.WaitAnswered(ctx) }

// WaitEnded waits until the call is over.
func (f *Far) WaitEnded(ctx context.Context) error {
	select {
	case <-f.call.Done():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// WaitQuiet waits until the far side has heard something, since the answer or
// the last WaitQuiet, and then nothing for d: the greeting and the beep are over.
func (f *Far) WaitQuiet(ctx context.Context, d time.Duration) error {
	quiet := voice.Format{Rate: f.cfg.Rate}.Samples(d)
	return f.until(ctx, func() bool {
		if f.sound <= f.mark || len(f.heard)-f.sound < quiet {
			return false
		}
		f.mark = len(f.heard)
		return true
	})
}

// until waits until ok, which runs under the lock and depends on the clock, says
// so.
func (f *Far) until(ctx context.Context, ok func() bool) error {
	for {
		f.mu.Lock()
		done, ticked := ok(), f.ticked
		f.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-ticked:
		case <-f.call.Done():
			end, _ := f.call.End()
			return &voice.EndedError{End: end}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Close hangs up, if the call is still up, and waits for the line's clock.
// Closing twice is a no-op.
func (f *Far) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.Hangup()
	f.wg.Wait()
}

// String describes the call with its number masked.
func (f *Far) String() string { return "far side of " + f.call.String() }

// GoString is String.
func (f *Far) GoString() string { return f.String() }

// Format writes String, whatever the verb.
func (f *Far) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }
