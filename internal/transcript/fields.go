package transcript

import "bytes"

// What follows masks bytes in place: how many there are never changes.

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f' }

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// all tells whether b is not empty, and all of it is of a kind.
func all(b []byte, kind func(byte) bool) bool {
	for _, c := range b {
		if !kind(c) {
			return false
		}
	}
	return len(b) > 0
}

// runs gives f each stretch of b that is of a kind.
func runs(b []byte, kind func(byte) bool, f func(run []byte)) {
	start := 0
	for i, c := range b {
		if !kind(c) {
			if i > start {
				f(b[start:i])
			}
			start = i + 1
		}
	}
	if start < len(b) {
		f(b[start:])
	}
}

// fill sets each byte of b of a kind to one value.
func fill(b []byte, kind func(byte) bool, c byte) {
	for i := range b {
		if kind(b[i]) {
			b[i] = c
		}
	}
}

// blank masks all that b says: a number in decimal or hexadecimal becomes zeros, all
// else x.
func blank(b []byte) {
	core := bytes.TrimPrefix(bytes.TrimSpace(b), []byte("+"))
	if all(core, isHex) {
		fill(core, isHex, '0')
		return
	}
	fill(b, isContent, 'x')
}

// isContent tells whether a byte is something else than the end of a line or body.
func isContent(c byte) bool { return c != '\r' && c != '\n' && c != ctrlZ && c != escape }

// zeros masks all numbers in b, hexadecimal ones too.
func zeros(b []byte) {
	runs(b, func(c byte) bool { return isDigit(c) || isLetter(c) }, func(token []byte) {
		if all(token, isHex) {
			fill(token, isHex, '0')
		}
	})
	fill(b, isDigit, '0')
}

// keys masks digits that are pressed. What is no key stays: * and #, which programs
// wait for, and the separators.
func keys(b []byte) {
	runs(b, func(c byte) bool { return isDigit(c) || isLetter(c) }, func(token []byte) {
		switch {
		case all(token, isDigit):
			fill(token, isDigit, '1')
		case len(token) == 1:
			token[0] = 'A'
		default:
			blank(token)
		}
	})
}

// Lengths from which a run of digits, or one of hexadecimal, is not kept.
const (
	longDigits = 6
	longHex    = 8
)

// general masks what is long enough to be about somebody: numbers, and identities and
// messages in hexadecimal. Words stay.
func (n *Numbers) general(b []byte, longest int) {
	runs(b, func(c byte) bool { return isDigit(c) || isLetter(c) }, func(token []byte) {
		switch {
		case all(token, isDigit):
			if len(token) >= longest {
				n.mask(token)
			}
		case len(token) >= longHex && all(token, isHex) && bytes.ContainsAny(token, "0123456789"):
			fill(token, isHex, '0')
		default:
			runs(token, isDigit, func(run []byte) {
				if len(run) >= longest {
					fill(run, isDigit, '0')
				}
			})
		}
	})
}

// policy is how the fields of an answer or a command are masked.
type policy struct {
	long     int  // the length from which digits without quotes are masked
	personal bool // words without quotes are texts
	place    bool // hexadecimal of three digits is masked
	status   bool // of hexadecimal in quotes the last four digits stay
}

// fields masks what is between commas.
func (n *Numbers) fields(b []byte, p policy) {
	start, quoted := 0, false
	for i, c := range b {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			n.field(b[start:i], p)
			start = i + 1
		}
	}
	n.field(b[start:], p)
}

func (n *Numbers) field(b []byte, p policy) {
	b = bytes.TrimSpace(b)
	first, last := bytes.IndexByte(b, '"'), bytes.LastIndexByte(b, '"')
	switch {
	case first >= 0 && first < last && len(bytes.Trim(b[:first], ":=( ")) == 0 && len(bytes.Trim(b[last+1:], ") ")) == 0 &&
		bytes.IndexByte(b[first+1:last], '"') < 0:
		n.quoted(b[first+1:last], p)
	case first >= 0: // quotes within quotes, or none at the end
		fill(b, func(c byte) bool { return c != '"' && isContent(c) }, 'x')
	default:
		n.unquoted(b, p)
	}
}

// quoted masks what stands in quotes: nothing is known of it but a few words.
func (n *Numbers) quoted(b []byte, p policy) {
	switch {
	case keywords[string(b)], date.Match(b), len(b) == 0:
	case p.status && len(b) >= 4 && all(b, isHex):
		fill(b[:len(b)-4], isHex, '0')
	case number.Match(b):
		n.telephone(b)
	case all(b, isHex) && len(b) >= 3:
		fill(b, isHex, '0')
	default:
		fill(b, isContent, 'x')
	}
}

// telephone masks the digits of a number or of a service code. One or two digits are
// no number.
func (n *Numbers) telephone(b []byte) {
	runs(b, isDigit, func(run []byte) {
		if len(run) >= 3 || len(run) < len(b) {
			n.mask(run)
		}
	})
}

func (n *Numbers) unquoted(b []byte, p policy) {
	core := bytes.TrimLeft(b, ":=( ")
	switch {
	case len(core) > 1 && core[0] == '+' && all(core[1:], isDigit):
		n.mask(core[1:])
	case p.place && len(core) >= 3 && all(core, isHex):
		fill(core, isHex, '0')
	case p.personal && !all(core, isDigit) && !keywords[string(core)] && bytes.ContainsFunc(core, isText):
		fill(core, isContent, 'x')
	default:
		n.general(b, p.long)
	}
}

// isText tells whether a character is one of a word.
func isText(r rune) bool { return r > 0x7F || r < 0x80 && isLetter(byte(r)) }
