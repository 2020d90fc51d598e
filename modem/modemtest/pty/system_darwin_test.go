package pty_test

import (
	"os"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func attributes(t *testing.T, f *os.File) syscall.Termios {
	t.Helper()
	var tio syscall.Termios
	ioctl(t, f, syscall.TIOCGETA, unsafe.Pointer(&tio))
	return tio
}

func setAttributes(t *testing.T, f *os.File, tio syscall.Termios) {
	t.Helper()
	ioctl(t, f, syscall.TIOCSETA, unsafe.Pointer(&tio))
}

func ioctl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	rc, err := f.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, rc.Control(func(fd uintptr) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(arg))
		require.Zero(t, errno)
	}))
}

// setRate sets a rate as programs do.
func setRate(t *testing.T, f *os.File, rate int) {
	t.Helper()
	tio := attributes(t, f)
	tio.Ispeed, tio.Ospeed = uint64(rate), uint64(rate)
	setAttributes(t, f, tio)
}

// openDescriptors counts those of this process.
func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	return len(entries)
}
