package modem_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// Quectel's modems may take longer to hang up than a command is given. What is sent
// when the call is not over by then must not end the next one, which begins as soon
// as the modem is done.
func TestSlowHangupSparesTheNextCaller(t *testing.T) {
	for _, family := range []modemtest.Family{modemtest.EC200, modemtest.EC25} {
		for seed := range uint64(40) {
			synctest.Test(t, func(t *testing.T) {
				m, sim := openSim(t, &modemtest.Config{Family: family, Seed: seed}, nil)
				served := 0
				m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
					served++
					if err := call.Answer(ctx); err != nil {
						return err
					}
					time.Sleep(time.Second)
					return nil // which hangs up
				})
				for i := range 6 {
					caller := sim.Call(fmt.Sprintf("+1202555010%d", i))
					require.NoError(t, caller.WaitAnswered(deadline(t)), "seed %d", seed)
					require.NoError(t, caller.WaitEnded(deadline(t)))
				}
				time.Sleep(time.Minute)
				assert.Empty(t, m.Calls())
				assert.Equal(t, 6, served)
			})
		}
	}
}

// A modem that refuses its list of calls tells nothing against the next command.
func TestHangupGoesOnWithoutAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+CHUP").Reply()
		mock.On("ATH").Then(func() { ended(mock) }).Reply()
		_, call := talking(t, mock, nil)
		mock.On("AT+CLCC").Final("ERROR")
		require.NoError(t, call.Hangup(deadline(t)))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		assert.Equal(t, 1, written(mock, "ATH"))
	})
}
