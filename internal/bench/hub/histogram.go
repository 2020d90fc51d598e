package main

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations with a resolution of 3 %, from 32 ns on. Any number of
// goroutines may add to it.
type histogram struct{ counts [64 * slots]atomic.Int64 }

// slots is how many counts there are for each power of two.
const slots = 32

// add counts a duration in nanoseconds.
func (h *histogram) add(ns int64) {
	ns = max(ns, slots)
	exponent := bits.Len64(uint64(ns)) - 6
	h.counts[exponent*slots+int(ns>>exponent)&(slots-1)].Add(1)
}

// quantiles returns the durations below which the given parts of all lie, and
// begins anew.
func (h *histogram) quantiles(parts ...float64) []time.Duration {
	var counts [64 * slots]int64
	var total int64
	for i := range h.counts {
		counts[i] = h.counts[i].Swap(0)
		total += counts[i]
	}
	found := make([]time.Duration, len(parts))
	for p, part := range parts {
		rest := int64(float64(total) * part)
		for i, n := range counts {
			if rest -= n; rest < 0 {
				found[p] = time.Duration(int64(slots+i%slots) << (i / slots))
				break
			}
		}
	}
	return found
}
