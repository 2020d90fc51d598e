package wav_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	gowav "github.com/youpy/go-wav"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
)

func TestWriterWritesTheCanonicalHeader(t *testing.T) {
	tests := map[string]struct {
		rate    int
		samples []int16
		want    string
	}{
		"8 kHz": {8000, []int16{1, -2, 32767, -32768}, "" +
			"52494646" + "2c000000" + "57415645" + // RIFF, 44, WAVE
			"666d7420" + "10000000" + "0100" + "0100" + // fmt , 16, PCM, mono
			"401f0000" + "803e0000" + "0200" + "1000" + // 8000, 16000, 2, 16
			"64617461" + "08000000" + "0100feffff7f0080"},
		"16 kHz, nothing said": {16000, nil, "" +
			"52494646" + "24000000" + "57415645" +
			"666d7420" + "10000000" + "0100" + "0100" +
			"803e0000" + "007d0000" + "0200" + "1000" +
			"64617461" + "00000000"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var f memory
			w := newWriter(t, &f, tt.rate)
			n, err := w.WriteSamples(tt.samples)
			require.NoError(t, err)
			assert.Equal(t, len(tt.samples), n)
			require.NoError(t, w.Close())
			assert.Equal(t, tt.want, hex.EncodeToString(f.b))
		})
	}
}

func TestWriterRefusesARate(t *testing.T) {
	for _, rate := range []int{0, -8000, wav.MaxRate + 1} {
		var f memory
		_, err := wav.NewWriter(&f, rate)
		require.ErrorIs(t, err, wav.ErrRate)
		assert.Empty(t, f.b, "nothing was written")
	}
}

// The file is a WAV at every moment, with what was flushed and more.
func TestWriterFileIsCompleteAfterEachFlush(t *testing.T) {
	samples := sine(8000)
	f := new(memory)
	w := newWriter(t, f, 8000)
	for at := 0; at < len(samples); at += 160 {
		_, err := w.WriteSamples(samples[at : at+160])
		require.NoError(t, err)
		assert.EqualValues(t, at+160, w.Info().Samples)
		if at%1600 == 0 {
			require.NoError(t, w.Flush())
			_, got, err := readAll(f.b)
			require.NoError(t, err)
			assert.Equal(t, samples[:at+160], got)
			before := f.writes
			require.NoError(t, w.Flush())
			assert.Equal(t, before, f.writes, "nothing new, nothing written")
		}
	}
	require.NoError(t, w.Close())
	_, got, err := readAll(f.b)
	require.NoError(t, err)
	assert.Equal(t, samples, got)
	assert.Equal(t, time.Second, w.Info().Duration())
	assert.EqualValues(t, len(f.b), w.Info().FileLength())
}

// A recorder that dies leaves a file that is cut anywhere, with a header that is
// old. Everything that is in it is read.
func TestWriterThatDies(t *testing.T) {
	samples := sine(4000)
	f := new(memory)
	w := newWriter(t, f, 8000)
	_, err := w.WriteSamples(samples[:1000])
	require.NoError(t, err)
	require.NoError(t, w.Flush())
	_, err = w.WriteSamples(samples[1000:]) // fills the buffer, so some of it is written
	require.NoError(t, err)
	died := bytes.Clone(f.b)
	require.Greater(t, len(died), 44+2*2048, "the header is older than the samples")

	for cut := 0; cut <= len(died); cut++ {
		if cut == 300 { // every byte of the header and a frame, then some
			cut = len(died) - 300
		}
		_, got, err := readAll(died[:cut])
		if cut < 44 {
			_, ok := errors.AsType[*wav.FormatError](err)
			require.True(t, ok, "cut at %d: %v", cut, err)
			continue
		}
		require.NoError(t, err, "cut at %d", cut)
		require.Equal(t, littleEndian(samples[:(cut-44)/2]), littleEndian(got), "cut at %d", cut)
	}
}

func TestWriteTakesBytesInAnyPieces(t *testing.T) {
	samples := sine(5000)
	pcm := littleEndian(samples)
	for _, piece := range []int{1, 3, 319, 320, 4095, 4096, 4097, len(pcm)} {
		f := new(memory)
		w := newWriter(t, f, 8000)
		n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{bytes.NewReader(pcm)}, make([]byte, piece))
		require.NoError(t, err)
		assert.EqualValues(t, len(pcm), n)
		require.NoError(t, w.Flush(), "pieces of %d bytes", piece)
		require.NoError(t, w.Close())
		assert.Equal(t, pcm, f.b[44:], "pieces of %d bytes", piece)
	}
}

func TestWriteDropsHalfASample(t *testing.T) {
	tests := map[string]struct {
		write func(w *wav.Writer) error
		want  string
	}{
		"A19 at the end": {func(w *wav.Writer) error {
			_, err := w.Write([]byte("aabbc"))
			return err
		}, "aabb"},
		"A19 at the end, after a flush": {func(w *wav.Writer) error {
			_, err := w.Write([]byte("aabbc"))
			return errors.Join(err, w.Flush())
		}, "aabb"},
		"that comes in two halves": {func(w *wav.Writer) error {
			_, err := w.Write([]byte("aab"))
			err = errors.Join(err, w.Flush())
			_, err2 := w.Write([]byte("bcc"))
			return errors.Join(err, err2)
		}, "aabbcc"},
		"before whole samples": {func(w *wav.Writer) error {
			_, err := w.Write([]byte("aab"))
			_, err2 := w.WriteSamples([]int16{'c' | 'c'<<8})
			return errors.Join(err, err2)
		}, "aacc"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := new(memory)
			w := newWriter(t, f, 8000)
			require.NoError(t, tt.write(w))
			require.NoError(t, w.Close())
			assert.Equal(t, tt.want, string(f.b[44:]))
			assert.EqualValues(t, len(tt.want)/2, w.Info().Samples)
			_, _, err := readAll(f.b)
			assert.NoError(t, err)
		})
	}
}

func TestWriterOnAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "message.wav")
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	samples := sine(16000)
	w := newWriter(t, file, 16000)
	_, err = w.WriteSamples(samples)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, file.Sync(), "the file is still the caller's")

	r, err := wav.OpenFile(path)
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, wav.Info{Rate: 16000, Samples: 16000}, r.Info())
	got, err := drain(r, 320)
	require.NoError(t, err)
	assert.Equal(t, samples, got)

	// Another reader, with no check before it, takes the header as it is.
	_, err = file.Seek(0, io.SeekStart)
	require.NoError(t, err)
	other := gowav.NewReader(file)
	format, err := other.Format()
	require.NoError(t, err)
	assert.Equal(t, &gowav.WavFormat{
		AudioFormat: 1, NumChannels: 1, SampleRate: 16000, ByteRate: 32000, BlockAlign: 2, BitsPerSample: 16,
	}, format)
	pcm, err := io.ReadAll(other)
	require.NoError(t, err)
	assert.Equal(t, littleEndian(samples), pcm)
}

func TestWriterClosed(t *testing.T) {
	f := new(memory)
	w := newWriter(t, f, 8000)
	require.NoError(t, w.Close())
	require.NoError(t, w.Close(), "closing twice is a no-op")
	_, err := w.WriteSamples(sine(1))
	require.ErrorIs(t, err, wav.ErrClosed)
	_, err = w.Write([]byte("aa"))
	require.ErrorIs(t, err, wav.ErrClosed)
	require.ErrorIs(t, w.Flush(), wav.ErrClosed)
	assert.Len(t, f.b, 44)
}

// The disk is full at each byte in turn. What fits is kept, the header tells the
// truth about it, and if room is made nothing is missing.
func TestWriterOnAFullDisk(t *testing.T) {
	full := errors.New("no space left on device")
	samples := sine(40)
	for limit := 44; limit < 44+80; limit++ {
		f := &memory{limit: limit, err: full}
		w := newWriter(t, f, 8000)
		_, err := w.WriteSamples(samples[:30])
		require.NoError(t, err, "the buffer takes it")
		first := w.Flush()
		if limit < 44+60 {
			require.ErrorIs(t, first, full)
		} else {
			require.NoError(t, first)
		}
		inFile := samples[:min(30, (limit-44)/2)]
		_, got, err := readAll(f.b)
		require.NoError(t, err)
		require.Equal(t, littleEndian(inFile), littleEndian(got))
		require.EqualValues(t, 2*len(inFile), f.b[40], "the size in the header")

		f.limit = 0
		_, err = w.WriteSamples(samples[30:])
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.Equal(t, littleEndian(samples), f.b[44:], "disk full at byte %d", limit)
	}
}

func TestWriterClosedOnAFullDisk(t *testing.T) {
	full := errors.New("no space left on device")
	f := &memory{limit: 44 + 5000 + 1, err: full}
	w := newWriter(t, f, 8000)
	var accepted int
	var err error
	for err == nil {
		var n int
		n, err = w.WriteSamples(sine(160))
		accepted += n
		require.Less(t, accepted, 100000)
	}
	require.ErrorIs(t, err, full)
	require.EqualValues(t, accepted, w.Info().Samples)
	require.ErrorIs(t, w.Close(), full)
	assert.EqualValues(t, 2500, w.Info().Samples, "what could not be written is not counted")
	info, _, err := readAll(f.b)
	require.NoError(t, err)
	assert.Equal(t, w.Info(), info)
}

func TestWriterOnADeadFile(t *testing.T) {
	dead := errors.New("I/O error")
	_, err := wav.NewWriter(&memory{limit: 20, err: dead}, 8000)
	require.ErrorIs(t, err, dead)

	f := new(memory)
	w := newWriter(t, f, 8000)
	_, err = w.WriteSamples(sine(160))
	require.NoError(t, err)
	f.limit, f.err = 1, dead
	err = w.Flush()
	require.ErrorIs(t, err, dead)
	assert.ErrorContains(t, err, "write samples")

	f.limit, f.err = 0, nil
	require.NoError(t, w.Flush())
	_, err = w.WriteSamples(sine(160))
	require.NoError(t, err)
	cutShort := &silentlyShort{memory: f}
	w2 := newWriter(t, cutShort, 8000)
	_, err = w2.WriteSamples(sine(160))
	require.NoError(t, err)
	cutShort.short = true
	assert.ErrorIs(t, w2.Flush(), io.ErrShortWrite)
}

// silentlyShort writes less than it was asked to and says nothing.
type silentlyShort struct {
	*memory
	short bool
}

func (s *silentlyShort) WriteAt(p []byte, off int64) (int, error) {
	if s.short && off > 0 {
		p = p[:len(p)/2]
	}
	return s.memory.WriteAt(p, off)
}

// nowhere takes everything and keeps nothing.
type nowhere struct{}

func (nowhere) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }

func TestWriterStopsAtTheEndOfTheRange(t *testing.T) {
	t.Run("samples", func(t *testing.T) {
		w := newWriter(t, nowhere{}, 8000)
		w.Skip(wav.MaxDataBytes - 2*200)
		n, err := w.WriteSamples(sine(160))
		require.NoError(t, err)
		assert.Equal(t, 160, n)
		n, err = w.WriteSamples(sine(160))
		require.ErrorIs(t, err, wav.ErrTooLong)
		assert.Equal(t, 40, n, "what still fits is taken")
		require.NoError(t, w.Close())
		assert.EqualValues(t, wav.MaxDataBytes/2, w.Info().Samples)
	})
	t.Run("bytes", func(t *testing.T) {
		w := newWriter(t, nowhere{}, 8000)
		w.Skip(wav.MaxDataBytes - 3)
		n, err := w.Write([]byte("aabb"))
		require.ErrorIs(t, err, wav.ErrTooLong)
		assert.Equal(t, 3, n)
	})
}

func TestWriteAllocatesNothing(t *testing.T) {
	frame := sine(160)
	pcm := littleEndian(frame)
	w := newWriter(t, nowhere{}, 8000)
	tests := map[string]func() error{
		"WriteSamples": func() error { _, err := w.WriteSamples(frame); return err },
		"Write":        func() error { _, err := w.Write(pcm); return err },
		"Flush": func() error {
			_, err := w.WriteSamples(frame)
			return errors.Join(err, w.Flush())
		},
	}
	for name, write := range tests {
		assert.Zero(t, testing.AllocsPerRun(1000, func() {
			if err := write(); err != nil {
				t.Fatal(err)
			}
		}), name)
	}
}

func BenchmarkWriteSamples(b *testing.B) {
	w := newWriter(b, nowhere{}, 8000)
	frame := sine(160)
	b.ReportAllocs()
	b.SetBytes(320)
	for b.Loop() {
		if _, err := w.WriteSamples(frame); err != nil {
			w = newWriter(b, nowhere{}, 8000) // 4 GiB are full
		}
	}
}
