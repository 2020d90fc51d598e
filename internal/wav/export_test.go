package wav

import "io"

// What tests have to know of the format's limits.
const (
	MaxDataBytes = maxDataBytes
	MaxChunks    = maxChunks
	MaxRate      = maxRate
)

// Skip makes w believe that n bytes of samples are in the file already, so that
// the end of the range is near without 4 GiB of them.
func (w *Writer) Skip(n int64) { w.written = n }

// CleanFile returns what go-wav gets to see of a file, with the samples at an
// offset of it.
func CleanFile(file io.ReaderAt, rate int, dataAt, dataBytes int64) *io.SectionReader {
	return newCleanFile(file, layout{rate: rate, dataAt: dataAt, dataBytes: dataBytes})
}
