package realtime_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

// sink is a Conn that takes all at once and keeps nothing, or, when it stalls, takes
// nothing until it is closed.
type sink struct {
	taken  *atomic.Int64 // messages, of all sinks
	stall  bool
	closed chan struct{}
}

func (s *sink) Send(msgs [][]byte) error {
	if s.stall {
		<-s.closed
		return realtime.ErrSlow
	}
	s.taken.Add(int64(len(msgs)))
	return nil
}

func (s *sink) Close(int, string) error {
	close(s.closed)
	return nil
}

// sinks is a hub in real time with many clients that are sinks.
type sinks struct {
	bus   *events.Bus
	hub   *realtime.Hub
	n     int
	sent  int // events
	taken atomic.Int64
}

func newSinks(tb testing.TB, n int, stall bool) *sinks {
	tb.Helper()
	s := &sinks{bus: &events.Bus{}, n: n}
	s.hub = realtime.NewHub(s.bus, &realtime.Config{
		Auth: realtime.LoopbackOnly, Events: []string{door}, Heartbeat: -1, ReplayEvents: -1,
		Limits: realtime.Limits{Clients: -1, PerPrincipal: -1, PerAddress: -1, Handshakes: -1},
	})
	tb.Cleanup(func() { assert.NoError(tb, s.hub.Close()) })
	for range n {
		a, err := s.hub.Admit(get("/ws"))
		require.NoError(tb, err)
		s.hub.Attach(&sink{&s.taken, stall, make(chan struct{})}, a)
	}
	if !stall {
		s.burst(0) // their hellos
	}
	return s
}

// burst publishes events and waits until all sinks have them.
func (s *sinks) burst(n int) {
	doors(s.bus, s.sent+1, s.sent+n)
	s.sent += n
	for s.taken.Load() < int64(s.n*(s.sent+1)) { // a hello each
		runtime.Gosched()
	}
}

// BenchmarkPublish is what an event costs on its way from the bus to the Conn of each
// client, when events come one by one and when they come 64 at a time.
func BenchmarkPublish(b *testing.B) {
	for _, clients := range []int{1, 100, 1000} {
		for _, events := range []int{1, 64} {
			b.Run(fmt.Sprintf("clients=%d/burst=%d", clients, events), func(b *testing.B) {
				s := newSinks(b, clients, false)
				s.burst(events)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for b.Loop() {
					s.burst(events)
				}
				runtime.ReadMemStats(&after)
				deliveries := float64(b.N * clients * events)
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/deliveries, "ns/delivery")
				b.ReportMetric(float64(after.Mallocs-before.Mallocs)/deliveries, "allocs/delivery")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// An event is encoded for all, so that with many clients nearly nothing is left for
// each; when events come one by one, the start of a goroutine. Under the race detector
// a sync.Pool is made to forget.
func TestADeliveryCostsFewAllocations(t *testing.T) {
	const clients = 200
	for events, most := range map[int]float64{1: 4, 64: 0.3} {
		t.Run(fmt.Sprintf("bursts of %d", events), func(t *testing.T) {
			s := newSinks(t, clients, false)
			for range 10 {
				s.burst(events) // queues have grown
			}
			perBurst := testing.AllocsPerRun(20, func() { s.burst(events) })
			assert.Less(t, perBurst/float64(clients*events), most)
		})
	}
}

func TestAnIdleHubIsSmall(t *testing.T) {
	before := heap()
	s := newSinks(t, 0, false)
	assert.Less(t, heap()-before, int64(256<<10))
	runtime.KeepAlive(s)
}

// Clients that take nothing share the events that wait for them: each holds a list of
// its own, and no bytes.
func TestStalledClientsShareWhatWaits(t *testing.T) {
	const clients = 500
	s := newSinks(t, clients, true)
	before := heap()
	const published = 3000
	for n := 1; n <= published; n += 100 {
		doors(s.bus, n, n+99)
		require.Eventually(t, func() bool { return s.hub.Stats().Published == uint64(n+99) }, 10*time.Second, time.Millisecond)
	}
	each := (heap() - before) / clients
	assert.Less(t, each, int64(6<<10), "bytes that a client with 256 waiting events holds")
	assert.Equal(t, uint64(clients*(published-256)), s.hub.Stats().Dropped)
}
