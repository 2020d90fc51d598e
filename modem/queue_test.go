package modem

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

func TestQueueRunsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		var wg sync.WaitGroup
		var got []int
		for i := range 100 { // before it runs, too
			assert.True(t, q.add(func() { got = append(got, i) }))
		}
		wg.Go(q.run)
		for i := range 1000 {
			q.add(func() { got = append(got, 100+i) })
		}
		synctest.Wait()
		q.add(func() { q.add(func() { got = append(got, -1) }) }) // from within
		synctest.Wait()
		q.close()
		wg.Wait()
		assert.Len(t, got, 1101)
		for i, n := range got[:1100] {
			if i != n {
				t.Fatalf("%d at %d", n, i)
			}
		}
		assert.Equal(t, -1, got[1100])
	})
}

func TestQueueIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		ran := 0
		for range 5 {
			q.add(func() { ran++ })
		}
		q.close()
		assert.False(t, q.add(func() { t.Error("run after close") }))
		q.close() // twice is once
		q.run()
		assert.Equal(t, 5, ran, "what was added before is run")
	})
}

func TestQueueTakesFromManyAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		var wg, adders sync.WaitGroup
		wg.Go(q.run)
		last := make([]int, 8)
		for a := range last {
			adders.Go(func() {
				for i := range 500 {
					q.add(func() {
						if last[a] != i {
							t.Errorf("%d after %d", i, last[a])
						}
						last[a]++
					})
				}
			})
		}
		adders.Wait()
		q.close()
		wg.Wait()
		for _, n := range last {
			assert.Equal(t, 500, n)
		}
	})
}
