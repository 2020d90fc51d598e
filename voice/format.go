package voice

import (
	"fmt"
	"math"
	"time"
)

// frameDuration is the length of a frame: what a line hands over and takes at
// a time, and the packet time of telephony (ITU-T G.114 reckons with it).
const frameDuration = 20 * time.Millisecond

const (
	framesPerSecond = int(time.Second / frameDuration)
	maxRate         = 16000
	maxFrame        = maxRate / framesPerSecond
)

// Format is how the samples of a call are to be read: linear 16-bit signed
// PCM, one channel, so that only the rate is left to say.
type Format struct {
	// Rate is in samples per second: 8000 (narrowband) or 16000 (wideband).
	Rate int
}

// String returns the rate with its unit, such as "8000 Hz".
func (f Format) String() string { return fmt.Sprintf("%d Hz", f.Rate) }

// Frame returns the number of samples in a frame of 20 ms.
func (f Format) Frame() int { return f.Rate / framesPerSecond }

// Samples returns how many samples last d, rounded down; none if d is negative.
// Where int has 32 bits it is at most 1<<31 - 1, which is 37 h at 16 kHz.
func (f Format) Samples(d time.Duration) int {
	if d <= 0 {
		return 0
	}
	// In two parts, so that no d makes it overflow.
	rate := int64(f.Rate)
	n := int64(d/time.Second)*rate + int64(d%time.Second)*rate/int64(time.Second)
	return int(min(n, math.MaxInt))
}

// Duration returns how long n samples last.
func (f Format) Duration(n int) time.Duration {
	if f.Rate == 0 {
		return 0
	}
	rate, samples, second := int64(f.Rate), int64(n), int64(time.Second)
	return time.Duration(samples/rate*second + samples%rate*second/rate)
}

func (f Format) valid() bool { return f.Rate == 8000 || f.Rate == maxRate }

// RateError says that audio of one rate was to be played into a call of
// another. Nothing is resampled silently.
type RateError struct {
	Have int // of the audio, in samples per second
	Want int // of the call
}

// Error names both rates and the remedy.
func (e *RateError) Error() string {
	return fmt.Sprintf("voice: audio is at %d Hz, the call at %d Hz: convert it to %d Hz first", e.Have, e.Want, e.Want)
}
