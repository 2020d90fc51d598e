package voice_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/voice"
)

func TestFormat(t *testing.T) {
	wide := voice.Format{Rate: 16000}
	assert.Equal(t, "8000 Hz", narrow.String())
	assert.Equal(t, 160, narrow.Frame())
	assert.Equal(t, 320, wide.Frame())
	tests := map[string]struct {
		f    voice.Format
		d    time.Duration
		want int
	}{
		"second":        {narrow, time.Second, 8000},
		"second, wide":  {wide, time.Second, 16000},
		"one sample":    {narrow, 125 * time.Microsecond, 1},
		"not quite one": {narrow, 125*time.Microsecond - 1, 0},
		"an odd time":   {wide, 1234567891, 19753},
		"nothing":       {narrow, 0, 0},
		"negative":      {narrow, -time.Hour, 0},
		"no rate":       {voice.Format{}, time.Hour, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, tt.f.Samples(tt.d)) })
	}
	assert.Equal(t, time.Minute, narrow.Duration(480000))
	assert.Equal(t, 125*time.Microsecond, narrow.Duration(1))
	assert.Zero(t, voice.Format{}.Duration(480000))
}

func TestFormatDoesNotOverflow(t *testing.T) {
	year := 365 * 24 * time.Hour
	want := int64(year/time.Second) * 16000
	if want > math.MaxInt {
		want = math.MaxInt // of 32 bits
	} else {
		assert.Equal(t, year, voice.Format{Rate: 16000}.Duration(int(want)))
	}
	assert.EqualValues(t, want, voice.Format{Rate: 16000}.Samples(year))
	assert.Positive(t, voice.Format{Rate: 16000}.Samples(math.MaxInt64))
}

// FuzzFormat holds that samples and durations agree.
func FuzzFormat(f *testing.F) {
	f.Add(8000, int64(time.Second))
	f.Add(16000, int64(math.MaxInt64))
	f.Add(44100, int64(-1))
	f.Fuzz(func(t *testing.T, rate int, d int64) {
		if rate <= 0 || rate > 1<<20 || math.MaxInt < math.MaxInt64 {
			return // no rate of audio, or lengths that saturate
		}
		format := voice.Format{Rate: rate}
		n := format.Samples(time.Duration(d))
		if d <= 0 {
			assert.Zero(t, n)
			return
		}
		back := format.Duration(n)
		assert.LessOrEqual(t, back, time.Duration(d))
		assert.LessOrEqual(t, time.Duration(d)-back, time.Second/time.Duration(rate)+1, "less than a sample is lost")
		assert.LessOrEqual(t, n-format.Samples(back), 1)
	})
}
