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
	"github.com/callstack-go/callstack/voice/voicetest"
)

// played is what a Play on another goroutine has returned, and when.
type played struct {
	voice.Played
	at time.Time
}

// play plays src on another goroutine.
func play(ctx context.Context, t *testing.T, call *voice.CallSession, src voice.Source, opts *voice.PlayOptions) func() (played, error) {
	t.Helper()
	return background(t, func() (played, error) {
		p, err := call.Play(ctx, src, opts)
		return played{p, time.Now()}, err
	})
}

func TestPlayPutsEverySampleOnTheWireOnce(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		size := voice.Format{Rate: rate}.Frame()
		for _, n := range []int{1, size - 1, size, size + 1, 16 * size, 17*size + 3, 10 * rate} {
			t.Run(fmt.Sprint(n, " samples at ", rate), func(t *testing.T) {
				bubble(t, func(ctx context.Context, t *testing.T) {
					call, far := answered(ctx, t, &voicetest.Config{Rate: rate})
					pcm := noise(uint64(n), n)
					p, err := call.Play(ctx, voice.PCM(rate, pcm), nil)
					require.NoError(t, err)
					assert.Equal(t, voice.Format{Rate: rate}.Duration(n), p.Duration)
					assert.Zero(t, p.Key)
					assertPCM(t, pcm, trimmed(far.Heard()))
					assert.True(t, call.Idle())
				})
			})
		}
	}
}

func TestScenarioA18(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		pcm := noise(18, 80000)
		begin := time.Now()
		_, err := call.Play(ctx, voice.PCM(8000, pcm), nil)
		require.NoError(t, err)
		assertPCM(t, pcm, trimmed(far.Heard()), "80,000 samples in a row: no underrun, none twice")
		took := time.Since(begin) - 60*time.Millisecond // the line's lead
		assert.InDelta(t, 10*time.Second, took, float64(frameTime))
	})
}

func TestPlayEmptySource(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		for _, src := range []voice.Source{
			voice.PCM(8000, nil), voice.Silence(0), voice.Silence(-time.Second), voice.Tone(-time.Second, 440),
			voice.Concat(), voice.Concat(voice.Silence(0), voice.Concat()),
		} {
			p, err := call.Play(ctx, src, nil)
			require.NoError(t, err)
			assert.Equal(t, voice.Played{}, p)
		}
	})
}

func TestPlayWaitsUntilTheFarSideHasHeardTheEnd(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		feed.Attach(voice.MediaInfo{Format: narrow, Lead: 300 * time.Millisecond})
		wait := play(ctx, t, call, voice.PCM(8000, noise(1, frame+1)), nil)
		synctest.Wait()
		pass(time.Second)
		listen(feed, 1)
		pass(time.Second)
		taken := time.Now()
		listen(feed, 1)
		p, err := wait()
		require.NoError(t, err)
		assert.Equal(t, 300*time.Millisecond, p.at.Sub(taken))
	})
}

func TestPlayFillsFramesOfAnyLength(t *testing.T) {
	pcm := noise(2, 1000)
	for _, length := range []int{1, 80, 97, 160, 161, 320, 481} {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				wait := play(ctx, t, call, voice.PCM(8000, pcm), nil)
				var got []int16
				for len(got) < len(pcm)+length {
					synctest.Wait()
					f := noise(3, length)
					feed.Next(f)
					got = append(got, f...)
				}
				assertPCM(t, pcm, trimmed(got))
				p, err := wait()
				require.NoError(t, err)
				assert.Equal(t, narrow.Duration(1000), p.Duration)
			})
		})
	}
}

func TestPlayBeginsWhenAudioDoes(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := voicetest.NewCall(&voicetest.Config{AudioAfter: 12 * time.Second})
		t.Cleanup(far.Close)
		pcm := noise(4, 4*frame)
		wait := play(ctx, t, call, voice.PCM(8000, pcm), nil)
		pass(20 * time.Second)
		begin := time.Now()
		require.NoError(t, call.Answer(ctx))
		p, err := wait()
		require.NoError(t, err)
		assert.GreaterOrEqual(t, p.at.Sub(begin), 12*time.Second)
		assertPCM(t, pcm, trimmed(far.Heard()))
	})
}

func TestPlayPausesOnHold(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		pcm := noise(5, 8000)
		begin := time.Now()
		wait := play(ctx, t, call, voice.PCM(8000, pcm), nil)
		pass(500 * time.Millisecond)
		require.NoError(t, call.Hold(ctx))
		heard := len(far.Heard())
		pass(time.Minute)
		assert.Len(t, far.Heard(), heard)
		require.NoError(t, call.Resume(ctx))
		p, err := wait()
		require.NoError(t, err)
		assert.Equal(t, time.Second, p.Duration)
		assertPCM(t, pcm, trimmed(far.Heard()), "it goes on where it was")
		assert.InDelta(t, 61*time.Second, p.at.Sub(begin), float64(100*time.Millisecond))
	})
}

func TestPlayIsInterruptedByTheKeysItNames(t *testing.T) {
	tests := map[string]struct {
		interrupt string
		press     byte
		key       voice.Key
		left      string
	}{
		"named":            {"#", '#', '#', ""},
		"one of several":   {"*#", '#', '#', ""},
		"any":              {voice.AnyKey, '7', '7', ""},
		"named small":      {"abcd", 'B', 'B', ""},
		"pressed small":    {"ABCD", 'c', 'C', ""},
		"not named":        {"#", '1', 0, "1"},
		"none named":       {"", '1', 0, "1"},
		"no key of a dial": {voice.AnyKey, 'x', 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				wait := play(ctx, t, call, voice.PCM(8000, noise(6, 1600)), &voice.PlayOptions{Interrupt: tt.interrupt})
				synctest.Wait()
				listen(feed, 3)
				feed.Digit(tt.press, voice.FromCarrier)
				rest := trimmed(listen(feed, 7))
				p, err := wait()
				require.NoError(t, err)
				assert.Equal(t, tt.key, p.Key)
				assert.Equal(t, tt.left, call.KeysWaiting())
				if tt.key != 0 {
					assert.Empty(t, rest, "silence at once")
					assert.Equal(t, 60*time.Millisecond, p.Duration)
				} else {
					assert.Len(t, rest, 7*frame)
				}
			})
		})
	}
}

func TestKeysTypedAheadDoNotInterrupt(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		far.Press("#")
		p, err := call.Play(ctx, voice.Beep(), &voice.PlayOptions{Interrupt: voice.AnyKey})
		require.NoError(t, err)
		assert.Zero(t, p.Key)
		assert.Equal(t, "#", call.KeysWaiting())
	})
}

func TestAKeyInterruptsWhileTheLeadIsWaitedOut(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		feed.Attach(voice.MediaInfo{Format: narrow, Lead: time.Minute})
		wait := play(ctx, t, call, voice.PCM(8000, noise(7, 10)), &voice.PlayOptions{Interrupt: "5"})
		synctest.Wait()
		listen(feed, 1)
		pass(time.Second)
		pressed := time.Now()
		feed.Digit('5', voice.FromCarrier)
		feed.Digit('5', voice.FromCarrier) // is nobody's any more
		p, err := wait()
		require.NoError(t, err)
		assert.Equal(t, pressed, p.at)
		assert.Equal(t, voice.Key('5'), p.Key)
		assert.Equal(t, "5", call.KeysWaiting())
	})
}

func TestOnePlayerAtATime(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		b := call.Start(voice.Silence(time.Minute), nil)
		_, err := call.Play(ctx, voice.Beep(), nil)
		require.ErrorIs(t, err, voice.ErrPlaying, "it has begun before Start returns")
		_, err = call.Stream(ctx)
		require.ErrorIs(t, err, voice.ErrPlaying)
		second := call.Start(voice.Beep(), nil)
		_, err = second.Wait(ctx)
		require.ErrorIs(t, err, voice.ErrPlaying)
		_, err = second.Stop()
		require.ErrorIs(t, err, voice.ErrPlaying)
		<-second.Done()
		_, err = call.PlayAndCollect(ctx, voice.Beep(), nil)
		require.ErrorIs(t, err, voice.ErrPlaying)

		_, err = b.Stop()
		require.NoError(t, err)
		s, err := call.Stream(ctx)
		require.NoError(t, err)
		_, err = call.Play(ctx, voice.Beep(), nil)
		require.ErrorIs(t, err, voice.ErrPlaying, "a stream is a player")
		require.NoError(t, s.Close())
		_, err = call.Play(ctx, voice.Beep(), nil)
		require.NoError(t, err)
	})
}

// playError returns the error of a Play without its result.
func playError(ctx context.Context, call *voice.CallSession, src voice.Source) error {
	_, err := call.Play(ctx, src, nil)
	return err
}
