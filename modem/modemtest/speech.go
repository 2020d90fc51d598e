package modemtest

import (
	"context"
	"slices"
	"time"
)

// quietLevel is the largest sample, of either sign, that counts as silence:
// 42 dB below full scale.
const quietLevel = 256

// media is what flows at the far side of a call.
type media struct {
	clock   time.Time // of the next burst
	hz      int       // settled when the call is connected
	speech  []*speech
	heard   []int16
	loud    bool // something was heard since the answer or the last WaitQuiet
	quiet   int  // samples of silence since it
	waiters []*quietWaiter
}

// speech is one Say.
type speech struct {
	samples []int16
	done    chan struct{}
}

type quietWaiter struct {
	samples int
	done    chan struct{}
}

// Say speaks samples into the call, s16 mono at the call's rate, at the pace
// of real time, and returns when the last one is spoken. Speaking does not
// wait for anyone to listen: what is said before the program has switched
// audio on, or while the call is on hold, is lost, as on a phone. Many Says at
// once speak one after the other. It returns [ErrNotAnswered] before the call
// is connected, and what wraps [ErrEnded] when it ends. A done ctx ends the speech.
func (c *Caller) Say(ctx context.Context, samples []int16) error {
	s := &speech{samples: samples, done: make(chan struct{})}
	if err := c.startSaying(s); err != nil {
		return err
	}
	err := c.wait(ctx, s.done)
	if err != nil {
		c.stopSaying(s)
	}
	return err
}

func (c *Caller) startSaying(s *speech) error {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	switch {
	case c.end != 0:
		return c.lockedEndErr()
	case c.connected.IsZero():
		return ErrNotAnswered
	}
	c.media.speech = append(c.media.speech, s)
	return nil
}

func (c *Caller) stopSaying(s *speech) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.media.speech = slices.DeleteFunc(c.media.speech, func(o *speech) bool { return o == s })
}

// speak fills frame with what the far side says now, and silence after it.
func (d *media) speak(frame []int16) {
	clear(frame)
	for len(d.speech) > 0 && len(frame) > 0 {
		s := d.speech[0]
		n := copy(frame, s.samples)
		frame, s.samples = frame[n:], s.samples[n:]
		if len(s.samples) == 0 {
			close(s.done)
			d.speech = d.speech[1:]
		}
	}
}

// WaitQuiet waits until the far side has heard something, and then nothing for
// d: a greeting and its beep are over. It counts from the answer, or from where
// the last WaitQuiet returned. Nothing is samples of at most 256, 42 dB below
// full scale; choose d longer than the pauses of the greeting. The
// error wraps [ErrEnded] when the call ends before.
func (c *Caller) WaitQuiet(ctx context.Context, d time.Duration) error {
	w := &quietWaiter{done: make(chan struct{})}
	c.m.mu.Lock()
	w.samples = int(d * time.Duration(c.rate()) / time.Second)
	c.media.waiters = append(c.media.waiters, w)
	c.media.release()
	c.m.mu.Unlock()

	err := c.wait(ctx, w.done)
	if err != nil {
		c.m.mu.Lock()
		defer c.m.mu.Unlock()
		c.media.waiters = slices.DeleteFunc(c.media.waiters, func(o *quietWaiter) bool { return o == w })
	}
	return err
}

// listen notes what the far side heard.
func (d *media) listen(frame []int16) {
	for _, s := range frame {
		if s > quietLevel || s < -quietLevel {
			d.loud, d.quiet = true, 0
		} else {
			d.quiet++
		}
	}
	d.release()
}

// release lets those go who waited for the silence there is.
func (d *media) release() {
	if !d.loud {
		return
	}
	before := len(d.waiters)
	d.waiters = slices.DeleteFunc(d.waiters, func(w *quietWaiter) bool {
		if d.quiet < w.samples {
			return false
		}
		close(w.done)
		return true
	})
	if len(d.waiters) < before {
		d.loud = false
	}
}
