//go:build linux

package soak_test

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deadPort is a terminal under a name which whoever opens it soon finds ended.
type deadPort struct {
	name   string
	end    func(*deadPort) error // ends the terminal for whoever has opened it
	opened int                   // how often it was; after close

	master, slave *os.File

	mu      sync.Mutex
	stopped bool
	done    chan struct{}
	once    sync.Once
}

// newHangingUp returns a port that hangs up, as that of a device that falls off the
// bus whenever it is used. There is a new one then.
func newHangingUp(t *testing.T, name string) *deadPort {
	return newDeadPort(t, name, (*deadPort).renew)
}

// newEnded returns a port that stays, and from which nothing can be read but that
// there is nothing.
func newEnded(t *testing.T, name string) *deadPort {
	return newDeadPort(t, name, (*deadPort).runDry)
}

func newDeadPort(t *testing.T, name string, end func(*deadPort) error) *deadPort {
	t.Helper()
	d := &deadPort{name: name, end: end, done: make(chan struct{})}
	require.NoError(t, d.renew())
	go func() {
		defer close(d.done)
		assert.NoError(t, d.run())
	}()
	t.Cleanup(d.close)
	return d
}

// run ends the terminal whenever something is written to it.
func (d *deadPort) run() error {
	defer func() { _ = errors.Join(os.Remove(d.name), d.master.Close(), d.slave.Close()) }()
	buf := make([]byte, 4096)
	for {
		if _, err := d.master.Read(buf); err != nil {
			return err
		}
		d.mu.Lock()
		if d.stopped {
			d.mu.Unlock()
			return nil
		}
		d.opened++
		err := d.end(d)
		d.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// renew closes the terminal, and makes another. The program's end is kept open, so
// that there is one.
func (d *deadPort) renew() error {
	if d.master != nil {
		_ = errors.Join(d.master.Close(), d.slave.Close())
	}
	var err error
	if d.master, d.slave, err = pty.Open(); err != nil {
		return err
	}
	const suffix = ".dead"
	return errors.Join(os.Symlink(d.slave.Name(), d.name+suffix), os.Rename(d.name+suffix, d.name))
}

// runDry makes reads return without anything (termios(3), MIN 0 and TIME 0), beginning
// with the next, which one byte brings about.
func (d *deadPort) runDry() error {
	raw, err := d.slave.SyscallConn()
	if err != nil {
		return err
	}
	var t syscall.Termios
	var failed syscall.Errno
	if err := raw.Control(func(fd uintptr) {
		_, _, failed = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TCGETS, uintptr(unsafe.Pointer(&t)))
		if failed == 0 {
			t.Cc[syscall.VMIN], t.Cc[syscall.VTIME] = 0, 0
			_, _, failed = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TCSETS, uintptr(unsafe.Pointer(&t)))
		}
	}); err != nil {
		return err
	}
	if failed != 0 {
		return failed
	}
	_, err = d.master.Write([]byte{'\n'})
	return err
}

// close takes the terminal and its name away. Closing twice is a no-op.
func (d *deadPort) close() {
	d.once.Do(func() {
		d.mu.Lock()
		d.stopped = true
		_, _ = d.slave.Write([]byte{'\n'}) // lets the reader go
		d.mu.Unlock()
	})
	<-d.done
}
