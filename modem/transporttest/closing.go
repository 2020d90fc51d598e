package transporttest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// mostUnread is how much may be written to a port whose far end takes nothing
// before Write blocks. It is more than the kernel keeps for a connection.
const mostUnread = 64 << 20

func checkCloseUnblocksRead(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	reading := p.begin(func() (int, error) { return rw.Read(make([]byte, 16)) })
	if !reading.waits(p.h.Quiet) {
		return errNothingSent(reading)
	}
	if err := p.close(rw); err != nil {
		return err
	}
	o, err := reading.wait("a Read that waited when the port was closed")
	if err != nil {
		return err
	}
	return closedRead(o)
}

// closedRead judges what a Read returned that cannot have succeeded.
func closedRead(o outcome) error {
	switch {
	case o.err == nil:
		return fmt.Errorf("Read of a closed port returned %d bytes and no error", o.n)
	case errors.Is(o.err, io.EOF):
		return errors.New("Read of a closed port returned io.EOF, which is for the modem's going away: return os.ErrClosed")
	case o.n != 0:
		return fmt.Errorf("Read of a closed port returned %d bytes", o.n)
	}
	return nil
}

// fill writes until a Write blocks, and returns that Write.
func (p *probe) fill(rw io.Writer) (*pending, error) {
	if stall := p.far().Stall; stall != nil {
		stall()
	}
	piece := stream(16 << 10)
	for range mostUnread / len(piece) {
		writing := p.begin(func() (int, error) { return rw.Write(piece) })
		timer := time.NewTimer(p.h.Quiet)
		select {
		case o := <-writing.done:
			timer.Stop()
			if o.err != nil {
				return nil, fmt.Errorf("writing while the far end takes nothing: %w", o.err)
			}
		case <-timer.C:
			return writing, nil
		}
	}
	return nil, fmt.Errorf("%d MiB were written and nobody took them: if Write never blocks, say so in Harness.Skip", mostUnread>>20)
}

func checkCloseUnblocksWrite(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	writing, err := p.fill(rw)
	if err != nil {
		return err
	}
	if err := p.close(rw); err != nil {
		return err
	}
	o, err := writing.wait("a Write that waited when the port was closed")
	if err != nil {
		return err
	}
	if o.err == nil {
		return errors.New("a Write that waited when the port was closed returned no error")
	}
	return nil
}

// checkReadBesideBlockedWrite reads while a Write waits: what the modem says must
// not depend on its taking what it is told.
func checkReadBesideBlockedWrite(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	if _, err := p.fill(rw); err != nil {
		return err
	}
	return p.fromModem(rw, []byte("\r\nNO CARRIER\r\n"), 100, 100)
}

// checkCloseTwice closes again, and by several goroutines at a time.
func checkCloseTwice(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	if err := p.close(rw); err != nil {
		return err
	}
	var again []*pending
	for range 4 {
		again = append(again, p.begin(func() (int, error) { return 0, closing(rw) }))
	}
	for _, c := range again {
		switch o, err := c.wait("Close of a closed port"); {
		case err != nil:
			return err
		case o.err != nil && !saysClosed(o.err):
			return fmt.Errorf("closing a closed port: %w", o.err)
		}
	}
	return nil
}

// saysClosed tells whether an error is one of the standard library for what was
// closed before.
func saysClosed(err error) bool {
	return errors.Is(err, os.ErrClosed) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe)
}

// errPanic is a call that did not return but panicked.
var errPanic = errors.New("panic")

// closing closes, and makes an error of a panic.
func closing(c io.Closer) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v", errPanic, v)
		}
	}()
	return c.Close()
}

// checkAfterClose reads and writes when the port is closed, though there was
// something to read.
func checkAfterClose(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	if send := p.far().Send; send != nil {
		p.begin(func() (int, error) { return 0, send([]byte("RING")) }).waits(p.h.Quiet)
	}
	if err := p.close(rw); err != nil {
		return err
	}
	for range 3 {
		o, err := p.begin(func() (int, error) { return rw.Read(make([]byte, 16)) }).wait("Read of a closed port")
		if err != nil {
			return err
		}
		if err := closedRead(o); err != nil {
			return err
		}
		o, err = p.begin(func() (int, error) { return rw.Write([]byte("AT\r")) }).wait("Write to a closed port")
		if err != nil {
			return err
		}
		if o.err == nil {
			return errors.New("a Write to a closed port returned no error")
		}
	}
	return nil
}

// checkAllAtOnce closes a port that one goroutine reads and another one writes: no
// race, and both end.
func checkAllAtOnce(p *probe) error {
	for i := range 10 {
		rw, err := p.open()
		if err != nil {
			return err
		}
		reading := p.begin(func() (int, error) {
			for buf := make([]byte, 64); ; {
				if n, err := rw.Read(buf); err != nil || n == 0 {
					return n, err
				}
			}
		})
		writing := p.begin(func() (int, error) {
			for end := time.Now().Add(p.h.Patience); time.Now().Before(end); time.Sleep(time.Microsecond) {
				if n, err := rw.Write([]byte("AT\r")); err != nil || n != 3 {
					return n, err
				}
			}
			return 3, nil
		})
		time.Sleep(time.Duration(i) * time.Millisecond)
		if err := p.close(rw); err != nil {
			return err
		}
		for what, c := range map[string]*pending{"Read": reading, "Write": writing} {
			o, err := c.wait(what + " of a port that was closed")
			if err != nil {
				return err
			}
			if o.err == nil {
				return fmt.Errorf("%s returned %d and no error when the port was closed", what, o.n)
			}
		}
	}
	return nil
}
