// Package at holds the modem's side of a measured AT dialogue: a peer that
// answers at once, and the streams between it and the engine under test.
package at

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"sync"
)

var (
	ok  = []byte("\r\nOK\r\n")
	csq = []byte("\r\n+CSQ: 21,99\r\n\r\nOK\r\n")
)

// Serve answers every command line, +CSQ with a line of information and the rest
// with OK, until rw ends. It allocates nothing per command, so that what is
// counted is the engine's.
func Serve(rw io.ReadWriter) {
	sc := bufio.NewScanner(rw)
	sc.Split(scanCommands)
	for sc.Scan() {
		answer := ok
		if bytes.Contains(sc.Bytes(), []byte("+CSQ")) {
			answer = csq
		}
		if _, err := rw.Write(answer); err != nil {
			return
		}
	}
}

// scanCommands splits at CR, which ends a command line (V.250, 5.2.1), and leaves
// out a LF after it.
func scanCommands(data []byte, _ bool) (advance int, token []byte, err error) {
	i := bytes.IndexByte(data, '\r')
	if i < 0 {
		return 0, nil, nil
	}
	return i + 1, bytes.TrimPrefix(data[:i], []byte("\n")), nil
}

// NetPipe is net.Pipe: a write waits until all of it is read.
func NetPipe() (host, modem io.ReadWriteCloser) { return net.Pipe() }

// fifo is one direction of a buffered pipe, as a serial driver's is: a write does
// not wait for the reader.
type fifo struct {
	mu     sync.Mutex
	more   sync.Cond
	data   []byte
	closed bool
}

func newFIFO() *fifo {
	f := &fifo{}
	f.more.L = &f.mu
	return f
}

func (f *fifo) read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.data) == 0 {
		if f.closed {
			return 0, io.EOF
		}
		f.more.Wait()
	}
	n := copy(p, f.data)
	f.data = append(f.data[:0], f.data[n:]...) // keeps the space: no allocation
	return n, nil
}

func (f *fifo) write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, io.ErrClosedPipe
	}
	f.data = append(f.data, p...)
	f.more.Signal()
	return len(p), nil
}

func (f *fifo) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.more.Broadcast()
}

// end is one end of a buffered pipe.
type end struct{ in, out *fifo }

func (e end) Read(p []byte) (int, error)  { return e.in.read(p) }
func (e end) Write(p []byte) (int, error) { return e.out.write(p) }

func (e end) Close() error {
	e.in.close()
	e.out.close()
	return nil
}

// BufferedPipe is a pipe in memory that takes whatever is written, at once.
func BufferedPipe() (host, modem io.ReadWriteCloser) {
	a, b := newFIFO(), newFIFO()
	return end{in: a, out: b}, end{in: b, out: a}
}
