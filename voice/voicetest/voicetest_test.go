package voicetest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// bubble runs f in virtual time, with a call and its far side.
func bubble(t *testing.T, cfg *voicetest.Config, f func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		call, far := voicetest.NewCall(cfg)
		t.Cleanup(far.Close)
		f(ctx, t, call, far)
	})
}

// loud returns n samples, none of them silent and each frame unlike its
// neighbours.
func loud(n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(1000 + i%9973)
	}
	return pcm
}

func pass(d time.Duration) { <-time.NewTimer(d).C }

// listener records a call until it ends.
func listener(ctx context.Context, t *testing.T, call *voice.CallSession) (heard func() []int16) {
	t.Helper()
	var (
		wg  sync.WaitGroup
		pcm []int16
	)
	tap := call.Tap(voice.TapOptions{Buffer: time.Minute})
	wg.Go(func() {
		buf := make([]int16, 320)
		for {
			n, err := tap.Read(ctx, buf)
			if err != nil {
				return
			}
			pcm = append(pcm, buf[:n]...)
		}
	})
	return func() []int16 {
		wg.Wait()
		return pcm
	}
}

// count returns how often what occurs in pcm.
func count(pcm, what []int16) int {
	n := 0
	for i := 0; i+len(what) <= len(pcm); i++ {
		if slices.Equal(pcm[i:i+len(what)], what) {
			n++
		}
	}
	return n
}

func TestTheFarSideIsHeard(t *testing.T) {
	bubble(t, nil, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		heard := listener(ctx, t, call)
		require.NoError(t, call.Answer(ctx))
		begin := time.Now()
		require.NoError(t, far.Say(ctx, loud(8000)))
		assert.InDelta(t, time.Second, time.Since(begin), float64(20*time.Millisecond), "at the pace of speech")
		require.NoError(t, far.Say(ctx, loud(4000)))
		far.Hangup()
		assert.Equal(t, 1, count(heard(), append(loud(8000), loud(4000)...)), "two Says leave no gap")
	})
}

func TestTwoWhoSpeakAreHeardOneAfterTheOther(t *testing.T) {
	bubble(t, nil, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		heard := listener(ctx, t, call)
		require.NoError(t, call.Answer(ctx))
		begin := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			assert.NoError(t, far.Say(ctx, loud(8000)))
			assert.InDelta(t, time.Second, time.Since(begin), float64(20*time.Millisecond), "it does not wait for the other")
		})
		synctest.Wait()
		require.NoError(t, far.Say(ctx, loud(16000)))
		assert.InDelta(t, 3*time.Second, time.Since(begin), float64(20*time.Millisecond))
		wg.Wait()
		far.Hangup()
		assert.Equal(t, 1, count(heard(), append(loud(8000), loud(16000)...)))
	})
}

func TestSayEndsWithItsContextAndItsCall(t *testing.T) {
	bubble(t, nil, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		require.ErrorIs(t, far.Say(short, loud(80)), context.DeadlineExceeded, "nobody has answered")
		require.NoError(t, call.Answer(ctx))
		var wg sync.WaitGroup
		wg.Go(func() { assert.ErrorIs(t, far.Say(ctx, loud(80000)), voice.ErrEnded) })
		synctest.Wait()
		far.Hangup()
		wg.Wait()
	})
}

func TestTheFarSideHears(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		bubble(t, &voicetest.Config{Rate: rate}, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
			require.NoError(t, call.Answer(ctx))
			_, err := call.Play(ctx, voice.PCM(rate, loud(rate)), nil)
			require.NoError(t, err)
			assert.Equal(t, 1, count(far.Heard(), loud(rate)))
			heard := far.Heard()
			clear(heard)
			assert.NotEqual(t, heard, far.Heard()[:len(heard)], "what it returns is a copy")
		})
	}
}

func TestWaitQuiet(t *testing.T) {
	bubble(t, nil, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		require.NoError(t, call.Answer(ctx))
		short, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		require.ErrorIs(t, far.WaitQuiet(short, time.Second), context.DeadlineExceeded, "silence before a greeting is none after it")

		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			greeting := voice.Concat(voice.PCM(8000, loud(8000)), voice.Silence(300*time.Millisecond), voice.Beep())
			_, err := call.Play(ctx, greeting, nil)
			assert.NoError(t, err)
			_, err = call.Play(ctx, voice.Silence(3*time.Second), nil)
			assert.NoError(t, err)
			_, err = call.Play(ctx, voice.Beep(), nil)
			assert.NoError(t, err)
		})
		begin := time.Now()
		near := func(want time.Duration) {
			t.Helper()
			assert.InDelta(t, want, time.Since(begin), float64(60*time.Millisecond))
		}
		require.NoError(t, far.WaitQuiet(ctx, 500*time.Millisecond))
		near(2200 * time.Millisecond)
		require.NoError(t, far.WaitQuiet(ctx, 500*time.Millisecond), "the next sound, and the silence after it")
		near(1700*time.Millisecond + 60*time.Millisecond + 3*time.Second + 60*time.Millisecond + 900*time.Millisecond)
		wg.Go(func() { assert.ErrorIs(t, far.WaitQuiet(ctx, time.Second), voice.ErrEnded) })
		synctest.Wait()
		far.Hangup()
	})
}

func TestHangupSaysWhatTheNetworkWould(t *testing.T) {
	tests := map[string]struct {
		cfg    voicetest.Config
		before func(ctx context.Context, call *voice.CallSession, far *voicetest.Far) error
		want   voice.EndReason
	}{
		"incoming, rings": {voicetest.Config{}, nil, voice.Missed},
		"incoming, answered": {voicetest.Config{}, func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) error {
			return call.Answer(ctx)
		}, voice.RemoteHangup},
		"on hold": {voicetest.Config{}, func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) error {
			return errors.Join(call.Answer(ctx), call.Hold(ctx))
		}, voice.RemoteHangup},
		"outgoing": {voicetest.Config{Direction: voice.Outgoing}, nil, voice.Busy},
		"outgoing, answered": {voicetest.Config{Direction: voice.Outgoing}, func(_ context.Context, _ *voice.CallSession, far *voicetest.Far) error {
			far.Answer()
			return nil
		}, voice.RemoteHangup},
		"rejected": {voicetest.Config{}, func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) error {
			return call.Reject(ctx)
		}, voice.Rejected},
		"hung up": {voicetest.Config{Direction: voice.Outgoing}, func(ctx context.Context, call *voice.CallSession, far *voicetest.Far) error {
			far.Answer()
			return call.Hangup(ctx)
		}, voice.LocalHangup},
		"ended by the network": {voicetest.Config{}, func(_ context.Context, _ *voice.CallSession, far *voicetest.Far) error {
			far.End(voice.End{Reason: voice.ModemLost})
			return nil
		}, voice.ModemLost},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, &tt.cfg, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
				if tt.before != nil {
					require.NoError(t, tt.before(ctx, call, far))
				}
				far.Hangup()
				require.NoError(t, far.WaitEnded(ctx))
				end, _ := call.End()
				assert.Equal(t, tt.want, end.Reason)
			})
		})
	}
}

func TestWaits(t *testing.T) {
	bubble(t, nil, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		require.ErrorIs(t, far.WaitAnswered(short), context.DeadlineExceeded)
		require.ErrorIs(t, far.WaitEnded(short), context.DeadlineExceeded)
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			assert.NoError(t, far.WaitAnswered(ctx))
			assert.Equal(t, voice.Active, call.State())
		})
		wg.Go(func() { assert.NoError(t, far.WaitEnded(ctx)) })
		pass(time.Second)
		require.NoError(t, call.Answer(ctx))
		pass(time.Second)
		far.Hangup()
	})
}

func TestAudioComesWhenItIsTo(t *testing.T) {
	bubble(t, &voicetest.Config{AudioAfter: 3 * time.Second}, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		require.NoError(t, call.Answer(ctx))
		pass(2 * time.Second)
		_, known := call.Format()
		assert.False(t, known)
		pass(2 * time.Second)
		f, known := call.Format()
		assert.True(t, known)
		assert.Equal(t, 8000, f.Rate)
		assert.InDelta(t, 8000, len(far.Heard()), 160)
	})
	bubble(t, &voicetest.Config{NoAudio: true}, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		require.NoError(t, call.Answer(ctx))
		_, err := call.Play(ctx, voice.Beep(), nil)
		require.ErrorIs(t, err, voice.ErrNoAudio)
		far.GiveAudio()
		_, err = call.Play(ctx, voice.Beep(), nil)
		require.NoError(t, err)
	})
}

func TestHoldTakesTheAudioAway(t *testing.T) {
	bubble(t, nil, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		heard := listener(ctx, t, call)
		require.NoError(t, call.Answer(ctx))
		pass(time.Second)
		require.NoError(t, call.Hold(ctx))
		assert.Equal(t, voice.Held, call.State())
		before := len(far.Heard())
		var wg sync.WaitGroup
		wg.Go(func() { assert.NoError(t, far.Say(ctx, loud(1600))) }) // waits
		pass(time.Minute)
		assert.Len(t, far.Heard(), before)
		require.NoError(t, call.Resume(ctx))
		wg.Wait()
		assert.Equal(t, voice.Active, call.State())
		assert.Greater(t, len(far.Heard()), before)
		far.Hangup()
		assert.Equal(t, 1, count(heard(), loud(1600)))
	})
}

func TestStallAudioStopsWhatIsHeardOfTheFarSide(t *testing.T) {
	bubble(t, nil, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		heard := listener(ctx, t, call)
		require.NoError(t, call.Answer(ctx))
		pass(time.Second)
		far.StallAudio(true)
		before := len(far.Heard())
		pass(time.Second)
		assert.InDelta(t, before+8000, len(far.Heard()), 160, "the other direction goes on")
		far.StallAudio(false)
		pass(time.Second)
		far.Hangup()
		assert.InDelta(t, 16000, len(heard()), 320)
	})
}

func TestKeysGoBothWays(t *testing.T) {
	bubble(t, nil, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		require.NoError(t, call.Answer(ctx))
		far.Press("12#")
		d, err := call.Collect(ctx, &voice.CollectOptions{Terminator: "#"})
		require.NoError(t, err)
		assert.Equal(t, "12", d.Keys)
		require.NoError(t, call.SendDTMF(ctx, "34", nil))
		assert.Equal(t, "34", far.Pressed())
	})
}

func TestConfigReachesTheCall(t *testing.T) {
	var bus events.Bus
	sub := events.Subscribe[voice.StateChanged](&bus, 10)
	t.Cleanup(sub.Close)
	refused := errors.New("refused")
	cfg := &voicetest.Config{ID: "c", Number: "+12025550100", Source: "sim", Events: &bus, AnswerError: refused}
	bubble(t, cfg, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
		require.ErrorIs(t, call.Answer(ctx), refused)
		assert.Equal(t, voice.Ringing, call.State())
		e := <-sub.C()
		assert.Equal(t, "c sim +12025550100", e.Call+" "+e.Source+" "+string(e.Number))
		assert.Equal(t, "far side of incoming call c, ringing, +120****0100", far.String())
	})
}

func TestCloseWaitsAndStartsNothingMore(t *testing.T) {
	for range 20 { // the answer is given before, during or after Close
		bubble(t, &voicetest.Config{AudioAfter: time.Second}, func(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far) {
			var wg sync.WaitGroup
			wg.Go(func() { _ = call.Answer(ctx) })
			wg.Go(far.Close)
			wg.Go(far.Close)
			wg.Wait()
			far.GiveAudio()
			far.Close()
			assert.Equal(t, voice.Ended, call.State())
			assert.Empty(t, far.Heard())
		})
	}
}
