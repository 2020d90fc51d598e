package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxChunks bounds the walk: a file of nothing but empty chunks would otherwise
// keep it busy for as long as the file is.
const maxChunks = 1000

// chunkHeader is the length of a chunk's id and size.
const chunkHeader = 8

// layout is what the walk over a file finds.
type layout struct {
	rate      int
	dataAt    int64 // offset of the first sample
	dataBytes int64 // even; what is there, not what the header says
	believed  bool  // the data chunk's own size tells the truth
}

// chunk is one chunk's header. Its size is as the file gives it: it may be any
// number.
type chunk struct {
	id   string
	size int64
	at   int64 // offset of what it holds
}

// end returns where the chunk ends by its own size, without the byte that pads
// an odd one.
func (c chunk) end() int64 { return c.at + c.size }

// pad returns how many bytes pad the chunk to an even length.
func (c chunk) pad() int64 { return c.size & 1 }

// findLayout walks the chunks of a file of size bytes up to its samples.
func findLayout(r io.ReaderAt, size int64) (layout, error) {
	if err := checkRIFF(r, size); err != nil {
		return layout{}, err
	}
	var l layout
	at := int64(12)
	for range maxChunks {
		if at >= size {
			return l, l.missing()
		}
		if size-at < chunkHeader {
			return l, refuse(ErrTruncated, "")
		}
		c, err := readChunk(r, at)
		if err != nil {
			return l, err
		}
		switch {
		case c.id == "data" && l.rate == 0:
			return l, refuse(ErrNoFormat, "")
		case c.id == "data":
			return l, l.measure(r, size, c)
		case c.end() > size: // whatever was to follow is lost
			return l, refuse(ErrTruncated, "")
		case c.id == "fmt " && l.rate == 0:
			if l.rate, err = readFormat(r, c); err != nil {
				return l, err
			}
		}
		if at, err = following(r, size, c); err != nil {
			return l, err
		}
	}
	return l, l.missing()
}

// missing says which chunk the walk did not find.
func (l *layout) missing() error {
	if l.rate == 0 {
		return refuse(ErrNoFormat, "")
	}
	return refuse(ErrNoData, "")
}

// checkRIFF tells a file that is no WAV from one that ends too early.
func checkRIFF(r io.ReaderAt, size int64) error {
	if size <= 0 {
		return refuse(ErrEmpty, "")
	}
	var head [12]byte
	b := head[:min(size, int64(len(head)))]
	if err := readAt(r, b, 0); err != nil {
		return err
	}
	const riff, wave = "RIFF", "WAVE"
	if n := min(len(b), len(riff)); string(b[:n]) != riff[:n] {
		return refuse(ErrNotWAV, "")
	}
	if len(b) < len(head) {
		return refuse(ErrTruncated, "")
	}
	if string(b[8:]) != wave {
		return refuse(ErrNotWAV, "")
	}
	return nil
}

func readFormat(r io.ReaderAt, c chunk) (rate int, err error) {
	var buf [fmtExtensibleLength]byte
	b := buf[:min(c.size, fmtExtensibleLength)]
	if err := readAt(r, b, c.at); err != nil {
		return 0, err
	}
	return parseFormat(b)
}

// following returns where the chunk after c begins. An odd chunk is padded with
// a byte, but there are writers that forget it; the ids that matter are looked
// for on both sides of it.
func following(r io.ReaderAt, size int64, c chunk) (int64, error) {
	if c.pad() == 0 || size-c.end() < chunkHeader {
		return c.end() + c.pad(), nil
	}
	unpadded, err := readChunk(r, c.end())
	if err != nil {
		return 0, err
	}
	if unpadded.id == "fmt " || unpadded.id == "data" {
		return c.end(), nil
	}
	return c.end() + 1, nil
}

// measure sets where the samples are and how many bytes of them. The size that
// the data chunk gives is believed if the file ends there or goes on with other
// chunks. If it is beyond the end of the file, the file was cut off or streamed;
// if samples follow it, the recorder died before it corrected its header. In
// both cases everything up to the end is sound.
func (l *layout) measure(r io.ReaderAt, size int64, data chunk) error {
	n := size - data.at
	if data.size <= n {
		ends, err := endsAsChunks(r, size, data)
		if err != nil {
			return err
		}
		if ends {
			n, l.believed = data.size, true
		}
	}
	l.dataAt, l.dataBytes = data.at, n&^1 // half a sample is none
	if l.dataBytes > maxDataBytes {
		return refuse(ErrTooLong, "")
	}
	return nil
}

// endsAsChunks reports whether what follows the data chunk is nothing, or a
// chain of chunks that ends where the file does. Samples practically never look
// like that.
func endsAsChunks(r io.ReaderAt, size int64, data chunk) (bool, error) {
	ok, err := chainEnds(r, size, data.end()+data.pad())
	if err == nil && !ok && data.pad() > 0 {
		ok, err = chainEnds(r, size, data.end())
	}
	return ok, err
}

func chainEnds(r io.ReaderAt, size, at int64) (bool, error) {
	for range maxChunks {
		if size-at <= 1 { // one byte is padding that was not asked for
			return true, nil
		}
		if size-at < chunkHeader {
			return false, nil
		}
		c, err := readChunk(r, at)
		if err != nil || !printable(c.id) {
			return false, err
		}
		if c.end() > size {
			return commonAfterData[c.id], nil // the file was cut off within it
		}
		at = c.end() + c.pad()
	}
	return false, nil
}

// commonAfterData holds the chunks that programs put behind the samples. They
// are known even if the file ends within them.
var commonAfterData = map[string]bool{
	"LIST": true, "id3 ": true, "ID3 ": true, "bext": true, "iXML": true, "_PMX": true,
	"cue ": true, "smpl": true, "inst": true, "fact": true, "PEAK": true, "JUNK": true,
}

// printable tells ids from samples of silence, which would make a fine chain of
// empty chunks.
func printable(id string) bool {
	for i := range len(id) {
		if id[i] < ' ' || id[i] > '~' {
			return false
		}
	}
	return true
}

func readChunk(r io.ReaderAt, at int64) (chunk, error) {
	var b [chunkHeader]byte
	if err := readAt(r, b[:], at); err != nil {
		return chunk{}, err
	}
	return chunk{id: string(b[:4]), size: int64(binary.LittleEndian.Uint32(b[4:])), at: at + chunkHeader}, nil
}

// readAt fills b. That the file is shorter than its stated size is the only end
// of file that it can meet.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	switch {
	case n == len(b):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return refuse(ErrTruncated, "")
	default:
		return fmt.Errorf("wav: read header: %w", err)
	}
}
