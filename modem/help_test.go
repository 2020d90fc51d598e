package modem_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// deadline bounds everything that a test waits for, in virtual time.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// openSim opens a modem on a virtual one, and closes both at the end.
func openSim(t *testing.T, simCfg *modemtest.Config, cfg *modem.Config) (*modem.Modem, *modemtest.Modem) {
	t.Helper()
	sim := modemtest.New(simCfg)
	t.Cleanup(func() { sim.Close() })
	return open(t, sim, cfg), sim
}

// openMock opens a modem on a scripted one, and closes it at the end.
func openMock(t *testing.T, mock *modem.MockTransport, cfg *modem.Config) *modem.Modem {
	t.Helper()
	return open(t, mock, cfg)
}

func open(t *testing.T, tr modem.Transport, cfg *modem.Config) *modem.Modem {
	t.Helper()
	var c modem.Config
	if cfg != nil {
		c = *cfg
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	m, err := modem.Open(deadline(t), tr, &c)
	require.NoError(t, err)
	t.Cleanup(func() { m.Close() })
	return m
}

// receive receives from ch, which some goroutine of the test sends to.
func receive[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(5 * time.Minute):
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

// recorder keeps all events of a bus.
type recorder struct {
	sub *events.Subscription[events.Event]
	wg  sync.WaitGroup
	mu  sync.Mutex
	all []events.Event
}

func record(t *testing.T, bus *events.Bus) *recorder {
	t.Helper()
	r := &recorder{sub: events.Subscribe[events.Event](bus, 1000)}
	r.wg.Go(func() {
		for e := range r.sub.C() {
			r.mu.Lock()
			r.all = append(r.all, e)
			r.mu.Unlock()
		}
	})
	t.Cleanup(func() {
		r.sub.Close()
		r.wg.Wait()
	})
	return r
}

// of returns the events of one type so far.
func of[T events.Event](r *recorder) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []T
	for _, e := range r.all {
		if v, ok := e.(T); ok {
			out = append(out, v)
		}
	}
	return out
}

// states returns the states that a call went through.
func states(r *recorder, call string) []voice.State {
	var out []voice.State
	for _, e := range of[voice.StateChanged](r) {
		if call == "" || e.Call == call {
			out = append(out, e.State)
		}
	}
	return out
}

// modemStates returns the states that the modem went through.
func modemStates(r *recorder) []modem.State {
	var out []modem.State
	for _, e := range of[modem.StateChanged](r) {
		out = append(out, e.State)
	}
	return out
}

// speech returns n samples that are all different from silence and, over any
// stretch of some length, from each other.
func speech(n int) []int16 {
	s := make([]int16, n)
	x := uint32(1)
	for i := range s {
		x = x*1664525 + 1013904223
		s[i] = int16(x>>18)&0x1fff + 1000
	}
	return s
}

// index returns where sub begins in s, or -1.
func index(s, sub []int16) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i] == sub[0] && slices.Equal(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}
