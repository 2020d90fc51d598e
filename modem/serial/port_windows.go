package serial

import (
	"errors"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	bugst "go.bug.st/serial"
)

// handle is a port of go.bug.st/serial, whose Close unblocks Read and Write here.
type handle struct {
	bugst.Port
}

// openDevice opens a port for this program alone, as Windows always does.
func openDevice(path string, s settings) (*port, error) {
	p, err := bugst.Open(path, mode(s.baud))
	if err != nil {
		return nil, ofOpening(err)
	}
	return newPort(path, &handle{p}, s), nil
}

// ofOpening returns the cause of an error of go.bug.st/serial, which does not unwrap.
func ofOpening(err error) error {
	if pe, ok := errors.AsType[*bugst.PortError](err); ok {
		switch pe.Code() {
		case bugst.PortBusy:
			return errBusy
		case bugst.PortNotFound:
			return fs.ErrNotExist
		case bugst.InvalidSerialPort:
			return errNotSerial
		default:
		}
	}
	return err
}

// errBusy means that another program has the port.
var errBusy = errors.New("the port is busy")

func isHeld(err error) bool { return errors.Is(err, errBusy) }

func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// isWithoutLines tells whether an error is that of a port that has no modem lines.
func isWithoutLines(err error) bool { return errors.Is(err, syscall.EINVAL) }

// interrupt closes the port: there is no other way to end a Write.
func (h *handle) interrupt() { _ = h.Port.Close() }

func (h *handle) setBaud(baud int) error { return h.SetMode(mode(baud)) }

func (h *handle) readWithin(b []byte, bound time.Duration) (int, error) {
	if err := h.SetReadTimeout(bound); err != nil {
		return 0, err
	}
	n, err := h.Port.Read(b)
	if n == 0 && err == nil {
		err = os.ErrDeadlineExceeded
	}
	_ = h.SetReadTimeout(bugst.NoTimeout) // it was set a moment ago
	return n, err
}

// writeWithin ends a Write that takes too long by closing the port: there is no
// other way to.
func (h *handle) writeWithin(b []byte, bound time.Duration) (int, error) {
	var over atomic.Bool
	timer := time.AfterFunc(bound, func() {
		over.Store(true)
		_ = h.Port.Close()
	})
	defer timer.Stop()
	n, err := h.Port.Write(b)
	if err != nil && over.Load() {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}
