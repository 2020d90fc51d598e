package voice

import (
	"io"
	"math"
	"time"
)

const (
	// toneLevel is the peak of a tone, all its frequencies together: -9 dB of
	// full scale, about the loudness of speech on a phone line.
	toneLevel = 0.35 * math.MaxInt16

	// toneRamp is the rise and fall at a tone's ends, against clicks.
	toneRamp = 5 * time.Millisecond
)

// Beep returns the tone after which a caller speaks: 1000 Hz for 400 ms.
func Beep() Source { return Tone(400*time.Millisecond, 1000) }

// Tone returns a source of one or more sine tones of the given frequencies in
// Hz, sounding together for d. Its peak is -9 dB of full scale, whatever the
// number of tones. The frequencies of common tones are in ITU-T E.180 and, for
// DTMF, in Q.23.
func Tone(d time.Duration, hz ...float64) Source { return &tone{d: d, hz: hz} }

type tone struct {
	d  time.Duration
	hz []float64

	rate, at, end, ramp int
}

func (t *tone) Open(f Format) error {
	t.rate, t.at, t.end = f.Rate, 0, f.Samples(t.d)
	t.ramp = min(f.Samples(toneRamp), t.end/2)
	return nil
}

func (t *tone) Read(dst []int16) (int, error) {
	n := min(len(dst), t.end-t.at)
	for i := range n {
		dst[i] = t.sample(t.at + i)
	}
	t.at += n
	if t.at == t.end {
		return n, io.EOF
	}
	return n, nil
}

func (t *tone) sample(i int) int16 {
	var sum float64
	for _, hz := range t.hz {
		sum += math.Sin(2 * math.Pi * hz * float64(i) / float64(t.rate))
	}
	level := toneLevel / float64(max(1, len(t.hz)))
	if edge := min(i, t.end-1-i); edge < t.ramp {
		level *= float64(edge) / float64(t.ramp)
	}
	return int16(math.RoundToEven(level * sum))
}
