package modemtest_test

import (
	"testing"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/transporttest"
)

func TestModemIsATransport(t *testing.T) {
	const (
		answers = "what is written is for the modem, which answers it"
		noCall  = "audio flows in a call only"
	)
	skip := map[string]string{
		"bytes to the modem": answers, "64 KiB to the modem": answers, "64 KiB both ways": answers,
	}
	for _, name := range []string{"bytes from the modem", "64 KiB from the modem", "small reads", "partial reads", "Read beside a Write that waits"} {
		skip["audio/"+name] = noCall
	}
	transporttest.Run(t, transporttest.Harness{
		Bubble: true, Exclusive: true, Skip: skip,
		New: func(t *testing.T) *transporttest.Subject {
			// One that says nothing by itself, also when it starts.
			sim := modemtest.New(&modemtest.Config{Calm: true, Line: modemtest.LineSilent})
			t.Cleanup(func() { sim.Close() })
			return &transporttest.Subject{
				Transport: sim,
				AT: &transporttest.Far{
					Send:  func(p []byte) error { sim.Inject(p); return nil },
					Stall: func() { sim.StallAT(modemtest.Forever) },
				},
				Audio: &transporttest.Far{Stall: func() { sim.StallAudio(modemtest.Forever) }},
				Break: sim.Unplug, Restore: sim.Replug,
			}
		},
	})
}
