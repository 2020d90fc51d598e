package at

import (
	"bufio"
	"bytes"
	"io"
)

// Floor is the least code that does a correct exchange: it writes the command and
// reads, on the caller's goroutine, until OK. It has no timeout, no context and no
// place for what comes unasked.
type Floor struct {
	rw  io.ReadWriter
	sc  *bufio.Scanner
	cmd []byte
}

// NewFloor returns a Floor over rw.
func NewFloor(rw io.ReadWriter) *Floor { return &Floor{rw: rw, sc: bufio.NewScanner(rw)} }

// Exec runs a command and drops its answer.
func (f *Floor) Exec(text string) error {
	f.cmd = append(append(f.cmd[:0], text...), '\r')
	if _, err := f.rw.Write(f.cmd); err != nil {
		return err
	}
	for f.sc.Scan() {
		if string(f.sc.Bytes()) == "OK" {
			return nil
		}
	}
	return io.EOF
}

// Demux is the least code that routes unsolicited lines: it looks up the text
// before the colon and calls back, in order, with the line's bytes.
func Demux(r io.Reader, handlers map[string]func(line []byte)) {
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		line := sc.Bytes()
		prefix, _, _ := bytes.Cut(line, []byte(":"))
		if h := handlers[string(prefix)]; h != nil {
			h(line)
		}
	}
}
