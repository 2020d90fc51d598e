package modem

import (
	"errors"
	"io"
	"os"
	"syscall"

	"github.com/callstack-go/callstack/internal/transcript"
)

// recordedPort is one port of a Recorder.
type recordedPort struct {
	rw   io.ReadWriteCloser
	r    *Recorder
	name string

	// Under Recorder.mu.
	masker  *transcript.Masker
	in, out []*note // that wait for the end of their lines
	closed  bool
	ended   bool // reading has failed, which is noted once
	failed  bool // writing has
}

// Read reads, and notes what came.
func (p *recordedPort) Read(b []byte) (int, error) {
	n, err := p.rw.Read(b)
	p.r.mu.Lock()
	defer p.r.mu.Unlock()
	if n > 0 && !p.closed {
		p.passed(transcript.In, b[:n])
	}
	if err != nil && !p.closed && !p.ended {
		p.ended = true
		p.flush()
		p.note(transcript.End, err)
	}
	return n, err
}

// Write notes what is written before it is, as the answer may come before Write
// returns.
func (p *recordedPort) Write(b []byte) (int, error) {
	p.r.mu.Lock()
	if len(b) > 0 && !p.failed && !p.closed {
		p.passed(transcript.Out, b)
	}
	p.r.mu.Unlock()
	n, err := p.rw.Write(b)
	if err != nil {
		p.r.mu.Lock()
		defer p.r.mu.Unlock()
		if !p.closed && !p.failed {
			p.failed = true
			p.note(transcript.Fail, err)
		}
	}
	return n, err
}

// Close closes the port.
func (p *recordedPort) Close() error {
	p.r.mu.Lock()
	if !p.closed {
		p.closed = true
		p.flush()
		p.note(transcript.Close, nil)
	}
	p.r.mu.Unlock()
	return p.rw.Close()
}

// note notes something that has no bytes.
func (p *recordedPort) note(op transcript.Op, err error) {
	if p.r.dropped {
		return
	}
	n := &note{Entry: transcript.Entry{Port: p.name, Op: op}, from: p}
	if err != nil {
		n.Error = systemWords(err)
	}
	p.r.add(n)
	p.r.drain()
}

// passed notes bytes.
func (p *recordedPort) passed(op transcript.Op, b []byte) {
	if p.r.dropped {
		return
	}
	n := &note{Entry: transcript.Entry{Port: p.name, Op: op}, from: p}
	p.r.add(n)
	switch {
	case p.name == transcript.Audio:
		n.Bytes = len(b)
	case op == transcript.In:
		n.length = len(b)
		p.in = append(p.in, n)
		p.in = share(p.in, p.masker.Received(b, n.since))
	default:
		n.length = len(b)
		p.out = append(p.out, n)
		p.out = share(p.out, p.masker.Written(b))
	}
	p.r.drain()
}

// flush has what waits for the end of a line masked blindly.
func (p *recordedPort) flush() {
	in, out := p.masker.Flush()
	p.in, p.out = share(p.in, in), share(p.out, out)
}

// share gives masked bytes to the notes whose they are, and returns those that wait
// for more.
func share(notes []*note, masked []byte) []*note {
	for len(masked) > 0 && len(notes) > 0 {
		n := notes[0]
		k := min(n.length-len(n.masked), len(masked))
		n.masked = append(n.masked, masked[:k]...)
		masked = masked[k:]
		if len(n.masked) == n.length {
			notes = notes[1:]
		}
	}
	return notes
}

// systemWords is what of an error of a port is noted: what the system calls it, and
// not where it was.
func systemWords(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	for _, known := range []error{io.EOF, os.ErrClosed, os.ErrDeadlineExceeded, io.ErrClosedPipe, io.ErrUnexpectedEOF, errors.ErrUnsupported} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "another error"
}
