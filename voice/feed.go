package voice

import (
	"time"

	"github.com/callstack-go/callstack/events"
)

// Feed is the carrier's end of a call: it tells the call what happens on the
// line. Its methods may be called from any goroutine. They do not block, but for
// the time that Info.Logger takes for the debug records of State, Digit and End;
// those for audio log nothing and do not allocate. After End they do nothing.
//
// A frame is 20 ms of audio. Frames of other lengths lose nothing, but the times
// that writers, taps and sources may be behind are counted in frames.
type Feed struct {
	call *CallSession
}

// State moves the call to s. Ended is not for it, see [Feed.End].
func (f *Feed) State(s State) {
	if f.call.move(s) {
		f.call.logState(s, End{})
	}
}

func (c *CallSession) move(to State) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == Ended || to == Ended || to == c.state {
		return false
	}
	c.setState(to)
	c.wakeAll()
	return true
}

// Number tells the far side's number when it becomes known, or better known. An
// empty one tells nothing.
func (f *Feed) Number(n events.Number) {
	c := f.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == Ended || n == "" || n == *c.number {
		return
	}
	*c.number = n
	c.publishNumber()
}

// End ends the call. The first End counts. Where e.Talk is zero, it is set to
// the time since the call was answered; a zero Reason becomes Failed.
func (f *Feed) End(e End) {
	if e.Reason == 0 {
		e.Reason = Failed
	}
	if f.call.finish(e) {
		e, _ = f.call.End()
		f.call.logState(Ended, e)
	}
}

func (c *CallSession) finish(e End) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == Ended {
		return false
	}
	if e.Talk == 0 && !c.answered.IsZero() {
		e.Talk = time.Since(c.answered)
	}
	c.audio.end(time.Now())
	c.state, c.end = Ended, e
	c.over(&EndedError{End: e})
	c.publishState()
	c.wakeAll()
	return true
}

// Attach says that audio flows from now on: the carrier will call Received and
// Next for each frame until Detach. The first Attach fixes the format of the
// call. A later one in another format panics, and so does a rate other than
// 8000 and 16000: both are mistakes of the carrier.
func (f *Feed) Attach(mi MediaInfo) {
	if !mi.Format.valid() {
		panic("voice: Attach at " + mi.Format.String() + ", not 8000 or 16000 Hz")
	}
	c := f.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == Ended {
		return
	}
	if had := c.audio.format; had.Rate != 0 && had != mi.Format {
		panic("voice: Attach at " + mi.Format.String() + " to a call at " + had.String())
	}
	c.audio.attach(mi, time.Now())
	c.wakeAll()
}

// Detach says that audio is taken away, as for a hold: what plays pauses, and
// recordings count the time as silence.
func (f *Feed) Detach() {
	c := f.call
	c.mu.Lock()
	defer c.mu.Unlock()
	c.audio.detach(time.Now())
	c.wakeAll()
}

// NoAudio says that the call has no audio and will get none: what plays or records
// in it fails with [ErrNoAudio] at once. Attach takes it back.
func (f *Feed) NoAudio() {
	c := f.call
	c.mu.Lock()
	defer c.mu.Unlock()
	c.audio.never = true
	c.wakeAll()
}

// Received takes a frame heard from the far side. It is copied.
func (f *Feed) Received(frame []int16) {
	c := f.call
	c.mu.Lock()
	defer c.mu.Unlock()
	c.audio.received(frame, time.Now())
}

// Next fills frame with what the far side is to hear next, or with silence.
func (f *Feed) Next(frame []int16) {
	c := f.call
	c.mu.Lock()
	defer c.mu.Unlock()
	c.audio.next(frame, time.Now())
}

// Lost says that samples for d were lost between the far side and the carrier.
// Recordings count them as lost and write silence for them.
func (f *Feed) Lost(d time.Duration) {
	c := f.call
	c.mu.Lock()
	defer c.mu.Unlock()
	c.audio.lost(d)
}

// setState moves the call to s and tells of it. c.mu is held.
func (c *CallSession) setState(s State) {
	c.state = s
	if s == Active {
		c.activeAt = time.Now()
		if c.answered.IsZero() {
			c.answered = c.activeAt
		}
	}
	c.publishState()
}

// wakeAll wakes whoever waits for a change of state or audio. c.mu is held.
func (c *CallSession) wakeAll() {
	close(c.changed)
	c.changed = make(chan struct{})
}
