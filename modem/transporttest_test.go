package modem_test

import (
	"encoding/binary"
	"io"
	"os"
	"testing"
	"time"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/transporttest"
)

// polled reads what a mock has noted. Nothing tells when there is more, so it looks
// every millisecond, of virtual time.
func polled(taken *int, noted func() []byte) func(p []byte) (int, error) {
	return func(p []byte) (int, error) {
		for range 10000 {
			if all := noted(); len(all) > *taken {
				n := copy(p, all[*taken:])
				*taken += n
				return n, nil
			}
			<-time.After(time.Millisecond)
		}
		return 0, os.ErrDeadlineExceeded
	}
}

func TestMockIsATransport(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		Bubble: true, Exclusive: true,
		New: func(*testing.T) *transporttest.Subject {
			mock := &modem.MockTransport{Audio: true}
			mock.On("*").Silent()
			var taken int
			return &transporttest.Subject{
				Transport: mock,
				AT:        &transporttest.Far{Send: func(p []byte) error { mock.Inject(string(p)); return nil }},
				Audio: &transporttest.Far{
					Send:    func(p []byte) error { mock.InjectAudio(pcmOf(p)); return nil },
					Receive: polled(&taken, mock.WrittenAudio),
				},
				Break: func() { mock.Break(io.EOF) },
			}
		},
		Skip: map[string]string{
			"Close unblocks Write":           "writing to a mock never blocks",
			"Read beside a Write that waits": "writing to a mock never blocks",
			"gone and back":                  "a mock that is gone stays so",
			"AT/bytes to the modem":          "a mock tells the lines that were written, not the bytes",
			"AT/64 KiB to the modem":         "a mock tells the lines that were written, not the bytes",
			"AT/64 KiB both ways":            "a mock tells the lines that were written, not the bytes",
		},
	})
}

// pcmOf takes bytes as 16-bit little-endian.
func pcmOf(p []byte) []int16 {
	s := make([]int16, len(p)/2)
	for i := range s {
		s[i] = int16(binary.LittleEndian.Uint16(p[2*i:]))
	}
	return s
}
