package serial_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
)

// stall makes the program's side take nothing more, as a device does whose endpoint
// hangs, or lets it go on.
func (f *far) stall(on bool) {
	f.t.Helper()
	const (
		tcxonc = 0x540a // TCXONC of asm-generic/ioctls.h
		off    = 0      // TCOOFF
		resume = 1      // TCOON
	)
	action := uintptr(resume)
	if on {
		action = off
	}
	side, err := os.OpenFile(f.path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	require.NoError(f.t, err)
	defer side.Close()
	raw, err := side.SyscallConn()
	require.NoError(f.t, err)
	require.NoError(f.t, raw.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, tcxonc, action)
		assert.Zero(f.t, errno)
	}))
}

func TestADeviceThatStallsAndGoesOn(t *testing.T) {
	f := newFar(t)
	f.stall(true)
	rw := openFar(t, f, &serial.Ports{WriteTimeout: 50 * time.Millisecond})
	n, err := rw.Write([]byte("AT\r"))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	assert.Zero(t, n)
	within(t, "Close", func() { assert.NoError(t, rw.Close()) })
	f.stall(false)
	rw = openFar(t, f, &serial.Ports{})
	_, err = rw.Write([]byte("ATE0\r"))
	require.NoError(t, err)
	says(t, f, "ATE0\r")
}

func TestProbeOfADeviceThatStalls(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	f.stall(true)
	got, err := serial.Probe(inTime(t), f.path, &serial.ProbeConfig{Bauds: []int{115200}, Tries: 1, Listen: -1})
	require.NoError(t, err)
	assert.Equal(t, serial.Silent, got.Verdict)
}

func TestCloseOfADeviceThatStallsDropsWhatIsUnsent(t *testing.T) {
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	newFar(t).node(nodes[2])
	audio := newFar(t).node(nodes[4])
	p := &serial.Ports{AT: nodes[2], WriteTimeout: 50 * time.Millisecond, System: tr.system()}
	at, err := p.OpenAT(inTime(t))
	require.NoError(t, err)
	defer at.Close()
	audio.stall(true)
	rw, err := p.OpenAudio(inTime(t))
	require.NoError(t, err)
	_, err = rw.Write(make([]byte, 320))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "the bound is that of all ports")
	within(t, "Close", func() { assert.NoError(t, rw.Close()) })
}
