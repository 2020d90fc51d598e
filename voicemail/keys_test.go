package voicemail_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

func TestStopOnAnyKey(t *testing.T) {
	for _, key := range voice.AnyKey {
		bubble(t, func(ctx context.Context, t *testing.T) {
			box, _ := openMemory(t, &voicemail.Config{FinishKeys: voice.AnyKey})
			v := ring(ctx, t, box, nil)
			v.speak(ctx, t, ramp(8000))
			v.far.Press(string(key))
			msg, err := v.wait()
			require.NoError(t, err)
			assert.Equal(t, voicemail.FinishKey, msg.Reason)
			assert.Equal(t, voice.Key(key), msg.Key)
			assert.True(t, msg.Kept())
		})
	}
}

func TestStopOnTheFinishKeysOnly(t *testing.T) {
	tests := map[string]struct {
		keys    string
		ignored string
		finish  string // empty: nothing finishes
	}{
		"hash by default": {"", "0123456789*ABCD", "#"},
		"a set":           {"1*", "02#", "*"},
		"lower case":      {"d", "0a", "D"},
		"no keys":         {voicemail.NoKeys, voice.AnyKey, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				box, _ := openMemory(t, &voicemail.Config{FinishKeys: tt.keys, MaxDuration: 3 * time.Second})
				v := ring(ctx, t, box, nil)
				v.speak(ctx, t, ramp(8000))
				v.far.Press(tt.ignored)
				sleep(ctx, 200*time.Millisecond)
				assert.Equal(t, voice.Active, v.call.State())
				v.far.Press(tt.finish)
				msg, err := v.wait()
				require.NoError(t, err)
				want := voicemail.FinishKey
				if tt.finish == "" {
					want = voicemail.MaxDuration
				}
				assert.Equal(t, want, msg.Reason)
			})
		})
	}
}

// A key pressed before the beep never ends a message, whatever it is for later.
func TestKeysBeforeTheBeepNeverEndTheMessage(t *testing.T) {
	greeting := writeWAV(t, "greeting.wav", 8000, ramp(16000))
	tests := map[string]struct {
		cfg   voicemail.Config
		keys  string
		skips bool // the rest of the greeting
	}{
		"the finish key, which skips too": {voicemail.Config{}, "#", true},
		"many of them":                    {voicemail.Config{}, "####", true},
		"a key of no use":                 {voicemail.Config{}, "5", false},
		"any key finishes":                {voicemail.Config{FinishKeys: voice.AnyKey}, "5", false},
		"another skips":                   {voicemail.Config{SkipKeys: "1"}, "#1", true},
		"none skips":                      {voicemail.Config{SkipKeys: voicemail.NoKeys}, "#", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				tt.cfg.Greeting = greeting
				tt.cfg.MaxDuration = 2 * time.Second
				box, _ := openMemory(t, &tt.cfg)
				began := time.Now()
				v := ring(ctx, t, box, nil)
				require.NoError(t, v.far.WaitAnswered(ctx))
				sleep(ctx, 300*time.Millisecond)
				v.far.Press(tt.keys)
				msg, err := v.wait()
				require.NoError(t, err)
				assert.Equal(t, voicemail.MaxDuration, msg.Reason)
				assert.Equal(t, 2*time.Second, msg.Duration)
				assert.Zero(t, msg.Key)
				assert.Equal(t, tt.skips, msg.StartedAt.Sub(began) < 2*time.Second)
			})
		})
	}
}

func TestEscapeKeys(t *testing.T) {
	greeting := writeWAV(t, "greeting.wav", 8000, ramp(16000))
	goodbye := writeWAV(t, "goodbye.wav", 8000, negated(ramp(8000)))
	cfg := voicemail.Config{Greeting: greeting, Goodbye: goodbye, EscapeKeys: "0*", FinishKeys: voice.AnyKey}
	tests := map[string]struct {
		say  time.Duration // negative: escapes during the greeting
		kept bool
	}{
		"during the greeting":     {-1, false},
		"right after the beep":    {0, false},
		"after a message":         {2 * time.Second, true},
		"after what is too short": {300 * time.Millisecond, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				box, dir := openMemory(t, &cfg)
				v := ring(ctx, t, box, nil)
				require.NoError(t, v.far.WaitAnswered(ctx))
				if tt.say >= 0 {
					sleep(ctx, 2*time.Second+400*time.Millisecond+8*frame+tt.say)
				} else {
					sleep(ctx, 300*time.Millisecond)
				}
				v.far.Press("0")
				msg, err := v.wait()
				require.NoError(t, err)
				assert.Equal(t, voicemail.Escape, msg.Reason)
				assert.Equal(t, voice.Key('0'), msg.Key)
				assert.Equal(t, tt.kept, msg.Kept())
				assert.Len(t, dir.names(), map[bool]int{true: 2}[tt.kept])
				assert.Equal(t, voice.Active, v.call.State(), "the call is still up")
				assert.Equal(t, -1, indexOf(v.far.Heard(), negated(ramp(160))), "no goodbye is said")
			})
		})
	}
}

// Keys for the greeting do not cut the beep: it tells the caller when to speak.
func TestTheBeepIsHeardWhole(t *testing.T) {
	beep := ramp(4800)
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, &voicemail.Config{
			Beep:        func() voice.Source { return voice.PCM(8000, beep) },
			MaxDuration: 2 * time.Second,
			FinishKeys:  voice.AnyKey,
		})
		v := ring(ctx, t, box, nil)
		require.NoError(t, v.far.WaitAnswered(ctx))
		sleep(ctx, 300*time.Millisecond)
		v.far.Press("#1")
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.MaxDuration, msg.Reason)
		assert.GreaterOrEqual(t, indexOf(v.far.Heard(), beep), 0)
	})
}
