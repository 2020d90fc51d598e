package wav

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Info is what a file holds.
type Info struct {
	Rate    int   // samples per second, above zero
	Samples int64 // samples that are really there, whatever the header says
}

// Duration returns how long the samples last, rounded down to the nanosecond.
func (i Info) Duration() time.Duration {
	// No overflow: a file has less than 2^31 samples, and a second has less
	// than 2^30 nanoseconds.
	return time.Duration(i.Samples) * time.Second / time.Duration(i.Rate)
}

// FileLength returns the length of the file that a [Writer] makes of it, in bytes.
func (i Info) FileLength() int64 { return canonicalLength + i.Samples*bytesPerSample }

// Lengths of a fmt chunk: the fields that all encodings share, and the whole of
// WAVEFORMATEXTENSIBLE. In between is WAVEFORMATEX with 18 bytes, whose two more
// say how many follow and mean nothing for PCM.
const (
	fmtLength           = 16
	fmtExtensibleLength = 40
)

// Format tags, as Microsoft registers them (mmreg.h, RFC 2361).
const (
	tagPCM        = 0x0001
	tagExtensible = 0xFFFE
)

// encodings names the tags of files that people try to use as prompts.
var encodings = map[uint16]string{
	0x0002:        "Microsoft ADPCM",
	0x0003:        "IEEE float",
	0x0006:        "A-law",
	0x0007:        "mu-law",
	0x0011:        "IMA ADPCM",
	0x0031:        "GSM 06.10",
	0x0040:        "G.721 ADPCM",
	0x0050:        "MPEG",
	0x0055:        "MP3",
	tagExtensible: "extensible, of an unknown kind",
}

// subformatTail is what follows the tag in the SubFormat GUID of an extensible
// header: {0000xxxx-0000-0010-8000-00AA00389B71}. Another tail means that the
// first two bytes are no tag.
const subformatTail = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71"

// parseFormat returns the sample rate that a fmt chunk gives, or says why its
// samples are not 16-bit mono PCM. The chunk's bytes-per-second field is not
// looked at: it follows from the rest, and writers get it wrong.
func parseFormat(b []byte) (rate int, err error) {
	if len(b) < fmtLength {
		return 0, refuse(ErrTruncated, fmt.Sprintf("fmt chunk of %d bytes", len(b)))
	}
	tag := formatTag(b)
	channels := binary.LittleEndian.Uint16(b[2:])
	perSecond := binary.LittleEndian.Uint32(b[4:])
	align := binary.LittleEndian.Uint16(b[12:])
	bits := binary.LittleEndian.Uint16(b[14:])
	switch {
	case tag != tagPCM:
		return 0, refuse(ErrEncoding, encodingName(tag))
	case channels == 2:
		return 0, refuse(ErrChannels, "2 channels, stereo")
	case channels != 1:
		return 0, refuse(ErrChannels, fmt.Sprintf("%d channels", channels))
	case bits != 16:
		return 0, refuse(ErrSampleSize, fmt.Sprintf("%d bits", bits))
	case align != bytesPerSample:
		return 0, refuse(ErrBlockAlign, fmt.Sprintf("%d bytes for one 16-bit sample", align))
	case perSecond == 0 || perSecond > maxRate:
		return 0, refuse(ErrRate, fmt.Sprintf("%d Hz", perSecond))
	}
	return int(perSecond), nil
}

// formatTag returns the tag of a fmt chunk, looked up behind the extensible tag
// where that is used. tagExtensible means that there is no tag behind it.
func formatTag(b []byte) uint16 {
	tag := binary.LittleEndian.Uint16(b)
	if tag == tagExtensible && len(b) >= fmtExtensibleLength && string(b[26:fmtExtensibleLength]) == subformatTail {
		return binary.LittleEndian.Uint16(b[24:])
	}
	return tag
}

func encodingName(tag uint16) string {
	if name, ok := encodings[tag]; ok {
		return fmt.Sprintf("%s, format 0x%04X", name, tag)
	}
	return fmt.Sprintf("format 0x%04X", tag)
}

const (
	bytesPerSample = 2

	// maxRate is the highest rate whose bytes per second fit in the header,
	// and in an int of 32 bits.
	maxRate = 1<<30 - 1

	// canonicalLength is the length of the header that consists of RIFF, a fmt
	// chunk of 16 bytes and the beginning of a data chunk, and nothing else.
	canonicalLength = 44

	// maxDataBytes keeps every offset that go-wav computes within its 32 bits.
	maxDataBytes = (1<<32 - 1 - canonicalLength) &^ 1
)

// putCanonical fills b, of canonicalLength bytes, with the header of a file
// that holds dataBytes bytes of samples, an even number up to maxDataBytes.
func putCanonical(b []byte, rate int, dataBytes int64) {
	le := binary.LittleEndian
	copy(b, "RIFF")
	le.PutUint32(b[4:], uint32(canonicalLength-8+dataBytes))
	copy(b[8:], "WAVEfmt ")
	le.PutUint32(b[16:], fmtLength)
	le.PutUint16(b[20:], tagPCM)
	le.PutUint16(b[22:], 1)
	le.PutUint32(b[24:], uint32(rate))
	le.PutUint32(b[28:], uint32(rate*bytesPerSample))
	le.PutUint16(b[32:], bytesPerSample)
	le.PutUint16(b[34:], 8*bytesPerSample)
	copy(b[36:], "data")
	le.PutUint32(b[40:], uint32(dataBytes))
}
