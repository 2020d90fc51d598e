package modem

import (
	"errors"
	"io"
	"sync"

	"github.com/callstack-go/callstack/internal/sniff"
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

// garbage is of how many bytes on more than half that are no text mean that they
// were sent at another rate. Fewer may be noise of a port that was just opened.
const garbage = 8

// judge tells what a port is by what came from it.
func judge(came []byte) error {
	switch {
	case len(came) == 0:
		return ErrNoAnswer
	case sniff.HasPPP(came):
		return ErrDataMode
	case sniff.HasFrame(came):
		return ErrDiagnosticPort
	case len(came) >= garbage && sniff.IsMostlyBinary(came):
		return ErrBaudRate
	case sniff.HasNMEA(came):
		return ErrPositionPort
	}
	return ErrNotModem
}
