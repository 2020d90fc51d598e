package bus_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/bench/bus"
	"github.com/callstack-go/callstack/internal/bench/cpu"
)

// window is how many events may be on their way: the subscribers' buffer. A
// publisher waits then, so that nothing is dropped and all peers do equal work.
const window = 64

// message is a typical event.
type message struct {
	events.Header
	From, Text string
	Part       int
}

// fresh makes a new value for each publication, as a program does.
func fresh(i int) message {
	return message{From: "+12025550100", Text: "a text of usual length, of two dozen words or less", Part: i}
}

// starter starts n subscribers that call wg.Done for each event, and stalled ones
// that never read.
type starter func(n, stalled int, wg *sync.WaitGroup) (publish func(message), stop func())

// peers deliver to a goroutine of each subscriber; all but the last through a
// channel, as a Bus does.
var peers = []struct {
	name  string
	start starter
}{
	{"ours", ours},
	{"chan-any", chanAny},
	{"chan-typed", chanTyped},
	{"goroutine-per-delivery", goroutinePerDelivery},
}

// drain counts the events of a channel until it is closed.
func drain[T any](ch <-chan T, readers, wg *sync.WaitGroup) {
	readers.Go(func() {
		for range ch {
			wg.Done()
		}
	})
}

func ours(n, stalled int, wg *sync.WaitGroup) (publish func(message), stop func()) {
	var b events.Bus
	var readers sync.WaitGroup
	subs := make([]*events.Subscription[message], n+stalled)
	for i := range subs {
		subs[i] = events.Subscribe[message](&b, window)
		if i < n {
			drain(subs[i].C(), &readers, wg)
		}
	}
	return func(m message) { events.Publish(&b, m) }, func() {
		for _, s := range subs {
			s.Close()
		}
		readers.Wait()
	}
}

func chanAny(n, stalled int, wg *sync.WaitGroup) (publish func(message), stop func()) {
	var b bus.ChanAny
	var readers sync.WaitGroup
	for range n {
		drain(b.Subscribe(message{}, window), &readers, wg)
	}
	for range stalled {
		b.Subscribe(message{}, window)
	}
	return func(m message) { b.Publish(m) }, func() {
		b.Close()
		readers.Wait()
	}
}

func chanTyped(n, stalled int, wg *sync.WaitGroup) (publish func(message), stop func()) {
	var b bus.ChanTyped[message]
	var readers sync.WaitGroup
	for range n {
		drain(b.Subscribe(window), &readers, wg)
	}
	for range stalled {
		b.Subscribe(window)
	}
	return b.Publish, func() {
		b.Close()
		readers.Wait()
	}
}

func goroutinePerDelivery(n, _ int, wg *sync.WaitGroup) (publish func(message), stop func()) {
	var sink atomic.Int64
	return func(m message) {
		for range n {
			go func() {
				sink.Add(int64(m.Part))
				wg.Done()
			}()
		}
	}, func() {}
}

// BenchmarkPublish measures one publication of a fresh value and its delivery
// to all subscribers.
func BenchmarkPublish(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		for _, p := range peers {
			b.Run(fmt.Sprintf("peer=%s/subs=%d", p.name, n), func(b *testing.B) { benchmark(b, p.start, n, 0) })
		}
	}
}

// BenchmarkStalled has one more subscriber, who never reads. The Bus takes the
// oldest event out of its buffer each time, where channels drop the newest.
func BenchmarkStalled(b *testing.B) {
	for _, p := range peers[:len(peers)-1] {
		b.Run(fmt.Sprintf("peer=%s/subs=10", p.name), func(b *testing.B) { benchmark(b, p.start, 9, 1) })
	}
}

func benchmark(b *testing.B, start starter, n, stalled int) {
	var wg sync.WaitGroup
	publish, stop := start(n, stalled, &wg)
	i := 0
	measure(b, func() {
		wg.Add(n)
		publish(fresh(i))
		if i++; i%window == 0 {
			wg.Wait()
		}
	})
	wg.Wait()
	stop()
}

// BenchmarkCallback is what a delivery costs that no channel decouples: the
// publisher runs the subscribers' code, and a slow one stops it.
func BenchmarkCallback(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		var sink atomic.Int64
		b.Run(fmt.Sprintf("peer=cb-any/subs=%d", n), func(b *testing.B) {
			var c bus.CallAny
			for range n {
				c.Subscribe(message{}, func(e any) { sink.Add(int64(e.(message).Part)) })
			}
			i := 0
			measure(b, func() { i++; c.Publish(fresh(i)) })
		})
		b.Run(fmt.Sprintf("peer=cb-typed/subs=%d", n), func(b *testing.B) {
			var c bus.CallTyped[message]
			for range n {
				c.Subscribe(func(m message) { sink.Add(int64(m.Part)) })
			}
			i := 0
			measure(b, func() { i++; c.Publish(fresh(i)) })
		})
	}
}

// measure runs f and reports its processor time, that of the readers included.
func measure(b *testing.B, f func()) {
	b.ReportAllocs()
	n, before := 0, cpu.Time()
	for b.Loop() {
		f()
		n++
	}
	b.ReportMetric(float64(cpu.Time()-before)/float64(n), "cpu-ns/op")
}
