package realtime_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

// behind returns a client that stalls while the first event is being sent to it.
func behind(t *testing.T, bus *events.Bus, hub *realtime.Hub, cfg *realtimetest.Config) *realtimetest.Client {
	t.Helper()
	c := dial(t, hub, cfg)
	c.Stall()
	doors(bus, 1, 1)
	synctest.Wait()
	return c
}

func TestScenarioA31AFullQueueKeepsTheNewestAndOneNoticeWithTheTrueCount(t *testing.T) {
	feed(t, realtime.Config{QueueEvents: 4}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := behind(t, bus, hub, &realtimetest.Config{Events: []string{door}})
		for n := 2; n <= 20; n += 2 {
			doors(bus, n, n)
			events.Publish(bus, numbered{Name: bell, N: n + 1}) // not this client's
		}
		synctest.Wait()
		c.Resume()
		for _, want := range []string{"test.door 1", "overflow 6: 2-12 lost 0", "test.door 14", "test.door 16", "test.door 18", "test.door 20"} {
			assert.Equal(t, want, next(t, c))
		}
		assert.Equal(t, uint64(6), hub.Stats().Dropped)
		assert.Empty(t, rest(t, c))
	})
}

func TestWhatAnOverflowCountsIsThereForWhoComesBack(t *testing.T) {
	feed(t, realtime.Config{QueueEvents: 4}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := behind(t, bus, hub, nil)
		doors(bus, 2, 20)
		synctest.Wait()
		c.Resume()
		require.Equal(t, "test.door 1", next(t, c))
		before := c.LastID()
		require.Equal(t, "overflow 15: 2-16 lost 0", next(t, c))
		c.Close()
		recovered, got := comeBack(t, hub, realtimetest.Config{Since: before})
		assert.True(t, recovered)
		assert.Equal(t, list(2, 20), got)
	})
}

func TestANoticeLeadsBehindTheGap(t *testing.T) {
	feed(t, realtime.Config{QueueEvents: 1}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := behind(t, bus, hub, nil)
		doors(bus, 2, 4)
		synctest.Wait()
		c.Resume()
		assert.Equal(t, "test.door 1", next(t, c))
		m, err := c.Next(minute(t))
		require.NoError(t, err)
		epoch := c.Hello().Epoch
		assert.Equal(t, `{"type":"overflow","version":1,"dropped":2,"from_seq":2,"to_seq":3,"id":"`+epoch+`:3"}`, string(m.Raw))
		c.Close()
		again := dial(t, hub, &realtimetest.Config{Since: m.ID})
		assert.Equal(t, []string{"test.door 4"}, rest(t, again), "what was counted does not come once more")
	})
}

func TestAQueueIsBoundedInBytesToo(t *testing.T) {
	feed(t, realtime.Config{QueueBytes: 400}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := behind(t, bus, hub, nil)
		doors(bus, 2, 9)
		long := numbered{Name: door, N: 10, Header: events.Header{Source: strings.Repeat("x", 1000)}}
		events.Publish(bus, long)
		synctest.Wait()
		c.Resume()
		assert.Equal(t, []string{"test.door 1", "overflow 8: 2-9 lost 0", "test.door 10"}, rest(t, c), "the newest is kept whatever its length")
	})
}

func TestANewerStateTakesThePlaceOfAnOlderOneThatWaits(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := behind(t, bus, hub, nil)
		for n := 2; n <= 6; n += 2 {
			events.Publish(bus, state{numbered{Name: light, N: n}})
			doors(bus, n+1, n+1)
		}
		synctest.Wait()
		c.Resume()
		want := []string{"test.door 1", "test.door 3", "test.door 5", "test.light 6", "test.door 7"}
		assert.Equal(t, want, rest(t, c), "at the tail, and no gap is told")
		assert.Equal(t, uint64(2), hub.Stats().Coalesced)
		assert.Zero(t, hub.Stats().Dropped)
	})
}

func TestAStateReplacesNoneOfAnotherSource(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := behind(t, bus, hub, nil)
		for n, source := range []string{"hall", "yard", "", "hall", ""} {
			events.Publish(bus, state{numbered{Header: events.Header{Source: source}, Name: light, N: n + 2}})
		}
		synctest.Wait()
		c.Resume()
		assert.Equal(t, []string{"test.door 1", "test.light 3", "test.light 5", "test.light 6"}, rest(t, c))
		assert.Equal(t, uint64(2), hub.Stats().Coalesced)
		c.Close()
	})
}

func TestOneSlowClientCostsTheOthersNothing(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		slow := dial(t, hub, nil)
		slow.Stall()
		var others []*realtimetest.Client
		for range 5 {
			others = append(others, dial(t, hub, nil))
		}
		start := time.Now()
		for n := 1; n <= 1000; n++ {
			doors(bus, n, n)
			synctest.Wait() // each has its time to read, but for the slow one
		}
		for _, c := range others {
			for n := 1; n <= 1000; n++ {
				require.Equal(t, fmt.Sprintf("test.door %d", n), next(t, c))
			}
		}
		assert.Zero(t, time.Since(start), "nobody waited")
		for _, c := range others {
			c.Close()
		}
		slow.Close()
	})
}

func TestALossBetweenBusAndHubIsToldToAllWhateverTheFilter(t *testing.T) {
	feed(t, realtime.Config{Buffer: 2}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		all, some := dial(t, hub, nil), dial(t, hub, &realtimetest.Config{Events: []string{bell}})
		hold, held := make(chan struct{}), make(chan struct{})
		events.Publish(bus, held1{numbered{Name: door, N: 1}, held, hold})
		<-held // the hub is at it
		doors(bus, 2, 6)
		close(hold)
		assert.Equal(t, []string{"test.door 1", "overflow 3: 0-0 lost 0 hub", "test.door 5", "test.door 6"}, rest(t, all))
		m, err := some.Next(minute(t))
		require.NoError(t, err)
		assert.Equal(t, `{"type":"overflow","version":1,"dropped":3,"scope":"hub","id":"`+some.Hello().Epoch+`:2"}`, string(m.Raw))
		assert.Empty(t, rest(t, some))
		assert.Equal(t, uint64(3), hub.Stats().Lost)
	})
}

// held1 holds the hub while it is encoded.
type held1 struct {
	numbered
	held, hold chan struct{}
}

func (e held1) PublicData(p events.Privacy) any {
	if p == 0 {
		close(e.held)
		<-e.hold
	}
	return e.numbered.PublicData(p)
}

func TestALossThatAQueueHasNoRoomForIsToldInTheNotice(t *testing.T) {
	feed(t, realtime.Config{QueueEvents: 1}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := behind(t, bus, hub, nil)
		doors(bus, 2, 2)
		events.Publish(bus, broken{numbered{Name: door}, false})
		doors(bus, 4, 5)
		synctest.Wait()
		c.Resume()
		assert.Equal(t, []string{"test.door 1", "overflow 2: 2-4 lost 1", "test.door 5"}, rest(t, c))
	})
	feed(t, realtime.Config{QueueEvents: 1}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := behind(t, bus, hub, nil)
		for range 3 {
			events.Publish(bus, broken{numbered{Name: door}, false})
		}
		doors(bus, 5, 5)
		synctest.Wait()
		c.Resume()
		assert.Equal(t, []string{"test.door 1", "overflow 3: 0-0 lost 0 hub", "test.door 5"}, rest(t, c))
	})
}

func TestABacklogLeavesInBatchesOfAtMost16KiB(t *testing.T) {
	t.Run("of the queue", func(t *testing.T) { batches(t, false) })
	t.Run("of the ring", func(t *testing.T) { batches(t, true) })
}

func batches(t *testing.T, replayed bool) {
	t.Helper()
	feed(t, realtime.Config{QueueEvents: 10000, QueueBytes: 1 << 20}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		target := "/ws"
		if replayed {
			first := dial(t, hub, nil)
			first.Close()
			target += "?since=" + first.Hello().ID
			doors(bus, 0, 0)
			synctest.Wait()
		}
		a, err := hub.Admit(get(target))
		require.NoError(t, err)
		sizes := &sizing{hold: make(chan struct{})}
		c := hub.Attach(sizes, a)
		doors(bus, 1, 500)
		synctest.Wait()
		events.Publish(bus, numbered{Name: door, N: 501, Header: events.Header{Source: strings.Repeat("x", 20<<10)}})
		doors(bus, 502, 502)
		synctest.Wait()
		close(sizes.hold)
		synctest.Wait()
		c.Close(realtime.CloseNormal, "")
		<-c.Done()
		if want := 503; replayed {
			assert.Equal(t, want+1, sizes.messages)
		} else {
			assert.Equal(t, want, sizes.messages, "with the hello")
		}
		assert.Less(t, len(sizes.batches), 10, "a backlog leaves together")
		longer := 0
		for _, b := range sizes.batches {
			if b.bytes > 16<<10 {
				assert.Equal(t, 1, b.messages, "only alone it may be longer")
				longer++
			}
		}
		assert.Equal(t, 1, longer)
	})
}

func TestABatchOf16KiBHasTheNoticeInIt(t *testing.T) {
	for padding := range 16 { // so that messages end at many places of the last bytes
		feed(t, realtime.Config{ReplayEvents: 300}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
			event := numbered{Name: door, Header: events.Header{Source: strings.Repeat("x", 8*padding)}}
			first := dial(t, hub, nil)
			first.Close()
			events.Publish(bus, event)
			synctest.Wait()
			a, err := hub.Admit(get("/ws?since=" + first.Hello().ID))
			require.NoError(t, err)
			sizes := &sizing{hold: make(chan struct{})}
			hub.Attach(sizes, a)
			synctest.Wait()
			for range 400 { // what is to be replayed leaves the ring
				events.Publish(bus, event)
			}
			synctest.Wait()
			close(sizes.hold)
			synctest.Wait()
			assert.Equal(t, 1+1+300, sizes.messages, "hello, notice, the ring")
			for _, b := range sizes.batches {
				assert.LessOrEqual(t, b.bytes, 16<<10)
			}
		})
	}
}

type batch struct{ messages, bytes int }

// sizing is a Conn that notes how much it is given at a time.
type sizing struct {
	hold     chan struct{}
	batches  []batch
	messages int
}

func (s *sizing) Send(msgs [][]byte) error {
	<-s.hold
	b := batch{messages: len(msgs)}
	for _, m := range msgs {
		b.bytes += len(m)
	}
	s.batches = append(s.batches, b)
	s.messages += len(msgs)
	return nil
}

func (*sizing) Close(int, string) error { return nil }
