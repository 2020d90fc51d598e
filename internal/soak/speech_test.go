//go:build linux

package soak_test

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	hz = 8000

	// headerLength is that of a WAV file which is fmt and data chunk and no more.
	headerLength = 44

	// onset is as much of a speech as it is known by.
	onset = hz / 50
)

// speech returns d of noise, loud all the time and like no other seed's.
func speech(seed uint64, d time.Duration) []int16 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]int16, int(d*hz/time.Second))
	for i := range out {
		out[i] = int16(1000 + r.IntN(8000))
		if r.IntN(2) == 0 {
			out[i] = -out[i]
		}
	}
	return out
}

// heard returns how much of a speech is in a recording, from its beginning and
// without a gap.
func heard(recording, speech []int16) time.Duration {
	n := 0
	for at := range len(recording) - onset {
		if n = same(recording[at:], speech); n >= onset {
			break
		}
	}
	return time.Duration(n) * time.Second / hz
}

// same returns how many samples two begin with alike.
func same(a, b []int16) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// recorded reads the samples of a message by itself, as a second opinion on what the
// library writes.
func recorded(t *testing.T, path string) []int16 {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Greater(t, len(raw), headerLength)
	require.Equal(t, "data", string(raw[headerLength-8:headerLength-4]))
	require.EqualValues(t, len(raw)-headerLength, binary.LittleEndian.Uint32(raw[headerLength-4:]))
	out := make([]int16, (len(raw)-headerLength)/2)
	for i := range out {
		out[i] = int16(binary.LittleEndian.Uint16(raw[headerLength+2*i:]))
	}
	return out
}

func TestHeard(t *testing.T) {
	said, other := speech(1, time.Second), speech(2, time.Second)
	pause := make([]int16, 1234)
	holed := append(append([]int16{}, said[:4000]...), said[4001:]...)
	tests := map[string]struct {
		recording []int16
		want      time.Duration
	}{
		"nothing":          {nil, 0},
		"all":              {append(append([]int16{}, pause...), said...), time.Second},
		"all and more":     {append(append([]int16{}, said...), pause...), time.Second},
		"cut off":          {append(append([]int16{}, pause...), said[:2000]...), 250 * time.Millisecond},
		"a sample missing": {holed, 500 * time.Millisecond},
		"without the head": {said[1:], 0},
		"another":          {other, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, heard(tt.recording, said).Truncate(time.Millisecond))
		})
	}
}
