package voice_test

import (
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// power returns how strong one frequency is in pcm, by the Goertzel algorithm,
// as the amplitude of its sine.
func power(pcm []int16, rate int, hz float64) float64 {
	coeff := 2 * math.Cos(2*math.Pi*hz/float64(rate))
	var s1, s2 float64
	for _, v := range pcm {
		s1, s2 = float64(v)+coeff*s1-s2, s1
	}
	return 2 * math.Sqrt(s1*s1+s2*s2-coeff*s1*s2) / float64(len(pcm))
}

func TestTone(t *testing.T) {
	const peak = 0.35 * math.MaxInt16
	tests := map[string]struct {
		hz    []float64
		level float64 // of each
	}{
		"one":       {[]float64{1000}, peak},
		"a key's":   {[]float64{770, 1336}, peak / 2},
		"three":     {[]float64{400, 900, 1500}, peak / 3},
		"no tone":   {nil, 0},
		"very deep": {[]float64{50}, peak},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			pcm := readAll(t, voice.Tone(time.Second, tt.hz...))
			require.Len(t, pcm, 8000)
			for _, s := range pcm {
				require.LessOrEqual(t, math.Abs(float64(s)), peak+1)
			}
			for _, hz := range tt.hz {
				assert.InDelta(t, tt.level, power(pcm, 8000, hz), 0.02*peak, "%v Hz", hz)
			}
			assert.Less(t, power(pcm, 8000, 2200), 0.02*peak, "nothing else")
		})
	}
}

func TestToneBeginsAndEndsSoftly(t *testing.T) {
	pcm := readAll(t, voice.Beep())
	require.Len(t, pcm, 3200, "400 ms")
	assert.Zero(t, pcm[0])
	assert.Zero(t, pcm[len(pcm)-1])
	peak := func(pcm []int16) (m float64) {
		for _, s := range pcm {
			m = max(m, math.Abs(float64(s)))
		}
		return m
	}
	assert.Less(t, peak(pcm[:8]), peak(pcm[8:32]))
	assert.Less(t, peak(pcm[8:32]), peak(pcm[40:80]))
	assert.Less(t, peak(pcm[3192:]), peak(pcm[3160:3192]))
	assert.Len(t, readAll(t, voice.Tone(time.Millisecond, 1000)), 8, "shorter than its ramps")
}

func TestToneAdaptsToTheCall(t *testing.T) {
	beep := voice.Beep()
	require.NoError(t, beep.Open(voice.Format{Rate: 16000}))
	pcm := make([]int16, 6401)
	n, err := beep.Read(pcm)
	assert.Equal(t, 6400, n)
	assert.Equal(t, io.EOF, err)
	assert.InDelta(t, 0.35*math.MaxInt16, power(pcm[:n], 16000, 1000), 400)
}
