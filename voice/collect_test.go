package voice_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// collected is what a Collect on another goroutine has returned, and when.
type collected struct {
	voice.Digits
	at time.Time
}

// collect collects on another goroutine, and returns when it has begun.
func collect(ctx context.Context, t *testing.T, call *voice.CallSession, opts *voice.CollectOptions) func() (collected, error) {
	t.Helper()
	wait := background(t, func() (collected, error) {
		d, err := call.Collect(ctx, opts)
		return collected{d, time.Now()}, err
	})
	synctest.Wait()
	return wait
}

// press presses keys with a pause before each.
func press(feed *voice.Feed, pause time.Duration, keys string) {
	for _, key := range []byte(keys) {
		pass(pause)
		feed.Digit(key, voice.FromCarrier)
	}
}

func TestCollect(t *testing.T) {
	tests := map[string]struct {
		opts *voice.CollectOptions
		keys string // 1 s before each
		want voice.Digits
		took time.Duration
		left string
	}{
		"nothing pressed":     {nil, "", voice.Digits{End: voice.CollectTimeout}, 5 * time.Second, ""},
		"until a pause":       {nil, "12", voice.Digits{Keys: "12", End: voice.CollectTimeout}, 5 * time.Second, ""},
		"max":                 {&voice.CollectOptions{Max: 3}, "1234", voice.Digits{Keys: "123", End: voice.CollectMax}, 3 * time.Second, "4"},
		"terminator":          {&voice.CollectOptions{Terminator: "#"}, "12#4", voice.Digits{Keys: "12", Terminator: '#', End: voice.CollectTerminator}, 3 * time.Second, "4"},
		"terminator of two":   {&voice.CollectOptions{Terminator: "#*"}, "1*", voice.Digits{Keys: "1", Terminator: '*', End: voice.CollectTerminator}, 2 * time.Second, ""},
		"terminator, small":   {&voice.CollectOptions{Terminator: "d"}, "1D", voice.Digits{Keys: "1", Terminator: 'D', End: voice.CollectTerminator}, 2 * time.Second, ""},
		"terminator only":     {&voice.CollectOptions{Terminator: "#"}, "#", voice.Digits{Terminator: '#', End: voice.CollectTerminator}, time.Second, ""},
		"max before the rest": {&voice.CollectOptions{Max: 2, Terminator: "#"}, "12#", voice.Digits{Keys: "12", End: voice.CollectMax}, 2 * time.Second, "#"},
		"own times, first":    {&voice.CollectOptions{First: 7 * time.Second}, "", voice.Digits{}, 7 * time.Second, ""},
		"own times, next":     {&voice.CollectOptions{Next: 1500 * time.Millisecond}, "12", voice.Digits{Keys: "12"}, 3500 * time.Millisecond, ""},
		"all kinds of keys":   {&voice.CollectOptions{Max: 16}, "0123456789*#abCD", voice.Digits{Keys: "0123456789*#ABCD", End: voice.CollectMax}, 16 * time.Second, ""},
		"no keys":             {&voice.CollectOptions{Max: 2}, "x1 2", voice.Digits{Keys: "12", End: voice.CollectMax}, 4 * time.Second, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := fed(t, nil, voice.Info{State: voice.Active})
				begin := time.Now()
				wait := collect(ctx, t, call, tt.opts)
				press(feed, time.Second, tt.keys)
				d, err := wait()
				require.NoError(t, err)
				assertDigits(t, tt.want, d.Digits)
				assert.Equal(t, tt.took, d.at.Sub(begin))
				assert.Equal(t, tt.left, call.KeysWaiting())
				assert.True(t, call.Idle())
			})
		})
	}
}

// assertDigits compares what prints hidden, so that a failure tells something.
func assertDigits(t *testing.T, want, got voice.Digits) {
	t.Helper()
	show := func(d voice.Digits) string {
		return fmt.Sprintf("%q, terminator %q, %v", d.Keys, string(rune(d.Terminator)), d.End)
	}
	assert.Equal(t, show(want), show(got))
}

func TestScenarioA20(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		opts := &voice.CollectOptions{Terminator: "*"}
		wait := collect(ctx, t, call, opts)
		feed.Digit('#', voice.FromCarrier)
		d, err := wait()
		require.NoError(t, err)
		assertDigits(t, voice.Digits{Keys: "#", End: voice.CollectTimeout}, d.Digits)

		nothing, err := call.Collect(ctx, opts)
		require.NoError(t, err)
		assertDigits(t, voice.Digits{End: voice.CollectTimeout}, nothing)
		assert.NotEqual(t, nothing, d.Digits, "told apart from no input")
	})
}

func TestTheNewestCollectIsFirst(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		older := collect(ctx, t, call, &voice.CollectOptions{Max: 2})
		newer := collect(ctx, t, call, &voice.CollectOptions{Max: 2})
		press(feed, 0, "12345")
		d, err := newer()
		require.NoError(t, err)
		assert.Equal(t, "12", d.Keys)
		d, err = older()
		require.NoError(t, err)
		assert.Equal(t, "34", d.Keys)
		assert.Equal(t, "5", call.KeysWaiting())
	})
}

func TestACollectIsBeforeWhoNamesTheKey(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		var w recorded
		rec := record(ctx, t, call, &w, &voice.RecordOptions{Finish: "#"})
		b := call.Start(voice.Silence(time.Hour), &voice.PlayOptions{Interrupt: voice.AnyKey})
		wait := collect(ctx, t, call, &voice.CollectOptions{Terminator: "#"})
		press(feed, 0, "1#")
		d, err := wait()
		require.NoError(t, err)
		assertDigits(t, voice.Digits{Keys: "1", Terminator: '#', End: voice.CollectTerminator}, d.Digits)
		press(feed, 0, "#") // the play is newer
		p, err := b.Wait(ctx)
		require.NoError(t, err)
		assert.Equal(t, voice.Key('#'), p.Key)
		press(feed, 0, "#")
		r, err := rec()
		require.NoError(t, err)
		assert.Equal(t, voice.Key('#'), r.Key)
		assert.Empty(t, call.KeysWaiting())
	})
}

func TestTheFirstKeyStopsThePrompt(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		src := endless()
		begin := time.Now()
		wait := background(t, func() (voice.Digits, error) {
			return call.PlayAndCollect(ctx, src, &voice.CollectOptions{Max: 2, First: time.Second})
		})
		synctest.Wait()
		assert.Len(t, trimmed(listen(feed, 5)), 5*frame)
		pass(10 * time.Second) // longer than First, which begins with the prompt's end
		press(feed, 0, "1")
		assert.Empty(t, trimmed(listen(feed, 5)), "silence at once")
		press(feed, 2*time.Second, "2")
		d, err := wait()
		require.NoError(t, err)
		assertDigits(t, voice.Digits{Keys: "12", End: voice.CollectMax}, d)
		assert.Equal(t, 12*time.Second, time.Since(begin))
		assert.Equal(t, 1, src.closed)
		assert.True(t, call.Idle())
	})
}

func TestTimeoutsCountFromTheEndOfThePrompt(t *testing.T) {
	for name, tt := range map[string]struct {
		keys string // pressed during the prompt
		want time.Duration
	}{
		"first":             {"", 2 * time.Second},
		"next, no barge in": {"7", time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, far := answered(ctx, t, nil)
				pcm := noise(1, 24000)
				begin := time.Now()
				wait := background(t, func() (voice.Digits, error) {
					return call.PlayAndCollect(ctx, voice.PCM(8000, pcm), &voice.CollectOptions{
						First: 2 * time.Second, Next: time.Second, NoBargeIn: true,
					})
				})
				pass(500 * time.Millisecond)
				far.Press(tt.keys)
				d, err := wait()
				require.NoError(t, err)
				assert.Equal(t, tt.keys, d.Keys)
				prompt := 3*time.Second + 60*time.Millisecond // and the line's lead
				assert.InDelta(t, prompt+tt.want, time.Since(begin), float64(frameTime))
				assertPCM(t, pcm, trimmed(far.Heard()), "the prompt plays to its end")
			})
		})
	}
}

func TestNoBargeInPlaysThePromptThoughTheInputIsComplete(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		far.Press("1")
		pcm := noise(1, 8000)
		d, err := call.PlayAndCollect(ctx, voice.PCM(8000, pcm), &voice.CollectOptions{Max: 1, NoBargeIn: true})
		require.NoError(t, err)
		assertDigits(t, voice.Digits{Keys: "1", End: voice.CollectMax}, d)
		assertPCM(t, pcm, trimmed(far.Heard()))
	})
}

func TestAPromptThatFailsKeepsTheKeys(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		frames := 0
		src := &source{read: func(dst []int16) (int, error) {
			if frames++; frames > 20 {
				return 0, errSource
			}
			return len(dst), nil
		}}
		wait := background(t, func() (voice.Digits, error) {
			return call.PlayAndCollect(ctx, src, &voice.CollectOptions{NoBargeIn: true})
		})
		synctest.Wait()
		press(feed, 0, "42")
		listen(feed, 20)
		d, err := wait()
		require.ErrorIs(t, err, errSource)
		assertDigits(t, voice.Digits{Keys: "42", End: voice.CollectBroken}, d)
		press(feed, 0, "1")
		assert.Equal(t, "1", call.KeysWaiting(), "it takes no more")
	})
}

func TestAnEndKeepsTheDigitsThatCameBefore(t *testing.T) {
	enough := errors.New("enough")
	tests := map[string]struct {
		end  func(cancel context.CancelCauseFunc, feed *voice.Feed)
		want error
	}{
		"hang-up": {func(_ context.CancelCauseFunc, feed *voice.Feed) { feed.End(voice.End{Reason: voice.RemoteHangup}) }, voice.ErrEnded},
		"ctx":     {func(cancel context.CancelCauseFunc, _ *voice.Feed) { cancel(enough) }, enough},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				ctx, cancel := context.WithCancelCause(ctx)
				defer cancel(nil)
				call, feed := fed(t, nil, voice.Info{State: voice.Active})
				wait := collect(ctx, t, call, &voice.CollectOptions{Max: 4})
				press(feed, time.Second, "12")
				tt.end(cancel, feed)
				d, err := wait()
				require.ErrorIs(t, err, tt.want)
				assertDigits(t, voice.Digits{Keys: "12", End: voice.CollectBroken}, d.Digits)
			})
		})
	}
}

func TestAnInputThatIsCompleteIsNoError(t *testing.T) {
	for range 50 { // the key and the end are seen in either order
		bubble(t, func(ctx context.Context, t *testing.T) {
			call, feed := fed(t, nil, voice.Info{State: voice.Active})
			wait := collect(ctx, t, call, &voice.CollectOptions{Max: 1})
			press(feed, 0, "1")
			feed.End(voice.End{Reason: voice.RemoteHangup})
			d, err := wait()
			require.NoError(t, err)
			assertDigits(t, voice.Digits{Keys: "1", End: voice.CollectMax}, d.Digits)
		})
	}
}

func TestAKeyAtTheMomentOfATimeoutIsNotLost(t *testing.T) {
	for range 50 { // either may be first
		bubble(t, func(ctx context.Context, t *testing.T) {
			call, feed := fed(t, nil, voice.Info{State: voice.Active})
			wait := collect(ctx, t, call, &voice.CollectOptions{Max: 1})
			press(feed, 5*time.Second, "1")
			d, err := wait()
			require.NoError(t, err)
			assert.Equal(t, "1", d.Keys+call.KeysWaiting())
			if d.Keys != "" {
				assert.Equal(t, voice.CollectMax, d.End, "complete is no timeout")
			}
		})
	}
}

func TestASecretCollectKeepsItsKeysOutOfEventsAndLogs(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		var (
			bus   events.Bus
			lines []string
		)
		sub := events.Subscribe[voice.DigitPressed](&bus, 100)
		defer sub.Close()
		call, far := answered(ctx, t, &voicetest.Config{ID: "c", Events: &bus, Logger: textLogger(&lines)})
		far.Press("1")
		wait := collect(ctx, t, call, &voice.CollectOptions{Max: 4, Secret: true, Flush: true})
		far.Press("4711")
		d, err := wait()
		require.NoError(t, err)
		assert.Equal(t, "4711", d.Keys)
		far.Press("9")
		var seen []voice.Key
		for _, e := range waiting(sub) {
			seen = append(seen, e.Key)
		}
		assert.Equal(t, "19", string(seen), "before and after it")
		for _, line := range lines {
			assert.NotRegexp(t, "[4719]", line[len("level=DEBUG"):])
		}
		assert.Len(t, lines, 2+6, "that a key was pressed is told")
	})
}

func TestNamesOfCollectEnds(t *testing.T) {
	var names []string
	for e := voice.CollectTimeout; e <= voice.CollectBroken+1; e++ {
		names = append(names, e.String())
	}
	assert.Equal(t, []string{"timeout", "max", "terminator", "broken", "CollectEnd(4)"}, names)
	names = nil
	for r := voice.RecordReason(0); r <= voice.RecordFault+1; r++ {
		names = append(names, r.String())
	}
	assert.Equal(t, []string{
		"", "finish_key", "max_duration", "silence", "no_audio", "call_ended", "canceled", "fault", "RecordReason(8)",
	}, names)
}
