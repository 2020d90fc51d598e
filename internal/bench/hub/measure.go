package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/callstack-go/callstack/internal/bench/cpu"
	"github.com/callstack-go/callstack/internal/bench/hub/peers"
)

// figures are what one run of one hub gives. Those of the server are of its process.
type figures struct {
	satCPU    float64       // µs of the server for each delivery, saturated
	clientCPU float64       // µs of the clients for each
	satRate   float64       // deliveries a second
	allocs    float64       // for each delivery, saturated
	bytes     float64       // on the wire, for each delivery
	window    time.Duration // what a window took, the median
	worst     time.Duration // the one that took longest

	rateCPU  float64 // µs of the server for each delivery at a moderate rate
	p50, p99 time.Duration

	rss, heapStack, goroutines float64 // bytes, and goroutines, for each idle client

	lost, dropped, kicked, gone int64 // deliveries that did not come at the moderate rate, and what was told of
}

// String tells the most telling figures.
func (f figures) String() string {
	return fmt.Sprintf("saturated %.2f µs, at a rate %.1f µs, idle %.1f KiB", f.satCPU, f.rateCPU, f.rss/1024)
}

const (
	moderate = 10_000 // deliveries a second, to all clients together
	warmUp   = 20     // events
)

// bench is one run of one hub.
type bench struct {
	options

	s       *server
	crowd   *crowd
	healthy int64 // clients that read
	limit   time.Duration
	f       figures
}

// measure starts a hub, gives it a crowd and measures it: idle, saturated, and at a
// moderate rate.
func measure(ctx context.Context, hub string, size crowdSize, o options) (figures, error) {
	s, err := startServer(ctx, hub, size.stalled > 0)
	if err != nil {
		return figures{}, err
	}
	b := &bench{options: o, s: s, healthy: int64(size.clients - size.stalled), limit: 30 * time.Second}
	defer func() {
		s.close() // first, so that its ports linger and not the clients'
		if b.crowd != nil {
			b.crowd.close()
		}
	}()
	if err := b.idle(ctx, size); err != nil {
		return b.f, fmt.Errorf("idle: %w", err)
	}
	if err := b.saturate(ctx, fmt.Sprintf("%s-%d-%d", label(hub), size.clients, size.stalled)); err != nil {
		return b.f, fmt.Errorf("saturated: %w", err)
	}
	if err := b.rate(ctx); err != nil {
		return b.f, fmt.Errorf("at a moderate rate: %w", err)
	}
	st, err := s.stats(ctx, false)
	b.f.dropped, b.f.kicked, b.f.gone = st.Dropped, st.Kicked, b.crowd.gone.Load()
	return b.f, err
}

// idle connects the crowd and measures what it holds, and warms up.
func (b *bench) idle(ctx context.Context, size crowdSize) error {
	before, err := b.s.stats(ctx, true)
	if err != nil {
		return err
	}
	if b.crowd, err = connect(ctx, b.s.addr, size); err != nil {
		return err
	}
	if err := b.s.waitClients(ctx, size.clients); err != nil {
		return fmt.Errorf("clients did not register: %w", err)
	}
	after, err := b.settled(ctx)
	if err != nil {
		return err
	}
	n := float64(size.clients)
	b.f.rss = float64(after.RSS-before.RSS) / n
	b.f.heapStack = float64(after.HeapStack-before.HeapStack) / n
	b.f.goroutines = float64(after.Goroutines-before.Goroutines) / n
	return b.burst(ctx, warmUp)
}

// settled returns the figures once handlers that end have ended: when the number of
// goroutines is the same twice.
func (b *bench) settled(ctx context.Context) (st peers.Stats, err error) {
	last := -1
	err = poll(ctx, 10*time.Second, 100*time.Millisecond, func() (bool, error) {
		st, err = b.s.stats(ctx, true)
		same := st.Goroutines == last
		last = st.Goroutines
		return same, err
	})
	return st, err
}

// burst publishes n events at once and waits until all are delivered.
func (b *bench) burst(ctx context.Context, n int) error {
	want := b.crowd.received.Load() + int64(n)*b.healthy
	if err := b.s.publish(ctx, n, 0); err != nil {
		return err
	}
	return b.crowd.wait(ctx, want, b.limit)
}

// saturate publishes windows, each when the one before is delivered.
func (b *bench) saturate(ctx context.Context, name string) (err error) {
	if b.profile != "" {
		var wg sync.WaitGroup
		var failed error
		wg.Go(func() { failed = b.s.profile(ctx, b.profile, name, b.phase) })
		defer func() {
			wg.Wait()
			err = errors.Join(err, failed)
		}()
	}
	from, err := b.s.stats(ctx, false)
	if err != nil {
		return err
	}
	own, received, bytes, start := cpu.Time(), b.crowd.received.Load(), b.crowd.bytes.Load(), time.Now()
	var windows []float64
	for time.Since(start) < b.phase {
		begin := time.Now()
		if err := b.burst(ctx, b.window); err != nil {
			return fmt.Errorf("a window was not delivered: %w", err)
		}
		took := time.Since(begin)
		windows = append(windows, float64(took))
		b.f.worst = max(b.f.worst, took)
	}
	length := time.Since(start)
	to, err := b.s.stats(ctx, false)
	n := float64(b.crowd.received.Load() - received)
	b.f.window = time.Duration(median(windows))
	b.f.satRate = n / length.Seconds()
	b.f.satCPU = float64(to.CPU-from.CPU) / 1e3 / n
	b.f.clientCPU = float64((cpu.Time() - own).Nanoseconds()) / 1e3 / n
	b.f.allocs = float64(to.Mallocs-from.Mallocs) / n
	b.f.bytes = float64(b.crowd.bytes.Load()-bytes) / n
	return err
}

// rate publishes so many events that 10,000 a second are delivered.
func (b *bench) rate(ctx context.Context) error {
	every := time.Duration(max(1, b.healthy)) * time.Second / moderate
	events := max(4, int(b.phase/every))
	b.crowd.late.quantiles() // begin anew
	from, err := b.s.stats(ctx, false)
	if err != nil {
		return err
	}
	received := b.crowd.received.Load()
	if err := b.s.publish(ctx, events, every); err != nil {
		return err
	}
	want := int64(events) * b.healthy
	if err := b.crowd.wait(ctx, received+want, 5*time.Second); err != nil && !errors.Is(err, errLate) {
		return err
	}
	to, err := b.s.stats(ctx, false)
	n := b.crowd.received.Load() - received
	b.f.lost = want - n
	b.f.rateCPU = float64(to.CPU-from.CPU) / 1e3 / float64(max(1, n))
	q := b.crowd.late.quantiles(0.5, 0.99)
	b.f.p50, b.f.p99 = q[0], q[1]
	return err
}
