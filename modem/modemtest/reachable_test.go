package modemtest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// soon is a context that a waiter soon gives up with.
func soon(t *testing.T, ctx context.Context) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// TestWaitReachable: after all that makes a modem start anew, a call comes to it when
// WaitReachable returns, and not before.
func TestWaitReachable(t *testing.T) {
	anew := map[string]func(*modemtest.Modem){
		"replug":         func(m *modemtest.Modem) { m.Unplug(); m.Replug() },
		"reset":          (*modemtest.Modem).Reset,
		"silent reset":   (*modemtest.Modem).ResetSilently,
		"another SIM":    func(m *modemtest.Modem) { m.InsertSIM(modemtest.SIM{}) },
		"a slow SIM":     func(m *modemtest.Modem) { m.InsertSIM(modemtest.SIM{Busy: 20 * time.Second}) },
		"replug, slowly": func(m *modemtest.Modem) { m.InsertSIM(modemtest.SIM{Busy: 9 * time.Second}); m.Unplug(); m.Replug() },
	}
	for name, do := range anew {
		for _, open := range []bool{true, false} {
			for _, family := range modemtest.Families() {
				inBubble(t, func(t *testing.T, ctx context.Context) {
					sim := newSim(t, &modemtest.Config{Family: family})
					require.NoError(t, sim.WaitReachable(ctx), "it was on for long")
					if open {
						dial(t, sim)
					}
					do(sim)
					end, _ := sim.Call("+12025550100").Ended()
					require.Equal(t, modemtest.EndedNoService, end, "%s, %v", name, family)
					require.NoError(t, sim.WaitReachable(ctx))
					end, _ = sim.Call("+12025550100").Ended()
					assert.Zero(t, end, "%s, %v: it rings", name, family)
				})
			}
		}
	}
}

// TestWaitReachableTellsWhatIsMissing, and goes on when that is there.
func TestWaitReachableTellsWhatIsMissing(t *testing.T) {
	tests := map[string]struct {
		cfg        modemtest.Config
		take, give func(*modemtest.Modem, *terminal)
		missing    string
	}{
		"plug": {
			take:    func(m *modemtest.Modem, _ *terminal) { m.Unplug() },
			give:    func(m *modemtest.Modem, _ *terminal) { m.Replug() },
			missing: "it is not plugged in",
		},
		"ports after a reset": {
			take:    func(_ *modemtest.Modem, term *terminal) { term.ok("AT+CFUN=1,1"); time.Sleep(time.Second) },
			give:    func(*modemtest.Modem, *terminal) {},
			missing: "it is not plugged in",
		},
		"radio": {
			take:    func(_ *modemtest.Modem, term *terminal) { term.ok("AT+CFUN=4") },
			give:    func(_ *modemtest.Modem, term *terminal) { term.ok("AT+CFUN=1") },
			missing: "its radio is off",
		},
		"SIM": {
			take:    func(m *modemtest.Modem, _ *terminal) { m.RemoveSIM() },
			give:    func(m *modemtest.Modem, _ *terminal) { m.InsertSIM(modemtest.SIM{}) },
			missing: "its SIM is in the way: SIM not inserted",
		},
		"PIN": {
			cfg:     modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMPIN}},
			take:    func(*modemtest.Modem, *terminal) {},
			give:    func(_ *modemtest.Modem, term *terminal) { term.ok("AT+CPIN=1234") },
			missing: "its SIM is in the way: SIM PIN required",
		},
		"network": {
			take:    func(m *modemtest.Modem, _ *terminal) { m.SetRegistration(2) },
			give:    func(m *modemtest.Modem, _ *terminal) { m.SetRegistration(5) },
			missing: "its registration is 2",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				tt.cfg.Calm = true
				sim := newSim(t, &tt.cfg)
				term := dial(t, sim).quiet()
				tt.take(sim, term)
				err := sim.WaitReachable(soon(t, ctx))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				assert.EqualError(t, err, "modemtest: the modem is not reachable: "+tt.missing+": context deadline exceeded")
				waited := make(chan error, 1)
				wait(t, func() { waited <- sim.WaitReachable(ctx) })
				synctest.Wait()
				assert.Empty(t, waited, "it waits")
				tt.give(sim, term)
				require.NoError(t, <-waited)
			})
		})
	}
}

// wait runs what waits, and sees to its end.
func wait(t *testing.T, f func()) {
	t.Helper()
	var wg sync.WaitGroup
	wg.Go(f)
	t.Cleanup(wg.Wait)
}

func TestWaitReachableInVain(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{DataOnly: true})
		require.ErrorIs(t, sim.WaitReachable(ctx), errors.ErrUnsupported)

		starts := newSim(t, &modemtest.Config{Boot: true})
		require.Error(t, starts.WaitReachable(soon(t, ctx)), "its start waits for the program")
		dial(t, starts)
		require.NoError(t, starts.WaitReachable(ctx))

		sim = modemtest.New(nil)
		sim.Unplug()
		waited := make(chan error, 1)
		wait(t, func() { waited <- sim.WaitReachable(ctx) })
		synctest.Wait()
		require.NoError(t, sim.Close())
		require.ErrorIs(t, <-waited, modemtest.ErrClosed)
		require.ErrorIs(t, sim.WaitReachable(ctx), modemtest.ErrClosed)
	})
}

// TestErrEndedTellsHow: it stays the same error, with the end in its words.
func TestErrEndedTellsHow(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		caller := sim.Call("+12025550100")
		require.NoError(t, answerOn(ctx, term, caller))
		late := sim.Call("+12025550101")
		err := late.WaitAnswered(ctx)
		require.ErrorIs(t, err, modemtest.ErrEnded)
		assert.EqualError(t, err, "modemtest: the call is over: busy")
		caller.Hangup()
		for _, err := range []error{caller.Say(ctx, nil), caller.WaitQuiet(ctx, time.Second)} {
			require.ErrorIs(t, err, modemtest.ErrEnded)
			assert.EqualError(t, err, "modemtest: the call is over: ended by the far side")
		}
		ringing := sim.Call("+12025550100")
		sim.RemoveSIM()
		assert.EqualError(t, ringing.WaitAnswered(ctx), "modemtest: the call is over: no service")
		err = sim.Call("+12025550100").WaitAnswered(ctx)
		require.ErrorIs(t, err, modemtest.ErrEnded)
		assert.EqualError(t, err, "modemtest: the call is over: no service: the modem could not be reached, see Modem.WaitReachable")
	})
}

// TestConstantsHaveNames, each its own, and others show their number.
func TestConstantsHaveNames(t *testing.T) {
	tests := map[string]struct {
		name func(int) string
		n    int
		some string // of number 2
	}{
		"End":       {func(i int) string { return modemtest.End(i).String() }, 8, "ended by the program"},
		"SIMState":  {func(i int) string { return modemtest.SIMState(i).String() }, 4, "wants PIN"},
		"Result":    {func(i int) string { return modemtest.Result(i).String() }, 6, "no answer"},
		"LineState": {func(i int) string { return modemtest.LineState(i).String() }, 5, "PPP"},
		"Reports":   {func(i int) string { return modemtest.Reports(i).String() }, 4, "reports on the second"},
	}
	for kind, tt := range tests {
		names := map[string]bool{}
		for i := range tt.n {
			names[tt.name(i)] = true
			assert.NotContains(t, tt.name(i), kind, "%s %d has a name", kind, i)
		}
		assert.Len(t, names, tt.n, kind)
		assert.Equal(t, tt.some, tt.name(2))
		assert.Equal(t, kind+"(-1)", tt.name(-1))
		assert.Regexp(t, `^`+kind+`\(\d+\)$`, tt.name(tt.n))
	}
	assert.Equal(t, "SIM(wants PUK, 0 PIN and 10 PUK attempts)", modemtest.SIM{State: modemtest.SIMPUK, PUKTries: 10}.String())
}
