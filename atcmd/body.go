package atcmd

import (
	"bytes"
	"time"
)

const (
	// textLimit is how long a quoted text that is not closed waits for more.
	textLimit = time.Second

	// bodyLimit is how long a header waits for its PDU.
	bodyLimit = 2 * time.Second

	// leastPDU is the least number of hex digits that are taken for a PDU whose
	// length differs from the header's. It is more than those of an ICCID.
	leastPDU = 24
)

// header is a PDUBody URC whose PDU has not come yet.
type header struct {
	h      *handler
	name   string
	line   string
	octets int // of the PDU as the header says, or -1
	until  instant
}

// holdHeader keeps a header until its PDU comes. One of the same name that
// still waits has lost its PDU: it is delivered without, so that the program knows
// that there was a message.
func (o *owner) holdHeader(h *handler, line string) {
	name, args := Parse(line)
	hd := header{h: h, name: name, line: line, octets: -1, until: o.c.clock.after(bodyLimit)}
	if len(args) > 0 {
		if n, ok := args[len(args)-1].Int(); ok {
			hd.octets = n
		}
	}
	for i := range o.headers {
		if o.headers[i].name == name {
			o.endHeader(i, "")
			break
		}
	}
	o.headers = append(o.headers, hd)
}

// endHeader delivers a header with its body.
func (o *owner) endHeader(i int, body string) {
	hd := o.headers[i]
	o.headers = append(o.headers[:i], o.headers[i+1:]...)
	o.enqueue(hd.h, URC{Line: hd.line, Body: body})
}

// bodyLine takes a line if it is the PDU that a header waits for. Anything else
// in between is none of its business: modems put URCs between a header and its
// PDU, and the answer to a command too.
func (o *owner) bodyLine(line []byte) bool {
	if !isHex(line) {
		return false
	}
	for i := range o.headers {
		if o.headers[i].fits(line) {
			o.endHeader(i, string(line))
			return true
		}
	}
	// Some modems give a wrong length. While stored messages are read the line
	// is more likely one of them.
	if len(line) < leastPDU || len(line)%2 != 0 || o.cur.name == "+CMGR" || o.cur.name == "+CMGL" {
		return false
	}
	o.endHeader(0, string(line))
	return true
}

// fits tells whether a PDU has the length that its header gives. The length does
// not count the service centre's address, which begins with its own length; a
// cell broadcast has none (3GPP TS 27.005, 3.1 and 9.4.1 of TS 23.041).
func (hd *header) fits(line []byte) bool {
	if hd.name == "+CBM" {
		return len(line) == 2*hd.octets
	}
	if len(line) < 2 {
		return false
	}
	sca := int(hexDigit(line[0]))<<4 | int(hexDigit(line[1]))
	return len(line) == 2*(1+sca+hd.octets)
}

// hexDigit returns the value of a hex digit.
func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// expireHeaders delivers the headers whose PDU did not come in time.
func (o *owner) expireHeaders(now instant) {
	for i := 0; i < len(o.headers); {
		if o.headers[i].until.due(now) {
			o.endHeader(i, "")
		} else {
			i++
		}
	}
}

// giveUpText ends a quoted text that nothing follows. If a command waits, and
// its final result got into the text, the text ends before that.
func (o *owner) giveUpText() {
	o.textUntil = 0
	text := o.split.giveUpText()
	if o.phase == phaseIdle {
		o.line(text)
		return
	}
	text, rest := cutAtFinal(text, o.cur.dial)
	o.line(text)
	for line := range bytes.FieldsFuncSeq(rest, isLineEnd) {
		o.line(line)
	}
}

// cutAtFinal splits a text before the first of its lines that is a final
// result.
func cutAtFinal(text []byte, dial bool) (before, rest []byte) {
	at := 0
	for line := range bytes.FieldsFuncSeq(text, isLineEnd) {
		at += bytes.Index(text[at:], line)
		if readFinal(trimBytes(line), dial).is {
			return bytes.TrimRight(text[:at], "\r\n"), text[at:]
		}
		at += len(line)
	}
	return text, nil
}

func isLineEnd(r rune) bool { return r == '\r' || r == '\n' }
