package wav_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
)

// FuzzOpen holds that any bytes either are refused with a FormatError or give
// samples that stand in the file in one piece, as many as Info says, and the
// same ones after Repair, which has nothing to do a second time.
func FuzzOpen(f *testing.F) {
	pcm := littleEndian(sine(40))
	for _, seed := range []fields{
		{pcm: pcm},
		{pcm: pcm[:41], after: "\x00" + oddList},
		{pcm: pcm, before: oddUnpadded, fmtLen: 18},
		{pcm: pcm, tag: 0xFFFE, fmtLen: 40, size: always[[]byte](0)},
		{pcm: pcm, size: always[[]byte](42), riff: always[uint32](0xFFFFFFFF)},
		{pcm: pcm, size: always[[]byte](0xFFFFFFFF), riff: always[uint32](0)},
		{pcm: pcm, after: cutOffList},
		{pcm: pcm, tag: 7, bits: 8},
		{pcm: pcm, channels: 2, align: -1},
	} {
		f.Add(seed.bytes())
		f.Add(seed.bytes()[:38])
	}
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, file []byte) {
		info, samples, err := readAll(file)
		if err != nil {
			_, ok := errors.AsType[*wav.FormatError](err)
			require.True(t, ok, "a file in memory cannot fail in another way: %v", err)
			return
		}
		assert.Len(t, samples, int(info.Samples))
		assert.LessOrEqual(t, 2*len(samples), len(file)-44)
		assert.True(t, bytes.Contains(file, littleEndian(samples)))
		assert.Positive(t, info.Rate)
		assert.GreaterOrEqual(t, info.Duration().Nanoseconds(), info.Samples/int64(info.Rate)*1e9)

		mended := &memory{b: bytes.Clone(file)}
		again, err := wav.Repair(mended, int64(len(file)))
		require.NoError(t, err)
		assert.Equal(t, info, again)
		writes := mended.writes
		_, same, err := readAll(mended.b)
		require.NoError(t, err)
		assert.Equal(t, samples, same)
		_, err = wav.Repair(mended, int64(len(file)))
		require.NoError(t, err)
		assert.Equal(t, writes, mended.writes)
	})
}

// FuzzRoundTrip holds that what is written is what is read, whatever the pieces
// and whenever it is flushed. pieces says how many bytes each write takes; an
// odd one of them flushes too.
func FuzzRoundTrip(f *testing.F) {
	f.Add(littleEndian(sine(400)), []byte{160, 0, 1, 255})
	f.Add([]byte("RIFFdata"), []byte{1})
	f.Add([]byte{1, 2, 3}, []byte{})
	f.Fuzz(func(t *testing.T, pcm, pieces []byte) {
		file := new(memory)
		w := newWriter(t, file, 8000)
		rest := pcm
		for i := 0; len(rest) > 0; i++ {
			n := len(rest)
			if i < len(pieces) {
				n = min(n, int(pieces[i]))
			}
			written, err := w.Write(rest[:n])
			require.NoError(t, err)
			require.Equal(t, n, written)
			rest = rest[n:]
			if n%2 == 1 {
				require.NoError(t, w.Flush())
				_, got, err := readAll(file.b)
				require.NoError(t, err)
				require.Equal(t, pcm[:(len(pcm)-len(rest))&^1], littleEndian(got))
			}
		}
		require.NoError(t, w.Close())
		info, got, err := readAll(file.b)
		require.NoError(t, err)
		assert.Equal(t, w.Info(), info)
		assert.Equal(t, pcm[:len(pcm)&^1], littleEndian(got))
	})
}
