package voice_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

func TestPlaybackEndsWithItsSource(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		pcm := noise(1, 8000)
		begin := time.Now()
		b := call.Start(voice.PCM(8000, pcm), nil)
		assert.Equal(t, begin, time.Now(), "it returns at once")
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		_, err := b.Wait(short)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		p, err := b.Wait(ctx)
		require.NoError(t, err)
		assert.Equal(t, time.Second, p.Duration)
		<-b.Done()
		again, err := b.Stop()
		require.NoError(t, err)
		assert.Equal(t, p, again)
		assertPCM(t, pcm, trimmed(far.Heard()))
	})
}

func TestPlaybackStopPauseResumePosition(t *testing.T) {
	bubble(t, func(_ context.Context, t *testing.T) {
		call, feed := active(t)
		pcm := noise(2, 100*frame)
		src := &source{}
		left := pcm
		src.read = func(dst []int16) (int, error) {
			n := copy(dst, left)
			left = left[n:]
			return n, nil
		}
		b := call.Start(src, nil)
		assert.Zero(t, b.Position())
		synctest.Wait()
		assertPCM(t, pcm[:5*frame], listen(feed, 5))
		assert.Equal(t, 100*time.Millisecond, b.Position())
		b.Pause()
		b.Pause()
		assert.Empty(t, trimmed(listen(feed, 50)))
		assert.Equal(t, 100*time.Millisecond, b.Position())
		b.Resume()
		assertPCM(t, pcm[5*frame:8*frame], listen(feed, 3))
		b.Pause()
		p, err := b.Stop()
		require.NoError(t, err)
		assert.Equal(t, voice.Played{Duration: 160 * time.Millisecond}, p)
		assert.Equal(t, 1, src.closed, "Stop has waited until the source is no longer used")
		b.Resume()
		assert.Empty(t, trimmed(listen(feed, 1)))
		assert.Equal(t, "playback at 160ms", fmt.Sprint(b))
		p, err = b.Stop()
		require.NoError(t, err)
		assert.Equal(t, 160*time.Millisecond, p.Duration)
	})
}

func TestAPausedPlaybackIsNoMissingAudio(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		b := call.Start(voice.PCM(8000, noise(3, 8000)), nil)
		b.Pause()
		pass(time.Minute)
		b.Resume()
		_, err := b.Wait(ctx)
		require.NoError(t, err)
		assert.Len(t, trimmed(far.Heard()), 8000)
	})
}

func TestPlaybackBeforeAudioCanBeStopped(t *testing.T) {
	bubble(t, func(_ context.Context, t *testing.T) {
		call, _ := fed(t, nil, voice.Info{})
		src := endless()
		b := call.Start(src, nil)
		synctest.Wait()
		p, err := b.Stop()
		require.NoError(t, err)
		assert.Equal(t, voice.Played{}, p)
		assert.Zero(t, src.opened, "so it is not closed")
		assert.Zero(t, src.closed)
		assert.True(t, call.Idle())
	})
}

func TestPlaybackIsInterruptedByAKeyPressedAtOnce(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		b := call.Start(voice.Silence(time.Hour), &voice.PlayOptions{Interrupt: "*"})
		far.Press("*")
		p, err := b.Wait(ctx)
		require.NoError(t, err)
		assert.Equal(t, voice.Key('*'), p.Key)
	})
}

func TestAPanicOfAPlaybacksSourceIsItsError(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		n := 0
		src := &source{read: func(dst []int16) (int, error) {
			if n++; n > 100 {
				panic(errSource)
			}
			return len(dst), nil
		}}
		p, err := call.Start(src, nil).Wait(ctx)
		var panicked *voice.PanicError
		require.ErrorAs(t, err, &panicked)
		require.ErrorIs(t, err, errSource)
		assert.Contains(t, string(panicked.Stack), "playback_test.go")
		assert.InDelta(t, 84*frameTime, p.Duration, float64(2*frameTime))
		assert.True(t, call.Idle())
		require.NoError(t, playError(ctx, call, voice.Beep()))
	})
}
