package atcmd

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// maxInbox bounds what was read and not yet looked at, in bytes. The owner
// falls that far behind only if a write is stuck.
const maxInbox = 1 << 20

// inbox holds what the reader has read until the owner takes it.
type inbox struct {
	mu  sync.Mutex
	buf []byte
	gap gap   // after buf
	err error // why there will be no more
}

// gap is what found no room in the inbox.
type gap struct {
	is    bool
	lines uint64 // whose end is in the gap
	cut   bool   // the rest of a line will follow
}

// lost returns how many lines the gap cost.
func (g gap) lost() uint64 {
	n := g.lines
	if g.cut {
		n++
	}
	return max(n, 1)
}

// put appends p, or drops and counts it. After a gap nothing is kept until take,
// so that there is one gap, and it is at the end.
func (in *inbox) put(p []byte) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.gap.is || len(in.buf)+len(p) > maxInbox {
		in.gap.is = true
		in.gap.lines += uint64(bytes.Count(p, []byte{'\n'}))
		in.gap.cut = !isLineEnd(rune(p[len(p)-1]))
		return
	}
	in.buf = append(in.buf, p...)
}

// fail records why reading ended.
func (in *inbox) fail(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.err = err
}

// failed returns why reading ended, or nil.
func (in *inbox) failed() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.err
}

// take returns what has come and what was lost after it. Spare is the buffer
// that take returned the last time; it is used again.
func (in *inbox) take(spare []byte) (p []byte, g gap, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if cap(spare) > maxInbox/16 {
		spare = nil // a flood is no reason to keep its memory
	}
	p, in.buf = in.buf, spare[:0]
	g, in.gap = in.gap, gap{}
	return p, g, in.err
}

// A Read that returns nothing at once must not make the reader spin. One that
// waits for itself before it returns nothing is a port with a read timeout, and
// is in order.
const (
	quickRead    = time.Millisecond
	firstPause   = time.Millisecond
	longestPause = 100 * time.Millisecond
	maxEmpty     = 100 // in a row: about nine seconds
)

// read is the reader's goroutine: it alone reads from the stream, never blocks
// on anything else, and ends when the stream is closed or fails.
func (c *Conn) read() {
	buf := make([]byte, 4096)
	pauser := pauser{done: c.done}
	for {
		start := pauser.start()
		n, err := c.rw.Read(buf)
		if n > 0 {
			c.in.put(buf[:n])
			pauser.reset()
			c.poke()
		}
		if err == nil && n <= 0 {
			err = pauser.pause(start)
		}
		if err != nil {
			c.in.fail(err)
			_ = c.closePort() // frees a write that is stuck
			c.poke()
			return
		}
	}
}

// pauser slows down a reader that gets nothing.
type pauser struct {
	done  <-chan struct{}
	empty int
	timer *time.Timer
}

// start notes when a Read began, if it matters.
func (p *pauser) start() time.Time {
	if p.empty == 0 {
		return time.Time{}
	}
	return time.Now()
}

func (p *pauser) reset() { p.empty = 0 }

// pause waits after a Read that gave neither bytes nor an error. It returns an
// error if there were too many of them.
func (p *pauser) pause(start time.Time) error {
	if !start.IsZero() && time.Since(start) >= quickRead {
		p.empty = 1
		return nil
	}
	if p.empty++; p.empty > maxEmpty {
		return io.ErrNoProgress
	}
	wait := min(firstPause<<min(p.empty-1, 10), longestPause)
	if p.timer == nil {
		p.timer = time.NewTimer(wait)
	} else {
		p.timer.Reset(wait)
	}
	select {
	case <-p.timer.C:
		return nil
	case <-p.done:
		p.timer.Stop()
		return ErrClosed
	}
}
