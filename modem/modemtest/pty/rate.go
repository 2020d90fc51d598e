package pty

import (
	"math/rand/v2"
	"path/filepath"
)

// strange reports whether the program has set another rate than the modem's.
func (s *session) strange() bool {
	cfg := s.port.server.cfg
	return cfg.Baud != 0 && filepath.Base(s.port.link) != nameAudio && s.terminal.rate() != cfg.Baud
}

// noise is what n bytes of another rate look like.
func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(0x80 + rand.IntN(0x80))
	}
	return b
}
