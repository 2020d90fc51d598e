package transporttest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// bulk is how much is passed where the amount matters: more than the buffers of a
// tty or a USB endpoint hold.
const bulk = 64 << 10

// allBytes are all values that a byte has, and the sequences that terminals, telnet
// and UTF-8 decoders like to change. Like all that is sent here, they are an even
// number: an audio port may pass whole samples only.
func allBytes() []byte {
	b := make([]byte, 256, 300)
	for i := range b {
		b[i] = byte(i)
	}
	return append(b, "\r\n\n\r\r\r\n\x00\x00\xff\xff\xff\xfb\x01\x11\x13\x03\x04\x1a\x1b\x7f\b\xc3\x28"...)
}

// stream is n bytes in which every place can be told from the others.
func stream(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// differ tells where two streams differ.
func differ(got, want []byte) error {
	if bytes.Equal(got, want) {
		return nil
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Errorf("byte %d of %d is 0x%02X, not 0x%02X", i, len(want), got[i], want[i])
		}
	}
	return fmt.Errorf("%d bytes came, not %d", len(got), len(want))
}

// readN reads n bytes in pieces of at most size.
func readN(r io.Reader, n, size int) ([]byte, error) {
	got := make([]byte, 0, n)
	buf := make([]byte, size)
	for len(got) < n {
		k, err := r.Read(buf)
		switch {
		case k < 0 || k > len(buf):
			return got, fmt.Errorf("Read returned %d for a buffer of %d", k, len(buf))
		case k == 0 && err == nil:
			return got, errors.New("Read returned nothing, and no error")
		}
		got = append(got, buf[:k]...)
		if err != nil && len(got) < n {
			return got, fmt.Errorf("after %d of %d bytes: %w", len(got), n, err)
		}
	}
	return got, nil
}

// writeAll writes b in pieces of at most size.
func writeAll(w io.Writer, b []byte, size int) error {
	for piece := range chunks(b, size) {
		n, err := w.Write(piece)
		if err != nil {
			return err
		}
		if n != len(piece) {
			return fmt.Errorf("a Write returned %d of %d and no error", n, len(piece))
		}
	}
	return nil
}

func chunks(b []byte, size int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			n := min(size, len(b))
			if !yield(b[:n:n]) {
				return
			}
			b = b[n:]
		}
	}
}

// receiver is a far end as an io.Reader.
type receiver struct{ f *Far }

func (r receiver) Read(p []byte) (int, error) { return r.f.Receive(p) }

// fromModem has the far end send b, and reads it from the port in pieces.
func (p *probe) fromModem(rw io.Reader, b []byte, sent, read int) error {
	sending := p.begin(func() (int, error) {
		for piece := range chunks(b, sent) {
			if err := p.far().Send(piece); err != nil {
				return 0, fmt.Errorf("Far.Send: %w", err)
			}
		}
		return 0, nil
	})
	var got []byte
	err := p.within("Read", func() (err error) {
		got, err = readN(rw, len(b), read)
		return err
	})
	if err == nil {
		err = differ(got, b)
	}
	if err != nil {
		return fmt.Errorf("from the modem: %w", err)
	}
	o, err := sending.wait("Far.Send")
	return errors.Join(o.err, err)
}

// toModem writes b to the port, and has the far end take it.
func (p *probe) toModem(rw io.Writer, b []byte, size int) error {
	writing := p.begin(func() (int, error) { return 0, writeAll(rw, b, size) })
	var got []byte
	err := p.within("Far.Receive", func() (err error) {
		got, err = readN(receiver{p.far()}, len(b), 4096)
		return err
	})
	if err == nil {
		err = differ(got, b)
	}
	o, hangs := writing.wait("Write")
	if err = errors.Join(o.err, hangs, err); err != nil {
		return fmt.Errorf("to the modem: %w", err)
	}
	return nil
}

func checkBytesFrom(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	return p.fromModem(rw, allBytes(), 300, 4096)
}

func checkBytesTo(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	return p.toModem(rw, allBytes(), 300)
}

// checkBulkFrom reads in steps of the far end's, as some ports lose what is sent
// while nobody reads.
func checkBulkFrom(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	for piece := range chunks(stream(bulk), 1024) {
		if err := p.fromModem(rw, piece, len(piece), 700); err != nil {
			return err
		}
	}
	return nil
}

func checkBulkTo(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	return p.toModem(rw, stream(bulk), 1000)
}

func checkBothWays(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	b, other := stream(bulk), stream(bulk)
	slices.Reverse(other)
	const first = 333
	if err := p.toModem(rw, other[:first], first); err != nil { // so that both ways do meet
		return err
	}
	to := p.begin(func() (int, error) { return 0, p.toModem(rw, other[first:], first) })
	var from error
	for piece := range chunks(b, 512) {
		if from = p.fromModem(rw, piece, len(piece), 512); from != nil {
			break
		}
	}
	o, err := to.wait("Write")
	return errors.Join(from, o.err, err)
}

// checkSmallReads reads a byte at a time: what a buffer is too small for is not
// lost.
func checkSmallReads(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	return p.fromModem(rw, stream(600), 600, 1)
}

// checkPartialReads asks for much more than there is.
func checkPartialReads(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	for i := range 3 {
		if err := p.fromModem(rw, []byte("+CSQ: 9,99\r\n"), 100, bulk); err != nil {
			return fmt.Errorf("line %d with a large buffer: %w", i, err)
		}
	}
	return nil
}

// checkWriteWhileReading writes while a Read waits, as a dialogue always does.
func checkWriteWhileReading(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	buf := make([]byte, 16)
	reading := p.begin(func() (int, error) { return rw.Read(buf) })
	if !reading.waits(p.h.Quiet) {
		return errNothingSent(reading)
	}
	if err := p.within("Write beside a Read that waits", func() error { return writeAll(rw, []byte("AT\r"), 3) }); err != nil {
		return err
	}
	return nil
}

// checkIdle watches a Read that has nothing to return.
func checkIdle(p *probe) error {
	rw, err := p.open()
	if err != nil {
		return err
	}
	reading := p.begin(func() (int, error) { return rw.Read(make([]byte, 16)) })
	if !reading.waits(p.h.Quiet) {
		return errNothingSent(reading)
	}
	if p.h.Bubble {
		return nil // what spins there stops the time
	}
	return idle(reading)
}

// idle watches the processor while a call waits. Others may use it for a moment,
// what spins does so all the time.
func idle(reading *pending) error {
	const window = 200 * time.Millisecond
	var used time.Duration
	for range 5 {
		before := busy()
		if !reading.waits(window) {
			return errNothingSent(reading)
		}
		if used = busy() - before; used < window/2 {
			return nil
		}
	}
	return fmt.Errorf("a Read that waits keeps a processor busy: %v in %v", used, window)
}

// errNothingSent tells what a Read returned though nothing was sent.
func errNothingSent(reading *pending) error {
	o, err := reading.wait("Read")
	if err != nil {
		return err
	}
	return errors.Join(fmt.Errorf("Read returned %d bytes, though nothing was sent", o.n), o.err)
}
