// Package wav reads and writes the only kind of audio file that the library
// knows: WAV with 16-bit mono PCM, little-endian, at any rate.
//
// # Reading
//
// [Open] walks the chunks of a file itself, trusts no size in it, and either
// knows where the samples are and how many are really there or refuses the file
// with a [*FormatError]. Only then are the samples read, through go-wav, which
// sees a header made new from what the walk found: go-wav panics on headers that
// are cut off, and believes every size. The header of a recorder that died
// (size 0, or a size from long before the end), of a stream (size 0xFFFFFFFF)
// and of a file that was cut off therefore cost no audio.
//
// # Writing
//
// [Writer] makes a file that grows. It is a complete WAV from its first byte on:
// each [Writer.Flush] appends the samples and then sets the sizes in the header.
// [Repair] sets them where the writer had no time to.
//
// # Concurrency
//
// A Reader or a Writer belongs to one goroutine at a time. Neither has a
// goroutine of its own, and neither allocates while samples go through it.
//
// # Limitations
//
// Nothing is converted: other encodings, sample sizes and channel counts are
// refused, and it is the caller who compares the rate. A file holds less than
// 4 GiB, the range of the format's sizes; RF64 is not read.
package wav
