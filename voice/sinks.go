package voice

import (
	"encoding/binary"
	"io"
)

// rawSink writes samples without a header.
type rawSink struct {
	w   io.Writer
	buf [2 * maxFrame]byte
}

func (s *rawSink) begin(Format) error { return nil }

func (s *rawSink) write(pcm []int16) error {
	if len(pcm) == 0 {
		return nil
	}
	for i, v := range pcm {
		binary.LittleEndian.PutUint16(s.buf[2*i:], uint16(v))
	}
	n, err := s.w.Write(s.buf[:2*len(pcm)])
	if err == nil && n < 2*len(pcm) {
		err = io.ErrShortWrite
	}
	return err
}
