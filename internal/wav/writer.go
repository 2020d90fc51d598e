package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// bufferLength is how many bytes a Writer collects before it writes them: 256 ms
// at 8 kHz. One write per frame of 20 ms would cost a system call each.
const bufferLength = 4096

// Writer writes samples to a file that grows. The file is a complete WAV after
// NewWriter and after every [Writer.Flush].
//
// A failed write loses nothing that was accepted: the samples stay in the buffer
// and go to the same place at the next try.
type Writer struct {
	f       io.WriterAt
	rate    int
	written int64  // bytes of samples that reached the file; odd only after a failed write
	buf     []byte // bytes of samples that did not yet
	header  [canonicalLength]byte
	inFile  int64 // the size in the file's header; -1 before there is one
	closed  bool
}

// NewWriter writes the header of an empty WAV at rate, in samples per second, to
// the beginning of f and returns a Writer that appends to it. f is an empty
// file, not opened for appending; an *os.File fits. It stays the caller's, to
// sync and to close; nobody else may write to it until [Writer.Close].
func NewWriter(f io.WriterAt, rate int) (*Writer, error) {
	if rate <= 0 || rate > maxRate {
		return nil, refuse(ErrRate, strconv.Itoa(rate)+" Hz")
	}
	w := &Writer{f: f, rate: rate, buf: make([]byte, 0, bufferLength), inFile: -1}
	if err := w.writeHeader(); err != nil {
		return nil, err
	}
	return w, nil
}

// Info returns the rate and the number of samples accepted so far; after Close,
// of those that reached the file.
func (w *Writer) Info() Info {
	return Info{Rate: w.rate, Samples: (w.written + int64(len(w.buf))) / bytesPerSample}
}

// WriteSamples appends src and returns how many of its samples were accepted;
// err says why that is not all of them. With [ErrTooLong] the file is full, and
// good up to there.
func (w *Writer) WriteSamples(src []int16) (n int, err error) {
	w.dropHalf()
	for n < len(src) {
		room, err := w.room(bytesPerSample)
		if err != nil {
			return n, err
		}
		part := src[n:min(len(src), n+room/bytesPerSample)]
		for _, s := range part {
			w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(s))
		}
		n += len(part)
	}
	return n, nil
}

// Write appends samples that are already little-endian bytes and returns how
// many bytes were accepted. p may begin and end within a sample. Half a sample
// at the end waits for its other half, and is dropped if that does not come.
// Write makes a Writer an io.Writer; see [Writer.WriteSamples] for errors.
func (w *Writer) Write(p []byte) (n int, err error) {
	for n < len(p) {
		room, err := w.room(1)
		if err != nil {
			return n, err
		}
		part := p[n:min(len(p), n+room)]
		w.buf = append(w.buf, part...)
		n += len(part)
	}
	return n, nil
}

// room returns how many bytes the buffer takes now, at least need of them, and
// writes it out if it has to.
func (w *Writer) room(need int) (int, error) {
	if w.closed {
		return 0, ErrClosed
	}
	if cap(w.buf)-len(w.buf) < need {
		if err := w.writeSamples(); err != nil {
			return 0, err
		}
	}
	toLimit := maxDataBytes - w.written - int64(len(w.buf))
	if toLimit < int64(need) {
		return 0, refuse(ErrTooLong, "")
	}
	return int(min(toLimit, int64(cap(w.buf)-len(w.buf)))), nil
}

// dropHalf drops half a sample that waits for its other half.
func (w *Writer) dropHalf() {
	if (w.written+int64(len(w.buf)))%bytesPerSample != 0 {
		w.buf = w.buf[:len(w.buf)-1] // it is never written, so it is here
	}
}

// Flush writes all samples accepted so far, and then the header with their
// sizes. In this order the header never promises more than there is. If the
// samples fail, the header is still set to what there is of them.
//
// It does not sync: that is for the caller, who has the file.
func (w *Writer) Flush() error {
	if w.closed {
		return ErrClosed
	}
	return errors.Join(w.writeSamples(), w.writeHeader())
}

// Close flushes and ends writing. Samples that cannot be written are given up;
// [Writer.Info] tells how many are in the file. The file is not closed. Closing
// twice is a no-op.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	err := w.Flush()
	w.closed, w.buf = true, nil // with it goes half a sample, if there is one
	return err
}

// writeSamples writes the whole samples of the buffer behind those in the file.
func (w *Writer) writeSamples() error {
	whole := (w.written+int64(len(w.buf)))&^1 - w.written
	if whole == 0 {
		return nil
	}
	n, err := w.f.WriteAt(w.buf[:whole], canonicalLength+w.written)
	if err == nil && int64(n) < whole {
		err = io.ErrShortWrite
	}
	w.written += int64(n)
	w.buf = w.buf[:copy(w.buf, w.buf[n:])]
	if err != nil {
		return fmt.Errorf("wav: write samples: %w", err)
	}
	return nil
}

// writeHeader writes the header if its sizes are not those in the file. It
// writes all of it, as one write that lies within a sector is whole or not at
// all, and two writes of one size each are not.
func (w *Writer) writeHeader() error {
	size := w.written &^ 1
	if size == w.inFile {
		return nil
	}
	putCanonical(w.header[:], w.rate, size)
	if _, err := w.f.WriteAt(w.header[:], 0); err != nil {
		return fmt.Errorf("wav: write header: %w", err)
	}
	w.inFile = size
	return nil
}
