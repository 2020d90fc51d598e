//go:build linux || darwin || freebsd || openbsd

package serial

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	bugst "go.bug.st/serial"
)

// file is a port that is opened twice. All reading and writing goes through the
// os.File: the runtime waits for it, so deadlines and Close unblock, and any number
// of descriptors may be open. go.bug.st/serial's port is there for the settings, and
// keeps others from opening it (TIOCEXCL).
type file struct {
	*os.File
	line
}

// openDevice opens a port for this program alone.
func openDevice(path string, s settings) (*port, error) {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	port, err := setUp(f, path, s)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return newPort(path, &file{f, line{port}}, s), nil
}

// setUp locks an open port and sets its mode.
func setUp(f *os.File, path string, s settings) (bugst.Port, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeCharDevice == 0 {
		return nil, errNotSerial
	}
	if err := lock(f); err != nil {
		return nil, err
	}
	port, err := bugst.Open(path, mode(s.baud)) // after ours: it refuses the next who opens
	if err != nil {
		return nil, ofOpening(err)
	}
	keepLinesAtClose(f)
	// Opening raised the lines, unless the port was open already. What has none does
	// without, and what is gone by now says so when it is read.
	_, _ = port.SetDTR(true), port.SetRTS(true)
	return port, nil
}

// lock takes the lock that serial programs take, of the system's own accord lost
// with the descriptor. Where locks are not supported, TIOCEXCL has to do.
func lock(f *os.File) error {
	raw, err := f.SyscallConn() // Fd would make the file blocking
	if err != nil {
		return err
	}
	var locked error
	err = raw.Control(func(fd uintptr) { locked = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB) })
	if err == nil && errors.Is(locked, syscall.EWOULDBLOCK) {
		return locked
	}
	return err
}

// ofOpening returns the cause of an error of go.bug.st/serial, which does not unwrap.
func ofOpening(err error) error {
	if pe, ok := errors.AsType[*bugst.PortError](err); ok {
		switch pe.Code() {
		case bugst.PortBusy:
			return syscall.EBUSY
		case bugst.PermissionDenied:
			return fs.ErrPermission
		case bugst.InvalidSerialPort:
			return fmt.Errorf("%w: %w", errNotSerial, err)
		default:
		}
	}
	return err
}

// isWithoutLines tells whether an error is that of a port that has no modem lines,
// such as a pseudo-terminal.
func isWithoutLines(err error) bool {
	return errors.Is(err, syscall.ENOTTY) || errors.Is(err, syscall.EINVAL)
}

// isHeld tells whether a port could not be opened because somebody has it.
func isHeld(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EWOULDBLOCK)
}

// isGone tells whether a port could not be opened because there is no device.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENXIO) || errors.Is(err, syscall.ENODEV)
}

func (f *file) Read(b []byte) (int, error) { return f.File.Read(b) }

func (f *file) Write(b []byte) (int, error) { return f.File.Write(b) }

func (f *file) readWithin(b []byte, bound time.Duration) (int, error) {
	if err := f.SetReadDeadline(time.Now().Add(bound)); errors.Is(err, os.ErrNoDeadline) {
		return 0, err
	}
	n, err := f.File.Read(b) // says it if the file is closed, as os.ErrClosed
	_ = f.SetReadDeadline(time.Time{})
	return n, err
}

func (f *file) writeWithin(b []byte, bound time.Duration) (int, error) {
	if err := f.SetWriteDeadline(time.Now().Add(bound)); errors.Is(err, os.ErrNoDeadline) {
		return 0, err
	}
	return f.File.Write(b)
}

// Close gives up the settings' port first: what it sets free is still locked by the
// file.
func (f *file) Close() error { return errors.Join(f.line.Close(), f.File.Close()) }
