//go:build linux || darwin || freebsd || openbsd

package serial

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	bugst "go.bug.st/serial"
)

// file is a port. All reading and writing goes through the os.File: the runtime waits
// for it, so deadlines and Close unblock, and any number of descriptors may be open.
// go.bug.st/serial opens the port beside it for moments, to change settings.
type file struct {
	*os.File
	path    string
	baud    int
	stopped atomic.Bool // Write has no more time
}

// openDevice opens a port for this program alone.
func openDevice(path string, s settings) (*port, error) {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	d := &file{File: f, path: path, baud: s.baud}
	if err := d.setUp(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return newPort(path, d, s), nil
}

// setUp locks an open port and sets its mode.
func (f *file) setUp() error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeCharDevice == 0 {
		return errNotSerial
	}
	if err := f.lock(); err != nil {
		return err
	}
	err = f.change(func(p bugst.Port) error {
		// Opening raised the lines, unless the port was open already. What has none does
		// without, and what is gone by now says so when it is read.
		_, _ = p.SetDTR(true), p.SetRTS(true)
		return nil
	})
	keepLinesAtClose(f.File)
	return err
}

// change has go.bug.st/serial open the port, which sets its mode, and lets f change
// more. Its descriptors would pass on to programs that are started meanwhile, which
// then kept the port: no program is.
func (f *file) change(do func(bugst.Port) error) (err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := f.ioctl(syscall.TIOCNXCL); err != nil { // a port that is gone stops here: its name may be another's
		return err
	}
	defer func() { err = errors.Join(err, f.ioctl(syscall.TIOCEXCL)) }()
	p, err := bugst.Open(f.path, mode(f.baud))
	if err != nil {
		return ofOpening(err)
	}
	return errors.Join(do(p), p.Close())
}

// ioctl makes a request without an argument.
func (f *file) ioctl(request uintptr) error {
	raw, err := f.SyscallConn() // Fd would make the file blocking
	if err != nil {
		return err
	}
	var errno syscall.Errno
	if err := raw.Control(func(fd uintptr) { _, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, 0) }); err != nil {
		return err
	}
	if errno == 0 {
		return nil
	}
	if errno == syscall.ENOTTY {
		return errNotSerial
	}
	return errno
}

// lock takes the lock that serial programs take, of the system's own accord lost
// with the descriptor. Where locks are not supported, TIOCEXCL has to do.
func (f *file) lock() error {
	raw, err := f.SyscallConn()
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

func (f *file) setBaud(baud int) error {
	was := f.baud
	f.baud = baud
	err := f.change(func(bugst.Port) error { return nil })
	if err != nil {
		f.baud = was
	}
	return err
}

// SetDTR sets a modem line.
func (f *file) SetDTR(up bool) error {
	return f.change(func(p bugst.Port) error { return p.SetDTR(up) })
}

// ResetOutputBuffer drops what is unsent.
func (f *file) ResetOutputBuffer() error { return f.change(bugst.Port.ResetOutputBuffer) }

func (f *file) readWithin(b []byte, bound time.Duration) (int, error) {
	if err := f.SetReadDeadline(time.Now().Add(bound)); errors.Is(err, os.ErrNoDeadline) {
		return 0, err
	}
	n, err := f.Read(b) // says it if the file is closed, as os.ErrClosed
	_ = f.SetReadDeadline(time.Time{})
	return n, err
}

func (f *file) interrupt() {
	f.stopped.Store(true)
	_ = f.SetWriteDeadline(past)
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

func (f *file) writeWithin(b []byte, bound time.Duration) (int, error) {
	if err := f.SetWriteDeadline(time.Now().Add(bound)); errors.Is(err, os.ErrNoDeadline) {
		return 0, err
	}
	if f.stopped.Load() { // perhaps the deadline just set has replaced that of interrupt
		_ = f.SetWriteDeadline(past)
	}
	return f.Write(b)
}
