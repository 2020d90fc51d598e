package realtime

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

const (
	freeFailures = 5                // logins that may fail without a wait
	firstWait    = time.Second      // after the next, doubled with each
	longestWait  = time.Minute      // at most
	quietTime    = 15 * time.Minute // after the last failure all are forgotten

	backoffSets = 1024 // a power of two
	backoffWays = 4    // addresses in a set
)

// backoff remembers failed logins by address, in a table that never grows. An
// address has its place in one set of the table. When a set is full, the one with
// the fewest failures, and of these the oldest, gives way: so whoever has thousands
// of addresses has some free attempts for each, which he had anyway, and the rate of
// handshakes bounds him. The hash is seeded, so nobody outside can choose addresses
// that meet in a set.
type backoff struct {
	seed  maphash.Seed
	start time.Time

	mu    sync.Mutex
	table [backoffSets][backoffWays]failing
}

// failing is an address that failed to log in.
type failing struct {
	mark  uint64        // of the address, 64 bits of hash
	last  time.Duration // when it failed last, since the start of the table
	count uint8         // how often; 0: the place is free
}

func newBackoff() *backoff { return &backoff{seed: maphash.MakeSeed(), start: time.Now()} }

// wait returns how long an address has to wait before it may try again.
func (b *backoff) wait(addr netip.Prefix) time.Duration {
	mark := maphash.Comparable(b.seed, addr)
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.find(mark)
	if f == nil {
		return 0
	}
	return max(0, f.last+waitAfter(f.count)-time.Since(b.start))
}

// waitAfter returns the wait after the last of so many failures.
func waitAfter(count uint8) time.Duration {
	if count <= freeFailures {
		return 0
	}
	if n := count - freeFailures - 1; n < 6 {
		return firstWait << n
	}
	return longestWait
}

// fail counts a failure.
func (b *backoff) fail(addr netip.Prefix) {
	mark := maphash.Comparable(b.seed, addr)
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.find(mark)
	if f == nil {
		f = b.place(mark)
		*f = failing{mark: mark}
	}
	f.count = min(f.count, 254) + 1
	f.last = time.Since(b.start)
}

// forgive forgets an address that has logged in.
func (b *backoff) forgive(addr netip.Prefix) {
	mark := maphash.Comparable(b.seed, addr)
	b.mu.Lock()
	defer b.mu.Unlock()
	if f := b.find(mark); f != nil {
		*f = failing{}
	}
}

// find returns the place of an address that failed not long ago, or nil. It clears
// what was long ago. It is called under b.mu.
func (b *backoff) find(mark uint64) *failing {
	now := time.Since(b.start)
	set := &b.table[mark%backoffSets]
	for i := range set {
		f := &set[i]
		if f.count > 0 && now-f.last >= quietTime {
			*f = failing{}
		}
		if f.count > 0 && f.mark == mark {
			return f
		}
	}
	return nil
}

// place returns the place that a new address gets. It is called under b.mu.
func (b *backoff) place(mark uint64) *failing {
	set := &b.table[mark%backoffSets]
	least := &set[0]
	for i := range set {
		if f := &set[i]; f.count < least.count || f.count == least.count && f.last < least.last {
			least = f
		}
	}
	return least
}
