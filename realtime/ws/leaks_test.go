package ws_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

// phases are where a client may leave.
var phases = map[string]func(c net.Conn) error{
	"before a byte": func(net.Conn) error { return nil },
	"in mid-handshake": func(c net.Conn) error {
		_, err := io.WriteString(c, handshake("/ws")[:60])
		return err
	},
	"before the answer": func(c net.Conn) error {
		_, err := io.WriteString(c, handshake("/ws"))
		return err
	},
	"after the handshake": func(c net.Conn) error {
		_, err := upgradeOver(c, handshake("/ws"), "")
		return err
	},
	"in the midst of a frame": func(c net.Conn) error {
		p, err := upgradeOver(c, handshake("/ws"), "")
		if err != nil {
			return err
		}
		_, err = p.Write(appendMasked(nil, 0x81, []byte("cut off"))[:7])
		return err
	},
	"with garbage": func(c net.Conn) error {
		_, err := upgradeOver(c, handshake("/ws"), "\xFF\xFF\xFF\xFFgarbage")
		return err
	},
	"after a message over the limit": func(c net.Conn) error {
		p, err := upgradeOver(c, handshake("/ws"), "")
		if err != nil {
			return err
		}
		// The server may be gone before it is all written.
		_, _ = p.Write(append(binary.BigEndian.AppendUint64([]byte{0x82, 0xFF}, 1<<40), make([]byte, 9000)...))
		return nil
	},
	"in mid-close": func(c net.Conn) error {
		p, err := upgradeOver(c, handshake("/ws"), "")
		if err != nil {
			return err
		}
		return p.sendClose(realtime.CloseNormal, "")
	},
	"after the close": func(c net.Conn) error {
		p, err := upgradeOver(c, handshake("/ws"), "")
		if err != nil {
			return err
		}
		if err := p.sendClose(realtime.CloseNormal, ""); err != nil {
			return err
		}
		if _, err := p.end(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("not closed: %w", err)
		}
		return nil
	},
}

// Clients come and leave a thousand times in every phase, and events go to whoever is
// there meanwhile. Nothing stays behind.
func TestNothingStaysOfClientsThatLeft(t *testing.T) {
	r := onLoopback(t, settings{})
	r.connect(t).hello(t) // what is made once is there
	for name, leave := range phases {
		t.Run(name, func(t *testing.T) {
			goroutines, files := runtime.NumGoroutine(), descriptors(t)
			comeAndLeave(t, r, leave)
			waitFor(t, "clients are gone", func() bool { return r.hub.Stats().Clients == 1 })
			waitFor(t, "goroutines are gone", func() bool { return runtime.NumGoroutine() <= goroutines })
			waitFor(t, "descriptors are closed", func() bool { return descriptors(t) <= files })
		})
	}
}

// comeAndLeave has four goroutines come and leave, a thousand times together.
func comeAndLeave(t *testing.T, r *rig, leave func(net.Conn) error) {
	t.Helper()
	var left atomic.Int64
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for left.Add(1) <= 1000 {
				c, err := r.dial()
				if !assert.NoError(t, err) {
					return
				}
				assert.NoError(t, leave(c))
				assert.NoError(t, c.Close())
			}
		})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		clients.Wait()
	}()
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for {
		select {
		case <-pace.C:
			r.publish(1, 100)
		case <-done:
			return
		}
	}
}

// descriptors counts what the process has open, where the system tells.
func descriptors(t *testing.T) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	open, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(open)
}
