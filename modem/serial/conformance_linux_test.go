package serial_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
	"github.com/callstack-go/callstack/modem/transporttest"
)

// socket is a pseudo-terminal under a name that stays, which can be unplugged.
type socket struct {
	t    *testing.T
	name string

	mu     sync.Mutex
	master *os.File
}

// newSocket makes a port by that name.
func newSocket(t *testing.T, name string) *socket {
	t.Helper()
	s := &socket{t: t, name: name}
	s.plug()
	t.Cleanup(s.unplug)
	return s
}

func (s *socket) plug() {
	master, slave := openPTY(s.t)
	require.NoError(s.t, slave.Close()) // only the transport has it
	require.NoError(s.t, os.Symlink(slave.Name(), s.name))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.master = master
}

func (s *socket) unplug() {
	s.now().Close()
	os.Remove(s.name)
}

func (s *socket) now() *os.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.master
}

// far is the modem's end.
func (s *socket) far() *transporttest.Far {
	return &transporttest.Far{
		Send:    func(p []byte) error { _, err := s.now().Write(p); return err },
		Receive: func(p []byte) (int, error) { return s.now().Read(p) },
	}
}

func TestPortsAreATransport(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		Exclusive: true,
		New: func(t *testing.T) *transporttest.Subject {
			dir := t.TempDir()
			at := newSocket(t, filepath.Join(dir, "at"))
			audio := newSocket(t, filepath.Join(dir, "audio"))
			reports := newSocket(t, filepath.Join(dir, "reports"))
			all := []*socket{at, audio, reports}
			return &transporttest.Subject{
				Transport: &serial.Ports{AT: at.name, Audio: audio.name, Reports: reports.name},
				AT:        at.far(), Audio: audio.far(), Reports: reports.far(),
				Break: func() {
					for _, s := range all {
						s.unplug()
					}
				},
				Restore: func() {
					for _, s := range all {
						s.plug()
					}
				},
			}
		},
	})
}

func TestPortsWithoutOthersAreATransport(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		Exclusive: true,
		New: func(t *testing.T) *transporttest.Subject {
			at := newSocket(t, filepath.Join(t.TempDir(), "at"))
			return &transporttest.Subject{
				Transport: &serial.Ports{AT: at.name}, AT: at.far(), Break: at.unplug, Restore: at.plug,
			}
		},
	})
}
