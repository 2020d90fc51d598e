package wav_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
)

func TestReadInFramesOfAnyLength(t *testing.T) {
	samples := sine(8000)
	file := fields{pcm: littleEndian(samples), before: oddList, after: evenList}.bytes()
	for _, n := range []int{1, 7, 160, 320, 321, 2048, 7999, 8000, 8001, 20000} {
		r, err := wav.Open(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err)
		got, err := drain(r, n)
		require.NoError(t, err)
		assert.Equal(t, samples, got, "%d samples at a time", n)
	}
}

func TestReadEndsWithAShortFrameThenEOF(t *testing.T) {
	file := fields{pcm: littleEndian(sine(200))}.bytes()
	r, err := wav.Open(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	frame := make([]int16, 160)
	for _, want := range []int{160, 40} {
		n, err := r.Read(frame)
		require.NoError(t, err)
		assert.Equal(t, want, n)
	}
	n, err := r.Read(nil)
	require.NoError(t, err, "asking for nothing gets it")
	assert.Zero(t, n)
	for range 2 {
		n, err = r.Read(frame)
		assert.Zero(t, n)
		assert.Equal(t, io.EOF, err)
	}
	assert.NoError(t, r.Close(), "there is no file to close")
}

// faulty is a file whose reads fail from an offset on.
type faulty struct {
	b    []byte
	from int64
	err  error
}

func (f faulty) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) <= f.from {
		return copy(p, f.b[off:]), nil
	}
	return copy(p, f.b[min(off, f.from):f.from]), f.err
}

func TestReadFaults(t *testing.T) {
	samples := sine(8000)
	file := fields{pcm: littleEndian(samples)}.bytes()
	broken := errors.New("I/O error")

	t.Run("in the header", func(t *testing.T) {
		for _, from := range []int64{0, 12, 20, 36} {
			_, err := wav.Open(faulty{file, from, broken}, int64(len(file)))
			require.ErrorIs(t, err, broken)
			_, bad := errors.AsType[*wav.FormatError](err)
			assert.False(t, bad, "the format is not to blame")
		}
	})
	t.Run("in the chunks after the samples", func(t *testing.T) {
		long := fields{pcm: littleEndian(samples), after: evenList}.bytes()
		_, err := wav.Open(faulty{long, int64(len(file)), broken}, int64(len(long)))
		assert.ErrorIs(t, err, broken)
	})
	t.Run("in the samples", func(t *testing.T) {
		r, err := wav.Open(faulty{file, 44 + 2*5000 + 1, broken}, int64(len(file)))
		require.NoError(t, err)
		got, err := drain(r, 160)
		require.ErrorIs(t, err, broken)
		assert.Equal(t, samples[:5000], got, "what came before is whole")
		n, err := r.Read(make([]int16, 160))
		assert.Zero(t, n)
		assert.ErrorIs(t, err, broken, "the error stays")
	})
	t.Run("the file became shorter", func(t *testing.T) {
		for _, left := range []int{0, 4800, 5000} { // at the end of a frame, and within one
			r, err := wav.Open(bytes.NewReader(file[:44+2*left]), int64(len(file)))
			require.NoError(t, err)
			got, err := drain(r, 160)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "this is not the end that the file had")
			assert.Len(t, got, left)
		}
		_, err := wav.Open(bytes.NewReader(file[:20]), int64(len(file)))
		assert.ErrorIs(t, err, wav.ErrTruncated)
	})
}

// go-wav panics on a file that breaks io.ReaderAt's rules.
func TestGoWAVSeesACanonicalFile(t *testing.T) {
	pcm := littleEndian(sine(100))
	file := fields{pcm: pcm, before: oddList, fmtLen: 18, size: always[[]byte](0), riff: always[uint32](0)}.bytes()
	clean := wav.CleanFile(bytes.NewReader(file), 8000, int64(len(file)-len(pcm)), int64(len(pcm)))
	assert.NoError(t, iotest.TestReader(clean, fields{pcm: pcm}.bytes()))
}

func TestReadAllocatesNothing(t *testing.T) {
	file := fields{pcm: littleEndian(sine(8000 * 30))}.bytes()
	r, err := wav.Open(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	frame := make([]int16, 160)
	read := func() {
		if n, err := r.Read(frame); n != len(frame) || err != nil {
			t.Fatalf("Read: %d, %v", n, err)
		}
	}
	read() // go-wav makes its buffer now
	assert.Zero(t, testing.AllocsPerRun(1000, read))
}

func BenchmarkRead(b *testing.B) {
	file := fields{pcm: littleEndian(sine(8000 * 60))}.bytes()
	var r *wav.Reader
	frame := make([]int16, 160)
	b.ReportAllocs()
	b.SetBytes(320)
	for b.Loop() {
		if r != nil {
			if _, err := r.Read(frame); err == nil {
				continue
			}
		}
		var err error
		r, err = wav.Open(bytes.NewReader(file), int64(len(file)))
		require.NoError(b, err)
	}
}
