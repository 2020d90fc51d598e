package transporttest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/transporttest"
)

// hang waits until the port is closed, at least.
func hang(p *port) { <-p.isClosed }

// broken are transports of which each has one fault, under the checks that must
// find it.
var broken = map[string]map[string]fault{
	"bytes from the modem": {
		"a tty that was not made raw": {read: func(p *port, b []byte) (int, error) {
			n, err := p.in.take(b)
			copy(b, bytes.ReplaceAll(b[:n], []byte("\r"), []byte("\n")))
			return n, err
		}},
		"seven bits": {read: func(p *port, b []byte) (int, error) {
			n, err := p.in.take(b)
			for i := range n {
				b[i] &= 0x7f
			}
			return n, err
		}},
		"telnet": {read: func(p *port, b []byte) (int, error) {
			n, err := p.in.take(b)
			return copy(b, bytes.ReplaceAll(b[:n], []byte("\xff"), nil)), err
		}},
		"a Read of more than the buffer": {read: func(p *port, b []byte) (int, error) {
			n, err := p.in.take(b)
			return n + len(b), err
		}},
		"never reads": {read: func(p *port, _ []byte) (int, error) { hang(p); return 0, os.ErrClosed }},
	},
	"bytes to the modem": {
		"line ends translated": {write: func(p *port, b []byte) (int, error) {
			_, err := p.out.send(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))
			return len(b), err
		}},
		"software flow control": {write: func(p *port, b []byte) (int, error) {
			_, err := p.out.send(bytes.ReplaceAll(b, []byte("\x13"), nil))
			return len(b), err
		}},
		"short, and no error": {write: func(p *port, b []byte) (int, error) { return p.out.send(b[:len(b)/2]) }},
		"never writes":        {write: func(p *port, _ []byte) (int, error) { hang(p); return 0, os.ErrClosed }},
	},
	"64 KiB from the modem": {
		"loses a byte now and then": {read: func(p *port, b []byte) (int, error) {
			n, err := p.in.take(b)
			if p.gone += n; p.gone > 20000 && !p.swapped {
				p.swapped = true
				return n - 1, err
			}
			return n, err
		}},
	},
	"64 KiB to the modem": {
		"out of order": {write: func(p *port, b []byte) (int, error) {
			if p.gone += len(b); p.gone > 20000 && !p.swapped {
				p.swapped = true
				b = slices.Concat(b[1:2], b[:1], b[2:])
			}
			return p.out.send(b)
		}},
	},
	"64 KiB both ways": {
		"reads what it wrote": {write: func(p *port, b []byte) (int, error) {
			p.in.echo(b)
			return p.out.send(b)
		}},
	},
	"small reads": {
		"drops what the buffer is too small for": {read: func(p *port, b []byte) (int, error) {
			big := make([]byte, 1024)
			n, err := p.in.take(big)
			return copy(b, big[:n]), err
		}},
	},
	"partial reads": {
		"waits for a full buffer": {read: func(p *port, b []byte) (int, error) {
			return io.ReadFull(readFunc(p.in.take), b)
		}},
	},
	"an idle Read waits": {
		"polls": {read: poll},
		"spins": {read: func(p *port, b []byte) (int, error) {
			for !p.closed() {
				p.in.mu.Lock()
				n := len(p.in.data)
				p.in.mu.Unlock()
				if n > 0 {
					return p.in.take(b)
				}
			}
			return 0, os.ErrClosed
		}},
		"times out": {read: func(*port, []byte) (int, error) { return 0, os.ErrDeadlineExceeded }},
	},
	"Write beside a Read that waits": {
		"one lock for both": {
			read: func(p *port, b []byte) (int, error) {
				locks.Lock()
				defer locks.Unlock()
				return p.in.take(b)
			},
			write: func(p *port, b []byte) (int, error) {
				locks.Lock()
				defer locks.Unlock()
				return p.out.send(b)
			},
		},
	},
	"Read beside a Write that waits": {
		"one lock for both": {
			read: func(p *port, b []byte) (int, error) {
				locks.Lock()
				defer locks.Unlock()
				return p.in.take(b)
			},
			write: func(p *port, b []byte) (int, error) {
				locks.Lock()
				defer locks.Unlock()
				return p.out.send(b)
			},
		},
		"never blocks": {write: func(_ *port, b []byte) (int, error) { return len(b), nil }},
	},
	"Close unblocks Read": {
		"it does not":    {close: func(p *port) error { p.out.end(os.ErrClosed, os.ErrClosed); return nil }},
		"with io.EOF":    {close: func(p *port) error { p.in.end(io.EOF, io.EOF); return p.shut() }, read: eofRead},
		"with no error":  {read: func(p *port, _ []byte) (int, error) { hang(p); return 0, nil }},
		"with old bytes": {read: func(p *port, _ []byte) (int, error) { hang(p); return 1, os.ErrClosed }},
		"Close hangs":    {close: func(p *port) error { p.d.stick(); return p.shut() }},
		"Close fails":    {close: func(p *port) error { _ = p.shut(); return errAway }},
	},
	"Close unblocks Write": {
		"it does not":   {close: func(p *port) error { p.in.end(os.ErrClosed, os.ErrClosed); return nil }},
		"with no error": {write: func(p *port, b []byte) (int, error) { _, _ = p.out.send(b); return len(b), nil }},
		"never blocks":  {write: func(_ *port, b []byte) (int, error) { return len(b), nil }},
		"gives up":      {write: func(*port, []byte) (int, error) { return 0, os.ErrDeadlineExceeded }},
	},
	"Close twice": {
		"panics": {close: func(p *port) error { close(p.isClosed); return nil }},
		"fails": {close: func(p *port) error {
			if p.closed() {
				return errAway
			}
			return p.shut()
		}},
		"hangs": {close: func(p *port) error {
			if p.closed() {
				p.d.stick()
			}
			return p.shut()
		}},
	},
	"after Close": {
		"reads what was left": {close: func(p *port) error {
			p.closing.Do(func() { close(p.isClosed); p.d.closed(p) })
			return nil
		}, write: failing},
		"reads io.EOF": {read: eofRead},
		"reads nothing": {read: func(p *port, b []byte) (int, error) {
			if p.closed() {
				return 0, nil
			}
			return p.in.take(b)
		}},
		"waits": {read: func(p *port, b []byte) (int, error) {
			if p.closed() {
				p.d.stick()
			}
			return p.in.take(b)
		}},
		"writes": {write: func(p *port, b []byte) (int, error) {
			_, _ = p.out.send(b)
			return len(b), nil
		}},
		"writes and waits": {write: func(p *port, b []byte) (int, error) {
			if p.closed() {
				p.d.stick()
			}
			return p.out.send(b)
		}},
	},
	"Read, Write and Close at once": {
		"Write does not end": {write: func(p *port, b []byte) (int, error) { _, _ = p.out.send(b); return len(b), nil }},
		"Read does not end": {read: func(p *port, b []byte) (int, error) {
			if n, err := p.in.take(b); err == nil {
				return n, nil
			}
			p.d.stick()
			return 0, os.ErrClosed
		}},
		"Read ends without a word": {read: func(p *port, b []byte) (int, error) {
			n, _ := p.in.take(b)
			return n, nil
		}},
	},
	"gone while a Read waits": {
		"not told":     {unplug: func(*device) {}},
		"nothing read": {unplug: func(d *device) { d.end(nil, errAway) }, read: poll},
		"once only": {read: func(p *port, b []byte) (int, error) {
			n, err := p.in.take(b)
			if p.gone++; err != nil && p.gone%3 == 0 {
				return 0, nil
			}
			return n, err
		}},
		"once, then it waits": {read: func(p *port, b []byte) (int, error) {
			n, err := p.in.take(b)
			if p.gone++; err != nil && p.gone > 1 {
				p.d.stick()
			}
			return n, err
		}},
	},
	"gone before a Read": {
		"not told": {unplug: func(*device) {}},
		"garbage for ever": {read: func(p *port, b []byte) (int, error) {
			if n, err := p.in.take(b); err == nil {
				return n, nil
			}
			return len(b), nil
		}},
	},
	"Write when gone": {
		"not told": {unplug: func(d *device) { d.end(io.EOF, nil) }, write: func(_ *port, b []byte) (int, error) { return len(b), nil }},
		"waits":    {write: func(p *port, _ []byte) (int, error) { hang(p); return 0, os.ErrClosed }},
	},
	"Close when gone": {
		"waits": {close: func(p *port) error {
			if p.d.isAway() {
				p.d.stick()
			}
			return p.shut()
		}},
		"panics": {close: func(p *port) error {
			if p.closed() {
				panic("closed twice")
			}
			return p.shut()
		}},
		"reads on": {close: func(p *port) error {
			p.in.end(nil, nil)
			return nil
		}, read: func(p *port, b []byte) (int, error) { return 0, nil }},
	},
	"opening while gone": {
		"waits": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			if d.isAway() {
				d.stick()
			}
			return d.open(ctx, "AT")
		}},
		"opens and waits": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			d.set(false)
			return d.open(ctx, "AT")
		}},
	},
	"gone and back": {
		"never back": {plug: func(*device) {}},
		"back, and dead": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			rw, err := d.open(ctx, "AT")
			if p, ok := rw.(*port); ok && d.opens > 1 {
				p.in, p.out = newWire(), newWire()
				p.in.end(errAway, errAway)
			}
			return rw, err
		}},
		"still held": {close: func(p *port) error {
			p.in.end(os.ErrClosed, os.ErrClosed)
			p.out.end(os.ErrClosed, os.ErrClosed)
			return nil
		}},
	},
	"opening with a context that is done": {
		"opens": {open: func(d *device, _ context.Context) (io.ReadWriteCloser, error) {
			return d.open(context.Background(), "AT")
		}},
		"another error": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			if ctx.Err() != nil {
				return nil, errors.New("it did not work")
			}
			return d.open(ctx, "AT")
		}},
		"left open": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			rw, err := d.open(context.WithoutCancel(ctx), "AT")
			return rw, errors.Join(err, ctx.Err())
		}},
	},
	"the context bounds opening only": {
		"it closes the port": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			rw, err := d.open(ctx, "AT")
			if err == nil {
				context.AfterFunc(ctx, func() { rw.Close() })
			}
			return rw, err
		}},
	},
	"opening again after Close": {
		"still held": {close: func(p *port) error {
			p.in.end(os.ErrClosed, os.ErrClosed)
			p.out.end(os.ErrClosed, os.ErrClosed)
			return nil
		}},
		"once only": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			if d.opens > 0 {
				return nil, errAway
			}
			return d.open(ctx, "AT")
		}},
		"neither a port nor an error": {open: func(*device, context.Context) (io.ReadWriteCloser, error) {
			var none io.ReadWriteCloser
			return none, nil
		}},
	},
	"opening twice": {
		"not exclusive": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			rw, err := d.open(ctx, "AT")
			if errors.Is(err, errBusy) {
				return &port{d: d, in: newWire(), out: newWire(), isClosed: make(chan struct{})}, nil
			}
			return rw, err
		}},
		"the first is closed": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			rw, err := d.open(ctx, "AT")
			if errors.Is(err, errBusy) {
				p, _ := d.port("AT")
				p.Close()
			}
			return rw, err
		}},
		"waits for the first": {open: func(d *device, ctx context.Context) (io.ReadWriteCloser, error) {
			rw, err := d.open(ctx, "AT")
			if errors.Is(err, errBusy) {
				d.stick()
			}
			return rw, err
		}},
	},
}

// locks is what a transport takes that has one lock for both directions.
var locks sync.Mutex

type readFunc func(b []byte) (int, error)

func (f readFunc) Read(b []byte) (int, error) { return f(b) }

// poll is a Read that returns nothing and no error when there is nothing.
func poll(p *port, b []byte) (int, error) {
	p.in.mu.Lock()
	n, err := len(p.in.data), p.in.err
	p.in.mu.Unlock()
	if n > 0 || err != nil {
		return p.in.take(b)
	}
	return 0, nil
}

// eofRead is a Read that takes the own Close for the end of the stream.
func eofRead(p *port, b []byte) (int, error) {
	n, err := p.in.take(b)
	if errors.Is(err, os.ErrClosed) {
		err = io.EOF
	}
	return n, err
}

func failing(*port, []byte) (int, error) { return 0, os.ErrClosed }

func (d *device) isAway() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.away
}

func (d *device) set(away bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = away
}

// patience is that of the harness for transports that hang.
const patience = 150 * time.Millisecond

var impatient = transporttest.Harness{Exclusive: true, Patience: patience, Quiet: 20 * time.Millisecond}

func TestEveryCheckFindsWhatIsBroken(t *testing.T) {
	assert.ElementsMatch(t, transporttest.Checks(), slices.Collect(maps.Keys(broken)), "each check has a transport that it must refuse")
	for check, faults := range broken {
		for name, f := range faults {
			t.Run(check+"/"+name, func(t *testing.T) {
				d := newDevice()
				d.fault = f
				defer d.free()
				err := transporttest.Verify(impatient, d.subject(), "AT", check)
				require.Error(t, err)
				t.Log(err)
			})
		}
		t.Run(check+"/nothing is broken", func(t *testing.T) {
			d := newDevice()
			defer d.free()
			require.NoError(t, transporttest.Verify(impatient, d.subject(), "AT", check))
		})
	}
}

func TestPresenceIsChecked(t *testing.T) {
	broken := map[string]fault{
		"another error": {openAudio: func(*device, context.Context) (io.ReadWriteCloser, error) { return nil, errAway }},
		"it opens":      {},
	}
	for name, f := range broken {
		s := (&device{fault: f}).subject()
		s.Audio = nil
		require.Error(t, transporttest.Verify(impatient, s, "audio", "present"), name)
	}
	s := (&device{fault: broken["another error"]}).subject()
	require.ErrorIs(t, transporttest.Verify(impatient, s, "audio", "present"), errAway, "it is there and does not open")
	s.Transport = bare{&device{}}
	require.ErrorContains(t, transporttest.Verify(impatient, s, "reports", "present"), "no OpenReports")
	s.Reports = nil
	require.NoError(t, transporttest.Verify(impatient, s, "reports", "present"))
}

func TestAGoroutineThatIsLeftIsFound(t *testing.T) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	err := transporttest.Left(impatient, func() { wg.Go(func() { <-stop }) })
	require.ErrorContains(t, err, "a goroutine is left")
	require.ErrorContains(t, err, "TestAGoroutineThatIsLeftIsFound", "its stack tells where it comes from")
	close(stop)
	wg.Wait()
	soon := make(chan struct{})
	err = transporttest.Left(impatient, func() {
		wg.Go(func() { <-soon })
		time.AfterFunc(20*time.Millisecond, func() { close(soon) })
	})
	require.NoError(t, err, "one that ends is waited for")
	wg.Wait()
}
