package modem_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

func TestCallerWhoWaitedIsServedWhenTheLineIsFree(t *testing.T) {
	ends := map[string]func(*modemtest.Caller){
		"the handler returns": func(*modemtest.Caller) {},
		"caller hangs up":     (*modemtest.Caller).Hangup,
	}
	families := map[string]modemtest.Family{"SIM7600": modemtest.SIM7600, "generic": modemtest.Generic}
	for how, end := range ends {
		for name, family := range families {
			t.Run(how+", "+name, func(t *testing.T) {
				for seed := range uint64(30) {
					synctest.Test(t, func(t *testing.T) { waits(t, &modemtest.Config{Family: family, Seed: seed}, end) })
				}
			})
		}
	}
}

// waits has a second caller wait until the first call is ended.
func waits(t *testing.T, cfg *modemtest.Config, end func(*modemtest.Caller)) {
	ctx := deadline(t)
	cfg.CallWaiting = true
	m, sim := openSim(t, cfg, nil)
	answers := make(chan error, 8)
	numbers := make(chan events.Number, 8)
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		numbers <- call.Number()
		if err := call.Answer(ctx); err != nil {
			answers <- err
			return err
		}
		answers <- nil
		select {
		case <-time.After(6 * time.Second):
		case <-call.Done():
		}
		return nil
	})
	first := sim.Call("+12025550100")
	require.NoError(t, receive(t, answers))
	time.Sleep(time.Second)
	second := sim.Call("+12025550199")
	time.Sleep(2 * time.Second)
	require.Len(t, numbers, 1, "while somebody is talking")
	end(first)
	require.NoError(t, first.WaitEnded(ctx))
	require.NoError(t, receive(t, answers))
	require.NoError(t, second.WaitAnswered(ctx))
	assert.Equal(t, events.Number("+12025550100"), <-numbers)
	assert.Equal(t, events.Number("+12025550199"), <-numbers)
}

func TestWaitingCallIsHandedOverAtOnceIfThatIsWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, &modemtest.Config{CallWaiting: true}, &modem.Config{CallWaiting: true})
		_, err := m.Exec(ctx, "AT+CCWA=1")
		require.NoError(t, err)
		answers := make(chan error, 2)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			for _, other := range m.Calls() {
				if other != call {
					_ = other.Hangup(ctx) // for the one who is new
				}
			}
			return answering(answers).ServeCall(ctx, call)
		})
		first := sim.Call("+12025550100")
		require.NoError(t, receive(t, answers))
		second := sim.Call("+12025550199")
		require.NoError(t, receive(t, answers))
		require.NoError(t, first.WaitEnded(ctx))
		require.NoError(t, second.WaitAnswered(ctx))
	})
}
