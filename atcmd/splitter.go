package atcmd

import "bytes"

// maxLine bounds a line, in bytes. The longest that is known, an operator
// search, has about 2 KiB.
const maxLine = 8 << 10

// token is what the splitter found.
type token uint8

const (
	tokenNone    token = iota // the bytes are used up
	tokenLine                 // a line, without its end
	tokenPrompt               // the ">" that asks for a body
	tokenText                 // a line that goes on over line ends, all of it
	tokenTooLong              // a line that was discarded
)

// splitter cuts the modem's bytes into lines. Lines end with CR or LF in any
// mix, so an empty line is nothing. The zero value is ready.
type splitter struct {
	buf  []byte // the beginning of a line
	used bool   // buf was handed out and starts anew
	text bool   // buf is a quoted text that goes on over line ends
	skip bool   // the rest of the line is discarded
}

// next returns the first token in p and how many bytes of p it took. The line
// is valid until the next call. Prompt tells that a prompt is awaited: only
// then, and only at the start of a line, is ">" one.
func (s *splitter) next(p []byte, prompt bool) (t token, line []byte, n int) {
	if s.used {
		s.buf, s.used = s.buf[:0], false
	}
	if s.text {
		return s.nextText(p)
	}
	start := 0 // of what is not yet in buf
	for i, c := range p {
		switch {
		case c >= ' ' && c < 0x7F:
			if c == '>' && prompt && i == start && len(s.buf) == 0 && !s.skip {
				return tokenPrompt, nil, i + 1
			}
		case c == '\r' || c == '\n':
			if t, line = s.end(p[start:i]); t != tokenNone {
				return t, line, i + 1
			}
			start = i + 1
		case !s.keep(c, p[start:i]):
			s.append(p[start:i])
			start = i + 1
		}
	}
	s.append(p[start:])
	return tokenNone, nil, len(p)
}

// end finishes a line whose last part is tail.
func (s *splitter) end(tail []byte) (token, []byte) {
	if s.skip {
		s.skip = false
		return tokenTooLong, nil
	}
	if len(s.buf) > 0 {
		s.append(tail)
		tail, s.used = s.buf, true
	}
	switch {
	case s.skip || len(tail) > maxLine:
		s.buf, s.used, s.skip = s.buf[:0], false, false
		return tokenTooLong, nil
	case len(tail) == 0:
		return tokenNone, nil
	}
	return tokenLine, tail
}

// append adds to the line in buf, and gives the line up if it gets too long.
func (s *splitter) append(p []byte) {
	switch {
	case s.skip:
	case len(s.buf)+len(p) > maxLine:
		s.buf, s.skip = s.buf[:0], true
	default:
		s.buf = append(s.buf, p...)
	}
}

// keep tells whether an unusual byte c belongs to the line so far. Within
// quotes everything may be text but NUL: names in Latin-1 or UTF-8, and in the
// GSM alphabet control characters too (3GPP TS 23.038, 6.2.1). Outside, control
// characters are noise, such as the echo of a Ctrl-Z; and what is beyond ASCII
// is noise where a line begins, from a port being opened or a changed rate.
func (s *splitter) keep(c byte, tail []byte) bool {
	switch {
	case c == 0:
		return false
	case c == '\t':
		return true
	case c > 0x7F:
		return len(s.buf)+len(tail) > 0
	}
	return (bytes.Count(s.buf, quote)+bytes.Count(tail, quote))%2 == 1
}

var quote = []byte{'"'}

// rest returns the beginning of a line that has not ended.
func (s *splitter) rest() []byte {
	if s.used || s.text {
		return nil
	}
	return trimBytes(s.buf)
}

// drop forgets the beginning of a line.
func (s *splitter) drop() { s.buf = s.buf[:0] }

// jump goes on behind bytes that were lost. The beginning of a line before them
// is worth nothing, nor is its end after them.
func (s *splitter) jump(cut bool) {
	s.buf, s.used, s.text, s.skip = s.buf[:0], false, false, cut
}
