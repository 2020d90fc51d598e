package voice_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

func TestFaultsOfAWriter(t *testing.T) {
	full := errors.New("disk full")
	for name, tt := range map[string]struct {
		w    io.Writer
		want error
	}{
		"fails":           {&recorded{fail: func(n int) error { return errAfter(n, 480, full) }}, full},
		"fails in a hold": {&recorded{fail: func(n int) error { return errAfter(n, 2000, full) }}, full},
		"short":           {writerFunc(func(b []byte) (int, error) { return len(b) - 1, nil }), io.ErrShortWrite},
		"silent":          {writerFunc(func([]byte) (int, error) { return 0, nil }), io.ErrShortWrite},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				wait := record(ctx, t, call, tt.w, nil)
				hear(feed, noise(1, 1600))
				hold(feed, time.Second)
				hear(feed, noise(1, 1600))
				rec, err := wait()
				require.ErrorIs(t, err, tt.want)
				assert.Equal(t, voice.RecordFault, rec.Reason)
				if w, ok := tt.w.(*recorded); ok {
					assert.Equal(t, narrow.Duration(len(w.samples())), rec.Duration, "what was written before")
				}
				assert.True(t, call.Idle())
			})
		})
	}
}

func errAfter(n, limit int, err error) error {
	if n < limit {
		return nil
	}
	return err
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestAPanicOfAWriterLeavesTheCallUsable(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		w := writerFunc(func([]byte) (int, error) { panic("boom") })
		assert.PanicsWithValue(t, "boom", func() { _, _ = call.Record(ctx, w, &voice.RecordOptions{Finish: voice.AnyKey}) })
		assert.True(t, call.Idle())
		far.Press("1")
		assert.Equal(t, "1", call.KeysWaiting(), "nobody takes keys any more")
	})
}

func TestRecordTakesFramesOfAnyLength(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		var w recorded
		wait := record(ctx, t, call, &w, nil)
		pcm := noise(1, 1+80+320+321+1000)
		left := pcm
		for _, n := range []int{1, 0, 80, 320, 321, 1000} {
			feed.Received(left[:n])
			left = left[n:]
		}
		feed.End(voice.End{Reason: voice.RemoteHangup})
		_, err := wait()
		require.ErrorIs(t, err, voice.ErrEnded)
		assertPCM(t, pcm, w.samples())
	})
}
