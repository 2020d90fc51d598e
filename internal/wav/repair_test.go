package wav_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
)

func TestRepair(t *testing.T) {
	samples := sine(1600)
	pcm := littleEndian(samples)
	odd := pcm[:1001]

	tests := map[string]struct {
		file    fields
		data    uint32 // the data chunk's size afterwards
		riff    uint32 // the file's size afterwards
		writes  int
		samples int
	}{
		"right already":         {file: fields{pcm: pcm}, data: 3200, riff: 3236, samples: 1600},
		"right, with LIST":      {file: fields{pcm: pcm, before: oddList, after: oddList}, data: 3200, riff: 3264, samples: 1600},
		"right, odd and padded": {file: fields{pcm: odd, after: "\x00"}, data: 1001, riff: 1038, samples: 500},
		"died at once": {
			file: fields{pcm: pcm, size: always[[]byte](0), riff: always[uint32](36)},
			data: 3200, riff: 3236, writes: 2, samples: 1600,
		},
		"died after a second": {
			file: fields{pcm: pcm, size: always[[]byte](1600), riff: always[uint32](1636)},
			data: 3200, riff: 3236, writes: 2, samples: 1600,
		},
		"died between the two sizes": {
			file: fields{pcm: pcm, size: always[[]byte](0)},
			data: 3200, riff: 3236, writes: 1, samples: 1600,
		},
		"died within a sample": {
			file: fields{pcm: odd, size: always[[]byte](0), riff: always[uint32](36)},
			data: 1000, riff: 1036, writes: 2, samples: 500,
		},
		"died before the first sample": {
			file: fields{size: always[[]byte](320), riff: always[uint32](356)},
			data: 0, riff: 36, writes: 2,
		},
		"streamed": {
			file: fields{pcm: pcm, size: always[[]byte](0xFFFFFFFF), riff: always[uint32](0xFFFFFFFF), before: oddList},
			data: 3200, riff: 3250, writes: 2, samples: 1600,
		},
		"cut off": {
			file: fields{pcm: pcm, size: always[[]byte](9600), riff: always[uint32](9636)},
			data: 3200, riff: 3236, writes: 2, samples: 1600,
		},
		"only the file's size is wrong": {
			file: fields{pcm: pcm, riff: always[uint32](0), after: evenList},
			data: 3200, riff: 3248, writes: 1, samples: 1600,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := &memory{b: tt.file.bytes()}
			size := int64(len(f.b))
			_, before, err := readAll(f.b)
			require.NoError(t, err)

			info, err := wav.Repair(f, size)
			require.NoError(t, err)
			assert.Equal(t, wav.Info{Rate: 8000, Samples: int64(tt.samples)}, info)
			assert.Equal(t, tt.writes, f.writes)
			assert.EqualValues(t, size, len(f.b), "the file's length stays")
			dataAt := bytes.Index(f.b, []byte("data"))
			assert.Equal(t, tt.data, binary.LittleEndian.Uint32(f.b[dataAt+4:]))
			assert.Equal(t, tt.riff, binary.LittleEndian.Uint32(f.b[4:]))

			_, after, err := readAll(f.b)
			require.NoError(t, err)
			assert.Equal(t, before, after, "no sample changes")
			again, err := wav.Repair(f, size)
			require.NoError(t, err)
			assert.Equal(t, info, again)
			assert.Equal(t, tt.writes, f.writes, "the second time there is nothing to do")
		})
	}
}

func TestRepairOnAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "message.wav.part")
	samples := sine(4000)
	require.NoError(t, os.WriteFile(path, fields{pcm: littleEndian(samples), size: always[[]byte](0)}.bytes(), 0o600))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	stat, err := f.Stat()
	require.NoError(t, err)
	info, err := wav.Repair(f, stat.Size())
	require.NoError(t, err)
	assert.EqualValues(t, 4000, info.Samples)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, fields{pcm: littleEndian(samples)}.bytes(), got, "as if the recorder had lived")
}

func TestRepairRefusesWhatIsNoWAV(t *testing.T) {
	for name, b := range map[string][]byte{
		"empty":      nil,
		"cut off":    fields{}.bytes()[:40],
		"compressed": fields{tag: 7, bits: 8, size: always[[]byte](0), pcm: make([]byte, 99)}.bytes(),
	} {
		f := &memory{b: b}
		_, err := wav.Repair(f, int64(len(b)))
		_, ok := errors.AsType[*wav.FormatError](err)
		assert.True(t, ok, name)
		assert.Zero(t, f.writes, "%s: nothing is written to a file that is not understood", name)
	}
}

func TestRepairFaults(t *testing.T) {
	dead := errors.New("I/O error")
	pcm := littleEndian(sine(160))
	died := fields{pcm: pcm, size: always[[]byte](0), riff: always[uint32](36)}.bytes()

	f := &memory{b: bytes.Clone(died), limit: 1, err: dead}
	_, err := wav.Repair(f, int64(len(died)))
	require.ErrorIs(t, err, dead)
	f.limit = 0
	_, err = wav.Repair(f, int64(len(died)))
	require.NoError(t, err, "it can be repaired again")
	assert.Equal(t, fields{pcm: pcm}.bytes(), f.b)

	half := &memory{b: bytes.Clone(died)}
	_, err = wav.Repair(&failsAt{memory: half, at: 4, err: dead}, int64(len(died)))
	require.ErrorIs(t, err, dead)
	_, err = wav.Repair(half, int64(len(died)))
	require.NoError(t, err, "one size was set before the fault, and the other is now")
	assert.Equal(t, fields{pcm: pcm}.bytes(), half.b)
}

// failsAt fails one write, by its offset.
type failsAt struct {
	*memory
	at  int64
	err error
}

func (f *failsAt) WriteAt(p []byte, off int64) (int, error) {
	if off == f.at {
		return 0, f.err
	}
	return f.memory.WriteAt(p, off)
}
