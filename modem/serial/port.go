package serial

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// usualBaud is the rate of a port for which none is given, in bits per second.
const usualBaud = 115200

// usualWriteTimeout is how long a Write may block, if Ports.WriteTimeout does not
// say otherwise.
const usualWriteTimeout = 5 * time.Second

// device is an open serial port of the operating system. Close unblocks the others.
type device interface {
	io.ReadWriteCloser
	// readWithin is Read with a bound: os.ErrDeadlineExceeded when nothing came.
	readWithin(b []byte, bound time.Duration) (int, error)
	// writeWithin is Write with a bound: os.ErrDeadlineExceeded when it is over.
	writeWithin(b []byte, bound time.Duration) (int, error)
	// interrupt ends each Write, the present ones and later ones.
	interrupt()
	// setBaud changes the rate, in bits per second.
	setBaud(baud int) error
	// SetDTR sets the line that tells the modem that the computer is there.
	SetDTR(up bool) error
	// ResetOutputBuffer drops what the device has not taken yet.
	ResetOutputBuffer() error
}

// port is an open port of a modem. One goroutine may read while another writes and
// a third closes.
type port struct {
	device
	path    string
	bound   time.Duration // of a Write
	discard bool          // what is still unsent at Close is worth nothing

	once    sync.Once // closes
	mu      sync.Mutex
	idle    *sync.Cond // a Write has ended
	closed  bool
	writing int  // Writes in progress
	stuck   bool // the last Write did not get through
}

// settings are how a port is opened.
type settings struct {
	baud    int // 0 means usualBaud
	bound   time.Duration
	discard bool
}

// newPort makes a port of an open device.
func newPort(path string, d device, s settings) *port {
	if s.bound == 0 {
		s.bound = usualWriteTimeout
	}
	p := &port{device: d, path: path, bound: s.bound, discard: s.discard}
	p.idle = sync.NewCond(&p.mu)
	return p
}

// Read reads what came, and blocks until there is something. The modem's going away
// is io.EOF or an error, for good.
func (p *port) Read(b []byte) (int, error) {
	n, err := p.device.Read(b)
	return n, p.explain("read", err)
}

// readWithin is Read, and os.ErrDeadlineExceeded if nothing came in time.
func (p *port) readWithin(b []byte, bound time.Duration) (int, error) {
	n, err := p.device.readWithin(b, bound)
	return n, p.explain("read", err)
}

// Write writes all of b. If the device does not take it in time the error is
// os.ErrDeadlineExceeded, and n tells how much it took; the port stays usable.
func (p *port) Write(b []byte) (int, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return 0, p.explain("write", os.ErrClosed)
	}
	p.writing++
	p.mu.Unlock()
	n, err := p.writeWithin(b, p.bound)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writing--
	p.idle.Signal()
	p.stuck = errors.Is(err, os.ErrDeadlineExceeded)
	switch {
	case p.stuck && p.closed:
		return n, p.explain("write", os.ErrClosed)
	case p.stuck:
		return n, fmt.Errorf("serial: %s: the device takes no more for %v: %w", p.path, p.bound, os.ErrDeadlineExceeded)
	}
	return n, p.explain("write", err)
}

// Close closes the port and unblocks Read and Write. Closing twice does nothing.
func (p *port) Close() (err error) {
	p.once.Do(func() { err = p.close() })
	return err
}

// close drops what is unsent where it is worth nothing or will not go: the system would
// wait up to 30 s for the device to take it. Whoever still writes is stopped first, or
// would find room.
func (p *port) close() error {
	p.mu.Lock()
	p.closed = true
	if p.discard || p.stuck || p.writing > 0 {
		p.interrupt()
		for p.writing > 0 {
			p.idle.Wait()
		}
		_ = p.ResetOutputBuffer() // a port that is gone has nothing to send
	}
	p.mu.Unlock()
	return p.explain("close", p.device.Close())
}

// SetDTR raises or drops the line that tells the modem that the computer is there.
// Dropping it ends a data connection (ITU-T V.250, 6.2.8). A port without such lines
// gives errors.ErrUnsupported.
func (p *port) SetDTR(up bool) error {
	err := p.set("DTR", func() error { return p.device.SetDTR(up) })
	if isWithoutLines(err) {
		return fmt.Errorf("serial: %s: the port has no line DTR: %w", p.path, errors.ErrUnsupported)
	}
	return err
}

// setBaud changes the rate.
func (p *port) setBaud(baud int) error {
	return p.set(fmt.Sprintf("%d baud", baud), func() error { return p.device.setBaud(baud) })
}

// set changes a setting, which an open port only has.
func (p *port) set(name string, change func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return p.explain(name, os.ErrClosed)
	}
	return p.explain(name, change())
}

// explain puts the package and the port before an error, and leaves io.EOF alone.
func (p *port) explain(op string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return fmt.Errorf("serial: %s: %s: %w", p.path, op, err)
}
