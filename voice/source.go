package voice

import (
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// Source is audio to be played. It is opened when the call's audio is there
// and its format known, and read on the goroutine of its Play (or of its
// Playback), a little ahead of what is heard; it may take its time, but not more
// than what it yields lasts; its Play cannot return before a Read has. A source that implements [io.Closer] is closed
// when its playing ends, if it was opened. The sources of this package can be
// played again, one play at a time.
type Source interface {
	// Open prepares the source to be read from its beginning in format f. A
	// generator adapts to f; recorded audio of another rate returns a
	// *RateError.
	Open(f Format) error

	// Read fills dst with samples and returns how many. io.EOF ends the
	// source; it may come together with the last samples.
	Read(dst []int16) (int, error)
}

// PCM returns a source that plays samples taken at rate, in samples per
// second. The slice is kept, not copied.
func PCM(rate int, samples []int16) Source { return &pcm{rate: rate, all: samples} }

type pcm struct {
	rate      int
	all, left []int16
}

func (p *pcm) Open(f Format) error {
	if p.rate != f.Rate {
		return &RateError{Have: p.rate, Want: f.Rate}
	}
	p.left = p.all
	return nil
}

func (p *pcm) Read(dst []int16) (int, error) {
	n := copy(dst, p.left)
	p.left = p.left[n:]
	if len(p.left) == 0 {
		return n, io.EOF
	}
	return n, nil
}

// Raw returns a source that reads 16-bit little-endian mono samples without a
// header from r, taken at rate. An odd byte at the end is dropped. As r cannot
// be rewound, it plays once. r stays the caller's to close.
func Raw(r io.Reader, rate int) Source { return &raw{r: r, rate: rate} }

type raw struct {
	r    io.Reader
	rate int
	buf  []byte
}

func (r *raw) Open(f Format) error {
	if r.rate != f.Rate {
		return &RateError{Have: r.rate, Want: f.Rate}
	}
	return nil
}

func (r *raw) Read(dst []int16) (int, error) {
	want := 2 * len(dst)
	if len(r.buf) < want {
		r.buf = make([]byte, want)
	}
	n, err := readFull(r.r.Read, r.buf[:want])
	for i := range n / 2 {
		dst[i] = int16(binary.LittleEndian.Uint16(r.buf[2*i:]))
	}
	return n / 2, err
}

// Silence returns a source that is silent for d.
func Silence(d time.Duration) Source { return &silence{d: d} }

type silence struct {
	d    time.Duration
	left int
}

func (s *silence) Open(f Format) error {
	s.left = f.Samples(s.d)
	return nil
}

func (s *silence) Read(dst []int16) (int, error) {
	n := min(len(dst), s.left)
	clear(dst[:n])
	s.left -= n
	if s.left == 0 {
		return n, io.EOF
	}
	return n, nil
}

func closeSource(s Source) error {
	if closer, ok := s.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// maxIdleReads is how often in a row a reader may yield nothing before it has
// failed, as in package bufio.
const maxIdleReads = 100

// errBadCount tells of a source, or reader, that breaks its contract.
var errBadCount = errors.New("voice: a source said that it read less than nothing, or more than was asked for")

// readFull fills dst by read, unless that ends before. Unlike io.ReadFull it
// leaves io.ErrUnexpectedEOF to the reader: from a broken download it is a
// fault, where an end is none.
func readFull[T any](read func([]T) (int, error), dst []T) (n int, err error) {
	for idle := 0; n < len(dst) && err == nil; idle++ {
		var m int
		m, err = read(dst[n:])
		if m < 0 || m > len(dst)-n {
			return n, errBadCount
		}
		n += m
		if m > 0 {
			idle = 0
		} else if err == nil && idle == maxIdleReads {
			err = io.ErrNoProgress
		}
	}
	return n, err
}
