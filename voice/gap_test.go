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
)

// hold puts a call that the test feeds on hold, for d.
func hold(feed *voice.Feed, d time.Duration) {
	feed.Detach()
	feed.State(voice.Held)
	feed.Received(noise(99, frame)) // of another call, by a careless carrier
	pass(d)
	feed.State(voice.Active)
	feed.Attach(voice.MediaInfo{Format: narrow})
}

func TestAHoldIsSilenceOfItsLength(t *testing.T) {
	a, b := noise(1, 3*frame), noise(2, 5*frame)
	for _, d := range []time.Duration{0, 1, 3 * time.Millisecond, 20 * time.Millisecond, 12345678, time.Minute} {
		t.Run(fmt.Sprint(d), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				var w recorded
				wait := record(ctx, t, call, &w, nil)
				hear(feed, a)
				hold(feed, d)
				hear(feed, b)
				hold(feed, d)
				hold(feed, d)
				feed.Detach()
				feed.State(voice.Held)
				pass(d)
				feed.End(voice.End{Reason: voice.RemoteHangup})
				pass(time.Minute)
				rec, err := wait()
				require.ErrorIs(t, err, voice.ErrEnded)
				assertPCM(t, join(a, quiet(d), b, quiet(d), quiet(d), quiet(d)), w.samples())
				assert.Equal(t, narrow.Duration(len(w.samples())), rec.Duration)
				assert.Zero(t, rec.Lost, "nothing was said")
			})
		})
	}
}

func TestARecordingThatBeginsOnHoldCountsFromItsBeginning(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		feed.Detach()
		feed.State(voice.Held)
		pass(time.Minute)
		var w recorded
		wait := record(ctx, t, call, &w, &voice.RecordOptions{Finish: "#"})
		pass(3 * time.Second)
		feed.State(voice.Active)
		feed.Attach(voice.MediaInfo{Format: narrow})
		a := noise(1, frame)
		hear(feed, a)
		feed.Detach()
		pass(2 * time.Second)
		feed.Digit('#', voice.FromCarrier)
		pass(time.Hour / 2)
		_, err := wait()
		require.NoError(t, err)
		assertPCM(t, join(quiet(3*time.Second), a, quiet(2*time.Second)), w.samples())
	})
}

func TestTimeBeforeAudioFirstFlowsIsNotRecorded(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{})
		var w recorded
		wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: time.Second})
		pass(time.Minute)
		feed.State(voice.Active)
		pass(10 * time.Second)
		feed.Attach(voice.MediaInfo{Format: narrow})
		pcm := noise(1, 8000)
		hear(feed, pcm)
		_, err := wait()
		require.NoError(t, err)
		assertPCM(t, pcm, w.samples())
	})
}

func TestMaxIsReachedDuringAHold(t *testing.T) {
	states := map[string]func(*voice.Feed){
		"on hold":              func(feed *voice.Feed) { feed.State(voice.Held) },
		"active without audio": func(*voice.Feed) {},
	}
	for name, state := range states {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				var w recorded
				begin := time.Now()
				wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: 5 * time.Second})
				a := noise(1, 8000)
				hear(feed, a)
				hold(feed, time.Second) // and no frame after it
				feed.Detach()
				state(feed)
				rec, err := wait()
				require.NoError(t, err)
				assert.Equal(t, voice.RecordMax, rec.Reason)
				assert.Equal(t, 4*time.Second, rec.at.Sub(begin), "nothing but a timer wakes it")
				assertPCM(t, join(a, quiet(4*time.Second)), w.samples())
				assert.Equal(t, 5*time.Second, rec.Duration)
			})
		})
	}
}

func TestMaxIsExactWhateverTheEndOfAHold(t *testing.T) {
	// Audio comes back just before, at, and just after the moment in which the
	// hold fills the recording.
	for _, early := range []time.Duration{20 * time.Millisecond, time.Millisecond, 1, 0, -time.Millisecond} {
		t.Run(fmt.Sprint(early), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				var w recorded
				wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: 3 * time.Second})
				a := noise(1, 8000)
				hear(feed, a)
				hold(feed, 2*time.Second-early)
				hear(feed, noise(2, 800))
				rec, err := wait()
				require.NoError(t, err)
				assert.Equal(t, voice.RecordMax, rec.Reason)
				assert.Len(t, w.samples(), 24000)
				assert.Equal(t, 3*time.Second, rec.Duration)
			})
		})
	}
}

func TestAFullRecordingIsFullThoughItsCallEndsOnHold(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		w := recorded{wait: func(n int) {
			if n == 0 {
				pass(30 * time.Second)
			}
		}}
		wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: 10 * time.Second})
		hear(feed, noise(1, frame))
		synctest.Wait()
		feed.Detach()
		pass(20 * time.Second)
		feed.End(voice.End{Reason: voice.RemoteHangup})
		rec, err := wait()
		require.NoError(t, err, "it had ended before the call did")
		assert.Equal(t, voice.RecordMax, rec.Reason)
		assert.Len(t, w.samples(), 80000)
	})
}

func TestAWriterThatBlocksForNineSecondsLosesNothing(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		w := recorded{wait: func(n int) {
			if n == 8000 || n == 16000*9 {
				pass(9 * time.Second)
			}
		}}
		wait := record(ctx, t, call, &w, &voice.RecordOptions{Finish: "#"})
		pcm := noise(1, 8000*30)
		require.NoError(t, far.Say(ctx, pcm))
		far.Press("#")
		rec, err := wait()
		require.NoError(t, err)
		assertPCM(t, pcm, w.samples())
		assert.Zero(t, rec.Lost)
	})
}

func TestWhatABlockedWriterLosesIsSilenceOfTheSameLength(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		w := recorded{wait: func(n int) {
			if n == 8000 {
				pass(12 * time.Second)
			}
		}}
		wait := record(ctx, t, call, &w, &voice.RecordOptions{Finish: "#"})
		pcm := noise(1, 8000*20)
		require.NoError(t, far.Say(ctx, pcm))
		far.Press("#")
		rec, err := wait()
		require.NoError(t, err)
		got := w.samples()
		require.Len(t, got, len(pcm), "the length is exact")
		assert.Equal(t, 20*time.Second, rec.Duration)
		lost := narrow.Samples(rec.Lost)
		assert.InDelta(t, 2*8000, lost, 2*frame)
		first := 8000 + frame + 500*frame // one frame was with the writer, 10 s waited
		want := append([]int16{}, pcm...)
		clear(want[first : first+lost])
		assertPCM(t, want, got)
	})
}

func TestMaxCountsLostSamples(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		w := recorded{wait: func(n int) {
			if n == 8000 {
				pass(time.Minute)
			}
		}}
		wait := record(ctx, t, call, &w, &voice.RecordOptions{Max: 30 * time.Second})
		said := background(t, func() (any, error) { return nil, far.Say(ctx, noise(1, 8000*70)) })
		rec, err := wait()
		require.NoError(t, err)
		assert.Equal(t, voice.RecordMax, rec.Reason)
		assert.Len(t, w.samples(), 240000)
		assert.Equal(t, 30*time.Second, rec.Duration)
		assert.InDelta(t, 19*time.Second, rec.Lost, float64(2*frameTime))
		_, err = said()
		require.NoError(t, err)
	})
}

func TestALostSecondOfTheCarrierIsCounted(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		var w recorded
		wait := record(ctx, t, call, &w, nil)
		a, b := noise(1, frame), noise(2, frame)
		hear(feed, a)
		feed.Lost(time.Second)
		feed.Lost(-time.Second)
		hear(feed, b)
		feed.Lost(time.Second)
		feed.Detach()
		feed.Lost(time.Second) // nothing is said on hold
		feed.End(voice.End{Reason: voice.ModemLost})
		rec, err := wait()
		require.ErrorIs(t, err, voice.ErrEnded)
		assert.Equal(t, 2*time.Second, rec.Lost)
		assertPCM(t, join(a, quiet(time.Second), b, quiet(time.Second)), w.samples())
	})
}

func TestAWriterSlowerThanSpeechNoticesCtx(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		call, far := answered(ctx, t, nil)
		w := recorded{wait: func(int) { pass(25 * time.Millisecond) }}
		wait := record(ctx, t, call, &w, nil)
		pass(20 * time.Second) // 4 s are behind by now
		cancel()
		canceled := time.Now()
		rec, err := wait()
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, voice.RecordCanceled, rec.Reason)
		assert.InDelta(t, 20*time.Second, rec.Duration, float64(frameTime), "all until then")
		assert.InDelta(t, 5*time.Second, rec.at.Sub(canceled), float64(100*time.Millisecond))
		assert.Equal(t, voice.Active, call.State())
		far.Hangup()
	})
}
