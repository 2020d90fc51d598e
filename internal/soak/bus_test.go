package soak_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
)

// tick is an event whose number rises with each one of its publisher.
type tick struct {
	events.Header
	Publisher, Number int
}

// length is how long a test of real time goes on.
func length(long, short time.Duration) time.Duration {
	if testing.Short() {
		return short
	}
	return long
}

// While publishers go as fast as they can, a subscriber that keeps reading, one
// that reads nothing and one that comes and goes see each publisher's events in
// order, and what they got and what they missed add up to what was published.
func TestBusUnderLoad(t *testing.T) {
	const publishers = 4
	var bus events.Bus
	reader := events.Subscribe[tick](&bus, 256)
	stalled := events.Subscribe[events.Event](&bus, 8)

	ctx, cancel := context.WithTimeout(t.Context(), length(time.Minute, 2*time.Second))
	defer cancel()
	var readers, all sync.WaitGroup
	got := 0
	readers.Go(func() { got = inOrder(t, reader) })
	all.Go(func() {
		for ctx.Err() == nil {
			visitor := events.Subscribe[tick](&bus, 64)
			select {
			case <-visitor.C():
			case <-ctx.Done(): // the publishers may be gone
			}
			visitor.Close()
			inOrder(t, visitor)
		}
	})
	var published [publishers]int
	for p := range publishers {
		all.Go(func() {
			for ctx.Err() == nil {
				events.Publish(&bus, tick{Publisher: p, Number: published[p]})
				published[p]++
			}
		})
	}
	all.Wait()
	reader.Close()
	readers.Wait()

	total := 0
	for _, n := range published {
		require.Positive(t, n)
		total += n
	}
	t.Logf("%d events published, %d read, %d missed", total, got, reader.Missed())
	assert.EqualValues(t, total, uint64(got)+reader.Missed())
	stalled.Close()
	assert.EqualValues(t, total, uint64(len(stalled.C()))+stalled.Missed())
}

// inOrder reads a subscription to its end and returns how many events it had.
func inOrder(t *testing.T, sub *events.Subscription[tick]) int {
	n := 0
	last := map[int]int{}
	for e := range sub.C() {
		if before, seen := last[e.Publisher]; seen && e.Number <= before {
			t.Errorf("event %d of publisher %d after event %d", e.Number, e.Publisher, before)
		}
		last[e.Publisher] = e.Number
		n++
	}
	return n
}
