package voicemail_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/wav"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
	"github.com/callstack-go/callstack/voicemail"
)

const caller = events.Number("+12025550147")

// frame is the time of a frame: what lengths may be off by where a key or the end
// of the call falls between two.
const frame = 20 * time.Millisecond

// bubble runs f in virtual time, with a context that ends a test that is stuck.
func bubble(t *testing.T, f func(ctx context.Context, t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		f(ctx, t)
	})
}

// ramp returns n samples of which no two neighbours, and hardly any two runs, are
// equal, and none is silence: what it is a piece of can be found in it.
func ramp(n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(1000 + i%20011)
	}
	return out
}

func negated(samples []int16) []int16 {
	for i := range samples {
		samples[i] = -samples[i]
	}
	return samples
}

func littleEndian(samples []int16) []byte {
	var b []byte
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// writeWAV writes a WAV file of samples at rate and returns its path.
func writeWAV(t testing.TB, name string, rate int, samples []int16) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	w, err := wav.NewWriter(f, rate)
	require.NoError(t, err)
	_, err = w.WriteSamples(samples)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return path
}

// openMemory opens a box over a directory in memory.
func openMemory(t testing.TB, cfg *voicemail.Config) (*voicemail.VoicemailBox, *memory) {
	t.Helper()
	dir := newMemory()
	box, err := voicemail.OpenIn(dir, "/box", cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = box.Close() })
	return box, dir
}

// visit is a call to a box.
type visit struct {
	call *voice.CallSession
	far  *voicetest.Far
	wg   sync.WaitGroup
	msg  voicemail.Message
	err  error
}

// ring lets somebody call the box, who is answered at once.
func ring(ctx context.Context, t testing.TB, box *voicemail.VoicemailBox, cfg *voicetest.Config) *visit {
	t.Helper()
	if cfg == nil {
		cfg = &voicetest.Config{Number: caller}
	}
	v := new(visit)
	v.call, v.far = voicetest.NewCall(cfg)
	t.Cleanup(v.far.Close)
	v.wg.Go(func() { v.msg, v.err = box.Record(ctx, v.call) })
	return v
}

// wait returns what Record did.
func (v *visit) wait() (voicemail.Message, error) {
	v.wg.Wait()
	return v.msg, v.err
}

// hearBeep waits until what plays before the recording is over.
func (v *visit) hearBeep(ctx context.Context, t testing.TB) {
	t.Helper()
	require.NoError(t, v.far.WaitAnswered(ctx))
	require.NoError(t, v.far.WaitQuiet(ctx, 500*time.Millisecond))
}

// speak says samples after the beep.
func (v *visit) speak(ctx context.Context, t testing.TB, samples []int16) {
	t.Helper()
	v.hearBeep(ctx, t)
	require.NoError(t, v.far.Say(ctx, samples))
}

// leave is a whole call: it speaks for a second and more, and presses "#".
func leave(ctx context.Context, t testing.TB, box *voicemail.VoicemailBox) voicemail.Message {
	t.Helper()
	v := ring(ctx, t, box, nil)
	v.speak(ctx, t, ramp(8000))
	v.far.Press("#")
	msg, err := v.wait()
	require.NoError(t, err)
	require.True(t, msg.Kept())
	return msg
}

// sleep lets virtual time pass.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
