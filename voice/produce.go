package voice

import (
	"context"
	"errors"
	"io"
	"time"
)

// errHalted tells a waiter that its player was stopped from within. It does not
// leave the package.
var errHalted = errors.New("voice: stopped")

// run plays src until it ends, is stopped, the call ends or ctx is done. It
// is the producer: the only one that reads src.
func (c *CallSession) run(ctx context.Context, p *player, src Source) (err error) {
	format, err := c.awaitAudio(ctx, p.stop)
	if err != nil {
		return err
	}
	c.mu.Lock()
	p.format = format
	p.prime = min(int(c.audio.lead/frameDuration)+2, playAhead)
	c.mu.Unlock()
	if err := src.Open(format); err != nil {
		return err
	}
	defer func() {
		if errors.Is(err, errHalted) {
			err = nil // hides nothing that closing has to say
		}
		err = join(err, closeSource(src))
	}()
	for {
		n, err := readFull(src.Read, p.frame[:format.Frame()])
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if err := c.push(ctx, p, n, last); err != nil {
			return err
		}
		if last {
			return c.drain(ctx, p)
		}
	}
}

// push gives the first n samples of p.frame to the line, when there is room. It
// looks at what may end the playing even if there is: a source that is slower
// than the line never waits.
func (c *CallSession) push(ctx context.Context, p *player, n int, last bool) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if pushed, err := c.tryPush(p, n, last); pushed || err != nil {
			return err
		}
		if err := c.await(ctx, p, p.room); err != nil {
			return err
		}
	}
}

func (c *CallSession) tryPush(p *player, n int, last bool) (pushed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case p.halted:
		return false, errHalted
	case c.state == Ended:
		return false, context.Cause(c.life)
	case p.count == playAhead:
		return false, nil
	}
	p.put(n, last)
	return true, nil
}

// drain waits until the far side has heard the last frame.
func (c *CallSession) drain(ctx context.Context, p *player) error {
	if err := c.await(ctx, p, p.drained); err != nil {
		return err
	}
	c.mu.Lock()
	lead := c.audio.lead
	c.mu.Unlock()
	p.timer.Reset(lead)
	select {
	case <-p.timer.C:
		return nil
	case <-p.stop:
		return errHalted
	case <-c.life.Done():
		return context.Cause(c.life)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// await waits for ready, as long as the line takes audio.
func (c *CallSession) await(ctx context.Context, p *player, ready <-chan struct{}) error {
	for {
		c.mu.Lock()
		changed := c.changed
		wait, due := c.audioDue(c.audio.takenAt, time.Now())
		c.mu.Unlock()
		switch {
		case due && wait <= 0:
			return ErrNoAudio
		case due:
			p.timer.Reset(wait)
		default:
			p.timer.Stop()
		}
		select {
		case <-ready:
			return nil
		case <-changed:
		case <-p.timer.C:
		case <-p.stop:
			return errHalted
		case <-c.life.Done():
			return context.Cause(c.life)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
