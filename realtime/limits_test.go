package realtime_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

// namedByHeader admits everybody as whom the header Name names.
func namedByHeader(r *http.Request) (realtime.Principal, error) {
	return realtime.Principal{ID: r.Header.Get("Name")}, nil
}

func TestLimitsOfClients(t *testing.T) {
	tests := map[string]struct {
		limits  realtime.Limits
		fits    [][2]string // address and name of those who have a place
		last    [2]string   // and of the one that gets none
		another [2]string   // but who does
		status  int
		reason  string
	}{
		"in total": {
			limits: realtime.Limits{Clients: 2},
			fits:   [][2]string{{"192.0.2.1:1", "a"}, {"192.0.2.2:1", "b"}}, last: [2]string{"192.0.2.3:1", "c"},
			status: 503, reason: "all places are taken",
		},
		"of a principal": {
			limits: realtime.Limits{PerPrincipal: 2},
			fits:   [][2]string{{"192.0.2.1:1", "a"}, {"192.0.2.2:1", "a"}}, last: [2]string{"192.0.2.3:1", "a"},
			another: [2]string{"192.0.2.3:1", "b"}, status: 429, reason: "too many connections with this credential",
		},
		"of an address": {
			limits: realtime.Limits{PerAddress: 2},
			fits:   [][2]string{{"192.0.2.1:1", "a"}, {"192.0.2.1:2", "b"}}, last: [2]string{"192.0.2.1:3", "c"},
			another: [2]string{"192.0.2.2:3", "c"}, status: 429, reason: "too many connections from this address",
		},
		"of an address in two spellings": {
			limits: realtime.Limits{PerAddress: 1},
			fits:   [][2]string{{"192.0.2.1:1", "a"}}, last: [2]string{"[::ffff:192.0.2.1]:3", "c"},
			another: [2]string{"[::ffff:192.0.2.2]:3", "c"}, status: 429, reason: "too many connections from this address",
		},
		"of an IPv6 network": {
			limits: realtime.Limits{PerAddress: 2},
			fits:   [][2]string{{"[2001:db8:0:1::1]:1", "a"}, {"[2001:db8:0:1:ffff::2]:1", "b"}},
			last:   [2]string{"[2001:db8:0:1:2:3:4:5%eth0]:1", "c"}, another: [2]string{"[2001:db8:0:2::1]:1", "c"},
			status: 429, reason: "too many connections from this address",
		},
		"of those without an address": {
			limits: realtime.Limits{PerAddress: 1},
			fits:   [][2]string{{"@", "a"}}, last: [2]string{"", "b"}, another: [2]string{"192.0.2.1:1", "c"},
			status: 429, reason: "too many connections from this address",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, &realtime.Config{Auth: namedByHeader, Limits: tt.limits})
			var places []*realtime.Admission
			for _, who := range tt.fits {
				places = append(places, admitted(t, h, from(who[0], get("/ws", "Name", who[1]))))
			}
			last := from(tt.last[0], get("/ws", "Name", tt.last[1]))
			e := refusal(t, h, last)
			assert.Equal(t, fmt.Sprintf("realtime: refused with %d: %s", tt.status, tt.reason), e.Error())
			assert.Equal(t, "5", e.Header.Get("Retry-After"))
			if tt.another[0] != "" {
				admitted(t, h, from(tt.another[0], get("/ws", "Name", tt.another[1])))
			}
			places[0].Release()
			admitted(t, h, last)
			refusal(t, h, last)
		})
	}
}

func TestLimitsThatAreNegativeBoundNothing(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: open, Limits: realtime.Limits{Clients: -1, PerPrincipal: -1, PerAddress: -1, Handshakes: -1}})
	for range 3000 {
		admitted(t, h, get("/ws"))
	}
	clients, principals, addresses := realtime.Counted(h)
	assert.Equal(t, []int{3000, 1, 1}, []int{clients, principals, addresses})
}

func TestLimitsByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t, &realtime.Config{Auth: namedByHeader})
		for i := range 100 {
			admitted(t, h, get("/ws", "Name", fmt.Sprint(i)))
		}
		assert.Equal(t, http.StatusTooManyRequests, refusal(t, h, get("/ws")).Status, "100 of an address")
		time.Sleep(time.Second)
		for i := range 100 {
			admitted(t, h, from(fmt.Sprintf("192.0.2.%d:1", i), get("/ws", "Name", "a")))
		}
		e := refusal(t, h, from("192.0.2.100:1", get("/ws", "Name", "a")))
		assert.Equal(t, http.StatusTooManyRequests, e.Status, "100 of a principal")
		for i := range 800 {
			time.Sleep(time.Second / 100)
			admitted(t, h, from(fmt.Sprintf("192.1.%d.%d:1", i/100, i%100), get("/ws", "Name", fmt.Sprint("b", i))))
		}
		e = refusal(t, h, from("198.51.100.1:1", get("/ws", "Name", "c")))
		assert.Equal(t, http.StatusServiceUnavailable, e.Status, "1000 in total")
	})
}

func TestHandshakesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t, &realtime.Config{Auth: open, Limits: realtime.Limits{Handshakes: 10}})
		knock := func() (passed int) {
			for range 30 {
				a, err := h.Admit(get("/ws"))
				if err == nil {
					passed++
					a.Release()
				}
			}
			return passed
		}
		assert.Equal(t, 10, knock(), "a burst")
		e := refusal(t, h, get("/ws"))
		assert.Equal(t, "realtime: refused with 503: too many connections at once", e.Error())
		assert.Equal(t, "1", e.Header.Get("Retry-After"))
		time.Sleep(350 * time.Millisecond)
		assert.Equal(t, 3, knock())
		time.Sleep(40 * time.Millisecond)
		assert.Zero(t, knock(), "not yet one more")
		time.Sleep(40 * time.Millisecond)
		assert.Equal(t, 1, knock())
		time.Sleep(time.Hour)
		assert.Equal(t, 10, knock(), "no more than a burst")
	})
}

func TestAnAddressThatTheHostKnowsBetter(t *testing.T) {
	h := newHub(t, &realtime.Config{
		Auth:    open,
		Address: func(r *http.Request) netip.Addr { return netip.MustParseAddr(r.Header.Get("X-Real-IP")) },
		Limits:  realtime.Limits{PerAddress: 1},
	})
	admitted(t, h, get("/ws", "X-Real-IP", "192.0.2.1"))
	admitted(t, h, get("/ws", "X-Real-IP", "192.0.2.2"))
	assert.Equal(t, http.StatusTooManyRequests, refusal(t, h, get("/ws", "X-Real-IP", "192.0.2.1")).Status)
}

func TestAnAddressThatMiddlewareHasSet(t *testing.T) {
	for name, addr := range map[string][3]string{
		"with ports": {"192.0.2.1:50000", "192.0.2.2:50000", "192.0.2.1:50001"},
		"IPv4":       {"192.0.2.1", "192.0.2.2", "192.0.2.1"},
		"IPv6":       {"2001:db8::1", "2001:db8:0:1::1", "2001:db8::2"},
		"brackets":   {"[2001:db8::1]", "[2001:db8:0:1::1]", "[2001:db8::2]"},
		"both":       {"192.0.2.1", "192.0.2.2", "192.0.2.1:50000"},
		"neither":    {"@", "192.0.2.2", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key)})
			status := 0
			for range 20 { // until it has to wait
				status = refusal(t, h, from(addr[0], get("/ws", "Authorization", "Bearer wrong"))).Status
			}
			require.Equal(t, http.StatusTooManyRequests, status)
			admitted(t, h, from(addr[1], withKey("/ws")))
			assert.Equal(t, http.StatusTooManyRequests, refusal(t, h, from(addr[2], withKey("/ws"))).Status)
		})
	}
}

func TestNoMoreThanThereArePlacesAtATime(t *testing.T) {
	const places = 7
	h := newHub(t, &realtime.Config{Auth: open, Limits: realtime.Limits{Clients: places, Handshakes: -1}})
	var wg sync.WaitGroup
	var now, most, admissions atomic.Int64
	for range 16 {
		wg.Go(func() {
			for range 500 {
				a, err := h.Admit(get("/ws"))
				if err != nil {
					continue
				}
				admissions.Add(1)
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				now.Add(-1)
				a.Release()
			}
		})
	}
	wg.Wait()
	assert.LessOrEqual(t, most.Load(), int64(places))
	clients, principals, addresses := realtime.Counted(h)
	assert.Equal(t, []int{0, 0, 0}, []int{clients, principals, addresses})
	assert.Equal(t, 8000, int(admissions.Load())+int(h.Stats().Refused[http.StatusServiceUnavailable]))
}

func TestWhatCountsAsOneAddress(t *testing.T) {
	tests := map[string]string{
		"192.0.2.1":              "192.0.2.1/32",
		"::ffff:192.0.2.1":       "192.0.2.1/32",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::/64",
		"fe80::1%eth0":           "fe80::/64",
		"::1":                    "::/64",
		"64:ff9b::192.0.2.1":     "64:ff9b::/64",
		"2001:db8:1:2:ffff::%x1": "2001:db8:1:2::/64",
	}
	for addr, want := range tests {
		assert.Equal(t, want, realtime.NetworkOf(netip.MustParseAddr(addr)).String())
	}
	require.Equal(t, netip.Prefix{}, realtime.NetworkOf(netip.Addr{}))
}
