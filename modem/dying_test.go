package modem_test

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/callstack-go/callstack/modem"
)

// dying is a transport whose ports, once it dies, still open but read in a way of
// their own. It counts.
type dying struct {
	*modem.MockTransport
	read func() (int, error)

	mu    sync.Mutex
	dead  bool
	at    []time.Time // of each opening
	count int         // of reads
}

func (d *dying) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	d.mu.Lock()
	d.at = append(d.at, time.Now())
	d.mu.Unlock()
	rw, err := d.MockTransport.OpenAT(ctx)
	if err != nil {
		return nil, err
	}
	return &dyingPort{rw, d}, nil
}

func (d *dying) die() {
	d.mu.Lock()
	d.dead = true
	d.mu.Unlock()
	d.Inject("\r\n") // the read that waits
}

func (d *dying) revive() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = false
}

func (d *dying) times() []time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.at)
}

func (d *dying) opened() int { return len(d.times()) }

func (d *dying) reads() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

type dyingPort struct {
	io.ReadWriteCloser
	d *dying
}

func (p *dyingPort) Read(b []byte) (int, error) {
	p.d.mu.Lock()
	p.d.count++
	dead := p.d.dead
	p.d.mu.Unlock()
	if dead {
		return p.d.read()
	}
	return p.ReadWriteCloser.Read(b)
}
