package voice

import (
	"context"
	"fmt"
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
		popped, err := t.pop()
		if err != nil {
			return 0, err
		}
		if popped {
			break
		}
		select {
		case <-t.pipe.wake:
		case <-t.done:
		case <-t.call.life.Done():
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	n := copy(dst, t.left)
	t.left = t.left[n:]
	return n, nil
}

// pop takes out the oldest frame. It fails if there is none and none will come.
func (t *Tap) pop() (bool, error) {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	switch {
	case t.pipe.pop(&t.slot):
		t.left = t.slot.pcm[:t.slot.n]
		return true, nil
	case t.closed():
		return false, io.EOF
	case t.call.state == Ended:
		return false, context.Cause(t.call.life)
	}
	return false, nil
}

// Lost returns how much audio was lost to this tap so far: because its reader
// was slower, or before the carrier had it.
func (t *Tap) Lost() time.Duration {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	return t.call.audio.format.Duration(t.pipe.losses)
}

// Close ends the copying. Closing twice is a no-op.
func (t *Tap) Close() error {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	if !t.closed() {
		close(t.done)
		t.call.audio.close(t.pipe, time.Now())
	}
	return nil
}

// closed reports whether Close was called. The call's lock is held.
func (t *Tap) closed() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// String is there so that a printed tap does not show audio.
func (t *Tap) String() string { return "tap of " + t.call.ID() }

// GoString is String.
func (t *Tap) GoString() string { return t.String() }

// Format writes String, whatever the verb.
func (t *Tap) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }
