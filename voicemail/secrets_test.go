package voicemail_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
	"github.com/callstack-go/callstack/voicemail"
)

// logBuffer takes the records of many goroutines.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBuffer) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, untimed))
}

// untimed leaves the time out of log records: its digits may look like anything.
var untimed = &slog.HandlerOptions{
	Level: slog.LevelDebug,
	ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	},
}

// secrets are what nothing may show.
var secrets = map[string]string{"caller": string(caller)}

// assertSecret asserts that no form of the number stands in s.
func assertSecret(t testing.TB, s string) {
	t.Helper()
	for form, number := range printing.Forms(string(caller)) {
		assert.NotContains(t, strings.ToUpper(s), strings.ToUpper(number), form)
	}
}

func TestCallerNumbersAreNotInFileNamesOrLogs(t *testing.T) {
	greeting := writeWAV(t, "greeting.wav", 8000, ramp(8000))
	const typed = "8675309"
	var log logBuffer
	bubble(t, func(ctx context.Context, t *testing.T) {
		dir := newMemory()
		cfg := &voicemail.Config{Greeting: greeting, Goodbye: greeting, Logger: log.logger(), SyncInterval: time.Second}
		box, err := voicemail.OpenIn(dir, "/box", cfg)
		require.NoError(t, err)
		t.Cleanup(func() { _ = box.Close() })
		for _, end := range []string{"#", "hang up", "cancel"} {
			handler, cancel := context.WithCancel(ctx)
			v := ring(handler, t, box, &voicetest.Config{Number: caller, Logger: log.logger()})
			require.NoError(t, v.far.WaitAnswered(ctx))
			v.far.Press(typed)
			v.speak(ctx, t, ramp(16000))
			v.far.Press(typed)
			switch end {
			case "hang up":
				v.far.Hangup()
			case "cancel":
				cancel()
			default:
				v.far.Press(end)
			}
			msg, err := v.wait()
			require.NoError(t, err)
			assert.True(t, msg.Kept())
			cancel()
		}
		for _, op := range dir.log("-") {
			assertSecret(t, op)
		}
	})
	require.Contains(t, log.String(), "voicemail taken")
	require.Contains(t, log.String(), "+120****0147", "masked, it is there")
	assertSecret(t, log.String())
	assert.NotContains(t, log.String(), typed)
}

// Whatever prints or logs a value of this package shows no number and no key.
func TestNothingExportedPrintsASecret(t *testing.T) {
	m := voicemail.Message{
		ID: knownID, Path: "/box/" + knownID + ".wav", Caller: caller,
		StartedAt: time.Date(2026, 6, 24, 10, 20, 30, 0, time.UTC), EndedAt: time.Date(2026, 6, 24, 10, 20, 35, 0, time.UTC),
		Duration: 5 * time.Second, Bytes: 80044, Rate: 8000, Reason: voicemail.FinishKey, Key: '*',
	}
	none := voicemail.Message{Caller: caller, Reason: voicemail.Escape, Key: '*'}
	h := events.Header{Time: m.EndedAt, Source: "modem 1"}
	box, err := voicemail.Open(t.TempDir(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = box.Close() })
	values := map[string]any{
		"VoicemailBox": box,
		"Message":      m,
		"no Message":   none,
		"Saved":        voicemail.Saved{Header: h, Call: "c1", Message: m},
		"Discarded":    voicemail.Discarded{Header: h, Call: "c1", Message: none},
		"Config":       voicemail.Config{Greeting: "greeting.wav", Logger: slog.Default()},
		"Reason":       voicemail.Silence,
		"DiskError":    &voicemail.DiskError{Op: "sync", Path: "/box", Err: context.Canceled},
		"CorruptError": &voicemail.CorruptError{ID: knownID, Path: "/box", Err: context.Canceled},
	}
	missing, err := printing.Missing(".", values)
	require.NoError(t, err)
	assert.Empty(t, missing, "every exported struct is printed here")
	assert.Empty(t, printing.Unheld(values, secrets))
	for name, v := range values {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, printing.Leaks(v, secrets))
			if v == any(box) {
				return // it prints as addresses, which look like anything, and has no key
			}
			for way, out := range printing.Ways(v) {
				for _, key := range []string{`"*"`, "'*'", " * ", " 42", ":42", "0x2a"} {
					assert.NotContains(t, out, key, way)
				}
				assert.NotContains(t, out, "!ERROR", way)
			}
		})
	}
	assert.Equal(t, "message "+knownID+" from +120****0147, 5s, finish_key", fmt.Sprint(m))
	assert.Equal(t, m.String(), m.GoString())
	assert.Equal(t, "no message from +120****0147, 0s, escape", fmt.Sprintf("%#v", none))

	var log logBuffer
	log.logger().Info("", slog.Any("m", m))
	assert.Contains(t, log.String(), `"m":{"caller":"+120****0147","duration":5000000000,"reason":"finish_key","id":"`+knownID)
	assert.Equal(t, voice.Key('*'), m.Key, "the program has it")
}
