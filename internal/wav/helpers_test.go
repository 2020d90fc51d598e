package wav_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/wav"
)

// fields describes a WAV file as a recorder or a converter would have written
// it. The zero value of a field is the usual content.
type fields struct {
	tag      uint16 // PCM
	fmtLen   int    // 16; 18 and 40 are the other lengths of the field
	channels uint16 // 1
	rate     uint32 // 8000
	bits     uint16 // 16
	align    int    // what follows from channels and bits; -1 is 0
	subTag   uint16 // of the extensible header: PCM
	before   string // chunks between fmt and data
	size     func(pcm []byte) uint32
	riff     func(right uint32) uint32
	pcm      []byte
	after    string // what follows the samples
}

func (f fields) bytes() []byte {
	le := binary.LittleEndian
	fmtLen := or(f.fmtLen, 16)
	channels, bits := or(f.channels, 1), or(f.bits, 16)
	align := or(f.align, int(channels*bits/8))
	rate := or(f.rate, 8000)

	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt ")
	b = le.AppendUint32(b, uint32(fmtLen))
	b = le.AppendUint16(b, or(f.tag, 1))
	b = le.AppendUint16(b, channels)
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, rate*uint32(channels*bits/8))
	b = le.AppendUint16(b, uint16(max(0, align)))
	b = le.AppendUint16(b, bits)
	if fmtLen >= 18 {
		b = le.AppendUint16(b, uint16(fmtLen-18))
	}
	if fmtLen >= 40 {
		b = le.AppendUint16(b, bits)
		b = le.AppendUint32(b, 4) // front centre
		b = le.AppendUint16(b, or(f.subTag, 1))
		b = append(b, "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71"...)
	}
	b = append(b, f.before...)
	b = append(b, "data"...)
	size := uint32(len(f.pcm))
	if f.size != nil {
		size = f.size(f.pcm)
	}
	b = le.AppendUint32(b, size)
	b = append(b, f.pcm...)
	b = append(b, f.after...)
	riff := uint32(len(b) - 8)
	if f.riff != nil {
		riff = f.riff(riff)
	}
	le.PutUint32(b[4:], riff)
	return b
}

func or[T comparable](v, usual T) T {
	var zero T
	if v == zero {
		return usual
	}
	return v
}

// always returns a size that does not depend on what is there.
func always[T any](size uint32) func(T) uint32 { return func(T) uint32 { return size } }

// sine returns n samples of 440 Hz at 8 kHz and half of full scale.
func sine(n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(16384 * math.Sin(2*math.Pi*440*float64(i)/8000))
	}
	return out
}

func littleEndian(samples []int16) []byte {
	b := make([]byte, 0, 2*len(samples))
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// readAll opens b and reads all its samples in frames of 20 ms.
func readAll(b []byte) (wav.Info, []int16, error) {
	r, err := wav.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return wav.Info{}, nil, err
	}
	samples, err := drain(r, 160)
	return r.Info(), samples, err
}

// drain reads r to its end, n samples at a time.
func drain(r *wav.Reader, n int) ([]int16, error) {
	var all []int16
	frame := make([]int16, n)
	for {
		got, err := r.Read(frame)
		all = append(all, frame[:got]...)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// memory is a file in memory. A write that would take it beyond limit writes
// what fits and fails with err, as a full disk does.
type memory struct {
	b      []byte
	limit  int // 0: none
	err    error
	writes int
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(m.b).ReadAt(p, off)
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	m.writes++
	fits := len(p)
	if m.limit > 0 {
		fits = max(0, min(fits, m.limit-int(off)))
	}
	if end := int(off) + fits; end > len(m.b) {
		m.b = append(m.b, make([]byte, end-len(m.b))...)
	}
	copy(m.b[off:], p[:fits])
	if fits < len(p) {
		return fits, m.err
	}
	return fits, nil
}

func newWriter(t testing.TB, f io.WriterAt, rate int) *wav.Writer {
	t.Helper()
	w, err := wav.NewWriter(f, rate)
	require.NoError(t, err)
	return w
}
