package transcript

import (
	"bytes"
	"strings"
	"time"
)

// asked is what the lines without a name are that answer the present command.
type asked uint8

const (
	askedNothing asked = iota
	askedWords         // the maker's words
)

// dialogue is what is known of a dialogue, to tell what a line is.
type dialogue struct {
	numbers *Numbers
	asked   asked
	last    []byte    // the command that was written last, as it was, for its echo
	body    bool      // a message is due
	text    bool      // within a text over several lines
	textAt  time.Time // when its last line came
}

// textGap is how long nothing comes when a text over several lines has ended.
const textGap = time.Second

// received masks a line of the modem's, in place.
func (d *dialogue) received(line []byte, at time.Time) {
	if d.text {
		if at.Sub(d.textAt) < textGap {
			d.inText(line, at)
			return
		}
		d.text = false
	}
	trimmed := bytes.Trim(line, " \t\x00")
	switch s := string(trimmed); {
	case len(trimmed) == 0, d.keeps(s):
	case len(d.last) > 0 && bytes.Equal(trimmed, bytes.TrimSpace(d.last)):
		command(trimmed, d.numbers)
	case strings.HasPrefix(s, "> "): // a body's echo behind its prompt
		d.bare(trimmed[2:])
	case strings.HasPrefix(s, "MISSED_CALL"):
		d.numbers.general(trimmed, 3)
	case named.Match(trimmed):
		d.answer(trimmed, at)
	case strings.HasPrefix(s, "$G"): // a receiver's position
		fill(trimmed, isDigit, '0')
	case isCommand(trimmed) && !d.body:
		command(trimmed, d.numbers)
	default:
		d.bare(trimmed)
	}
}

// keeps tells whether a line says nothing of anybody, and takes note of results.
func (d *dialogue) keeps(s string) bool {
	if finals[s] || connectRate.MatchString(s) {
		d.asked, d.body = askedNothing, false
		return true
	}
	return plain[s] || voiceEnd.MatchString(s)
}

// bare masks a line without a name.
func (d *dialogue) bare(line []byte) {
	switch {
	case d.body:
		d.body = !all(line, isHex) // a PDU is one line; a text may be more
		blank(line)
	case d.asked == askedWords:
		d.numbers.general(line, longDigits)
	default:
		blank(line)
	}
}

// answer masks a line with a name.
func (d *dialogue) answer(line []byte, at time.Time) {
	colon := bytes.IndexByte(line, ':')
	name, rest := letters(line[:colon]), line[colon+1:]
	switch {
	case name == "CME ERROR", name == "CMS ERROR":
		d.asked, d.body = askedNothing, false
		d.numbers.general(rest, longDigits)
		return
	case strings.Contains(name, "USD"):
		if d.text = ussd(rest); d.text {
			d.textAt = at
		}
		return
	case strings.Contains(name, "TONEDET"):
		tone(rest)
		return
	}
	d.body = d.body || bodies[name]
	d.numbers.argument(name, rest)
}

// argument masks what follows the name of an answer or a command.
func (n *Numbers) argument(name string, rest []byte) {
	switch {
	case isKeys(name):
		keys(rest)
	case identities[name]:
		zeros(rest)
	case strings.Contains(name, "PIN") && name != "CPINR" || strings.Contains(name, "PWD"):
		secret(rest)
	case strings.Contains(name, "GPS"), strings.Contains(name, "GNS"), strings.Contains(name, "LBS"), strings.HasSuffix(name, "LOC"):
		fill(rest, isDigit, '0')
	case progress[name], name == "CLCK":
		n.fields(rest, policy{long: 4})
	default:
		n.fields(rest, policy{
			long: longDigits, personal: personal[name], place: places[name],
			status: name == "CSIM" && !bytes.HasPrefix(rest, []byte("=")),
		})
	}
}

// isKeys tells whether a name is of keys that were pressed or are to be, and not of
// how they are found.
func isKeys(name string) bool {
	return strings.Contains(name, "VTS") || strings.Contains(name, "DTMF") && !strings.HasSuffix(name, "CFG")
}

// secret masks what may be a code, and leaves single digits, which are counts, and
// the words of a state.
func secret(b []byte) {
	runs(b, func(c byte) bool { return c != ',' && c != '"' && c != '=' && c != ':' }, func(field []byte) {
		core := bytes.TrimSpace(field)
		switch {
		case keywords[string(core)], len(core) < 3:
		case all(core, isDigit):
			fill(core, isDigit, '0')
		case bytes.ContainsAny(core, "0123456789"):
			blank(core)
		}
	})
}

// tone masks a key that is given by the decimal number of its character, or as it is.
// Both forms keep their meaning.
func tone(b []byte) {
	runs(b, isDigit, func(run []byte) {
		switch s := string(run); {
		case len(run) == 1:
			run[0] = '1'
		case s == "35" || s == "42": // # and *
		case len(run) == 2 && s >= "48" && s <= "57":
			copy(run, "49")
		case len(run) == 2 && s >= "65" && s <= "68":
			copy(run, "65")
		default:
			fill(run, isDigit, '0')
		}
	})
}

// ussd masks the text of a service code's session, which is all behind the first
// comma but the number at its end. It tells whether the text goes on in the next
// line.
func ussd(b []byte) (open bool) {
	_, rest, ok := bytes.Cut(b, []byte{','})
	if !ok {
		if core := bytes.TrimLeft(b, ":= "); len(core) > 2 { // one digit is what is to be done
			blankText(core)
		}
		return false
	}
	first, last := bytes.IndexByte(rest, '"'), bytes.LastIndexByte(rest, '"')
	switch {
	case first < 0:
		blankText(rest)
	case first < last && isTail(rest[last+1:]):
		blankText(rest[:first])
		blankText(rest[first+1 : last])
	default:
		blankText(rest[:first])
		blankText(rest[first+1:])
		return true
	}
	return false
}

// blankText masks a text. Of a service code the stars and hashes stay.
func blankText(b []byte) {
	if number.Match(bytes.TrimSpace(b)) {
		fill(b, isDigit, '0')
		return
	}
	if len(bytes.TrimSpace(b)) > 0 {
		blank(b)
	}
}

// isTail tells whether b is the end of a text's line behind its last quote: nothing,
// or the number of its alphabet.
func isTail(b []byte) bool {
	b = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(b), []byte(",")))
	return len(b) == 0 || len(b) <= 3 && all(b, isDigit)
}

// inText masks a line of a text over several lines.
func (d *dialogue) inText(line []byte, at time.Time) {
	d.textAt = at
	if q := bytes.LastIndexByte(line, '"'); q >= 0 && isTail(line[q+1:]) {
		d.text = false
		blankText(line[:q])
		return
	}
	blankText(line)
}

// letters are the capital letters of a name, without its sign, with the space in
// "CME ERROR".
func letters(name []byte) string {
	var b strings.Builder
	for _, c := range bytes.ToUpper(bytes.TrimSpace(name)) {
		if isLetter(c) || c == ' ' {
			b.WriteByte(c)
		}
	}
	return b.String()
}
