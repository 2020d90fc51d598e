package events_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
)

type opened struct {
	events.Header
	Door int
}

type closed struct {
	events.Header
	Door int
}

func (closed) EventName() string               { return "door.closed" }
func (c closed) PublicData(events.Privacy) any { return map[string]int{"door": c.Door} }

func TestSubscribeToOneType(t *testing.T) {
	var bus events.Bus
	sub := events.Subscribe[opened](&bus, 4)
	events.Publish(&bus, closed{Door: 1})
	events.Publish(&bus, opened{Door: 2, Header: events.Header{Source: "hall"}})
	sub.Close()
	sub.Close() // a no-op
	events.Publish(&bus, opened{Door: 3})
	var got []opened
	for e := range sub.C() {
		got = append(got, e)
	}
	assert.Equal(t, []opened{{Door: 2, Header: events.Header{Source: "hall"}}}, got)
	assert.Equal(t, "hall", got[0].EventHeader().Source)
}

func TestSubscribeToAnInterface(t *testing.T) {
	var bus events.Bus
	all := events.Subscribe[events.Event](&bus, 4)
	public := events.Subscribe[events.Public](&bus, 4)
	defer all.Close()
	defer public.Close()
	events.Publish(&bus, opened{Door: 1})
	events.Publish[events.Event](&bus, closed{Door: 2}) // the dynamic type counts
	assert.Equal(t, opened{Door: 1}, <-all.C())
	assert.Equal(t, closed{Door: 2}, <-all.C())
	assert.Equal(t, "door.closed", (<-public.C()).EventName())
	assert.Empty(t, public.C())
}

func TestSlowSubscriberLosesTheOldestAndIsTold(t *testing.T) {
	var bus events.Bus
	slow := events.Subscribe[opened](&bus, 2)
	quick := events.Subscribe[opened](&bus, 10)
	least := events.Subscribe[opened](&bus, 0)
	for i := range 5 {
		events.Publish(&bus, opened{Door: i})
	}
	assert.EqualValues(t, 3, slow.Missed())
	assert.Equal(t, 3, (<-slow.C()).Door)
	assert.Equal(t, 4, (<-slow.C()).Door)
	assert.EqualValues(t, 0, quick.Missed(), "one slow subscriber costs the others nothing")
	assert.Len(t, quick.C(), 5)
	assert.Equal(t, 4, (<-least.C()).Door, "a buffer below one is one")
}

func TestOneOrderForAllSubscribers(t *testing.T) {
	const publishers, each = 8, 200
	var bus events.Bus
	subs := make([]*events.Subscription[opened], 3)
	for i := range subs {
		subs[i] = events.Subscribe[opened](&bus, publishers*each)
	}
	var wg sync.WaitGroup
	for p := range publishers {
		wg.Go(func() {
			for i := range each {
				events.Publish(&bus, opened{Door: p*each + i})
			}
		})
	}
	wg.Wait()
	orders := make([][]int, len(subs))
	for i, s := range subs {
		s.Close()
		for e := range s.C() {
			orders[i] = append(orders[i], e.Door)
		}
	}
	require.Len(t, orders[0], publishers*each)
	assert.Equal(t, orders[0], orders[1])
	assert.Equal(t, orders[0], orders[2])
}

func TestAllEndsWithContextOrClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus events.Bus
		sub := events.Subscribe[opened](&bus, 4)
		var got []int
		var wg sync.WaitGroup
		wg.Go(func() {
			for e := range sub.All(t.Context()) {
				got = append(got, e.Door)
			}
		})
		events.Publish(&bus, opened{Door: 1})
		synctest.Wait()
		events.Publish(&bus, opened{Door: 2})
		sub.Close()
		wg.Wait()
		assert.Equal(t, []int{1, 2}, got)

		ctx, cancel := context.WithCancel(t.Context())
		other := events.Subscribe[opened](&bus, 4)
		defer other.Close()
		events.Publish(&bus, opened{Door: 3})
		cancel()
		for range other.All(ctx) {
			t.Error("a done context yields nothing more")
		}
		events.Publish(&bus, opened{Door: 4})
		for e := range other.All(t.Context()) {
			assert.Equal(t, 3, e.Door)
			break // leaving the loop leaves the rest
		}
		assert.Len(t, other.C(), 1)
	})
}

func TestPublishRefusesWhatIsNoValue(t *testing.T) {
	var bus events.Bus
	assert.PanicsWithValue(t, "events: Publish of *events_test.opened, a pointer: publish the value",
		func() { events.Publish(&bus, &opened{}) })
	assert.Panics(t, func() { events.Publish[events.Event](&bus, &opened{}) })
	assert.PanicsWithValue(t, "events: Publish of a nil event", func() { events.Publish[events.Event](&bus, nil) })
	assert.PanicsWithValue(t, "events: Subscribe to *events_test.opened, a pointer: subscribe to the value type",
		func() { events.Subscribe[*opened](&bus, 1) })
	events.Publish(&bus, opened{}) // the lock was not left behind
}

func TestPublishingFreshValuesToTenSubscribersAllocatesAtMostTwice(t *testing.T) {
	var bus events.Bus
	for range 10 {
		sub := events.Subscribe[opened](&bus, 1)
		defer sub.Close()
	}
	i := 0
	got := testing.AllocsPerRun(1000, func() {
		i++
		events.Publish(&bus, opened{Door: i, Header: events.Header{Source: "hall"}})
	})
	assert.LessOrEqual(t, got, 2.0)
}

func ExampleSubscribe() {
	type DoorOpened struct {
		events.Header
		Door string
	}
	type DoorClosed struct {
		events.Header
		Door string
	}

	var bus events.Bus
	sub := events.Subscribe[DoorOpened](&bus, 16)
	events.Publish(&bus, DoorClosed{Door: "front"}) // not asked for
	events.Publish(&bus, DoorOpened{Door: "back"})
	sub.Close()
	for e := range sub.C() {
		fmt.Println(e.Door, "opened")
	}
	fmt.Println("missed:", sub.Missed())
	// Output:
	// back opened
	// missed: 0
}

func ExampleNumber() {
	from := events.Number("+15555550100")
	fmt.Println(from)
	fmt.Println(string(from))
	// Output:
	// +155****0100
	// +15555550100
}
