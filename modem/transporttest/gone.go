package transporttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// stillGone is how often a port is read whose modem is gone. A Read that returned
// nothing and no error would keep a reader busy for ever.
const stillGone = 1000

// goneRead reads until an error comes, and then goes on reading.
func (p *probe) goneRead(rw io.Reader) error {
	return p.within("Read of a port whose modem is gone", func() error {
		buf := make([]byte, 64)
		for range stillGone { // what came before may be read
			n, err := rw.Read(buf)
			if n == 0 && err == nil {
				return errors.New("Read returned nothing and no error, though the modem is gone: return io.EOF")
			}
			if err != nil {
				return staysGone(rw)
			}
		}
		return errors.New("Read goes on returning bytes, though the modem is gone")
	})
}

func staysGone(rw io.Reader) error {
	for i := range stillGone {
		if n, err := rw.Read(make([]byte, 64)); err == nil {
			return fmt.Errorf("Read %d after the first error returned %d bytes and no error", i+1, n)
		}
	}
	return nil
}

func checkGoneReading(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	reading := p.begin(func() (int, error) { return 0, p.goneRead(rw) })
	if !reading.waits(p.h.Quiet) {
		return errNothingSent(reading)
	}
	p.s.Break()
	o, err := reading.wait("a Read that waited when the modem went away")
	return errors.Join(o.err, err)
}

func checkGoneBefore(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	p.s.Break()
	return p.goneRead(rw)
}

// checkGoneWriting writes until that fails: a connection tells only when the far
// side has refused what was written before.
func checkGoneWriting(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	p.s.Break()
	end := time.Now().Add(p.h.Patience)
	for time.Now().Before(end) {
		o, err := p.begin(func() (int, error) { return rw.Write([]byte("AT\r")) }).wait("Write to a port whose modem is gone")
		if err != nil || o.err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("writing succeeds for %v, though the modem is gone", p.h.Patience)
}

func checkGoneClosing(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	p.s.Break()
	for range 2 {
		o, err := p.begin(func() (int, error) { return 0, closing(rw) }).wait("Close of a port whose modem is gone")
		if err != nil || errors.Is(o.err, errPanic) {
			return errors.Join(err, o.err)
		}
	}
	o, err := p.begin(func() (int, error) { return rw.Read(make([]byte, 16)) }).wait("Read of a closed port")
	if err == nil && o.err == nil {
		err = fmt.Errorf("Read of a closed port returned %d bytes and no error", o.n)
	}
	return err
}

// checkOpenWhileGone opens a port whose modem is away: an error, or a port that
// fails.
func checkOpenWhileGone(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	p.s.Break()
	_ = p.close(rw)
	_ = p.closeAll()
	ctx, cancel := context.WithTimeout(context.Background(), p.h.Patience)
	defer cancel()
	rw, refused := p.try(ctx)
	if errors.Is(refused, errHangs) {
		return refused
	}
	if refused == nil {
		err = p.goneRead(rw)
	}
	return err
}

func checkComesBack(p *probe) error {
	for range 3 {
		rw, err := p.open()
		if err != nil {
			return err
		}
		p.s.Break()
		if err := p.goneRead(rw); err != nil {
			return err
		}
		_ = p.close(rw)
		if err := p.closeAll(); err != nil {
			return err
		}
		p.s.Restore()
		if rw, err = p.open(); err != nil {
			return fmt.Errorf("after the modem came back: %w", err)
		}
		if err := p.works(rw); err != nil {
			return fmt.Errorf("after the modem came back: %w", err)
		}
		if err := p.close(rw); err != nil {
			return err
		}
		if err := p.closeAll(); err != nil {
			return err
		}
	}
	return nil
}

// works checks that bytes pass, as far as the far end can tell.
func (p *probe) works(rw io.ReadWriter) error {
	f := p.far()
	if f.Send != nil {
		if err := p.fromModem(rw, []byte("\r\nRING\r\n"), 100, 100); err != nil {
			return err
		}
	}
	switch {
	case f.Receive != nil:
		return p.toModem(rw, []byte("AT+CSQ\r"), 100)
	case f.Send == nil:
		return p.within("Write", func() error { return writeAll(rw, make([]byte, 2), 2) })
	}
	return nil // what is written may be answered
}
