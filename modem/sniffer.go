package modem

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// sniffer keeps what came last from an AT port, so that it can be told why a port
// does not answer: because nothing does, or because something else talks there.
type sniffer struct {
	io.ReadWriteCloser

	mu   sync.Mutex
	last []byte
}

// sniffed is how many bytes are kept. A frame of PPP that asks for a connection has
// about 30, a line of NMEA 0183 at most 82.
const sniffed = 256

// Read reads, and keeps.
func (s *sniffer) Read(p []byte) (int, error) {
	n, err := s.ReadWriteCloser.Read(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = append(s.last, p[max(0, n-sniffed):max(0, n)]...)
	s.last = s.last[max(0, len(s.last)-sniffed):]
	return n, err
}

// verdict is the error for a port on which AT was not answered.
func (s *sniffer) verdict() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return judge(s.last)
}

// isData tells whether frames of PPP come.
func (s *sniffer) isData() bool { return errors.Is(s.verdict(), ErrDataMode) }

const (
	flag = 0x7e // of a frame (RFC 1662, 3.1)

	// garbage is of how many bytes on more than half that are no text mean that
	// they were sent at another rate. Fewer may be noise of a port that was just
	// opened.
	garbage = 8
)

// judge tells what a port is by what came from it.
func judge(p []byte) error {
	switch text := countText(p); {
	case len(p) == 0:
		return ErrNoAnswer
	case isPPP(p):
		return ErrDataMode
	case p[len(p)-1] == flag && text < len(p):
		return ErrDiagnosticPort
	case bytes.Contains(p, []byte("$GP")), bytes.Contains(p, []byte("$GN")), bytes.Contains(p, []byte("$GL")):
		return ErrPositionPort
	case len(p) >= garbage && text <= len(p)/2:
		return ErrBaudRate
	}
	return ErrNotModem
}

// isPPP looks for the beginning of a frame: its address and control fields, escaped
// or not (RFC 1662, 3.1 and 4.2), or the protocol field of LCP in a frame without
// them (RFC 1661, 6.6).
func isPPP(p []byte) bool {
	for _, begin := range [][]byte{{flag, 0xff, 0x03}, {flag, 0xff, 0x7d, 0x23}, {flag, 0xc0, 0x21}} {
		if bytes.Contains(p, begin) {
			return true
		}
	}
	return false
}

// countText counts the bytes that stand in lines of text.
func countText(p []byte) int {
	n := 0
	for _, c := range p {
		if c >= ' ' && c < 0x7f || c == '\r' || c == '\n' || c == '\t' {
			n++
		}
	}
	return n
}
