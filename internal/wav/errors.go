package wav

import (
	"errors"
	"slices"
	"strings"
)

// Why a file is refused. They come wrapped in a [*FormatError], which says what
// was found, so test for them with errors.Is.
var (
	// ErrEmpty means that the file has no bytes at all.
	ErrEmpty = errors.New("file is empty")

	// ErrNotWAV means that the file does not begin as a RIFF file of type WAVE.
	ErrNotWAV = errors.New("not a WAV file")

	// ErrTruncated means that the file ends within its header.
	ErrTruncated = errors.New("header is cut off")

	// ErrNoFormat means that there is no fmt chunk before the samples, so
	// nobody can tell what they are.
	ErrNoFormat = errors.New("no fmt chunk before the audio")

	// ErrNoData means that there is no data chunk.
	ErrNoData = errors.New("no data chunk")

	// ErrEncoding means that the samples are not plain integers (PCM) but
	// compressed or floating point.
	ErrEncoding = errors.New("not PCM")

	// ErrChannels means that there is not exactly one channel.
	ErrChannels = errors.New("not mono")

	// ErrSampleSize means that samples do not have 16 bits.
	ErrSampleSize = errors.New("not 16-bit")

	// ErrBlockAlign means that the header contradicts itself: a mono sample of
	// 16 bits takes two bytes, and it says otherwise.
	ErrBlockAlign = errors.New("block align is wrong")

	// ErrRate means a sample rate that is zero or does not fit in the header.
	ErrRate = errors.New("sample rate is out of range")

	// ErrTooLong means more samples than the header's 32-bit sizes can tell.
	ErrTooLong = errors.New("longer than 4 GiB")
)

// ErrClosed is returned by methods of a [Writer] that was closed.
var ErrClosed = errors.New("wav: writer closed")

// FormatError tells why a file was refused.
type FormatError struct {
	Path  string // the file, where it was opened by name
	Err   error  // one of the sentinels of this package
	Found string // what was found instead, such as "2 channels", or empty
}

// Error names the file, the reason and, where converting the file helps, to what.
func (e *FormatError) Error() string {
	var b strings.Builder
	b.WriteString("wav: ")
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Err.Error())
	if e.Found != "" {
		b.WriteString(" (" + e.Found + ")")
	}
	if slices.Contains([]error{ErrNotWAV, ErrEncoding, ErrChannels, ErrSampleSize}, e.Err) {
		b.WriteString("; convert it to a WAV of 16-bit mono PCM")
	}
	return b.String()
}

// Unwrap returns the sentinel.
func (e *FormatError) Unwrap() error { return e.Err }

// refuse makes the error for what [Open] does not take.
func refuse(why error, found string) error { return &FormatError{Err: why, Found: found} }
