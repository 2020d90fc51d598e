package voice

import (
	"errors"
	"fmt"
	"os"

	"github.com/callstack-go/callstack/internal/wav"
)

// ErrBadWAV is what a file that cannot be played is, for errors.Is: empty, not a
// WAV, or not 16-bit mono PCM. The error's text tells which, and what to do.
var ErrBadWAV = errors.New("voice: unusable WAV file")

// File returns a source that plays the WAV file at path: 16-bit mono PCM at the
// rate of the call. The file is opened when the playing begins.
func File(path string) Source { return &file{path: path} }

type file struct {
	path string
	r    *wav.Reader
}

func (s *file) Open(f Format) error {
	r, err := openWAV(s.path)
	if err != nil {
		return err
	}
	if rate := r.Info().Rate; rate != f.Rate {
		r.Close()
		return fmt.Errorf("%s: %w", s.path, &RateError{Have: rate, Want: f.Rate})
	}
	s.r = r
	return nil
}

func (s *file) Read(dst []int16) (int, error) { return s.r.Read(dst) }

func (s *file) Close() error { return s.r.Close() }

// CheckFile reports whether the WAV file at path can be played in a call of
// some rate that this package knows, and returns its format. A program calls
// it at its start to find a missing or unusable prompt before a caller does.
func CheckFile(path string) (Format, error) {
	r, err := openWAV(path)
	if err != nil {
		return Format{}, err
	}
	defer r.Close()
	f := Format{Rate: r.Info().Rate}
	switch {
	case !f.valid():
		return f, fmt.Errorf("%w: %s: %d Hz; convert it to 8000 or 16000 Hz", ErrBadWAV, path, f.Rate)
	case r.Info().Samples == 0:
		return f, fmt.Errorf("%w: %s: it holds no audio", ErrBadWAV, path)
	}
	return f, nil
}

func openWAV(path string) (*wav.Reader, error) {
	r, err := wav.OpenFile(path)
	if _, bad := errors.AsType[*wav.FormatError](err); bad {
		return nil, fmt.Errorf("%w: %w", ErrBadWAV, err)
	}
	if err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	return r, nil
}

// wavSink writes a new WAV file.
type wavSink struct {
	f *os.File
	w *wav.Writer // nil until the rate is known
}

func createWAV(path string) (*wavSink, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	return &wavSink{f: f}, nil
}

func (s *wavSink) begin(f Format) (err error) {
	s.w, err = wav.NewWriter(s.f, f.Rate)
	return err
}

func (s *wavSink) write(pcm []int16) error {
	_, err := s.w.WriteSamples(pcm)
	return err
}

// close completes the file. One to which no audio came is a WAV all the same.
func (s *wavSink) close() error {
	if s.w == nil {
		if err := s.begin(Format{Rate: 8000}); err != nil {
			return errors.Join(err, s.f.Close())
		}
	}
	return errors.Join(s.w.Close(), s.f.Close())
}
