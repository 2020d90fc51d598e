package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	gowav "github.com/youpy/go-wav"
)

// Reader reads the samples of one file.
type Reader struct {
	info Info
	pcm  io.Reader // little-endian samples, from go-wav
	left int64     // samples not yet read
	err  error     // what ended reading before its time; it stays
	file *os.File  // nil unless Reader opened it
	buf  [640]byte // one frame of 20 ms at 16 kHz
}

// Open checks the header of a WAV file of size bytes and returns a Reader of its
// samples. A file that is no WAV of 16-bit mono PCM is refused with a
// [*FormatError]; another error is one of reading. The Reader reads from r as
// long as it is used. What r gains after Open is not seen.
func Open(r io.ReaderAt, size int64) (*Reader, error) {
	l, err := findLayout(r, size)
	if err != nil {
		return nil, err
	}
	samples := l.dataBytes / bytesPerSample
	return &Reader{
		info: Info{Rate: l.rate, Samples: samples},
		pcm:  throughGoWAV(r, l),
		left: samples,
	}, nil
}

// OpenFile opens a file by its name, as [Open] does. Its errors name the file:
// they are a [*FormatError] with Path set, or those of package os. The caller
// must call [Reader.Close].
func OpenFile(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("wav: %w", err)
	}
	r, err := openStat(f)
	if err != nil {
		f.Close()
		if bad, ok := errors.AsType[*FormatError](err); ok {
			bad.Path = path
		}
		return nil, err
	}
	r.file = f
	return r, nil
}

func openStat(f *os.File) (*Reader, error) {
	stat, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("wav: %w", err)
	}
	return Open(f, stat.Size())
}

// Info returns the rate, and the number of samples that the file had when it
// was opened.
func (r *Reader) Info() Info { return r.info }

// Read fills dst with the next samples and returns how many it read. That is
// less than len(dst) only before the end or an error. At the end it returns 0
// and io.EOF. If the file became shorter since it was opened, the error is
// io.ErrUnexpectedEOF. After an error, every Read returns it.
func (r *Reader) Read(dst []int16) (int, error) {
	n := 0
	for n < len(dst) && r.left > 0 && r.err == nil {
		want := min(int64(len(dst)-n), r.left, int64(len(r.buf)/bytesPerSample))
		got := r.fill(r.buf[:want*bytesPerSample])
		for i := range got {
			dst[n+i] = int16(binary.LittleEndian.Uint16(r.buf[i*bytesPerSample:]))
		}
		n += got
		r.left -= int64(got)
	}
	switch {
	case r.err != nil:
		return n, r.err
	case n == 0 && len(dst) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// fill reads samples into b and returns how many it got whole. If that is not
// all of them it sets r.err.
func (r *Reader) fill(b []byte) int {
	n, err := io.ReadFull(r.pcm, b)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		r.err = fmt.Errorf("wav: read samples: %w", err)
	}
	return n / bytesPerSample
}

// Close closes the file if [OpenFile] opened it, and does nothing otherwise.
// Closing twice is a no-op.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	return f.Close()
}

// throughGoWAV returns go-wav's reader over a file that it can take. Its Read is
// used and not its ReadSamples, which allocates 16 bytes for each sample.
func throughGoWAV(file io.ReaderAt, l layout) io.Reader {
	return gowav.NewReader(newCleanFile(file, l))
}

// newCleanFile returns a file with a canonical header, made from what the walk
// over the real one found, and its samples.
func newCleanFile(file io.ReaderAt, l layout) *io.SectionReader {
	clean := &cleanFile{data: io.NewSectionReader(file, l.dataAt, l.dataBytes)}
	putCanonical(clean.header[:], l.rate, l.dataBytes)
	return io.NewSectionReader(clean, 0, canonicalLength+l.dataBytes)
}

// cleanFile is a header in memory followed by the samples of a file.
type cleanFile struct {
	header [canonicalLength]byte
	data   *io.SectionReader
}

// ReadAt implements io.ReaderAt.
func (c *cleanFile) ReadAt(p []byte, off int64) (int, error) {
	if off >= canonicalLength {
		return c.data.ReadAt(p, off-canonicalLength)
	}
	n := copy(p, c.header[off:])
	if n == len(p) {
		return n, nil // go-riff panics on any error here, and there is none
	}
	m, err := c.data.ReadAt(p[n:], 0)
	return n + m, err
}
