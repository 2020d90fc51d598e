package serial_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what must happen at once.
const patience = 10 * time.Second

// far is the modem's side of a port: the master of a pseudo-terminal.
type far struct {
	*os.File
	t    testing.TB
	path string // of the program's side
	wg   sync.WaitGroup

	mu      sync.Mutex
	written bytes.Buffer
}

// newFar makes a port. The program's side is held open, as the master would read
// errors while nobody has it.
func newFar(t testing.TB) *far {
	t.Helper()
	master, slave := openPTY(t)
	f := &far{File: master, t: t, path: slave.Name()}
	t.Cleanup(func() {
		f.unplug()
		slave.Close()
		f.wg.Wait()
	})
	return f
}

// openPTY makes a pseudo-terminal whose master is closed though it is being read: one
// that the runtime waits for.
func openPTY(t testing.TB) (master, slave *os.File) {
	t.Helper()
	blocking, slave, err := pty.Open()
	require.NoError(t, err)
	defer blocking.Close()
	fd, err := syscall.Dup(int(blocking.Fd()))
	require.NoError(t, err)
	syscall.CloseOnExec(fd)
	require.NoError(t, syscall.SetNonblock(fd, true))
	return os.NewFile(uintptr(fd), "/dev/ptmx"), slave
}

// unplug takes the modem away.
func (f *far) unplug() { f.Close() }

// node makes a name of the tree lead to the port.
func (f *far) node(name string) *far {
	f.t.Helper()
	require.NoError(f.t, os.Symlink(f.path, name))
	return f
}

// serve answers each line that the program writes, until the port goes.
func (f *far) serve(answer func(line string) string) *far {
	f.wg.Go(func() {
		var line []byte
		buf := make([]byte, 256)
		for {
			n, err := f.Read(buf)
			if err != nil {
				return
			}
			f.mu.Lock()
			f.written.Write(buf[:n])
			f.mu.Unlock()
			for _, c := range buf[:n] {
				if c != '\r' {
					line = append(line, c)
					continue
				}
				if _, err := io.WriteString(f, answer(string(line))); err != nil {
					return
				}
				line = line[:0]
			}
		}
	})
	return f
}

// modem answers AT and AT+CGSN.
func (f *far) modem(imei string) *far {
	return f.serve(func(line string) string {
		switch line {
		case "AT":
			return "\r\nOK\r\n"
		case "AT+CGSN":
			return "\r\n" + imei + "\r\n\r\nOK\r\n"
		}
		return "\r\nERROR\r\n"
	})
}

// got is what the program has written.
func (f *far) got() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.written.String()
}

// within runs f, which must come to its end soon.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		require.FailNow(t, "not in time", what)
	}
}

// inTime is a context for what must not take long.
func inTime(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// says reads from a port what is to come.
func says(t *testing.T, r io.Reader, want string) {
	t.Helper()
	within(t, "reading "+want, func() {
		got := make([]byte, len(want))
		_, err := io.ReadFull(r, got)
		assert.NoError(t, err)
		assert.Equal(t, want, string(got))
	})
}
