package voicemail_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// TestScenarioA16UnpluggedInMidRecording pulls the modem out while a message is left,
// and puts it in again.
func TestScenarioA16UnpluggedInMidRecording(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		sim := modemtest.New(nil)
		m, err := modem.Open(ctx, sim, nil)
		require.NoError(t, err)
		t.Cleanup(func() { m.Close(); sim.Close() })
		box, err := voicemail.Open(t.TempDir(), nil)
		require.NoError(t, err)
		t.Cleanup(func() { box.Close() })
		messages := make(chan voicemail.Message, 2)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			msg, err := box.Record(ctx, call)
			messages <- msg
			return err
		})
		said := ramp(5 * 8000)
		leave := func(number string) {
			caller := sim.Call(number)
			require.NoError(t, caller.WaitAnswered(ctx))
			require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))
			require.NoError(t, caller.Say(ctx, said))
		}
		leave("+12025550147")
		sim.Unplug()
		msg := <-messages
		assert.Equal(t, voicemail.ModemLost, msg.Reason)
		assert.Equal(t, "+12025550147", string(msg.Caller))
		require.NotEmpty(t, msg.Path, "what was said is kept")
		f, err := wav.OpenFile(msg.Path)
		require.NoError(t, err)
		defer f.Close()
		assert.GreaterOrEqual(t, f.Info().Duration(), 4900*time.Millisecond)

		sim.Replug()
		require.NoError(t, sim.WaitReachable(ctx))
		leave("+12025550148")
		require.NoError(t, m.Close())
		assert.Equal(t, "+12025550148", string((<-messages).Caller), "and the next one is taken")
	})
}
