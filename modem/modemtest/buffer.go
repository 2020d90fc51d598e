package modemtest

import (
	"os"
	"sync"
)

// buffer carries bytes from the modem to the program. Writing never blocks:
// what does not fit is lost and counted, as on a UART. Reading blocks in a
// Cond, which lets virtual time go on.
type buffer struct {
	mu    sync.Mutex
	cond  *sync.Cond
	data  []byte
	limit int
	lost  int
	err   error // what Read returns once data is read; nil while open

	// cut returns the length of the next run that one Read may not exceed. It
	// depends on the position in the stream alone, so that a seed gives the
	// same pieces whatever the timing. Nil means no cuts.
	cut  func() int
	left int // of the present run
}

func newBuffer(limit int, cut func() int) *buffer {
	b := &buffer{limit: limit, cut: cut}
	b.cond = sync.NewCond(&b.mu)
	return b
}

// write appends as much of p as there is room for.
func (b *buffer) write(p []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return
	}
	fits := min(len(p), b.limit-len(b.data))
	b.data = append(b.data, p[:fits]...)
	b.lost += len(p) - fits
	b.cond.Broadcast()
}

// read blocks until there is something to read or the stream has ended.
func (b *buffer) read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.data) == 0 && b.err == nil {
		b.cond.Wait()
	}
	if len(b.data) == 0 {
		return 0, b.err
	}
	n := copy(p, b.data[:min(len(b.data), b.run())])
	b.data = b.data[n:]
	b.left -= n
	return n, nil
}

// run returns how much one Read may return.
func (b *buffer) run() int {
	if b.cut == nil {
		b.left = len(b.data)
	}
	for b.left <= 0 {
		b.left = b.cut()
	}
	return b.left
}

// end ends the stream with err after what is in the buffer. The first end
// counts.
func (b *buffer) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = err
	}
	b.cond.Broadcast()
}

// close ends the stream and drops what is in the buffer, as closing a device
// does.
func (b *buffer) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data, b.err = nil, os.ErrClosed
	b.cond.Broadcast()
}

// takeLost returns how many bytes did not fit, and counts from zero again.
func (b *buffer) takeLost() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.lost
	b.lost = 0
	return n
}
