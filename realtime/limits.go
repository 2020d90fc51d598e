package realtime

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// limitRetry is after how long one may ask again for a place that was not free.
const limitRetry = 5 * time.Second

// limits counts the clients there are. Its maps hold what has a client only.
type limits struct {
	cfg Limits

	mu          sync.Mutex
	total       int
	byPrincipal map[string]int
	byAddress   map[netip.Prefix]int
}

func newLimits(cfg Limits) *limits {
	return &limits{cfg: cfg, byPrincipal: map[string]int{}, byAddress: map[netip.Prefix]int{}}
}

var (
	errFull          = &plainError{text: "all places are taken"}
	errPrincipalFull = &plainError{text: "too many connections with this credential"}
	errAddressFull   = &plainError{text: "too many connections from this address"}
)

// acquire takes a place for a client. The function that it returns gives it back,
// and is called once.
func (l *limits) acquire(principal string, addr netip.Prefix) (release func(), busy *BusyError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case reached(l.total, l.cfg.Clients):
		return nil, &BusyError{RetryAfter: limitRetry, Overloaded: true, Err: errFull}
	case reached(l.byPrincipal[principal], l.cfg.PerPrincipal):
		return nil, &BusyError{RetryAfter: limitRetry, Err: errPrincipalFull}
	case reached(l.byAddress[addr], l.cfg.PerAddress):
		return nil, &BusyError{RetryAfter: limitRetry, Err: errAddressFull}
	}
	l.total++
	l.byPrincipal[principal]++
	l.byAddress[addr]++
	return func() { l.release(principal, addr) }, nil
}

// reached tells whether n is at a limit; a negative one is none.
func reached(n, limit int) bool { return limit >= 0 && n >= limit }

func (l *limits) release(principal string, addr netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	decrease(l.byPrincipal, principal)
	decrease(l.byAddress, addr)
}

func decrease[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] == 0 {
		delete(counts, key)
	}
}

// remoteAddr returns the address of the connection, or the zero Addr where there is
// none, as on a Unix socket: all such clients count as one address.
func remoteAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr()
}

// countedAddr returns the address that a request counts for. Middleware that knows
// for whom a proxy asks writes it into RemoteAddr, without a port: to count, though
// not to trust ([LoopbackOnly]), that will do.
func countedAddr(r *http.Request) netip.Addr {
	if addr := remoteAddr(r); addr.IsValid() {
		return addr
	}
	addr, err := netip.ParseAddr(strings.Trim(r.RemoteAddr, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr
}

// networkOf returns what is counted as one address: an IPv4 address, also where it
// is written as IPv6, or an IPv6 network of 64 bits, which is the least that a
// subscriber gets (RFC 6177, 2) and walks through at will.
func networkOf(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap()
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return network
}

// bucket lets so many pass in a second, and as many at once.
type bucket struct {
	rate float64 // a second; negative: no limit

	mu     sync.Mutex
	tokens float64
	last   time.Time
}

func newBucket(rate int) *bucket {
	return &bucket{rate: float64(rate), tokens: float64(rate), last: time.Now()}
}

// take tells whether one more may pass.
func (b *bucket) take() bool {
	if b.rate < 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(b.rate, b.tokens+now.Sub(b.last).Seconds()*b.rate)
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// giveBack lets another one pass for one that has taken.
func (b *bucket) giveBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.rate, b.tokens+1)
}
