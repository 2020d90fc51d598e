package realtime_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

// host returns the n-th address of 10.0.0.0/8.
func host(n int) netip.Prefix {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], 10<<24|uint32(n))
	return netip.PrefixFrom(netip.AddrFrom4(b), 32)
}

func TestFailedLoginsOfAnAddressBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key)})
		wrong := func() *http.Request { return bearing("a-wrong-key-of-mine") }
		for range 5 {
			assert.Equal(t, http.StatusUnauthorized, refusal(t, h, wrong()).Status, "some are free: anybody may mistype")
		}
		for _, wait := range []int{1, 2, 4, 8, 16, 32, 60, 60, 60} {
			assert.Equal(t, http.StatusUnauthorized, refusal(t, h, wrong()).Status)
			for range 10 { // what comes too early makes it no longer
				e := refusal(t, h, wrong())
				assert.Equal(t, "realtime: refused with 429: too many failed logins from this address", e.Error())
				assert.Equal(t, strconv.Itoa(wait), e.Header.Get("Retry-After"))
			}
			e := refusal(t, h, withKey("/ws"))
			assert.Equal(t, http.StatusTooManyRequests, e.Status, "the right key has to wait too: else the wait told which is right")
			admitted(t, h, from("192.0.2.1:1", withKey("/ws"))) // who is elsewhere has not
			time.Sleep(time.Duration(wait)*time.Second - time.Millisecond)
			assert.Equal(t, "1", refusal(t, h, wrong()).Header.Get("Retry-After"), "rounded up")
			time.Sleep(time.Millisecond)
		}
		assert.Equal(t, map[int]uint64{401: 14, 429: 9 * 12}, h.Stats().Refused)
	})
}

func TestALoginForgives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key)})
		for range 10 {
			for range 5 {
				assert.Equal(t, http.StatusUnauthorized, refusal(t, h, get("/ws")).Status)
			}
			a, err := h.Admit(withKey("/ws"))
			require.NoError(t, err)
			a.Release()
		}
	})
}

func TestFailuresAreForgottenAfterAQuietTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := realtime.NewBackoff()
		for range 20 {
			realtime.Fail(b, host(1))
		}
		assert.Equal(t, time.Minute, realtime.Wait(b, host(1)))
		time.Sleep(15*time.Minute - time.Second)
		realtime.Fail(b, host(1))
		assert.Equal(t, time.Minute, realtime.Wait(b, host(1)), "not quiet yet")
		time.Sleep(15 * time.Minute)
		assert.Zero(t, realtime.Wait(b, host(1)))
		assert.Zero(t, realtime.Remembered(b))
		realtime.Fail(b, host(1))
		assert.Zero(t, realtime.Wait(b, host(1)), "it begins anew")
	})
}

func TestNobodyFailsSoOftenThatItIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := realtime.NewBackoff()
		for n := range 600 {
			realtime.Fail(b, host(1))
			if n >= 20 {
				require.Equal(t, time.Minute, realtime.Wait(b, host(1)), n)
			}
		}
	})
}

func TestOnlyFailedLoginsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, cfg := range map[string]*realtime.Config{
			"forbidden": {Auth: says(realtime.ErrForbidden)},
			"busy":      {Auth: says(&realtime.BusyError{})},
			"a fault":   {Auth: says(http.ErrServerClosed)},
			"no Auth":   {},
		} {
			h := newHub(t, cfg)
			first := refusal(t, h, get("/ws")).Status
			for range 50 {
				assert.Equal(t, first, refusal(t, h, get("/ws")).Status, name)
			}
		}
	})
}

func TestTenThousandFailedLoginsFromOneAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		h := newHub(t, &realtime.Config{
			Auth: func(r *http.Request) (realtime.Principal, error) {
				asked++
				return realtime.APIKeys(key)(r)
			},
			Limits: realtime.Limits{Handshakes: -1},
		})
		for i := range 10_000 {
			refusal(t, h, bearing(fmt.Sprintf("guess-number-%d-of-mine", i)))
			time.Sleep(10 * time.Millisecond)
		}
		assert.Equal(t, 5+7, asked, "in 100 seconds: five, and after 0, 1, 3, 7, 15, 31 and 63 s")
		assert.EqualValues(t, 10_000, h.Stats().Refused[401]+h.Stats().Refused[429])
	})
}

// heap returns the bytes that are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestTenThousandFailedLoginsFromTenThousandAddressesLeaveTheMemoryAsItWas(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key), Limits: realtime.Limits{Handshakes: -1}})
	refusal(t, h, bearing("a-wrong-key-of-mine"))
	before := heap()
	for i := range 10_000 {
		r := bearing(fmt.Sprintf("guess-number-%d-of-mine", i))
		assert.Equal(t, http.StatusUnauthorized, refusal(t, h, from(host(i).Addr().String()+":1", r)).Status)
	}
	grown := heap() - before
	assert.Less(t, grown, int64(32<<10), "an entry of a map each would be 500 KiB")
	clients, principals, addresses := realtime.Counted(h)
	assert.Equal(t, []int{0, 0, 0}, []int{clients, principals, addresses})
	admitted(t, h, withKey("/ws"))
}

func TestTheTableOfFailuresIsBounded(t *testing.T) {
	assert.LessOrEqual(t, realtime.BackoffBytes, uintptr(100<<10))
	b := realtime.NewBackoff()
	for i := range 100_000 {
		realtime.Fail(b, host(i))
	}
	assert.Equal(t, 4096, realtime.Remembered(b))
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		realtime.Fail(b, host(rand.IntN(1<<24)))
		_ = realtime.Wait(b, host(1))
		realtime.Forgive(b, host(1))
	}))
}

// TestOneWhoFailsOftenIsNotForgottenForManyWhoFailOnce sprays the table with other
// addresses.
func TestOneWhoFailsOftenIsNotForgottenForManyWhoFailOnce(t *testing.T) {
	b := realtime.NewBackoff()
	for range 30 {
		realtime.Fail(b, host(0))
	}
	for i := range 100_000 {
		realtime.Fail(b, host(1+i))
	}
	assert.Greater(t, realtime.Wait(b, host(0)), 50*time.Second)
	realtime.Fail(b, host(200_000))
	assert.Zero(t, realtime.Wait(b, host(200_000)), "and nobody waits for another")
}
