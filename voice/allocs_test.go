package voice_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// counting is a source without an end and a writer without a memory, which count
// the samples that go through them.
type counting struct{ samples atomic.Int64 }

func (*counting) Open(voice.Format) error { return nil }

func (c *counting) Read(dst []int16) (int, error) {
	c.samples.Add(int64(len(dst)))
	return len(dst), nil
}

func (c *counting) Write(b []byte) (int, error) {
	c.samples.Add(int64(len(b) / 2))
	return len(b), nil
}

// await lets other goroutines run until n samples went through.
func (c *counting) await(n int64) {
	for c.samples.Load() < n {
		runtime.Gosched()
	}
}

// busy returns a call that is played to and recorded, and what moves one frame
// in each direction and waits until both ends have dealt with it. It runs in
// real time, without a clock.
func busy(tb testing.TB) (step func()) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	call, feed := voice.NewCall(&stub{}, voice.Info{State: voice.Active})
	feed.Attach(voice.MediaInfo{Format: narrow})
	var (
		src, out counting
		wg       sync.WaitGroup
	)
	tb.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	wg.Go(func() { _, _ = call.Play(ctx, &src, &voice.PlayOptions{Interrupt: voice.AnyKey}) })
	wg.Go(func() {
		_, _ = call.Record(ctx, &out, &voice.RecordOptions{Max: 1 << 60, Finish: "#", Silence: 1 << 60})
	})
	for call.Waiting() < 2 {
		runtime.Gosched()
	}
	in, heard := noise(1, frame), make([]int16, frame)
	steps := int64(0)
	return func() {
		steps++
		feed.Received(in)
		out.await(steps * frame)
		feed.Next(heard)
		src.await((steps + 17) * frame) // 16 are read ahead, and one waits for room
	}
}

func TestAFrameCostsNoAllocation(t *testing.T) {
	step := busy(t)
	for range 100 {
		step() // rings have grown, timers are made
	}
	const batch = 100 // AllocsPerRun rounds down
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		for range batch {
			step()
		}
	}), "in %d frames both ways", batch)
}

func TestAFrameCostsNoAllocationInTapsAndStreams(t *testing.T) {
	ctx := t.Context()
	call, feed := active(t)
	s, err := call.Stream(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	tap := call.Tap(voice.TapOptions{Side: voice.NearSide})
	buf := noise(1, frame)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		feed.Received(buf)
		_, err = s.Read(ctx, buf)
		_, err = s.Write(ctx, buf)
		feed.Next(buf)
		_, err = tap.Read(ctx, buf)
	}))
	require.NoError(t, err)
}

func TestSourcesAllocateNothingPerFrame(t *testing.T) {
	buf := make([]int16, frame)
	for name, src := range map[string]voice.Source{
		"PCM":     voice.PCM(8000, noise(1, 8000*10)),
		"Silence": voice.Silence(1 << 40),
		"Tone":    voice.Tone(1<<40, 440),
		"File":    voice.File(writeWAV(t, 8000, noise(1, 8000*10))),
		"Concat":  voice.Concat(voice.PCM(8000, noise(1, 8000)), voice.Silence(1<<40)),
		"Raw":     voice.Raw(readerFunc(func(b []byte) (int, error) { return len(b), nil }), 8000),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, src.Open(narrow))
			_, err := src.Read(buf)
			require.NoError(t, err)
			assert.Zero(t, testing.AllocsPerRun(100, func() { _, err = src.Read(buf) }))
			require.NoError(t, err)
		})
	}
}

// BenchmarkFrame is a frame of 20 ms both ways through a call that is played to
// and recorded, the source and the writer included.
func BenchmarkFrame(b *testing.B) {
	step := busy(b)
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
}

// BenchmarkFeed is what a frame both ways costs the carrier's goroutine when
// nobody plays or listens.
func BenchmarkFeed(b *testing.B) {
	_, feed := voice.NewCall(&stub{}, voice.Info{State: voice.Active})
	feed.Attach(voice.MediaInfo{Format: narrow})
	in, out := noise(1, frame), make([]int16, frame)
	b.ReportAllocs()
	for b.Loop() {
		feed.Received(in)
		feed.Next(out)
	}
}

// BenchmarkTone is a frame of a DTMF key's two tones.
func BenchmarkTone(b *testing.B) {
	src := voice.Tone(1<<62, 770, 1336)
	require.NoError(b, src.Open(narrow))
	buf := make([]int16, frame)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = src.Read(buf)
	}
}
