package modem

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
)

// mockPort is one port of a MockTransport: the host's end of it.
type mockPort struct {
	take func(line string) // of an AT port: takes each line that is written

	mu     sync.Mutex
	cond   *sync.Cond
	in     []byte // not yet read
	out    []byte // written, of an audio port; the incomplete line, of an AT port
	isOpen bool
	shut   bool // it was closed, and not opened since: what comes is lost
	err    error
}

func newMockPort() *mockPort {
	p := &mockPort{}
	p.cond = sync.NewCond(&p.mu)
	return p
}

func (p *mockPort) open(ctx context.Context) (io.ReadWriteCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case p.err != nil:
		return nil, p.err
	case p.isOpen:
		return nil, errors.New("modem: mock port is open already")
	}
	p.isOpen, p.shut = true, false
	return p, nil
}

func (p *mockPort) put(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.shut {
		p.in = append(p.in, b...)
	}
	p.cond.Broadcast()
}

func (p *mockPort) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
	p.cond.Broadcast()
}

// Read implements io.Reader.
func (p *mockPort) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.in) == 0 && p.err == nil && p.isOpen {
		p.cond.Wait()
	}
	switch {
	case !p.isOpen:
		return 0, os.ErrClosed
	case len(p.in) == 0:
		return 0, p.err
	}
	n := copy(b, p.in)
	p.in = p.in[n:]
	return n, nil
}

// Write implements io.Writer. It never blocks.
func (p *mockPort) Write(b []byte) (int, error) {
	p.mu.Lock()
	switch {
	case !p.isOpen:
		p.mu.Unlock()
		return 0, os.ErrClosed
	case p.err != nil:
		p.mu.Unlock()
		return 0, p.err
	}
	p.out = append(p.out, b...)
	var lines []string
	if p.take != nil {
		lines = p.lines()
	}
	p.mu.Unlock()
	for _, l := range lines {
		p.take(l)
	}
	return len(b), nil
}

// lines takes the complete lines out of what was written. A CR ends a line, a
// 0x1A ends a body and belongs to it, an ESC stands alone.
func (p *mockPort) lines() []string {
	var lines []string
	start := 0
	for i, c := range p.out {
		switch c {
		case '\r':
			lines = append(lines, string(p.out[start:i]))
		case 0x1a, 0x1b:
			lines = append(lines, string(p.out[start:i+1]))
		default:
			continue
		}
		start = i + 1
	}
	p.out = p.out[start:]
	return lines
}

// kept is what stays of what was written when the port is closed: audio, but no half
// of a line. The lock is held.
func (p *mockPort) kept() []byte {
	if p.take != nil {
		return nil
	}
	return p.out
}

// Close implements io.Closer.
func (p *mockPort) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isOpen, p.shut, p.in, p.out = false, true, nil, p.kept()
	p.cond.Broadcast()
	return nil
}
