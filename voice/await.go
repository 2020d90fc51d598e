package voice

import (
	"context"
	"time"
)

// noAudioAfter is how long audio may fail to come, counted from the answer and
// later from the last frame. A SIM7600 needs up to 12 s until it gives audio.
const noAudioAfter = 15 * time.Second

// firstFrame is the time that audio has to flow when it has just begun,
// however late it is.
const firstFrame = time.Second

// awaitAudio waits until audio flows and returns its format. It fails when the
// call ends, ctx is done, stop is closed, or no audio comes.
func (c *CallSession) awaitAudio(ctx context.Context, stop <-chan struct{}) (Format, error) {
	late := time.NewTimer(noAudioAfter)
	defer late.Stop()
	for {
		c.mu.Lock()
		attached, format, changed := c.audio.attached, c.audio.format, c.changed
		wait, due := c.audioDue(c.audio.heardAt, time.Now())
		c.mu.Unlock()
		switch {
		case c.isOver():
			return Format{}, context.Cause(c.life)
		case attached:
			return format, nil
		case due && wait <= 0:
			return Format{}, ErrNoAudio
		case due:
			late.Reset(wait)
		default:
			late.Stop()
		}
		select {
		case <-changed:
		case <-late.C:
		case <-stop:
			return Format{}, errHalted
		case <-c.life.Done():
		case <-ctx.Done():
			return Format{}, context.Cause(ctx)
		}
	}
}

// audioDue returns how long audio may still fail to flow if it did at last; due
// is false while none is to be expected: before the answer, and on hold. The
// call's lock is held.
func (c *CallSession) audioDue(last, now time.Time) (wait time.Duration, due bool) {
	if c.state != Active {
		return 0, false
	}
	if c.audio.never {
		return 0, true
	}
	if last.Before(c.activeAt) {
		last = c.activeAt
	}
	wait = noAudioAfter - now.Sub(last)
	switch gap := c.audio.gap; {
	case !c.audio.attached:
	case gap > 0 && gap < noAudioAfter:
		if last.Before(c.audio.since) {
			last = c.audio.since
		}
		wait = gap - now.Sub(last)
	default:
		wait = max(wait, firstFrame-now.Sub(c.audio.since))
	}
	return wait, true
}

// WaitAnswered waits until the call is answered. It returns nil if it was, an
// *EndedError if it ended before, or the cause of ctx.
func (c *CallSession) WaitAnswered(ctx context.Context) error {
	for {
		c.mu.Lock()
		answered, changed := !c.answered.IsZero(), c.changed
		c.mu.Unlock()
		switch {
		case answered:
			return nil
		case c.isOver():
			return context.Cause(c.life)
		}
		select {
		case <-changed:
		case <-c.life.Done():
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
