package realtime_test

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

func TestMemoryStaysWithinTheBoundsOfQueuesAndRing(t *testing.T) {
	const (
		clients, queued, kept = 100, 16 << 10, 64 << 10
		size                  = 1 << 10
	)
	cfg := realtime.Config{QueueBytes: queued, ReplayBytes: kept}
	feed(t, cfg, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		var conns []*realtimetest.Conn
		for range clients {
			conn := &realtimetest.Conn{}
			conn.Stall()
			attach(t, hub, conn)
			conns = append(conns, conn)
		}
		synctest.Wait()
		before := int(heap())
		long := events.Header{Source: strings.Repeat("x", size)}
		worst := 0
		for n := range 20_000 { // 20 MiB
			events.Publish(bus, numbered{Header: long, Name: door, N: n})
			if n%100 == 0 {
				synctest.Wait()
			}
			if n%5_000 == 4_999 {
				synctest.Wait() // what is being encoded is not kept
				worst = max(worst, int(heap())-before)
			}
		}
		// They share the messages; what is a client's own is the list of those that wait.
		assert.Less(t, worst, kept+2*queued+clients*1<<10)
		synctest.Wait() // what is published now would go out beside the queue
		assert.Positive(t, hub.Stats().Dropped)
		for _, c := range conns {
			c.Resume()
		}
		synctest.Wait()
		for _, c := range conns {
			assert.LessOrEqual(t, len(c.Messages()), 2+queued/size, "hello, the notice, and what a queue holds")
		}
		runtime.KeepAlive(conns)
	})
}
