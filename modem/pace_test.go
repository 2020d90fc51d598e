package modem

import (
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// pacedPort is a port of a pace that a call has, on a wire.
func pacedPort(t *testing.T, by Pace) (*audioPort, *wire, *voice.CallSession) {
	t.Helper()
	w := newWire()
	p := newAudioPort(w, narrow, by, slog.New(slog.DiscardHandler), func(error) {})
	call, feed := newTestCall()
	p.route(feed)
	t.Cleanup(func() {
		feed.End(voice.End{Reason: voice.LocalHangup})
		assert.NoError(t, p.Close())
	})
	return p, w, call
}

// sends has the modem send frames in one piece.
func (w *wire) sends(frames int) {
	w.in <- make([]byte, frames*320)
	synctest.Wait()
}

// during counts what is written within d.
func (w *wire) during(d time.Duration) int {
	before := w.writes()
	time.Sleep(d)
	synctest.Wait()
	return w.writes() - before
}

func TestPaceOfReceivedFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, w, _ := pacedPort(t, PaceReceived)
		for range 500 { // 10 s
			time.Sleep(frameTime)
			w.sends(1)
		}
		assert.Equal(t, 500, w.writes())
		for range 100 {
			time.Sleep(3 * frameTime)
			w.sends(3)
		}
		assert.Equal(t, 800, w.writes(), "in threes")
		w.in <- make([]byte, 319)
		assert.Zero(t, w.during(frameTime), "of no whole frame")
		w.in <- make([]byte, 1)
		assert.Equal(t, 1, w.during(frameTime))
	})
}

func TestPaceOfReceivedFramesFollowsTheModemsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, w, call := pacedPort(t, PaceReceived)
		played := make(chan time.Duration, 1)
		start := time.Now()
		go func() {
			_, err := call.Play(t.Context(), voice.Silence(10*time.Second), nil)
			assert.NoError(t, err)
			played <- time.Since(start)
		}()
		for range 500 {
			time.Sleep(frameTime + 200*time.Microsecond) // the modem's is 1 % slower
			w.sends(1)
		}
		assert.Equal(t, 500, w.writes())
		w.sends(5) // the source was read a little after the first frame
		length := <-played
		assert.InDelta(t, 10.1, length.Seconds(), 0.05)
	})
}

func TestPaceOfReceivedFramesFallsBackToTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, _ := pacedPort(t, PaceReceived)
		assert.Zero(t, w.during(quietAfter-time.Millisecond))
		assert.Equal(t, 50, w.during(time.Second), "as long as none comes")
		w.sends(1)
		assert.Zero(t, w.during(quietAfter-time.Millisecond), "from the first one on")
		w.sends(1)
		assert.Equal(t, 50, w.during(quietAfter-frameTime+time.Second), "and again")
		assert.Zero(t, p.skipped.Load())
	})
}

func TestPaceOfReceivedFramesIsNoBurstBehindAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, _ := pacedPort(t, PaceReceived)
		w.stalls[0] = 590 * time.Millisecond
		for range 30 { // the first is written, and stalls
			w.sends(1)
			time.Sleep(frameTime)
		}
		assert.Equal(t, 1+audioBurst, w.writes())
		assert.Equal(t, 19*frameTime, time.Duration(p.skipped.Load()))
		w.mu.Lock()
		w.stalls[len(w.times)] = 500 * time.Millisecond
		w.mu.Unlock()
		time.Sleep(5 * time.Second) // quiet: the clock's frame stalls
		assert.InDelta(t, 19*frameTime+480*time.Millisecond, time.Duration(p.skipped.Load()), float64(frameTime))
	})
}

func TestPaceOfReceivedFramesForgetsAnEarlierCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, _ := pacedPort(t, PaceReceived)
		w.sends(1)
		w.stalls[w.writes()] = 100 * time.Millisecond
		w.sends(8)
		before := w.writes()
		_, feed := newTestCall()
		p.route(feed)
		synctest.Wait()
		assert.Zero(t, w.during(quietAfter), "one was under way, seven are not for this call")
		assert.Equal(t, before, w.writes())
		p.route(nil)
		w.sends(5)
		assert.Zero(t, w.during(time.Second))
	})
}

func TestLeadOfAPace(t *testing.T) {
	assert.Equal(t, 60*time.Millisecond, PaceClock.lead())
	assert.Equal(t, 40*time.Millisecond, PaceReceived.lead())
}

func TestPauseOfWhatIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, _ := pacedPort(t, PaceClock)
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		assert.Equal(t, 50+audioLead, w.writes())
		p.pause(true)
		assert.Zero(t, w.during(500*time.Millisecond))
		p.pause(false)
		assert.Equal(t, 25, w.during(500*time.Millisecond), "no burst behind it")
		assert.Equal(t, 500*time.Millisecond, time.Duration(p.skipped.Load()))
		p.pause(false) // it goes on anyway
		assert.Equal(t, 25, w.during(500*time.Millisecond))
	})
}

func TestPauseLosesNoAudio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, call := pacedPort(t, PaceClock)
		time.AfterFunc(303*time.Millisecond, func() { p.pause(true) }) // between two frames
		time.AfterFunc(753*time.Millisecond, func() { p.pause(false) })
		start := time.Now()
		played, err := call.Play(t.Context(), voice.Silence(time.Second), nil)
		require.NoError(t, err)
		assert.Equal(t, time.Second, played.Duration)
		// The second and the pause; and the lead, unless it began with the first frames.
		took := time.Since(start)
		assert.GreaterOrEqual(t, took, 1450*time.Millisecond)
		assert.LessOrEqual(t, took, 1450*time.Millisecond+(audioLead+1)*frameTime)
	})
}

func TestPauseThatNobodyEnds(t *testing.T) {
	for name, by := range map[string]Pace{"clock": PaceClock, "received": PaceReceived} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, w, _ := pacedPort(t, by)
				time.Sleep(time.Second + time.Millisecond)
				p.pause(true)
				assert.Zero(t, w.during(500*time.Millisecond))
				p.pause(true) // it wants still more time
				assert.Zero(t, w.during(maxPause-time.Millisecond))
				assert.Equal(t, 50, w.during(time.Second+time.Millisecond))
				assert.Equal(t, 500*time.Millisecond+maxPause, time.Duration(p.skipped.Load()))
			})
		})
	}
}

func TestPauseEndsWithItsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, _ := pacedPort(t, PaceClock)
		time.Sleep(time.Second + time.Millisecond)
		p.pause(true)
		_, feed := newTestCall()
		before := w.writes()
		p.route(feed)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		assert.Equal(t, 25+audioLead, w.writes()-before, "the next call is not paused")
	})
}

func TestPauseBetweenCallsHoldsNoneUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, w, _ := pacedPort(t, PaceClock)
		p.route(nil)
		p.pause(true)
		time.Sleep(500 * time.Millisecond)
		p.pause(false)
		_, feed := newTestCall()
		p.route(feed)
		synctest.Wait()
		assert.Equal(t, 25, w.during(500*time.Millisecond+time.Millisecond))
		assert.Zero(t, p.skipped.Load())
	})
}

func TestPortThatBreaksInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		told := make(chan error, 1)
		p := newAudioPort(w, narrow, PaceReceived, slog.New(slog.DiscardHandler), func(err error) { told <- err })
		_, feed := newTestCall()
		p.route(feed)
		p.pause(true)
		close(w.in)
		require.ErrorIs(t, <-told, io.EOF)
		require.NoError(t, p.Close())
		p.pause(false) // does nothing any more
	})
}

// deafWire refuses what is written.
type deafWire struct {
	*wire
	err error
}

func (d deafWire) Write([]byte) (int, error) { return 0, d.err }

func TestPortThatCannotBeWritten(t *testing.T) {
	unplugged := errors.New("unplugged")
	for name, by := range map[string]Pace{"clock": PaceClock, "received": PaceReceived} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				told := make(chan error, 2)
				p := newAudioPort(deafWire{newWire(), unplugged}, narrow, by, slog.New(slog.DiscardHandler), func(err error) { told <- err })
				_, feed := newTestCall()
				p.route(feed)
				require.ErrorIs(t, <-told, unplugged)
				require.NoError(t, p.Close())
				assert.Empty(t, told, "told once")
			})
		})
	}
}
