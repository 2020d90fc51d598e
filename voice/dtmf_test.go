package voice_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

func TestSendDTMF(t *testing.T) {
	tests := map[string]struct {
		digits string
		opts   *voice.ToneOptions
		want   []string
		took   time.Duration
	}{
		"defaults": {"12#", nil, []string{"0s 1 100ms", "200ms 2 100ms", "400ms # 100ms"}, 600 * time.Millisecond},
		"all keys": {
			"0*aD",
			&voice.ToneOptions{Duration: 40 * time.Millisecond, Gap: 60 * time.Millisecond},
			[]string{"0s 0 40ms", "100ms * 40ms", "200ms A 40ms", "300ms D 40ms"},
			400 * time.Millisecond,
		},
		"long": {
			"5", &voice.ToneOptions{Duration: 25500 * time.Millisecond},
			[]string{"0s 5 25.5s"},
			25600 * time.Millisecond,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				begin := time.Now()
				var sent []string
				line := &stub{tone: func(_ context.Context, key byte, d time.Duration) error {
					sent = append(sent, fmt.Sprintf("%v %c %v", time.Since(begin), key, d))
					return nil
				}}
				call, _ := fed(t, line, voice.Info{State: voice.Active})
				require.NoError(t, call.SendDTMF(ctx, tt.digits, tt.opts))
				assert.Equal(t, tt.want, sent)
				assert.Equal(t, tt.took, time.Since(begin), "the last gap is waited out")
			})
		})
	}
}

func TestSendDTMFChecksBeforeItSends(t *testing.T) {
	tests := map[string]struct {
		digits string
		opts   *voice.ToneOptions
		want   string
	}{
		"a letter":      {"12E", nil, "voice: digits to send must be 0-9, *, #, A-D"},
		"a command":     {"1;D\r", nil, "voice: digits to send must be 0-9, *, #, A-D"},
		"beyond ASCII":  {"1\u0662", nil, "voice: digits to send must be 0-9, *, #, A-D"},
		"nothing":       {"", nil, "voice: digits to send must be 0-9, *, #, A-D"},
		"too short":     {"1", &voice.ToneOptions{Duration: 39 * time.Millisecond}, "voice: tone of 39ms with a gap of 100ms: a tone takes 40ms to 25.5s, a gap at least 40ms"},
		"too long":      {"1", &voice.ToneOptions{Duration: 26 * time.Second}, "voice: tone of 26s with a gap of 100ms: a tone takes 40ms to 25.5s, a gap at least 40ms"},
		"gap too short": {"1", &voice.ToneOptions{Gap: 1}, "voice: tone of 100ms with a gap of 1ns: a tone takes 40ms to 25.5s, a gap at least 40ms"},
		"negative":      {"1", &voice.ToneOptions{Duration: -time.Second}, "voice: tone of -1s with a gap of 100ms: a tone takes 40ms to 25.5s, a gap at least 40ms"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			line := &stub{tone: func(context.Context, byte, time.Duration) error {
				assert.Fail(t, "nothing is sent")
				return nil
			}}
			call, _ := fed(t, line, voice.Info{State: voice.Active})
			require.EqualError(t, call.SendDTMF(t.Context(), tt.digits, tt.opts), tt.want)
		})
	}
}

func TestSendDTMFStops(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		sent := 0
		line := &stub{}
		line.tone = func(context.Context, byte, time.Duration) error {
			if sent++; sent == 3 {
				return errLine
			}
			return nil
		}
		call, feed := fed(t, line, voice.Info{State: voice.Active})
		require.ErrorIs(t, call.SendDTMF(ctx, "1234", nil), errLine)
		assert.Equal(t, 3, sent)

		short, cancel := context.WithTimeout(ctx, 250*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, call.SendDTMF(short, "1234", nil), context.DeadlineExceeded)
		assert.Equal(t, 5, sent)

		wait := background(t, func() (any, error) { return nil, call.SendDTMF(ctx, "1234", nil) })
		pass(250 * time.Millisecond)
		ended := time.Now()
		feed.End(voice.End{Reason: voice.RemoteHangup})
		_, err := wait()
		assert.Equal(t, ended, time.Now(), "at once")
		require.ErrorIs(t, err, voice.ErrEnded)
		assert.Equal(t, 7, sent)
	})
}

func TestSendDTMFReachesTheFarSide(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, &voicetest.Config{Direction: voice.Incoming})
		require.NoError(t, call.SendDTMF(ctx, "123#", nil))
		assert.Equal(t, "123#", far.Pressed())
	})
}
