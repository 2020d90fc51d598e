//go:build linux || darwin

package pty_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/serial"
	"github.com/callstack-go/callstack/modem/transporttest"
)

// greeted is a transport whose AT port is known to have the modem at its other
// end when it is open: the modem notices a moment later.
type greeted struct{ *serial.Ports }

func (g greeted) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	port, err := g.Ports.OpenAT(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(port, "AT\r"); err != nil {
		_ = port.Close()
		return nil, err
	}
	var text string
	for buf := make([]byte, 100); !strings.HasSuffix(text, "OK\r\n"); {
		n, err := port.Read(buf)
		text += string(buf[:n])
		if err != nil {
			_ = port.Close()
			return nil, fmt.Errorf("after %q: %w", text, err)
		}
	}
	return port, nil
}

// TestSerialPortsOnIt: what package modem expects of a transport, of the serial
// ports library on these terminals.
func TestSerialPortsOnIt(t *testing.T) {
	const answers = "what is written is for the modem, which answers it"
	transporttest.Run(t, transporttest.Harness{
		Exclusive: true,
		Skip:      map[string]string{"bytes to the modem": answers, "64 KiB to the modem": answers, "64 KiB both ways": answers},
		New: func(t *testing.T) *transporttest.Subject {
			// One that says nothing by itself when it starts.
			sim, server := serve(t, &modemtest.Config{Family: modemtest.Ublox, Calm: true}, nil)
			return &transporttest.Subject{
				Transport: greeted{&serial.Ports{AT: server.AT()}},
				AT: &transporttest.Far{
					Send:  func(p []byte) error { sim.Inject(p); return nil },
					Stall: func() { sim.StallAT(modemtest.Forever) },
				},
				Break: func() {
					sim.Unplug()
					eventually(t, "the link is gone", func() bool { return len(links(t, dirOf(server))) == 0 })
				},
				Restore: func() {
					sim.Replug()
					eventually(t, "the link is back", func() bool { return len(links(t, dirOf(server))) == 1 })
				},
			}
		},
	})
}
