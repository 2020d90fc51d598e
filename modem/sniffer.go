package modem

import (
	"io"
	"sync/atomic"
)

// sniffer counts what comes from the AT port, so that a port on which no modem
// answers can be told from one on which something else talks.
type sniffer struct {
	io.ReadWriteCloser
	bytes atomic.Int64
}

// Read reads, and counts.
func (s *sniffer) Read(p []byte) (int, error) {
	n, err := s.ReadWriteCloser.Read(p)
	s.bytes.Add(int64(n))
	return n, err
}

// verdict is the error for a port on which AT was not answered.
func (s *sniffer) verdict() error {
	if s.bytes.Load() > 0 {
		return ErrNotModem
	}
	return ErrNoAnswer
}
