//go:build linux || darwin

package pty

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/creack/pty"
)

// errNobody means that nobody has the terminal open.
var errNobody = errors.New("nobody is there")

// terminal is a pseudo-terminal: the modem's end of it, and the name of the
// program's.
type terminal struct {
	name   string
	master *os.File
	held   *os.File // the program's end, where it must be kept open; else nil

	writing sync.Mutex
}

// newTerminal makes a raw one.
func newTerminal() (*terminal, error) {
	master, slave, err := pty.Open()
	if err != nil {
		return nil, err
	}
	t := &terminal{name: slave.Name()}
	err = raw(slave)
	if err == nil {
		t.master, err = pollable(master)
	}
	if err != nil {
		return nil, errors.Join(err, master.Close(), slave.Close())
	}
	if keepOpen {
		t.held = slave
		return t, nil
	}
	return t, slave.Close()
}

// pollable makes of a file that may block one whose Close lets readers go.
func pollable(f *os.File) (*os.File, error) {
	var fd int
	var err error
	rc, rcErr := f.SyscallConn()
	if rcErr != nil {
		return nil, rcErr
	}
	rcErr = rc.Control(func(old uintptr) {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		if fd, err = syscall.Dup(int(old)); err == nil {
			syscall.CloseOnExec(fd)
			err = syscall.SetNonblock(fd, true)
		}
	})
	if err = errors.Join(rcErr, err); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), f.Close()
}

// read reads what the program has written. It calls there when somebody has the
// terminal open and there is nothing to read, before it waits. It returns
// errNobody when nobody has it open.
func (t *terminal) read(b []byte, there func()) (n int, err error) {
	rc, err := t.master.SyscallConn()
	if err != nil {
		return 0, err
	}
	waitErr := rc.Read(func(fd uintptr) bool {
		n, err = syscall.Read(int(fd), b)
		if errors.Is(err, syscall.EAGAIN) {
			there()
			return false
		}
		return !errors.Is(err, syscall.EINTR)
	})
	switch {
	case waitErr != nil:
		return 0, waitErr
	case errors.Is(err, syscall.EIO), err == nil && n == 0:
		return 0, errNobody
	}
	return max(0, n), err
}

// write writes to the program, and waits as long as it does not read, until
// stopWriting or hangUp.
func (t *terminal) write(b []byte) {
	t.writing.Lock()
	defer t.writing.Unlock()
	_, _ = t.master.Write(b)
}

// offer writes what there is room for, and does not wait.
func (t *terminal) offer(b []byte) {
	if rc, err := t.master.SyscallConn(); err == nil {
		_ = rc.Control(func(fd uintptr) { _, _ = syscall.Write(int(fd), b) })
	}
}

// stopWriting makes writes fail until goOnWriting. None is under way when it
// returns.
func (t *terminal) stopWriting() {
	_ = t.master.SetWriteDeadline(time.Unix(1, 0))
	t.writing.Lock()
	defer t.writing.Unlock()
}

// renew makes of a terminal that was used one as new: raw, and with nothing in
// it that the modem sent before, as a serial port that is opened again. It
// reports whether it could: one that was left with TIOCEXCL set cannot be opened.
func (t *terminal) renew() bool {
	slave, err := os.OpenFile(t.name, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	return errors.Join(raw(slave), flush(t.master, slave), slave.Close()) == nil
}

// goOnWriting undoes stopWriting, and reports whether it could.
func (t *terminal) goOnWriting() bool { return t.master.SetWriteDeadline(time.Time{}) == nil }

// hangUp lets all go who read and write, and those who have the terminal open
// know.
func (t *terminal) hangUp() {
	_ = t.master.Close()
	if t.held != nil {
		_ = t.held.Close()
	}
}

// Close closes the terminal. Closing twice is a no-op.
func (t *terminal) Close() error {
	t.hangUp()
	return nil
}

// raw takes all processing of characters off a terminal, as cfmakeraw does, and
// gives it a rate that devices have.
func raw(f *os.File) error {
	var tio syscall.Termios
	if err := ioctl(f, getRequest, uintptr(unsafe.Pointer(&tio))); err != nil {
		return err
	}
	tio.Iflag &^= syscall.IGNBRK | syscall.BRKINT | syscall.PARMRK | syscall.ISTRIP |
		syscall.INLCR | syscall.IGNCR | syscall.ICRNL | syscall.IXON
	tio.Oflag &^= syscall.OPOST
	tio.Lflag &^= syscall.ECHO | syscall.ECHONL | syscall.ICANON | syscall.ISIG | syscall.IEXTEN
	tio.Cflag &^= syscall.CSIZE | syscall.PARENB
	tio.Cflag |= syscall.CS8 | syscall.CREAD | syscall.CLOCAL
	tio.Cc[syscall.VMIN], tio.Cc[syscall.VTIME] = 1, 0
	return ioctl(f, setRequest, uintptr(unsafe.Pointer(&tio)))
}

func ioctl(f *os.File, request, arg uintptr) error {
	rc, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var errno syscall.Errno
	err = rc.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, arg)
	})
	switch {
	case err != nil:
		return err
	case errno != 0:
		return &os.PathError{Op: "ioctl", Path: f.Name(), Err: errno}
	}
	return nil
}

var _ io.Closer = (*terminal)(nil)
