package modem_test

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

func TestSmoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, nil, nil)
		rec := record(t, m.Events())
		t.Log(m.Identity(), m.Capabilities())
		var buf bytes.Buffer
		done := make(chan error, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			if err := call.Answer(ctx); err != nil {
				return err
			}
			if _, err := call.Play(ctx, voice.Concat(voice.PCM(8000, speech(16000)), voice.Beep()), nil); err != nil {
				return err
			}
			r, err := call.Record(ctx, &buf, &voice.RecordOptions{Finish: "#"})
			t.Log(r.LogValue())
			done <- err
			return nil
		})
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(ctx))
		require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))
		require.NoError(t, caller.Say(ctx, speech(40000)))
		caller.Press("#")
		require.NoError(t, caller.WaitEnded(ctx))
		require.NoError(t, <-done)
		heard := caller.Heard()
		assert.GreaterOrEqual(t, index(heard, speech(16000)), 0)
		for _, w := range sim.Written() {
			t.Log(w.Text)
		}
		synctest.Wait()
		t.Log(states(rec, ""), buf.Len())
		assert.Contains(t, buf.String(), string(le(speech(40000))))
	})
}

func le(s []int16) []byte {
	var b []byte
	for _, v := range s {
		b = append(b, byte(v), byte(v>>8))
	}
	return b
}
