package modem_test

import (
	"encoding/binary"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

// mockHarness makes mocks.
func mockHarness() transporttest.Harness {
	const lines = "a mock tells the lines that were written, not the bytes"
	return transporttest.Harness{
		Bubble: true, Exclusive: true,
		New: func(*testing.T) *subject {
			mock := &modem.MockTransport{Audio: true}
			mock.On("*").Silent()
			var taken int
			return &subject{
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
			"AT/bytes to the modem":          lines,
			"AT/64 KiB to the modem":         lines,
			"AT/64 KiB both ways":            lines,
		},
	}
}

type subject = transporttest.Subject

func TestMockIsATransport(t *testing.T) { transporttest.Run(t, mockHarness()) }

func TestRecorderIsATransport(t *testing.T) {
	h := mockHarness()
	mock := h.New
	h.New = func(t *testing.T) *subject {
		s := mock(t)
		rec := &modem.Recorder{Transport: s.Transport, W: io.Discard}
		t.Cleanup(func() { require.NoError(t, rec.Close()) })
		s.Transport = rec
		return s
	}
	transporttest.Run(t, h)
}

// A replay's far end is its transcript: here one that waits for an hour.
func TestReplayIsATransport(t *testing.T) {
	const (
		lines  = "what is written is compared with the transcript"
		script = `{"transcript":"callstack","version":1}
{"us":0,"port":"at","op":"open"}
{"us":0,"port":"audio","op":"open"}
{"us":0,"port":"reports","op":"open"}
{"us":3600000000,"port":"at","op":"in","data":"RING"}
`
	)
	skip := map[string]string{"gone and back": "a transcript ends once"}
	for _, name := range []string{"Close unblocks Write", "Read beside a Write that waits"} {
		skip[name] = "writing to a replay never blocks"
	}
	for _, name := range []string{"bytes to the modem", "64 KiB to the modem", "64 KiB both ways"} {
		skip[name] = lines
	}
	transporttest.Run(t, transporttest.Harness{
		Bubble: true, Exclusive: true, Skip: skip,
		New: func(t *testing.T) *subject {
			replay, err := modem.NewReplay(strings.NewReader(script))
			require.NoError(t, err)
			far := func(port string) *transporttest.Far {
				return &transporttest.Far{Send: func(p []byte) error { modem.ReplayBytes(replay, port, p); return nil }}
			}
			return &subject{
				Transport: replay, AT: far("at"), Audio: far("audio"), Reports: far("reports"),
				Break: func() { modem.ReplayEnd(replay) },
			}
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
