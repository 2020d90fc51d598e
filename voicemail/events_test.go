package voicemail_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voicemail"
)

// published returns the box's events of one call that goes as f says.
func published(t *testing.T, cfg voicemail.Config, f func(ctx context.Context, v *visit)) (got []events.Event, id string, m voicemail.Message) {
	t.Helper()
	bubble(t, func(ctx context.Context, t *testing.T) {
		var bus events.Bus
		sub := events.Subscribe[events.Event](&bus, 10)
		cfg.Events, cfg.Source = &bus, "modem 1"
		dir := newMemory()
		box, err := voicemail.OpenIn(dir, "/box", &cfg)
		require.NoError(t, err)
		t.Cleanup(func() { _ = box.Close() })
		v := ring(ctx, t, box, nil)
		v.hearBeep(ctx, t)
		f(ctx, v)
		m, err = v.wait()
		require.NoError(t, err)
		id = v.call.ID()
		sub.Close()
		for e := range sub.C() {
			got = append(got, e)
		}
	})
	return got, id, m
}

func TestSavedIsPublished(t *testing.T) {
	began := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // where a bubble's time begins
	got, call, m := published(t, voicemail.Config{}, func(ctx context.Context, v *visit) {
		sleep(ctx, 2*time.Second)
		v.far.Press("#")
	})
	require.Len(t, got, 1)
	e, ok := got[0].(voicemail.Saved)
	require.True(t, ok)
	assert.Equal(t, call, e.Call)
	assert.Equal(t, m, e.Message)
	assert.Equal(t, "modem 1", e.Source)
	assert.True(t, e.Time.After(began))
	assert.Equal(t, "voicemail.saved", e.EventName())

	js, err := json.Marshal(e.PublicData(events.Masked))
	require.NoError(t, err)
	var data map[string]any
	require.NoError(t, json.Unmarshal(js, &data))
	assert.Equal(t, map[string]any{
		"call": call, "id": m.ID, "caller": "+120****0147", "started_at": m.StartedAt.Format(time.RFC3339Nano),
		"duration_ms": float64(m.Duration.Milliseconds()), "bytes": float64(m.Bytes), "rate": 8000.0, "reason": "finish_key",
	}, data, "the path and the key are nobody's business")
	js, err = json.Marshal(e.PublicData(events.Full))
	require.NoError(t, err)
	assert.Contains(t, string(js), string(caller))
}

func TestDiscardedIsPublished(t *testing.T) {
	got, call, m := published(t, voicemail.Config{MinDuration: 3 * time.Second}, func(_ context.Context, v *visit) {
		v.far.Hangup()
	})
	require.Len(t, got, 1)
	e, ok := got[0].(voicemail.Discarded)
	require.True(t, ok)
	assert.Equal(t, m, e.Message)
	assert.Equal(t, "modem 1", e.Source)
	assert.Equal(t, "voicemail.discarded", e.EventName())
	js, err := json.Marshal(e.PublicData(events.Strict))
	require.NoError(t, err)
	var data map[string]any
	require.NoError(t, json.Unmarshal(js, &data))
	assert.Equal(t, map[string]any{
		"call": call, "caller": "+120****0147", "duration_ms": float64(m.Duration.Milliseconds()), "reason": "too_short",
	}, data)
	assert.InDelta(t, 500, m.Duration.Milliseconds(), 60, "of what was heard")
}

// The event comes when the message is there, before the goodbye is said.
func TestSavedComesBeforeGoodbye(t *testing.T) {
	goodbye := writeWAV(t, "goodbye.wav", 8000, ramp(24000))
	bubble(t, func(ctx context.Context, t *testing.T) {
		var bus events.Bus
		sub := events.Subscribe[voicemail.Saved](&bus, 1)
		box, _ := openMemory(t, &voicemail.Config{Goodbye: goodbye, Events: &bus})
		v := ring(ctx, t, box, nil)
		v.speak(ctx, t, ramp(8000))
		v.far.Press("#")
		e := <-sub.C()
		_, over := v.call.End()
		assert.False(t, over)
		got, err := box.Get(e.Message.ID)
		require.NoError(t, err)
		assert.Equal(t, e.Message.Path, got.Path)
		_, _ = v.wait()
	})
}

// A message that is on the disk but could not be published is neither saved nor
// discarded.
func TestNoEventForAMessageThatIsStranded(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		var bus events.Bus
		sub := events.Subscribe[events.Event](&bus, 10)
		dir := newMemory()
		dir.fail = func(op, _ string) error {
			if op == "rename" {
				return syscall.EIO
			}
			return nil
		}
		_, v := oneMessage(ctx, t, dir, &voicemail.Config{Events: &bus})
		require.ErrorIs(t, v.err, syscall.EIO)
		assert.Empty(t, sub.C())
	})
}

func TestWarningsAreLogged(t *testing.T) {
	tests := map[string]struct {
		fail func(op, name string) error
		want string
	}{
		"disk full": {func(op, name string) error {
			if op == "write" && strings.HasSuffix(name, ".wav.part") {
				return syscall.ENOSPC
			}
			return nil
		}, "free some space on this disk"},
		"disk broken": {func(op, _ string) error {
			if op == "create" {
				return errors.New("I/O error")
			}
			return nil
		}, "I/O error"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var log logBuffer
			bubble(t, func(ctx context.Context, t *testing.T) {
				dir := newMemory()
				dir.fail = tt.fail
				_, v := oneMessage(ctx, t, dir, &voicemail.Config{Logger: log.logger()})
				assert.False(t, v.msg.Kept())
			})
			assert.Contains(t, log.String(), `"level":"WARN"`)
			assert.Contains(t, log.String(), tt.want)
		})
	}
}
