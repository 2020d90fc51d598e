package voice_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// reader is a Tap or a Stream.
type reader interface {
	Read(ctx context.Context, dst []int16) (int, error)
}

// drained reads r to its end, 100 samples at a time.
func drained(ctx context.Context, r reader) ([]int16, error) {
	var pcm []int16
	buf := make([]int16, 100)
	for {
		n, err := r.Read(ctx, buf)
		pcm = append(pcm, buf[:n]...)
		if err != nil {
			return pcm, err
		}
	}
}

func TestTapsHearBothSides(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		farSide, nearSide := call.Tap(voice.TapOptions{}), call.Tap(voice.TapOptions{Side: voice.NearSide})
		waitFar := background(t, func() ([]int16, error) { return drained(ctx, farSide) })
		waitNear := background(t, func() ([]int16, error) { return drained(ctx, nearSide) })
		said, prompt := noise(1, 16000), noise(2, 12000)
		b := call.Start(voice.PCM(8000, prompt), nil)
		require.NoError(t, far.Say(ctx, said))
		_, err := b.Wait(ctx)
		require.NoError(t, err)
		far.Hangup()

		heard, err := waitFar()
		require.ErrorIs(t, err, voice.ErrEnded)
		assertPCM(t, said, trimmed(heard))
		heard, err = waitNear()
		require.ErrorIs(t, err, voice.ErrEnded)
		assertPCM(t, far.Heard(), heard, "what the far side hears, silence included")
		assertPCM(t, prompt, trimmed(heard))
		assert.Zero(t, farSide.Lost()+nearSide.Lost())
	})
}

func TestATapLeavesHoldsOut(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		tap, near := call.Tap(voice.TapOptions{}), call.Tap(voice.TapOptions{Side: voice.NearSide})
		a, b := noise(1, 3*frame), noise(2, 3*frame)
		hear(feed, a)
		listen(feed, 2)
		feed.Detach()
		listen(feed, 7) // of a careless carrier
		feed.State(voice.Held)
		pass(time.Minute)
		feed.State(voice.Active)
		feed.Attach(voice.MediaInfo{Format: narrow})
		hear(feed, b)
		require.NoError(t, tap.Close())
		require.NoError(t, near.Close())
		heard, err := drained(ctx, tap)
		require.Equal(t, io.EOF, err)
		assertPCM(t, join(a, b), heard)
		assert.Zero(t, tap.Lost())
		heard, err = drained(ctx, near)
		require.Equal(t, io.EOF, err)
		assert.Len(t, heard, 2*frame)
	})
}

func TestASlowTapLosesItsOwnAudioOnly(t *testing.T) {
	for buffer, keeps := range map[time.Duration]int{0: 50, 200 * time.Millisecond: 10, time.Millisecond: 1, -time.Second: 1} {
		t.Run(fmt.Sprint(buffer), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				slow := call.Tap(voice.TapOptions{Buffer: buffer})
				var w recorded
				wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: 2 * time.Second})
				pcm := noise(1, 16000)
				hear(feed, pcm)
				assert.Equal(t, 2*time.Second-time.Duration(keeps)*frameTime, slow.Lost())
				n, err := slow.Read(ctx, make([]int16, 1000))
				require.NoError(t, err)
				assert.Equal(t, frame, n)
				last := noise(2, frame)
				hear(feed, last)
				require.NoError(t, slow.Close())
				heard, err := drained(ctx, slow)
				require.Equal(t, io.EOF, err)
				assertPCM(t, join(pcm[frame:keeps*frame], last), heard, "the oldest are kept")
				assert.Equal(t, 2*time.Second-time.Duration(keeps)*frameTime, slow.Lost())
				_, err = wait()
				require.NoError(t, err)
				assertPCM(t, pcm, w.samples())
			})
		})
	}
}

func TestTapReadWaits(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		tap := call.Tap(voice.TapOptions{})
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := tap.Read(short, make([]int16, 1))
		require.ErrorIs(t, err, context.DeadlineExceeded)

		pcm := noise(1, frame)
		wait := background(t, func() ([]int16, error) {
			buf := make([]int16, 100)
			n, err := tap.Read(ctx, buf)
			return buf[:n], err
		})
		synctest.Wait()
		hear(feed, pcm)
		got, err := wait()
		require.NoError(t, err)
		assert.Equal(t, pcm[:100], got)
		n, err := tap.Read(short, make([]int16, 100))
		require.NoError(t, err, "what is there needs no wait")
		assert.Equal(t, 60, n)
	})
}

func TestTapClose(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		tap := call.Tap(voice.TapOptions{})
		wait := background(t, func() (int, error) { return tap.Read(ctx, make([]int16, 1)) })
		synctest.Wait()
		require.NoError(t, tap.Close())
		require.NoError(t, tap.Close())
		_, err := wait()
		require.Equal(t, io.EOF, err)
		assert.True(t, call.Idle())
		hear(feed, noise(1, frame))
		feed.End(voice.End{Reason: voice.RemoteHangup})
		_, err = tap.Read(ctx, make([]int16, 1))
		require.Equal(t, io.EOF, err, "closed before it ended")
	})
}

func TestATapYieldsAllThatCameBeforeItsEnd(t *testing.T) {
	ends := map[string]func(*voice.Feed, *voice.Tap){
		"close":   func(_ *voice.Feed, tap *voice.Tap) { _ = tap.Close() },
		"hang-up": func(feed *voice.Feed, _ *voice.Tap) { feed.End(voice.End{Reason: voice.RemoteHangup}) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			for range 50 { // the reader sees frame and end in either order
				bubble(t, func(ctx context.Context, t *testing.T) {
					call, feed := active(t)
					tap := call.Tap(voice.TapOptions{})
					pcm := noise(1, 2*frame)
					wait := background(t, func() ([]int16, error) { return drained(ctx, tap) })
					synctest.Wait()
					hear(feed, pcm)
					end(feed, tap)
					got, err := wait()
					require.Error(t, err)
					assertPCM(t, pcm, got)
				})
			}
		})
	}
}
