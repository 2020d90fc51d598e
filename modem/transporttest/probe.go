package transporttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// The ports of a transport.
const (
	portAT      = "AT"
	portAudio   = "audio"
	portReports = "reports"
)

var ports = []string{portAT, portAudio, portReports}

// probe is one check of one port in the making.
type probe struct {
	h    Harness
	s    *Subject
	port string

	opened []*closer
	isOpen bool // the AT port, which the others need
}

// closer closes a port once, however often it is asked to.
type closer struct {
	io.ReadWriteCloser
	once sync.Once
	err  error
}

func (c *closer) closeOnce() error {
	c.once.Do(func() { c.err = closing(c.ReadWriteCloser) })
	return c.err
}

// far is the far end of the port, or nil if there is no such port.
func (p *probe) far() *Far { return p.s.far(p.port) }

func (s *Subject) far(port string) *Far {
	switch port {
	case portAudio:
		return s.Audio
	case portReports:
		return s.Reports
	}
	return s.AT
}

// open opens the port, and has it closed when the check is over.
func (p *probe) open() (io.ReadWriteCloser, error) {
	ctx, cancel := context.WithTimeout(context.Background(), p.h.Patience)
	defer cancel()
	rw, err := p.try(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening the %s port: %w", p.port, err)
	}
	return rw, nil
}

// try opens the port, which may fail. The other ports are those of the device which
// OpenAT found last, so that one is opened before.
func (p *probe) try(ctx context.Context) (io.ReadWriteCloser, error) {
	if p.port != portAT && !p.isOpen {
		if _, err := p.keep("OpenAT", func() (io.ReadWriteCloser, error) { return p.s.Transport.OpenAT(context.WithoutCancel(ctx)) }); err != nil {
			return nil, err
		}
		p.isOpen = true
	}
	switch p.port {
	case portAudio:
		return p.keep("OpenAudio", func() (io.ReadWriteCloser, error) { return p.s.Transport.OpenAudio(ctx) })
	case portReports:
		reports, ok := p.s.Transport.(ReportTransport)
		if !ok {
			return nil, errors.New("the transport has no OpenReports")
		}
		return p.keep("OpenReports", func() (io.ReadWriteCloser, error) { return reports.OpenReports(ctx) })
	}
	return p.keep("OpenAT", func() (io.ReadWriteCloser, error) { return p.s.Transport.OpenAT(ctx) })
}

// keep runs a function that opens a port, and remembers the port.
func (p *probe) keep(name string, open func() (io.ReadWriteCloser, error)) (io.ReadWriteCloser, error) {
	var rw io.ReadWriteCloser
	err := p.within(name, func() (err error) {
		rw, err = open()
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case rw == nil:
		return nil, fmt.Errorf("%s returned neither a port nor an error", name)
	}
	c := &closer{ReadWriteCloser: rw}
	p.opened = append(p.opened, c)
	return rw, nil
}

// close closes a port that open returned.
func (p *probe) close(rw io.ReadWriteCloser) error {
	for _, c := range p.opened {
		if c.ReadWriteCloser != rw {
			continue
		}
		if err := p.within("Close", c.closeOnce); err != nil {
			return fmt.Errorf("closing the port: %w", err)
		}
	}
	return nil
}

// closeAll closes what the check left open.
func (p *probe) closeAll() error {
	var errs []error
	for _, c := range p.opened {
		if err := p.within("Close", c.closeOnce); errors.Is(err, errHangs) {
			errs = append(errs, err)
		}
	}
	p.isOpen = false
	return errors.Join(errs...)
}

// errHangs is what does not return.
var errHangs = errors.New("it hangs")

// within runs f, and waits for it as long as the harness has patience.
func (p *probe) within(what string, f func() error) error {
	o, err := p.begin(func() (int, error) { return 0, f() }).wait(what)
	if err != nil {
		return err
	}
	return o.err
}

// outcome is what a call returned.
type outcome struct {
	n   int
	err error
}

// pending is a call that is made on a goroutine of its own.
type pending struct {
	patience time.Duration
	done     chan outcome
}

func (p *probe) begin(f func() (int, error)) *pending {
	c := &pending{patience: p.h.Patience, done: make(chan outcome, 1)}
	var wg sync.WaitGroup
	wg.Go(func() {
		n, err := f()
		c.done <- outcome{n, err}
	})
	return c
}

// wait waits for what the call returns.
func (c *pending) wait(what string) (outcome, error) {
	timer := time.NewTimer(c.patience)
	defer timer.Stop()
	select {
	case o := <-c.done:
		return o, nil
	case <-timer.C:
		return outcome{}, fmt.Errorf("%s has not returned in %v: %w", what, c.patience, errHangs)
	}
}

// waits tells whether the call is still waiting after d.
func (c *pending) waits(d time.Duration) bool {
	time.Sleep(d)
	return len(c.done) == 0
}
