package modem_test

import (
	"fmt"
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// A program that ends without Close leaves its call up. Whoever dials next must not
// get that one for the call that was dialled: it is with somebody else. The list that
// was asked for when the modem became ready is still on its way then.
func TestDialIsNotACallThatAnEarlierProgramLeft(t *testing.T) {
	const left, wanted = "+12025550100", "+12025550101"
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := modemtest.New(&modemtest.Config{Seed: seed, Calm: seed == 0})
				t.Cleanup(func() { sim.Close() })
				leaveCall(t, sim, left)
				m := open(t, sim, nil)
				events := record(t, m.Events())
				_, err := m.Dial(deadline(t), wanted, nil)
				require.ErrorIs(t, err, voice.ErrEnded, "the modem refuses to dial beside a call")
				synctest.Wait()
				for _, e := range of[voice.StateChanged](events) {
					assert.False(t, e.State == voice.Active && e.Number == wanted, "what was dialled was not answered")
				}
				assert.Equal(t, []string{left}, sim.Dialled())
			})
		})
	}
}

// leaveCall dials as a program does that then ends without hanging up.
func leaveCall(t *testing.T, sim *modemtest.Modem, number string) {
	t.Helper()
	port, err := sim.OpenAT(t.Context())
	require.NoError(t, err)
	_, err = io.WriteString(port, "ATD"+number+";\r")
	require.NoError(t, err)
	callee, err := sim.WaitDialled(deadline(t))
	require.NoError(t, err)
	require.NoError(t, callee.WaitAnswered(deadline(t)))
	require.NoError(t, port.Close())
}
