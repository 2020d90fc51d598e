package atcmd

import "bytes"

// isOpen tells whether a line has a quoted text that goes on in the next one:
// an opening quote, and at the end no closing one, with or without a number
// after it (3GPP TS 27.007, 7.15: +CUSD: <m>,<str>,<dcs>). Quotes in the middle
// say nothing, as no modem escapes them.
func isOpen(line []byte) bool {
	first := bytes.IndexByte(line, '"')
	if first < 0 {
		return false
	}
	line = bytes.TrimRight(line, " \t")
	if number := bytes.TrimRight(line, "0123456789"); bytes.HasSuffix(bytes.TrimRight(number, " \t"), comma) {
		line = bytes.TrimRight(bytes.TrimRight(number, " \t")[:bytes.LastIndexByte(number, ',')], " \t")
	}
	return len(line)-1 == first || line[len(line)-1] != '"'
}

var comma = []byte{','}

// keepOpen makes the line that next returned last the beginning of a quoted
// text. End is the byte that ended it.
func (s *splitter) keepOpen(line []byte, end byte) {
	s.buf = append(append(s.buf[:0], line...), end)
	s.used, s.text = false, true
}

// nextText adds to the quoted text until it is closed at the end of a line. All
// bytes are kept but NUL.
func (s *splitter) nextText(p []byte) (t token, line []byte, n int) {
	for i, c := range p {
		atEnd := c == '\r' || c == '\n'
		full := len(s.buf) >= maxLine
		if full || atEnd && !isOpen(s.buf) {
			s.text, s.used = false, true
			s.skip = !atEnd // the rest of a line that is too long
			return tokenText, bytes.TrimRight(s.buf, "\r\n"), i + 1
		}
		if c != 0 {
			s.buf = append(s.buf, c)
		}
	}
	return tokenNone, nil, len(p)
}

// giveUpText ends a quoted text that was never closed and returns what there
// is of it.
func (s *splitter) giveUpText() []byte {
	s.text, s.used = false, true
	return bytes.TrimRight(s.buf, "\r\n")
}
