package modem

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// wire is an audio port that keeps what is written, and can stall.
type wire struct {
	mu     sync.Mutex
	out    bytes.Buffer
	times  []time.Time           // of each write
	stalls map[int]time.Duration // by the number of the write
	in     chan []byte
	closed chan struct{}
	once   sync.Once
	left   []byte
}

func newWire() *wire {
	return &wire{stalls: map[int]time.Duration{}, in: make(chan []byte), closed: make(chan struct{})}
}

func (w *wire) Read(p []byte) (int, error) {
	for len(w.left) == 0 {
		select {
		case b, ok := <-w.in:
			if !ok {
				return 0, io.EOF
			}
			w.left = b
		case <-w.closed:
			return 0, os.ErrClosed
		}
	}
	n := copy(p, w.left)
	w.left = w.left[n:]
	return n, nil
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	n := len(w.times)
	w.times = append(w.times, time.Now())
	w.out.Write(p)
	stall := w.stalls[n]
	w.mu.Unlock()
	if stall > 0 {
		time.Sleep(stall)
	}
	return len(p), nil
}

func (w *wire) writes() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.times)
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// deadLine is the signalling of a call that nobody signals.
type deadLine struct{ voice.Line }

func newTestCall() (*voice.CallSession, *voice.Feed) {
	c, f := voice.NewCall(deadLine{}, voice.Info{State: voice.Ringing})
	f.State(voice.Active)
	return c, f
}

var narrow = voice.Format{Rate: 8000}

func newTestPort(w io.ReadWriteCloser) *audioPort {
	return newAudioPort(w, narrow, PaceClock, slog.New(slog.DiscardHandler), func(error) {})
}

// slowSource takes its time for every frame.
type slowSource struct {
	left int
	each time.Duration
}

func (s *slowSource) Open(voice.Format) error { return nil }

func (s *slowSource) Read(dst []int16) (int, error) {
	time.Sleep(s.each)
	n := min(len(dst), s.left)
	for i := range n {
		dst[i] = 1
	}
	if s.left -= n; s.left == 0 {
		return n, io.EOF
	}
	return n, nil
}

func TestPlayersEndWhenTheAbsoluteScheduleSays(t *testing.T) {
	const (
		players = 500
		length  = 30 * time.Second
		frames  = int(length / frameTime)
	)
	synctest.Test(t, func(t *testing.T) {
		var wg sync.WaitGroup
		for range players {
			wg.Go(func() {
				w := newWire()
				w.stalls[500] = 100 * time.Millisecond
				w.stalls[1000] = 400 * time.Millisecond
				p := newTestPort(w)
				defer p.Close()
				call, feed := newTestCall()
				defer feed.End(voice.End{Reason: voice.LocalHangup})
				p.route(feed)
				played, err := call.Play(t.Context(), &slowSource{left: narrow.Samples(length), each: 3 * time.Millisecond}, nil)
				end := time.Now()
				if err != nil || played.Duration != length {
					t.Errorf("played %v, %v", played.Duration, err)
				}
				w.checkSchedule(t, end, frames, time.Duration(p.skipped.Load()))
			})
		}
		wg.Wait()
	})
}

// checkSchedule checks that the playing of so many frames ended when it had to,
// and that they are on the wire without a hole.
func (w *wire) checkSchedule(t *testing.T, end time.Time, frames int, skipped time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.out.Bytes()
	first := bytes.IndexByte(out, 1) / 320
	sound := bytes.Repeat([]byte{1, 0}, frames*160)
	if !bytes.Equal(out[first*320:][:len(sound)], sound) {
		t.Error("there is a hole in what was played")
	}
	if skipped <= 300*time.Millisecond || skipped > 400*time.Millisecond {
		t.Errorf("skipped %v: the stall of 400 ms alone is to be skipped", skipped)
	}
	heard := w.times[first].Add(time.Duration(frames-1)*frameTime + skipped + audioLead*frameTime)
	if !end.Equal(heard) {
		t.Errorf("ended %v beside the schedule", end.Sub(heard))
	}
}

func TestTenSecondsAreEightyThousandSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		p := newTestPort(w)
		defer p.Close()
		call, feed := newTestCall()
		defer feed.End(voice.End{Reason: voice.LocalHangup})
		p.route(feed)
		pcm := make([]int16, 80_000)
		for i := range pcm {
			pcm[i] = int16(1 + i%32000)
		}
		_, err := call.Play(t.Context(), voice.PCM(8000, pcm), nil)
		require.NoError(t, err)
		want := make([]byte, 0, 2*len(pcm))
		for _, s := range pcm {
			want = binary.LittleEndian.AppendUint16(want, uint16(s))
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		before, after, found := bytes.Cut(w.out.Bytes(), want)
		require.True(t, found)
		assert.Empty(t, bytes.Trim(before, "\x00"), "nothing but silence before")
		assert.Empty(t, bytes.Trim(after, "\x00"), "nothing but silence behind")
	})
}

func TestPortSleepsWhileNoCallHasIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		p := newTestPort(w)
		defer p.Close()
		time.Sleep(time.Minute)
		assert.Zero(t, w.writes())
		_, feed := newTestCall()
		p.route(feed)
		time.Sleep(time.Second + time.Millisecond)
		p.route(nil)
		time.Sleep(time.Minute)
		assert.Equal(t, 50+audioLead, w.writes())
		p.route(feed)
		time.Sleep(time.Second + time.Millisecond)
		assert.Equal(t, 2*(50+audioLead), w.writes())
	})
}

func TestPortBeginsACallWithFreshAudio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		p := newTestPort(w)
		defer p.Close()
		old := bytes.Repeat([]byte{9, 9}, 240) // a frame and a half
		w.in <- old
		synctest.Wait()
		call, feed := newTestCall()
		p.route(feed)
		var heard bytes.Buffer
		done := make(chan voice.Recording, 1)
		go func() {
			r, _ := call.Record(t.Context(), &heard, nil)
			done <- r
		}()
		synctest.Wait()
		w.in <- bytes.Repeat([]byte{5, 0}, 160)[:319] // the last sample is torn
		w.in <- bytes.Repeat([]byte{5, 0}, 160)[319:]
		w.in <- bytes.Repeat([]byte{6, 0}, 160)
		synctest.Wait()
		feed.End(voice.End{Reason: voice.RemoteHangup})
		r := <-done
		assert.Equal(t, 40*time.Millisecond, r.Duration)
		assert.Equal(t, append(bytes.Repeat([]byte{5, 0}, 160), bytes.Repeat([]byte{6, 0}, 160)...), heard.Bytes())
	})
}

func TestPortThatBreaks(t *testing.T) {
	unplugged := errors.New("unplugged")
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		told := make(chan error, 2)
		p := newAudioPort(w, narrow, PaceClock, slog.New(slog.DiscardHandler), func(err error) { told <- err })
		call, feed := newTestCall()
		p.route(feed)
		close(w.in)
		require.ErrorIs(t, <-told, io.EOF)
		require.NoError(t, p.Close())
		assert.Empty(t, told, "told once")
		p.route(feed) // does nothing any more
		feed.End(voice.End{Reason: voice.RemoteHangup})
		_, err := call.Play(t.Context(), voice.Beep(), nil)
		require.ErrorIs(t, err, voice.ErrEnded)
	})
	synctest.Test(t, func(t *testing.T) {
		told := make(chan error, 2)
		p := newAudioPort(&badPort{err: unplugged}, narrow, PaceClock, slog.New(slog.DiscardHandler), func(err error) { told <- err })
		require.ErrorIs(t, <-told, io.ErrNoProgress, "a port that brings nothing for ever is no reason to spin")
		require.NoError(t, p.Close())
	})
}

// badPort reads nothing, without an error, and fails to write.
type badPort struct{ err error }

func (b *badPort) Read([]byte) (int, error)  { return 0, nil }
func (b *badPort) Write([]byte) (int, error) { return 0, b.err }
func (b *badPort) Close() error              { return nil }

func TestPortAllocatesNothingPerFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &countingPort{closed: make(chan struct{})}
		p := newTestPort(w)
		defer p.Close()
		call, feed := newTestCall()
		defer feed.End(voice.End{Reason: voice.LocalHangup})
		p.route(feed)
		playing := call.Start(voice.Silence(time.Hour), nil)
		recording := make(chan error, 1)
		go func() {
			_, err := call.Record(t.Context(), io.Discard, &voice.RecordOptions{Max: 21 * time.Second})
			recording <- err
		}()
		time.Sleep(time.Second)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		time.Sleep(20 * time.Second) // 1000 frames each way
		runtime.ReadMemStats(&after)
		assert.Less(t, after.Mallocs-before.Mallocs, uint64(100), "in 1000 frames: what the runtime itself allocates now and then")
		_, err := playing.Stop()
		require.NoError(t, err)
		feed.End(voice.End{Reason: voice.LocalHangup})
		<-recording
	})
}

// countingPort takes what is written, and sends a frame every 20 ms.
type countingPort struct{ closed chan struct{} }

func (c *countingPort) Read(p []byte) (int, error) {
	time.Sleep(frameTime)
	select {
	case <-c.closed:
		return 0, os.ErrClosed
	default:
		return 320, nil
	}
}

func (c *countingPort) Write(p []byte) (int, error) { return len(p), nil }

func (c *countingPort) Close() error {
	close(c.closed)
	return nil
}

func TestByteThatIsLeftOverSpoilsNoLaterCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		p := newTestPort(w)
		defer p.Close()
		w.in <- []byte{1} // of a stream that was cut
		time.Sleep(time.Second)
		call, feed := newTestCall()
		p.route(feed)
		var heard bytes.Buffer
		done := make(chan voice.Recording, 1)
		go func() {
			r, _ := call.Record(t.Context(), &heard, nil)
			done <- r
		}()
		synctest.Wait()
		want := bytes.Repeat([]byte{5, 6}, 160)
		w.in <- want[:3] // within a stream a sample may come in two halves
		time.Sleep(20 * time.Millisecond)
		w.in <- want[3:]
		synctest.Wait()
		feed.End(voice.End{Reason: voice.RemoteHangup})
		<-done
		assert.Equal(t, want, heard.Bytes())
	})
}

func TestPortWithATimeoutIsNotBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan error, 1)
		w := &lazyPort{}
		p := newAudioPort(w, narrow, PaceClock, slog.New(slog.DiscardHandler), func(err error) { told <- err })
		time.Sleep(time.Hour)
		assert.Empty(t, told)
		require.NoError(t, p.Close())
	})
}

// lazyPort returns from Read every 100 ms, with nothing.
type lazyPort struct{ closed atomic.Bool }

func (l *lazyPort) Read([]byte) (int, error) {
	time.Sleep(100 * time.Millisecond)
	if l.closed.Load() {
		return 0, os.ErrClosed
	}
	return 0, nil
}

func (l *lazyPort) Write(p []byte) (int, error) { return len(p), nil }

func (l *lazyPort) Close() error {
	l.closed.Store(true)
	return nil
}

func TestPortThatHasEndedTakesNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPort(newWire())
		_, feed := newTestCall()
		p.route(feed)
		turn := p.now().turn
		p.route(feed)
		assert.Equal(t, turn, p.now().turn, "it has it already")
		require.NoError(t, p.Close())
		assert.Nil(t, p.now().feed)
		p.route(feed)
		assert.Nil(t, p.now().feed, "a player would wait for a writer that is gone")
		feed.End(voice.End{Reason: voice.LocalHangup})
	})
}
