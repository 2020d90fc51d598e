package transporttest_test

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/callstack-go/callstack/modem/transporttest"
)

// wire carries bytes one way. What does not fit makes send wait.
type wire struct {
	mu    sync.Mutex
	cond  *sync.Cond
	data  []byte
	limit int
	err   error // what take returns once data is gone
	full  error // what send returns; nil while it works
}

func newWire() *wire {
	w := &wire{limit: 4096}
	w.cond = sync.NewCond(&w.mu)
	return w
}

func (w *wire) send(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for len(p) > 0 {
		for w.full == nil && len(w.data) >= w.limit {
			w.cond.Wait()
		}
		if w.full != nil {
			return n, w.full
		}
		k := min(len(p), w.limit-len(w.data))
		w.data = append(w.data, p[:k]...)
		p, n = p[k:], n+k
		w.cond.Broadcast()
	}
	return n, nil
}

// echo puts bytes on the wire that nobody sent.
func (w *wire) echo(p []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.data = append(w.data, p...)
}

func (w *wire) take(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.data) == 0 && w.err == nil {
		w.cond.Wait()
	}
	if len(w.data) == 0 {
		return 0, w.err
	}
	n := copy(p, w.data)
	w.data = w.data[n:]
	w.cond.Broadcast()
	return n, nil
}

// end ends both sides, with what they return from now on.
func (w *wire) end(taking, sending error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err, w.full = taking, sending
	w.cond.Broadcast()
}

// drop forgets what is under way.
func (w *wire) drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.data = nil
}

// port is the host's end of a device's port.
type port struct {
	d        *device
	in, out  *wire
	closing  sync.Once
	isClosed chan struct{}
	swapped  bool // a fault has had its turn
	gone     int  // reads since the device is gone
}

func (p *port) Read(b []byte) (int, error) {
	if f := p.d.fault.read; f != nil {
		return f(p, b)
	}
	return p.in.take(b)
}

func (p *port) Write(b []byte) (int, error) {
	if f := p.d.fault.write; f != nil {
		return f(p, b)
	}
	return p.out.send(b)
}

func (p *port) Close() error {
	if f := p.d.fault.close; f != nil {
		return f(p)
	}
	return p.shut()
}

func (p *port) shut() error {
	p.closing.Do(func() {
		close(p.isClosed)
		p.in.drop()
		p.in.end(os.ErrClosed, os.ErrClosed)
		p.out.end(os.ErrClosed, os.ErrClosed)
		p.d.closed(p)
	})
	return nil
}

func (p *port) closed() bool {
	select {
	case <-p.isClosed:
		return true
	default:
		return false
	}
}

// fault replaces what a port or a device does.
type fault struct {
	read, write func(p *port, b []byte) (int, error)
	close       func(p *port) error
	open        func(d *device, ctx context.Context) (io.ReadWriteCloser, error)
	openAudio   func(d *device, ctx context.Context) (io.ReadWriteCloser, error)
	unplug      func(d *device)
	plug        func(d *device)
}

// device is a transport in memory with one port of each kind.
type device struct {
	fault fault
	freed chan struct{} // closed by free

	mu    sync.Mutex
	away  bool
	ports map[string]*port
	opens int
}

func newDevice() *device { return &device{freed: make(chan struct{})} }

// stick waits until the test is over.
func (d *device) stick() { <-d.freed }

var (
	errAway = errors.New("no such device")
	errBusy = errors.New("port in use")
)

func (d *device) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	if d.fault.open != nil {
		return d.fault.open(d, ctx)
	}
	return d.open(ctx, "AT")
}

func (d *device) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	if d.fault.openAudio != nil {
		return d.fault.openAudio(d, ctx)
	}
	return d.open(ctx, "audio")
}

func (d *device) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) {
	return d.open(ctx, "reports")
}

func (d *device) open(ctx context.Context, name string) (io.ReadWriteCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case d.away:
		return nil, errAway
	case d.ports[name] != nil:
		return nil, errBusy
	}
	d.opens++
	p := &port{d: d, in: newWire(), out: newWire(), isClosed: make(chan struct{})}
	if d.ports == nil {
		d.ports = map[string]*port{}
	}
	d.ports[name] = p
	return p, nil
}

func (d *device) closed(p *port) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, q := range d.ports {
		if p == q {
			delete(d.ports, name)
		}
	}
}

func (d *device) port(name string) (*port, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.ports[name]; p != nil {
		return p, nil
	}
	return nil, os.ErrClosed
}

// far is the device's own end of a port.
func (d *device) far(name string) *transporttest.Far {
	return &transporttest.Far{
		Send: func(b []byte) error {
			p, err := d.port(name)
			if err != nil {
				return err
			}
			_, err = p.in.send(b)
			return err
		},
		Receive: func(b []byte) (int, error) {
			p, err := d.port(name)
			if err != nil {
				return 0, err
			}
			return p.out.take(b)
		},
	}
}

func (d *device) unplug() {
	if d.fault.unplug != nil {
		d.fault.unplug(d)
		return
	}
	d.end(io.EOF, errAway)
}

// end makes the device go away.
func (d *device) end(reading, writing error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = true
	for _, p := range d.ports {
		p.in.end(reading, writing)
		p.out.end(reading, writing)
	}
}

func (d *device) plug() {
	if d.fault.plug != nil {
		d.fault.plug(d)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = false
}

// free lets all go that waits, whatever the fault.
func (d *device) free() {
	close(d.freed)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.ports {
		p.in.end(io.EOF, errAway)
		p.out.end(io.EOF, errAway)
	}
}

func (d *device) subject() *transporttest.Subject {
	return &transporttest.Subject{
		Transport: d, AT: d.far("AT"), Audio: d.far("audio"), Reports: d.far("reports"),
		Break: d.unplug, Restore: d.plug,
	}
}
