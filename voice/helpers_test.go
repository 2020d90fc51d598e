package voice_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// narrow is the format of most calls in these tests, and frame is one of its
// frames.
var narrow = voice.Format{Rate: 8000}

const (
	frame     = 160
	frameTime = 20 * time.Millisecond
)

// bubble runs f in virtual time. The context's deadline is virtual, too: it
// keeps a test that is stuck from running for ever.
func bubble(t *testing.T, f func(ctx context.Context, t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		f(ctx, t)
	})
}

// pass lets d go by.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
}

// noise returns n samples of loud noise, the same for the same seed, and none
// of them zero.
func noise(seed uint64, n int) []int16 {
	r := rand.New(rand.NewPCG(seed, 0))
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(2000 + r.IntN(20000))
		if r.IntN(2) == 0 {
			pcm[i] = -pcm[i]
		}
	}
	return pcm
}

// trimmed returns what is left of pcm without the silence at its ends.
func trimmed(pcm []int16) []int16 {
	sound := func(s int16) bool { return s != 0 }
	first := slices.IndexFunc(pcm, sound)
	if first < 0 {
		return nil
	}
	last := len(pcm)
	for !sound(pcm[last-1]) {
		last--
	}
	return pcm[first:last]
}

// assertPCM is assert.Equal for audio. It tells where the first difference is, and
// does not print seconds of samples.
func assertPCM(t *testing.T, want, got []int16, msg ...any) bool {
	t.Helper()
	if slices.Equal(want, got) {
		return true
	}
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	return assert.Fail(t, fmt.Sprintf("audio differs from sample %d on; want %d samples, got %d", at, len(want), len(got)), msg...)
}

// samples turns what a recording wrote back into samples.
func samples(b []byte) []int16 {
	pcm := make([]int16, len(b)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return pcm
}

// recorded is an io.Writer that keeps samples, and may be slow or broken.
type recorded struct {
	mu    sync.Mutex
	bytes []byte
	wait  func(written int) // called before each write, if set
	fail  func(written int) error
}

func (r *recorded) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wait != nil {
		r.wait(len(r.bytes) / 2)
	}
	if r.fail != nil {
		if err := r.fail(len(r.bytes) / 2); err != nil {
			return 0, err
		}
	}
	r.bytes = append(r.bytes, b...)
	return len(b), nil
}

func (r *recorded) samples() []int16 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return samples(r.bytes)
}

// answered returns a call that was answered and has audio, and its far side.
func answered(ctx context.Context, t *testing.T, cfg *voicetest.Config) (*voice.CallSession, *voicetest.Far) {
	t.Helper()
	call, far := voicetest.NewCall(cfg)
	t.Cleanup(far.Close)
	require.NoError(t, call.Answer(ctx))
	return call, far
}

// stub is a line that does what a test says; nil does nothing and succeeds.
type stub struct {
	answer, hangup, hold, resume func(context.Context) error
	mute                         func(context.Context, bool) error
	tone                         func(context.Context, byte, time.Duration) error
}

func run(f func(context.Context) error, ctx context.Context) error {
	if f == nil {
		return nil
	}
	return f(ctx)
}

func (s *stub) Answer(ctx context.Context) error { return run(s.answer, ctx) }
func (s *stub) Hangup(ctx context.Context) error { return run(s.hangup, ctx) }
func (s *stub) Hold(ctx context.Context) error   { return run(s.hold, ctx) }
func (s *stub) Resume(ctx context.Context) error { return run(s.resume, ctx) }

func (s *stub) Mute(ctx context.Context, on bool) error {
	return run(func(ctx context.Context) error {
		if s.mute == nil {
			return nil
		}
		return s.mute(ctx, on)
	}, ctx)
}

func (s *stub) SendDTMF(ctx context.Context, key byte, d time.Duration) error {
	if s.tone == nil {
		return nil
	}
	return s.tone(ctx, key, d)
}

// bare is a line without anything that is optional.
type bare struct{ voice.Line }

// fed returns a call in a state whose audio the test feeds by hand.
func fed(t *testing.T, line voice.Line, info voice.Info) (*voice.CallSession, *voice.Feed) {
	t.Helper()
	if line == nil {
		line = &stub{}
	}
	call, feed := voice.NewCall(line, info)
	t.Cleanup(func() { feed.End(voice.End{Reason: voice.RemoteHangup}) })
	return call, feed
}

// active is fed for a call that has audio.
func active(t *testing.T) (*voice.CallSession, *voice.Feed) {
	t.Helper()
	call, feed := fed(t, nil, voice.Info{State: voice.Active})
	feed.Attach(voice.MediaInfo{Format: narrow})
	return call, feed
}

// hear feeds pcm as frames, all at once.
func hear(feed *voice.Feed, pcm []int16) {
	for f := range slices.Chunk(pcm, frame) {
		feed.Received(f)
	}
}

// listen takes n frames of what the far side is to hear, all at once.
func listen(feed *voice.Feed, n int) []int16 {
	pcm := make([]int16, n*frame)
	for f := range slices.Chunk(pcm, frame) {
		feed.Next(f)
	}
	return pcm
}

// background runs f on a goroutine, which the test waits for at its end or by
// the function it gets.
func background[T any](t *testing.T, f func() (T, error)) (wait func() (T, error)) {
	t.Helper()
	var (
		wg  sync.WaitGroup
		v   T
		err error
	)
	wg.Go(func() { v, err = f() })
	t.Cleanup(wg.Wait)
	return func() (T, error) {
		wg.Wait()
		return v, err
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}
