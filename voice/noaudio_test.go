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

func TestNoAudioIsCountedFromTheAnswer(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{})
		wait := background(t, func() (time.Time, error) { return now(playError(ctx, call, voice.Beep())) })
		pass(time.Minute) // it rings: no audio is to be expected
		answered := time.Now()
		feed.State(voice.Active)
		at, err := wait()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, 15*time.Second, at.Sub(answered))
		require.ErrorIs(t, playError(ctx, call, voice.Beep()), voice.ErrNoAudio)
		assert.Equal(t, 15*time.Second, time.Since(answered), "at once: it is overdue")
		assert.True(t, call.Idle())
	})
}

func TestAudioThatStopsEndsAPlay(t *testing.T) {
	stops := map[string]func(*voice.Feed){
		"taken away":         (*voice.Feed).Detach,
		"no frames any more": func(*voice.Feed) {},
	}
	sources := map[string]voice.Source{
		"that waits for room":    voice.Silence(time.Hour),
		"that waits for its end": voice.Silence(400 * time.Millisecond),
	}
	for how, stop := range stops {
		for what, src := range sources {
			t.Run(how+", source "+what, func(t *testing.T) {
				bubble(t, func(ctx context.Context, t *testing.T) {
					call, feed := active(t)
					wait := background(t, func() (time.Time, error) { return now(playError(ctx, call, src)) })
					synctest.Wait()
					pass(10 * time.Second)
					listen(feed, 5)
					last := time.Now()
					stop(feed)
					at, err := wait()
					require.ErrorIs(t, err, voice.ErrNoAudio)
					assert.Equal(t, 15*time.Second, at.Sub(last))
				})
			})
		}
	}
}

func TestAudioThatBeginsLateHasAMomentForItsFirstFrame(t *testing.T) {
	for _, late := range []time.Duration{15*time.Second - 1, time.Minute} {
		t.Run(fmt.Sprint(late), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := fed(t, nil, voice.Info{State: voice.Active})
				pass(late)
				feed.Attach(voice.MediaInfo{Format: narrow})
				rec := record(ctx, t, call, &recorded{}, &voice.RecordOptions{Max: frameTime})
				b := call.Start(voice.Silence(time.Millisecond), nil)
				pass(900 * time.Millisecond)
				hear(feed, noise(1, frame))
				listen(feed, 1)
				_, err := rec()
				require.NoError(t, err)
				_, err = b.Wait(ctx)
				require.NoError(t, err)

				feed.Detach()
				pass(time.Minute)
				feed.Attach(voice.MediaInfo{Format: narrow})
				begin := time.Now()
				require.ErrorIs(t, playError(ctx, call, voice.Silence(time.Hour)), voice.ErrNoAudio)
				assert.Equal(t, time.Second, time.Since(begin), "a moment, and no more")
			})
		})
	}
}

func TestAHoldIsNoMissingAudio(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		wait := background(t, func() (time.Time, error) { return now(playError(ctx, call, voice.Silence(time.Hour))) })
		synctest.Wait()
		listen(feed, 5)
		feed.Detach()
		feed.State(voice.Held)
		pass(30 * time.Minute)
		resumed := time.Now()
		feed.State(voice.Active)
		at, err := wait()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, 15*time.Second, at.Sub(resumed), "the resumed call has its own 15 s")
	})
}

func TestACarrierThatAlwaysSendsTellsSoonerThatAudioIsMissing(t *testing.T) {
	const gap = 5 * time.Second
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		rec := record(ctx, t, call, &recorded{}, nil)
		pass(12 * time.Second)
		feed.Attach(voice.MediaInfo{Format: narrow, Gap: gap})
		wait := background(t, func() (time.Time, error) { return now(playError(ctx, call, voice.Silence(time.Hour))) })
		pass(gap - 1)
		hear(feed, noise(1, frame))
		listen(feed, 1)
		last := time.Now()
		at, err := wait()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, gap, at.Sub(last), "of what plays")
		got, err := rec()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, gap, got.at.Sub(last), "of what is recorded")
		assert.Equal(t, frameTime, got.Duration)

		feed.Detach()
		taken := time.Now()
		require.ErrorIs(t, playError(ctx, call, voice.Beep()), voice.ErrNoAudio)
		assert.Equal(t, 15*time.Second, time.Since(last), "audio that was taken away may take longer")
		assert.Equal(t, 10*time.Second, time.Since(taken))
	})
}

func TestACarrierWithoutAudioIsNotWaitedFor(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{})
		playing := background(t, func() (time.Time, error) { return now(playError(ctx, call, voice.Beep())) })
		rec := record(ctx, t, call, &recorded{}, nil)
		pass(time.Minute)
		feed.NoAudio()
		pass(time.Minute) // it rings: who knows what comes
		answered := time.Now()
		feed.State(voice.Active)
		at, err := playing()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, answered, at)
		got, err := rec()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, voice.RecordNoAudio, got.Reason)
		assert.Equal(t, answered, got.at)

		feed.Attach(voice.MediaInfo{Format: narrow})
		later := record(ctx, t, call, &recorded{}, &voice.RecordOptions{Max: frameTime})
		hear(feed, noise(1, frame))
		_, err = later()
		require.NoError(t, err, "it has some all the same")
	})
}
