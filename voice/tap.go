package voice

import (
	"context"
	"io"
	"time"
)

// TapSide is a side of a call to listen to.
type TapSide int

const (
	// FarSide is what the far side says.
	FarSide TapSide = iota
	// NearSide is what the far side hears: what is played to it.
	NearSide
)

// TapOptions are the settings of a Tap.
type TapOptions struct {
	// Side is the side to listen to.
	Side TapSide
	// Buffer is how much audio waits for the reader. Zero means 1 s. What
	// comes beyond is lost to this tap, and counted.
	Buffer time.Duration
}

// Tap is a copy of a call's audio as it goes by. It disturbs nobody: a slow
// reader loses audio of its own tap only. One goroutine at a time may read it.
type Tap struct {
	call *CallSession
	pipe *pipe
	done chan struct{} // closed by Close, under the call's lock
	slot slot
	left []int16 // of slot, not yet read
	lost int     // guarded by the call's lock
}

// Tap starts to copy the audio of one side. It may be called at any time in a
// call; Close ends it, and so does the end of the call.
func (c *CallSession) Tap(o TapOptions) *Tap {
	if o.Buffer == 0 {
		o.Buffer = time.Second
	}
	t := &Tap{
		call: c,
		pipe: newPipe(max(1, int(o.Buffer/frameDuration))),
		done: make(chan struct{}),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state == Ended:
	case o.Side == NearSide:
		c.audio.said = append(c.audio.said, t.pipe)
	default:
		c.audio.heard = append(c.audio.heard, t.pipe)
	}
	return t
}

// Read fills dst with the next samples, at least one, and returns how many. It
// waits for them. Time on hold is left out. When all that came before has been
// read, it returns an *EndedError after the end of the call, io.EOF after Close,
// and the cause of ctx when that is done.
func (t *Tap) Read(ctx context.Context, dst []int16) (int, error) {
	for len(t.left) == 0 {
		if t.pop() {
			break
		}
		select {
		case <-t.pipe.wake:
			continue
		case <-t.done:
			return 0, io.EOF
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-t.call.life.Done():
			if !t.pop() {
				return 0, context.Cause(t.call.life)
			}
		}
	}
	n := copy(dst, t.left)
	t.left = t.left[n:]
	return n, nil
}

func (t *Tap) pop() bool {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	if !t.pipe.pop(&t.slot) {
		return false
	}
	t.lost += t.slot.hole.lost
	t.left = t.slot.pcm[:t.slot.n]
	return true
}

// Lost returns how much audio was lost because the reader was slower.
func (t *Tap) Lost() time.Duration {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	return t.call.audio.format.Duration(t.lost + t.pipe.pending.lost)
}

// Close ends the copying. Closing twice is a no-op.
func (t *Tap) Close() error {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	select {
	case <-t.done:
	default:
		close(t.done)
		t.call.audio.close(t.pipe, time.Now())
	}
	return nil
}
