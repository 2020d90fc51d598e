package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// However a stream is cut, each event is counted once.
func TestScanCountsAcrossCuts(t *testing.T) {
	const events = 50
	rng := rand.New(rand.NewPCG(1, 2))
	var stream strings.Builder
	for i := range events {
		fmt.Fprintf(&stream, `{"type":"x","data":{"ts":%019d},"seq":%d,"events":"s"}`, i, i)
	}
	for range 200 {
		var c crowd
		var kept []byte
		for rest := stream.String(); rest != ""; {
			n := min(1+rng.IntN(60), len(rest))
			kept = append([]byte(nil), c.scan(append(kept, rest[:n]...), time.Second.Nanoseconds())...)
			assert.Less(t, len(kept), len(published)+stampLen)
			rest = rest[n:]
		}
		assert.Equal(t, int64(events), c.received.Load())
	}
}

func TestQuantiles(t *testing.T) {
	var h histogram
	for i := range 1000 {
		h.add(int64(i+1) * int64(time.Microsecond))
	}
	h.add(0)
	h.add(-5)
	q := h.quantiles(0, 0.5, 0.99)
	assert.Equal(t, time.Duration(slots), q[0], "the shortest that is told apart")
	assert.InEpsilon(t, float64(500*time.Microsecond), float64(q[1]), 0.04)
	assert.InEpsilon(t, float64(990*time.Microsecond), float64(q[2]), 0.04)
	assert.Equal(t, []time.Duration{0}, h.quantiles(0.5), "it began anew")
}
