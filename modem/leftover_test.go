package modem_test

import (
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// A program that ends without Close leaves its call up: nobody talks in it, and somebody
// pays for it. Whoever dials next must get neither that one nor an error.
func TestCallThatAnEarlierProgramLeftIsHungUp(t *testing.T) {
	const left, wanted = "+12025550100", "+12025550101"
	for _, family := range allFamilies {
		for seed := range uint64(8) {
			t.Run(fmt.Sprint(family, " ", seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					sim := modemtest.New(&modemtest.Config{Family: family, Seed: seed, Calm: seed == 0})
					t.Cleanup(func() { sim.Close() })
					earlier := leaveCall(t, sim, left)
					m := open(t, sim, nil)
					end, over := earlier.Ended()
					assert.True(t, over, "before the modem is ready")
					assert.Equal(t, modemtest.EndedByProgram, end)
					call, err := m.Dial(deadline(t), wanted, nil)
					require.NoError(t, err)
					assert.Equal(t, wanted, string(call.Number()))
					assert.Equal(t, []string{left, wanted}, sim.Dialled())
				})
			})
		}
	}
}

func TestCallThatRingsIsNoneThatWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := modemtest.New(nil)
		t.Cleanup(func() { sim.Close() })
		port, err := sim.OpenAT(t.Context())
		require.NoError(t, err)
		caller := sim.Call("+12025550100")
		require.NoError(t, port.Close())
		open(t, sim, &modem.Config{OnCall: voice.HandlerFunc(answer)})
		require.NoError(t, caller.WaitAnswered(deadline(t)))
	})
}

func TestCallThatCannotBeHungUpDoesNotKeepTheModemFromOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CLCC").Reply(dialledAs("0"))
		openMock(t, mock, nil)
		assert.Equal(t, 2, written(mock, "AT+CHUP"))
		assert.Equal(t, 2, written(mock, "ATH"))
		time.Sleep(time.Second)
	})
}

// leaveCall dials as a program does that then ends without hanging up.
func leaveCall(t *testing.T, sim *modemtest.Modem, number string) *modemtest.Caller {
	t.Helper()
	port, err := sim.OpenAT(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(port, "ATD"+number+";\r")
	require.NoError(t, err)
	callee, err := sim.WaitDialled(deadline(t))
	require.NoError(t, err)
	require.NoError(t, callee.WaitAnswered(deadline(t)))
	require.NoError(t, port.Close())
	return callee
}
