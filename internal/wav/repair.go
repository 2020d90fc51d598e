package wav

import (
	"encoding/binary"
	"fmt"
	"io"
)

// ReadWriterAt is a file that [Repair] can mend, such as an *os.File opened for
// reading and writing.
type ReadWriterAt interface {
	io.ReaderAt
	io.WriterAt
}

// Repair corrects the sizes in the header of a file of size bytes whose writer
// did not get to it, so that every other program finds all the samples too. It
// returns what the file holds. A file that is right is not written to, and no
// sample is ever changed. Errors are those of [Open], and those of writing; what
// was half corrected can be repaired again. Repair does not sync.
func Repair(f ReadWriterAt, size int64) (Info, error) {
	l, err := findLayout(f, size)
	if err != nil {
		return Info{}, err
	}
	end := l.dataAt + l.dataBytes
	if l.believed {
		end = size // other chunks may follow the samples
	} else if err := putSize(f, l.dataAt-4, l.dataBytes); err != nil {
		return Info{}, err
	}
	if err := repairRIFF(f, l, end); err != nil {
		return Info{}, err
	}
	return Info{Rate: l.rate, Samples: l.dataBytes / bytesPerSample}, nil
}

// repairRIFF sets the size of the file as a whole, unless what it says is
// possible: from the end of the samples to end.
func repairRIFF(f ReadWriterAt, l layout, end int64) error {
	var b [4]byte
	if err := readAt(f, b[:], 4); err != nil {
		return err
	}
	said := chunkHeader + int64(binary.LittleEndian.Uint32(b[:]))
	if said >= l.dataAt+l.dataBytes && said <= end {
		return nil
	}
	return putSize(f, 4, end-chunkHeader)
}

func putSize(f io.WriterAt, at, size int64) error {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], uint32(min(size, 1<<32-1)))
	if _, err := f.WriteAt(b[:], at); err != nil {
		return fmt.Errorf("wav: repair header: %w", err)
	}
	return nil
}
