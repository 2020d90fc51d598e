// Package at holds the modem's side of a measured AT dialogue: a peer that
// answers at once, and the streams between it and the engine under test.
package at

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"sync/atomic"
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

// depth is how many writes a buffered pipe holds.
const depth = 64

// end is one end of a buffered pipe.
type end struct {
	in     <-chan []byte
	out    chan<- []byte
	rest   []byte // of what was received last
	closed atomic.Bool
}

// BufferedPipe is a pipe in memory as a serial driver's is: a write does not wait
// for the reader. It copies what is written, which is one allocation a write.
// Each end is to be closed, when nobody writes to it any more: that ends the
// reading at the other.
func BufferedPipe() (host, modem io.ReadWriteCloser) {
	a, b := make(chan []byte, depth), make(chan []byte, depth)
	return &end{in: a, out: b}, &end{in: b, out: a}
}

func (e *end) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		var ok bool
		if e.rest, ok = <-e.in; !ok {
			return 0, io.EOF
		}
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func (e *end) Write(p []byte) (int, error) {
	if e.closed.Load() {
		return 0, io.ErrClosedPipe
	}
	e.out <- bytes.Clone(p)
	return len(p), nil
}

func (e *end) Close() error {
	if !e.closed.Swap(true) {
		close(e.out)
	}
	return nil
}
