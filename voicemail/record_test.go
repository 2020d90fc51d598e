package voicemail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
	"github.com/callstack-go/callstack/voicemail"
)

// indexOf returns where piece stands in all, in samples, or -1.
func indexOf(all, piece []int16) int {
	i := bytes.Index(littleEndian(all), littleEndian(piece))
	if i < 0 || i%2 != 0 {
		return -1
	}
	return i / 2
}

func TestPlaysTheConfiguredGreetingBeforeRecording(t *testing.T) {
	greeting := ramp(8000)
	path := writeWAV(t, "greeting.wav", 8000, greeting)
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{Greeting: path})
		v := ring(ctx, t, box, nil)
		require.NoError(t, v.far.WaitAnswered(ctx))
		require.NoError(t, v.far.Say(ctx, ramp(4000))) // into the greeting: nobody records
		v.hearBeep(ctx, t)
		v.far.Hangup()
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.TooShort, msg.Reason, "only half a second of quiet came after the beep")
		at := indexOf(v.far.Heard(), greeting)
		assert.GreaterOrEqual(t, at, 0, "the greeting is heard whole")
		assert.Empty(t, dir.names())
	})
}

func TestRecordingIsAWAVUnderTheDirectoryWithAPrivacySafeName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "box")
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, err := voicemail.Open(path, nil)
		require.NoError(t, err)
		defer func() { assert.NoError(t, box.Close()) }()
		msg := leave(ctx, t, box)

		assert.Equal(t, path, filepath.Dir(msg.Path))
		assert.Regexp(t, `^\d{8}T\d{9}Z-[0-9a-f]{16}$`, msg.ID)
		assert.Equal(t, msg.ID+".wav", filepath.Base(msg.Path))
		assert.NotContains(t, strings.Map(digitsOnly, filepath.Base(msg.Path)), string(caller)[1:])
		format, err := voice.CheckFile(msg.Path)
		require.NoError(t, err)
		assert.Equal(t, voice.Format{Rate: 8000}, format)
		stat, err := os.Stat(msg.Path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), stat.Mode().Perm())
		assert.Equal(t, msg.Bytes, stat.Size())

		entries, err := os.ReadDir(path)
		require.NoError(t, err)
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		assert.Equal(t, []string{".lock", msg.ID + ".json", msg.ID + ".wav"}, names, "nothing else is left")
	})
}

func digitsOnly(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

func TestMetadataSidecarHasIDTimesDurationSizeCallerAndReason(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, nil)
		began := time.Now()
		msg := leave(ctx, t, box)

		raw, err := dir.ReadFile(msg.ID + ".json")
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal(raw, &got))
		assert.Equal(t, map[string]any{
			"version":     1.0,
			"id":          msg.ID,
			"file":        msg.ID + ".wav",
			"caller":      string(caller),
			"started_at":  msg.StartedAt.Format(time.RFC3339Nano),
			"ended_at":    msg.EndedAt.Format(time.RFC3339Nano),
			"duration_ms": float64(msg.Duration.Milliseconds()),
			"bytes":       float64(44 + len(dir.samples(t, msg.ID+".wav"))*2),
			"rate":        8000.0,
			"reason":      "finish_key",
		}, got)
		assert.Equal(t, time.UTC, msg.StartedAt.Location())
		assert.True(t, msg.StartedAt.After(began.Add(400*time.Millisecond)), "the beep comes before")
		assert.InDelta(t, msg.Duration, msg.EndedAt.Sub(msg.StartedAt), float64(frame))
		assert.InDelta(t, 1500*time.Millisecond, msg.Duration, float64(3*frame))
	})
}

func TestMaxDurationIsEnforced(t *testing.T) {
	tests := map[string]struct {
		cfg  voicemail.Config
		want time.Duration
	}{
		"two seconds":        {voicemail.Config{MaxDuration: 2 * time.Second}, 2 * time.Second},
		"within a frame":     {voicemail.Config{MaxDuration: 1501 * time.Millisecond}, 1501 * time.Millisecond},
		"the default of two": {voicemail.Config{}, 120 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				box, dir := openMemory(t, &tt.cfg)
				v := ring(ctx, t, box, nil)
				msg, err := v.wait()
				require.NoError(t, err)
				assert.Equal(t, voicemail.MaxDuration, msg.Reason)
				assert.Equal(t, tt.want, msg.Duration)
				assert.Len(t, dir.samples(t, msg.ID+".wav"), int(tt.want.Milliseconds()*8))
			})
		})
	}
}

func TestGoodbyePlaysAfterRecordingBeforeHangup(t *testing.T) {
	goodbye := negated(ramp(4000))
	path := writeWAV(t, "goodbye.wav", 8000, goodbye)
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{Goodbye: path})
		v := ring(ctx, t, box, nil)
		v.speak(ctx, t, ramp(8000))
		v.far.Press("#")
		sleep(ctx, 100*time.Millisecond)
		assert.Equal(t, voice.Active, v.call.State(), "goodbye is being said")
		assert.Len(t, slices.DeleteFunc(dir.names(), func(s string) bool { return !strings.HasSuffix(s, ".json") }), 1,
			"the message is safe before")
		require.NoError(t, v.far.WaitEnded(ctx))
		msg, err := v.wait()
		require.NoError(t, err)
		assert.GreaterOrEqual(t, indexOf(v.far.Heard(), goodbye), 0, "goodbye is heard whole")
		assert.Equal(t, -1, indexOf(dir.samples(t, msg.ID+".wav"), goodbye))
		end, _ := v.call.End()
		assert.Equal(t, voice.LocalHangup, end.Reason)
	})
}

func TestHangsUpAfterCaptureButDoesNotFailIfTheCallerLeft(t *testing.T) {
	path := writeWAV(t, "goodbye.wav", 8000, ramp(16000))
	t.Run("the caller is there", func(t *testing.T) {
		bubble(t, func(ctx context.Context, t *testing.T) {
			box, _ := openMemory(t, nil)
			v := ring(ctx, t, box, nil)
			v.speak(ctx, t, ramp(8000))
			v.far.Press("#")
			_, err := v.wait()
			require.NoError(t, err)
			end, over := v.call.End()
			assert.True(t, over)
			assert.Equal(t, voice.LocalHangup, end.Reason)
		})
	})
	t.Run("the caller left", func(t *testing.T) {
		bubble(t, func(ctx context.Context, t *testing.T) {
			box, _ := openMemory(t, &voicemail.Config{Goodbye: path})
			v := ring(ctx, t, box, nil)
			v.speak(ctx, t, ramp(8000))
			v.far.Hangup()
			msg, err := v.wait()
			require.NoError(t, err)
			assert.Equal(t, voicemail.CallerHangup, msg.Reason)
			assert.True(t, msg.Kept())
		})
	})
	t.Run("the caller leaves during goodbye", func(t *testing.T) {
		bubble(t, func(ctx context.Context, t *testing.T) {
			box, _ := openMemory(t, &voicemail.Config{Goodbye: path})
			v := ring(ctx, t, box, nil)
			v.speak(ctx, t, ramp(8000))
			v.far.Press("#")
			sleep(ctx, 500*time.Millisecond)
			v.far.Hangup()
			msg, err := v.wait()
			require.NoError(t, err)
			assert.Equal(t, voicemail.FinishKey, msg.Reason)
			assert.True(t, msg.Kept())
		})
	})
}

// Goodbye is for a caller who is there and was recorded.
func TestNoGoodbyeWhereThereIsNoneToHearIt(t *testing.T) {
	goodbye := writeWAV(t, "goodbye.wav", 8000, negated(ramp(8000)))
	tests := map[string]struct {
		fail func(op, name string) error
		then func(v *visit)
		want voicemail.Reason
	}{
		"no recording": {func(op, _ string) error {
			if op == "create" {
				return syscall.EIO
			}
			return nil
		}, func(*visit) {}, voicemail.Fault},
		"no audio": {nil, func(v *visit) { v.far.StallAudio(true) }, voicemail.NoAudio},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				box, dir := openMemory(t, &voicemail.Config{Goodbye: goodbye})
				dir.fail = tt.fail
				v := ring(ctx, t, box, nil)
				require.NoError(t, v.far.WaitAnswered(ctx))
				sleep(ctx, 3*time.Second)
				tt.then(v)
				msg, _ := v.wait()
				assert.Equal(t, tt.want, msg.Reason)
				assert.Equal(t, -1, indexOf(v.far.Heard(), negated(ramp(160))))
				assert.Equal(t, voice.Ended, v.call.State())
			})
		})
	}
	t.Run("canceled meanwhile", func(t *testing.T) {
		bubble(t, func(ctx context.Context, t *testing.T) {
			box, _ := openMemory(t, &voicemail.Config{Goodbye: goodbye})
			handler, cancel := context.WithCancel(ctx)
			v := ring(handler, t, box, nil)
			v.speak(ctx, t, ramp(8000))
			v.far.Press("#")
			sleep(ctx, 300*time.Millisecond)
			cancel()
			msg, err := v.wait()
			require.NoError(t, err, "this is no fault of the prompt")
			assert.Equal(t, voicemail.FinishKey, msg.Reason)
			assert.Equal(t, voice.Ended, v.call.State())
		})
	})
}

// The recording is what the caller says, sample for sample, from the end of the
// beep at the far side on.
func TestRecordingEqualsTheCallersAudioFromTheFirstSampleAfterTheBeep(t *testing.T) {
	for name, rate := range map[string]int{"8 kHz": 8000, "16 kHz": 16000} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				said := ramp(5 * rate / 2)
				box, dir := openMemory(t, nil)
				v := ring(ctx, t, box, &voicetest.Config{Number: caller, Rate: rate})
				require.NoError(t, v.far.WaitAnswered(ctx))
				require.NoError(t, v.far.Say(ctx, said)) // from the first frame of the call on
				v.far.Hangup()
				msg, err := v.wait()
				require.NoError(t, err)
				assert.Equal(t, rate, msg.Rate)

				got := dir.samples(t, msg.ID+".wav")
				until := slices.Index(got, 0) // the frame in which the caller hung up
				if until < 0 {
					until = len(got)
				}
				from := indexOf(said, got[:until])
				require.GreaterOrEqual(t, from, 0, "one piece of what was said")
				assert.Equal(t, len(said), from+until, "to its end")

				heard := v.far.Heard()
				beepEnd := len(heard)
				for beepEnd > 0 && heard[beepEnd-1] == 0 {
					beepEnd--
				}
				lead := 3 * frame
				after := time.Duration(from-beepEnd) * time.Second / time.Duration(rate)
				assert.InDelta(t, lead, after, float64(frame), "the beep was on its way for the line's lead")
			})
		})
	}
}

func TestABeepOfOnesOwnOrNone(t *testing.T) {
	tests := map[string]struct {
		cfg  voicemail.Config
		want []int16
	}{
		"of one's own": {voicemail.Config{Beep: func() voice.Source { return voice.PCM(8000, ramp(800)) }}, ramp(800)},
		"none":         {voicemail.Config{NoBeep: true, Beep: func() voice.Source { panic("not asked for") }}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				tt.cfg.MaxDuration = 2 * time.Second
				box, _ := openMemory(t, &tt.cfg)
				v := ring(ctx, t, box, nil)
				msg, err := v.wait()
				require.NoError(t, err)
				assert.Equal(t, 2*time.Second, msg.Duration)
				sound := slices.DeleteFunc(v.far.Heard(), func(s int16) bool { return s == 0 })
				assert.Equal(t, littleEndian(tt.want), littleEndian(sound))
			})
		})
	}
}

func TestSilenceEndsAMessage(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, &voicemail.Config{Silence: 3 * time.Second})
		v := ring(ctx, t, box, nil)
		v.speak(ctx, t, ramp(8000))
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.Silence, msg.Reason)
		assert.InDelta(t, 4500*time.Millisecond, msg.Duration, float64(3*frame), "what was said and the silence")
	})
}

func TestAnswersUnlessAnswered(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, &voicemail.Config{MaxDuration: time.Second})
		call, far := voicetest.NewCall(nil)
		t.Cleanup(far.Close)
		require.NoError(t, call.Answer(ctx))
		sleep(ctx, time.Second)
		msg, err := box.Record(ctx, call)
		require.NoError(t, err)
		assert.Equal(t, voicemail.MaxDuration, msg.Reason)
		assert.Empty(t, msg.Caller, "withheld")
		assert.Contains(t, msg.String(), "unknown caller")
	})
	t.Run("the carrier cannot", func(t *testing.T) {
		bubble(t, func(ctx context.Context, t *testing.T) {
			box, dir := openMemory(t, nil)
			broken := errors.New("no dialtone")
			v := ring(ctx, t, box, &voicetest.Config{AnswerError: broken})
			msg, err := v.wait()
			require.ErrorIs(t, err, broken)
			assert.Equal(t, voicemail.Fault, msg.Reason)
			assert.False(t, msg.Kept())
			assert.Empty(t, dir.names())
		})
	})
}

// The number may come after the call, even after the beep.
func TestTakesAMessageInACallThatWasDialled(t *testing.T) {
	for name, after := range map[string]time.Duration{"answered before": 0, "answered later": 5 * time.Second} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				box, _ := openMemory(t, nil)
				v := &visit{}
				v.call, v.far = voicetest.NewCall(&voicetest.Config{Direction: voice.Outgoing, Number: caller})
				t.Cleanup(v.far.Close)
				if after == 0 {
					v.far.Answer()
				} else {
					time.AfterFunc(after, v.far.Answer)
				}
				v.wg.Go(func() { v.msg, v.err = box.Record(ctx, v.call) })
				v.speak(ctx, t, ramp(16000))
				v.far.Press("#")
				msg, err := v.wait()
				require.NoError(t, err)
				assert.Equal(t, voicemail.FinishKey, msg.Reason)
				assert.Greater(t, msg.Duration, 2*time.Second)
			})
		})
	}
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, nil)
		call, far := voicetest.NewCall(&voicetest.Config{Direction: voice.Outgoing})
		t.Cleanup(far.Close)
		far.End(voice.End{Reason: voice.Busy})
		msg, err := box.Record(ctx, call)
		require.NoError(t, err)
		assert.Equal(t, voicemail.Abandoned, msg.Reason)
	})
}

func TestRecordThatPanicsLeavesTheBoxUsable(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, nil)
		call, far := voicetest.NewCall(nil)
		t.Cleanup(far.Close)
		var none context.Context
		assert.Panics(t, func() { _, _ = box.Record(none, call) })
		leave(ctx, t, box)
		require.NoError(t, box.Close())
	})
}

func TestCallerWhoIsIdentifiedLate(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, nil)
		v := ring(ctx, t, box, &voicetest.Config{})
		v.speak(ctx, t, ramp(8000))
		v.far.Feed().Number(caller)
		v.far.Press("#")
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, caller, msg.Caller)
	})
}

func TestTwentyCallsAtOnce(t *testing.T) {
	greeting := writeWAV(t, "greeting.wav", 8000, ramp(8000))
	bubble(t, func(ctx context.Context, t *testing.T) {
		const calls = 20
		box, dir := openMemory(t, &voicemail.Config{Greeting: greeting})
		visits := make([]*visit, calls)
		var wg sync.WaitGroup
		for i := range visits {
			v := ring(ctx, t, box, nil)
			visits[i] = v
			wg.Go(func() {
				own := make([]int16, 8000+160*i)
				for j := range own {
					own[j] = int16(1000 + 100*i + j%50)
				}
				v.hearBeep(ctx, t)
				assert.NoError(t, v.far.Say(ctx, own))
				v.far.Press("#")
				msg, err := v.wait()
				assert.NoError(t, err)
				assert.Equal(t, voicemail.FinishKey, msg.Reason)
				assert.GreaterOrEqual(t, indexOf(dir.samples(t, msg.ID+".wav"), own), 0, "each has its own caller")
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for m, err := range box.List() {
			require.NoError(t, err)
			seen[m.ID] = true
		}
		assert.Len(t, seen, calls)
		assert.Len(t, dir.names(), 2*calls)
	})
}
