package serial_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/serial"
)

// A *Ports is all that a Modem knows of a transport.
var (
	_ modem.Transport       = (*serial.Ports)(nil)
	_ modem.ReportTransport = (*serial.Ports)(nil)
	_ modem.Finder          = (*serial.Ports)(nil)
)

// openFar opens a port of a pseudo-terminal.
func openFar(t *testing.T, f *far, p *serial.Ports) io.ReadWriteCloser {
	t.Helper()
	p.AT = f.path
	rw, err := p.OpenAT(inTime(t))
	require.NoError(t, err)
	t.Cleanup(func() { rw.Close() })
	return rw
}

func TestBytesPassUnchanged(t *testing.T) {
	f := newFar(t)
	rw := openFar(t, f, &serial.Ports{})
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	_, err := f.Write(all)
	require.NoError(t, err)
	says(t, rw, string(all))
	n, err := rw.Write(all)
	require.NoError(t, err)
	assert.Len(t, all, n)
	says(t, f, string(all))
}

// settings of the program's side, as the master sees them.
func settings(t *testing.T, f *far) syscall.Termios {
	t.Helper()
	var got syscall.Termios
	raw, err := f.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TCGETS, uintptr(unsafe.Pointer(&got)))
		assert.Zero(t, errno)
	}))
	return got
}

const cbaud = 0o10017

func TestMode(t *testing.T) {
	tests := map[string]struct {
		baud int
		want uint32
	}{
		"usual": {0, syscall.B115200},
		"set":   {57600, syscall.B57600},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFar(t)
			openFar(t, f, &serial.Ports{Baud: tt.baud})
			got := settings(t, f)
			assert.Equal(t, tt.want, got.Cflag&cbaud)
			assert.Equal(t, uint32(syscall.CS8), got.Cflag&syscall.CSIZE)
			assert.Zero(t, got.Cflag&(syscall.PARENB|syscall.CSTOPB|syscall.HUPCL), "8N1, and DTR stays at Close")
			assert.NotZero(t, got.Cflag&syscall.CLOCAL)
			assert.Zero(t, got.Lflag&(syscall.ECHO|syscall.ICANON|syscall.ISIG))
			assert.Zero(t, got.Iflag&(syscall.IXON|syscall.ICRNL))
			assert.Equal(t, byte(1), got.Cc[syscall.VMIN])
		})
	}
}

func TestCloseUnblocksRead(t *testing.T) {
	rw := openFar(t, newFar(t), &serial.Ports{})
	reading := make(chan struct{})
	within(t, "Read and Close", func() {
		closed := make(chan error, 1)
		go func() {
			<-reading
			closed <- rw.Close()
		}()
		close(reading)
		_, err := rw.Read(make([]byte, 1))
		assert.ErrorIs(t, err, os.ErrClosed)
		assert.NoError(t, <-closed)
	})
	_, err := rw.Write([]byte("AT\r"))
	require.ErrorIs(t, err, os.ErrClosed)
	_, err = rw.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrClosed)
	assert.NotErrorIs(t, err, io.EOF)
	assert.NoError(t, rw.Close(), "closing twice does nothing")
}

// waiting is how many bytes wait to be read on a side of a pseudo-terminal.
func waiting(t *testing.T, f *os.File) (n int32) {
	t.Helper()
	raw, err := f.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCINQ, uintptr(unsafe.Pointer(&n)))
		assert.Zero(t, errno)
	}))
	return n
}

func TestCloseUnblocksWrite(t *testing.T) {
	f := newFar(t)
	rw := openFar(t, f, &serial.Ports{WriteTimeout: time.Hour})
	written := make(chan error, 1)
	go func() {
		_, err := rw.Write(make([]byte, 1<<20)) // nobody reads it
		written <- err
	}()
	require.Eventually(t, func() bool { return waiting(t, f.File) > 0 }, patience, time.Millisecond)
	within(t, "Close", func() { assert.NoError(t, rw.Close()) })
	within(t, "Write", func() { assert.ErrorIs(t, <-written, os.ErrClosed) })
}

func TestWriteThatBlocksFailsInTime(t *testing.T) {
	f := newFar(t)
	rw := openFar(t, f, &serial.Ports{WriteTimeout: 50 * time.Millisecond})
	within(t, "Write", func() {
		n, err := rw.Write(make([]byte, 1<<20))
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.ErrorContains(t, err, "the device takes no more for 50ms")
		assert.Positive(t, n)
		assert.Less(t, n, 1<<20)
		drained := make(chan int, 1)
		go func() {
			k, _ := io.CopyN(io.Discard, f, int64(n))
			drained <- int(k)
		}()
		assert.Equal(t, n, <-drained, "what was taken arrives")
		_, err = rw.Write([]byte("AT\r"))
		assert.NoError(t, err, "the port stays usable")
	})
	says(t, f, "AT\r")
}

func TestScenarioB15PortThatIsGone(t *testing.T) {
	t.Run("EIO", func(t *testing.T) {
		f := newFar(t)
		rw := openFar(t, f, &serial.Ports{})
		_, err := f.Write([]byte("\r\nRING\r\n"))
		require.NoError(t, err)
		says(t, rw, "\r\nRING\r\n")
		f.unplug()
		endsForGood(t, rw)
		_, err = rw.Write([]byte("AT\r"))
		require.ErrorIs(t, err, syscall.EIO)
		assert.ErrorContains(t, err, "serial: "+f.path+": write: ")
	})
	t.Run("a Read in progress", func(t *testing.T) {
		f := newFar(t)
		rw := openFar(t, f, &serial.Ports{})
		within(t, "Read", func() {
			go f.unplug()
			_, err := rw.Read(make([]byte, 1))
			assert.Error(t, err)
		})
		endsForGood(t, rw)
	})
	t.Run("0 bytes", func(t *testing.T) {
		f := newFar(t)
		rw := openFar(t, f, &serial.Ports{})
		readsNothing(t, f)
		endsForGood(t, rw)
	})
}

// readsNothing makes Read return 0 bytes at once, as that of a terminal does which was
// hung up.
func readsNothing(t *testing.T, f *far) {
	t.Helper()
	s := settings(t, f)
	s.Cc[syscall.VMIN], s.Cc[syscall.VTIME] = 0, 0
	raw, err := f.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TCSETS, uintptr(unsafe.Pointer(&s)))
		assert.Zero(t, errno)
	}))
}

// endsForGood holds that each Read says that the port is gone: never nothing at all,
// which would make a loop spin.
func endsForGood(t *testing.T, r io.Reader) {
	t.Helper()
	within(t, "Read", func() {
		for range 100 {
			n, err := r.Read(make([]byte, 64))
			assert.Zero(t, n)
			if !errors.Is(err, io.EOF) && !errors.Is(err, syscall.EIO) {
				assert.Fail(t, "neither io.EOF nor EIO", err)
			}
		}
	})
}

func TestScenarioB17NoModemLines(t *testing.T) {
	f := newFar(t)
	rw := openFar(t, f, &serial.Ports{}) // a pseudo-terminal answers ENOTTY
	lines, ok := rw.(interface{ SetDTR(up bool) error })
	require.True(t, ok)
	require.ErrorIs(t, lines.SetDTR(false), errors.ErrUnsupported)
	f.unplug()
	require.ErrorIs(t, lines.SetDTR(false), syscall.EIO, "the name may be another device's by now")
	require.NoError(t, rw.Close())
	require.ErrorIs(t, lines.SetDTR(false), os.ErrClosed)
}

func TestScenarioB38ManyDescriptors(t *testing.T) {
	for range 1500 {
		null, err := os.Open(os.DevNull)
		require.NoError(t, err)
		t.Cleanup(func() { null.Close() })
	}
	f := newFar(t).modem("490154203237518")
	ports := &serial.Ports{AT: f.path}
	for range 2 {
		rw, err := ports.OpenAT(inTime(t))
		require.NoError(t, err)
		_, err = rw.Write([]byte("AT\r"))
		require.NoError(t, err)
		says(t, rw, "\r\nOK\r\n")
		require.NoError(t, rw.Close())
	}
	got, err := serial.Probe(inTime(t), f.path, nil)
	require.NoError(t, err)
	assert.Equal(t, serial.Answers, got.Verdict)
}

func TestClosingLeavesNoDescriptor(t *testing.T) {
	f := newFar(t)
	before := openOf(t, f.path)
	rw := openFar(t, f, &serial.Ports{})
	assert.Equal(t, before+1, openOf(t, f.path))
	require.NoError(t, rw.Close())
	assert.Equal(t, before, openOf(t, f.path))
}

// openOf counts this process's descriptors of a device.
func openOf(t *testing.T, path string) (n int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, e := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.TrimSuffix(target, " (deleted)") == path {
			n++
		}
	}
	return n
}
