package voice_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// taken is what a Record on another goroutine has returned, and when.
type taken struct {
	voice.Recording
	at time.Time
}

// record records to w on another goroutine, and returns when it has begun.
func record(ctx context.Context, t *testing.T, call *voice.CallSession, w io.Writer, opts *voice.RecordOptions) func() (taken, error) {
	t.Helper()
	wait := background(t, func() (taken, error) {
		rec, err := call.Record(ctx, w, opts)
		return taken{rec, time.Now()}, err
	})
	synctest.Wait()
	return wait
}

func join(parts ...[]int16) []int16 {
	var all []int16
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func quiet(d time.Duration) []int16 { return make([]int16, narrow.Samples(d)) }

func TestRecordTakesEverySampleOnce(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, far := answered(ctx, t, &voicetest.Config{Rate: rate})
				var w recorded
				wait := record(ctx, t, call, &w, &voice.RecordOptions{Finish: "#"})
				pcm := noise(1, 10*rate+7)
				require.NoError(t, far.Say(ctx, pcm))
				far.Press("#")
				rec, err := wait()
				require.NoError(t, err)
				assertPCM(t, pcm, trimmed(w.samples()))
				assert.Equal(t, voice.RecordFinishKey, rec.Reason)
				assert.Equal(t, voice.Key('#'), rec.Key)
				assert.Equal(t, voice.Format{Rate: rate}, rec.Format)
				assert.Equal(t, rec.Format.Duration(len(w.samples())), rec.Duration)
				assert.Zero(t, rec.Lost)
				assert.True(t, call.Idle())
			})
		})
	}
}

func TestScenarioA17(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		require.NoError(t, far.Say(ctx, noise(1, 24000)), "3 s that nobody records")
		fresh := noise(2, 16000)
		wait := background(t, func() (any, error) { return nil, far.Say(ctx, fresh) })
		synctest.Wait()
		var w recorded
		rec, err := call.Record(ctx, &w, &voice.RecordOptions{Max: time.Second})
		require.NoError(t, err)
		assertPCM(t, fresh[:8000], w.samples())
		assert.Equal(t, voice.Recording{Format: narrow, Duration: time.Second, Reason: voice.RecordMax}, rec)
		_, err = wait()
		require.NoError(t, err)
	})
}

func TestRecordEndsAtMaxToTheSample(t *testing.T) {
	tests := map[string]struct {
		max  time.Duration
		want int
	}{
		"frames":                  {time.Second, 8000},
		"within a frame":          {1003 * time.Millisecond, 8024},
		"less than a frame":       {time.Millisecond, 8},
		"less than a sample":      {1, 1},
		"between two samples":     {1000060 * time.Microsecond, 8000},
		"one sample over a frame": {20125 * time.Microsecond, 161},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				pcm := noise(1, 9600)
				var w recorded
				wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: tt.max})
				hear(feed, pcm)
				rec, err := wait()
				require.NoError(t, err)
				assertPCM(t, pcm[:tt.want], w.samples())
				assert.Equal(t, voice.RecordMax, rec.Reason)
				assert.Equal(t, narrow.Duration(tt.want), rec.Duration)
			})
		})
	}
}

func TestRecordWithoutALimit(t *testing.T) {
	for name, limit := range map[string]time.Duration{"zero": 0, "for ever": math.MaxInt64} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				var w recorded
				wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: limit, Silence: limit})
				hear(feed, quiet(5*time.Second))
				feed.Detach()
				feed.State(voice.Held)
				pass(time.Minute)
				feed.End(voice.End{Reason: voice.RemoteHangup})
				rec, err := wait()
				require.ErrorIs(t, err, voice.ErrEnded)
				assert.Equal(t, voice.RecordCallEnded, rec.Reason)
				assert.Equal(t, 65*time.Second, rec.Duration)
				assert.Len(t, w.samples(), 65*8000)
			})
		})
	}
}

func TestRecordIsFinishedByTheKeysItNames(t *testing.T) {
	tests := map[string]struct {
		finish string
		press  string
		key    voice.Key
		left   string
	}{
		"named":           {"#", "#", '#', ""},
		"any":             {voice.AnyKey, "3", '3', ""},
		"small letter":    {"a", "A", 'A', ""},
		"others before":   {"#", "12#", '#', "12"},
		"others after":    {"#", "#34", '#', "34"},
		"pressed twice":   {"#", "##", '#', "#"},
		"second of a set": {"*#", "5*#", '*', "5#"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				var w recorded
				wait := record(ctx, t, call, &w, &voice.RecordOptions{Finish: tt.finish})
				pcm := noise(1, 5*frame)
				hear(feed, pcm)
				for _, key := range []byte(tt.press) {
					feed.Digit(key, voice.FromCarrier)
				}
				hear(feed, noise(2, frame)) // is not wanted any more
				rec, err := wait()
				require.NoError(t, err)
				assertPCM(t, pcm, w.samples(), "all before the key, nothing after it")
				assert.Equal(t, voice.RecordFinishKey, rec.Reason)
				assert.Equal(t, tt.key, rec.Key)
				assert.Equal(t, tt.left, call.KeysWaiting())
			})
		})
	}
}

func TestAFinishKeyAfterTheEndIsTypeAhead(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		release := make(chan struct{})
		w := recorded{wait: func(int) { <-release }}
		wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: time.Second, Finish: "#"})
		hear(feed, noise(1, 8000)) // is full, though the writer has not taken it yet
		feed.Digit('#', voice.FromCarrier)
		feed.Digit('1', voice.FromCarrier)
		close(release)
		rec, err := wait()
		require.NoError(t, err)
		assert.Equal(t, voice.RecordMax, rec.Reason)
		assert.Zero(t, rec.Key)
		assert.Equal(t, "#1", call.KeysWaiting())
	})
}

func TestAFinishKeyThatCameTooLateGoesToACollectThatWaits(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		release := make(chan struct{})
		w := recorded{wait: func(int) { <-release }}
		wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: time.Second, Finish: "#"})
		hear(feed, noise(1, 8000))
		feed.Digit('#', voice.FromCarrier)
		done := collect(ctx, t, call, &voice.CollectOptions{Terminator: "#"})
		close(release)
		_, err := wait()
		require.NoError(t, err)
		d, err := done()
		require.NoError(t, err)
		assertDigits(t, voice.Digits{Terminator: '#', End: voice.CollectTerminator}, d.Digits)
		assert.Empty(t, call.KeysWaiting())
	})
}

func TestRecordEndsAfterSilence(t *testing.T) {
	faint := noise(1, 8000)
	for i := range faint {
		faint[i] /= 200 // -46 dB at most
	}
	whisper := slices.Repeat([]int16{230, -230}, 4000) // -43 dB
	tests := map[string]struct {
		said []int16
		want int // samples
	}{
		"from the beginning":   {quiet(3 * time.Second), 16000},
		"after speech":         {join(noise(1, 8000), quiet(3*time.Second)), 24000},
		"between words":        {join(noise(1, 800), quiet(1900*time.Millisecond), noise(2, 800), quiet(3*time.Second)), 800 + 15200 + 800 + 16000},
		"a faint noise counts": {join(noise(1, 8000), faint, faint, faint), 24000},
		"a whisper does not":   {join(whisper, whisper, whisper, quiet(2*time.Second)), 40000},
		"speech does not":      {join(noise(1, 32000), quiet(2*time.Second)), 48000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				var w recorded
				wait := record(ctx, t, call, &w, &voice.RecordOptions{Silence: 2 * time.Second})
				hear(feed, tt.said)
				rec, err := wait()
				require.NoError(t, err)
				assert.Equal(t, voice.RecordSilence, rec.Reason)
				assertPCM(t, tt.said[:tt.want], w.samples())
				assert.Equal(t, narrow.Duration(tt.want), rec.Duration)
			})
		})
	}
}

func TestRecordKeepsWhatWasHeardBeforeItsEnd(t *testing.T) {
	pcm := noise(1, 8000)
	enough := errors.New("enough")
	tests := map[string]struct {
		end    func(cancel context.CancelCauseFunc, feed *voice.Feed)
		reason voice.RecordReason
		err    error
	}{
		"ctx": {
			func(cancel context.CancelCauseFunc, _ *voice.Feed) { cancel(enough) },
			voice.RecordCanceled, enough,
		},
		"hang-up": {
			func(_ context.CancelCauseFunc, feed *voice.Feed) { feed.End(voice.End{Reason: voice.RemoteHangup}) },
			voice.RecordCallEnded, voice.ErrEnded,
		},
		"key": {
			func(_ context.CancelCauseFunc, feed *voice.Feed) { feed.Digit('#', voice.FromCarrier) },
			voice.RecordFinishKey, nil,
		},
	}
	for name, tt := range tests {
		for _, pace := range []time.Duration{0, 500 * time.Millisecond} {
			t.Run(fmt.Sprint(name, ", a write takes ", pace), func(t *testing.T) {
				bubble(t, func(ctx context.Context, t *testing.T) {
					ctx, cancel := context.WithCancelCause(ctx)
					defer cancel(nil)
					call, feed := active(t)
					w := recorded{wait: func(int) { pass(pace) }}
					wait := record(ctx, t, call, &w, &voice.RecordOptions{Finish: "#"})
					hear(feed, pcm)
					tt.end(cancel, feed)
					rec, err := wait()
					require.ErrorIs(t, err, tt.err)
					assertPCM(t, pcm, w.samples())
					assert.Equal(t, tt.reason, rec.Reason)
					assert.Equal(t, time.Second, rec.Duration)
				})
			})
		}
	}
}

func TestNoAudioEndsARecordingCountedFromTheAnswer(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{})
		var w recorded
		wait := record(ctx, t, call, &w, nil)
		pass(time.Minute)
		answered := time.Now()
		feed.State(voice.Active)
		pass(12 * time.Second)
		feed.Attach(voice.MediaInfo{Format: narrow}) // and yet no frame comes
		rec, err := wait()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, voice.Recording{Reason: voice.RecordNoAudio}, rec.Recording)
		assert.Equal(t, 15*time.Second, rec.at.Sub(answered))
		assert.Empty(t, w.samples())
	})
}

func TestFramesThatStopEndARecording(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		var w recorded
		wait := record(ctx, t, call, &w, nil)
		pcm := noise(1, 8000)
		require.NoError(t, far.Say(ctx, pcm))
		far.StallAudio(true)
		stalled := time.Now()
		rec, err := wait()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, voice.RecordNoAudio, rec.Reason)
		assert.Equal(t, 15*time.Second, rec.at.Sub(stalled))
		assertPCM(t, pcm, w.samples())

		far.StallAudio(false)
		pass(2 * frameTime)
		rec2, err := call.Record(ctx, &recorded{}, &voice.RecordOptions{Max: time.Second})
		require.NoError(t, err, "audio that comes again")
		assert.Equal(t, time.Second, rec2.Duration)
	})
}

func TestTwoRecordingsAndAPlayAtOnce(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		music, said := noise(1, 40000), noise(2, 40000)
		var a, b recorded
		waitA := record(ctx, t, call, &a, &voice.RecordOptions{Max: 6 * time.Second, Finish: "12"})
		waitB := record(ctx, t, call, &b, &voice.RecordOptions{Max: 6 * time.Second, Finish: "23"})
		playback := call.Start(voice.PCM(8000, music), &voice.PlayOptions{Interrupt: "34"})
		require.NoError(t, far.Say(ctx, said))

		far.Press("9") // nobody's
		far.Press("2") // the newest of two that name it
		recB, err := waitB()
		require.NoError(t, err)
		assert.Equal(t, voice.Key('2'), recB.Key)
		far.Press("3") // the playback's by now
		p, err := playback.Wait(ctx)
		require.NoError(t, err)
		assert.Equal(t, voice.Key('3'), p.Key)
		recA, err := waitA()
		require.NoError(t, err)
		assert.Equal(t, voice.RecordMax, recA.Reason)
		assertPCM(t, said, trimmed(a.samples()))
		assertPCM(t, said, trimmed(b.samples()))
		heard := trimmed(far.Heard())
		assertPCM(t, music[:len(heard)], heard)
		assert.Equal(t, "9", call.KeysWaiting())
	})
}
