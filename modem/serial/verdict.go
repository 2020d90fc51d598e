package serial

import (
	"bytes"
	"strings"
)

// Verdict is who is at the other end of a port, as far as AT tells. A higher one
// says more.
type Verdict int

// The verdicts.
const (
	// Silent means that nothing came at all: no modem, one that is off, another port
	// of it, or a rate that it does not take.
	Silent Verdict = iota
	// Noise means bytes that are no text: most often the wrong rate.
	Noise
	// Talks means text, but no answer to AT, such as an echo of it.
	Talks
	// Positions means a port for GPS.
	Positions
	// Diagnostic means frames of the chip maker's diagnostic protocol.
	Diagnostic
	// DataMode means PPP: the modem was left in a data connection on this port. It
	// ends with +++ between two pauses of a second, or when DTR drops.
	DataMode
	// Answers means that a modem answers AT.
	Answers
)

var verdicts = [...]string{"silent", "noise", "talks", "positions", "diagnostic", "data_mode", "answers"}

// String returns the verdict's name.
func (v Verdict) String() string {
	if v < 0 || int(v) >= len(verdicts) {
		return "unknown"
	}
	return verdicts[v]
}

// Remedy tells a user what to do about a verdict, in words; empty for [Answers].
func (v Verdict) Remedy() string {
	switch v {
	case Answers:
		return ""
	case Silent:
		return "check that the modem is on and that this is its port for commands"
	case Noise:
		return "set Baud to the modem's rate; if it is right, this is another port of the modem"
	case Talks:
		return "try the modem's other ports"
	case Positions:
		return "this is the port for GPS: use the one for commands, often two further"
	case Diagnostic:
		return "this is the port for diagnostics: use the one for commands, often two further"
	case DataMode:
		return "end the data connection (pppd, ModemManager), or restart the modem"
	}
	return ""
}

// judge tells from what came who is there.
func judge(came []byte) Verdict {
	switch {
	case hasFinal(came):
		return Answers
	case len(bytes.Trim(came, "\x00\xff")) == 0:
		if len(came) > 0 {
			return Noise
		}
		return Silent
	case hasPPP(came):
		return DataMode
	case hasFrame(came):
		return Diagnostic
	case isMostlyBinary(came):
		return Noise
	case hasNMEA(came):
		return Positions
	}
	return Talks
}

// hasFinal looks for a line that ends the answer to a command (ITU-T V.250, 5.7.1;
// 3GPP TS 27.007, 9.1).
func hasFinal(came []byte) bool {
	for _, l := range lines(came) {
		text := strings.TrimSpace(string(l))
		switch {
		case text == "OK", text == "ERROR", strings.HasPrefix(text, "+CME ERROR:"):
			return true
		}
	}
	return false
}

// hasPPP looks for the start of a PPP frame: flag, address and control, the last
// escaped or not (RFC 1662, 3.1 and 4.2), or LCP's protocol field without them (RFC
// 1661, 6.6).
func hasPPP(came []byte) bool {
	for _, start := range []string{"\x7e\xff\x03", "\x7e\xff\x7d\x23", "\x7e\xc0\x21"} {
		if bytes.Contains(came, []byte(start)) {
			return true
		}
	}
	return false
}

// hasFrame looks for a frame whose check sequence is right, as those of Qualcomm's
// diagnostic protocol and of PPP are (RFC 1662, 3.1, 4.2 and C.2). Noise has one by
// chance once in 65,536 frames.
func hasFrame(came []byte) bool {
	const flag, shortest, good = 0x7e, 3, 0xf0b8
	for frame := range bytes.SplitSeq(came, []byte{flag}) {
		if data := unescape(frame); len(data) >= shortest && fcs(data) == good {
			return true
		}
	}
	return false
}

// unescape undoes the escaping of a frame (RFC 1662, 4.2).
func unescape(frame []byte) []byte {
	const escape, flip = 0x7d, 0x20
	var out []byte
	for i := 0; i < len(frame); i++ {
		c := frame[i]
		if c == escape && i+1 < len(frame) {
			i++
			c = frame[i] ^ flip
		}
		out = append(out, c)
	}
	return out
}

// fcs computes the 16-bit check sequence of a frame (RFC 1662, C.2).
func fcs(data []byte) uint16 {
	const polynomial = 0x8408
	sum := uint16(0xffff)
	for _, c := range data {
		sum ^= uint16(c)
		for range 8 {
			odd := sum&1 == 1
			sum >>= 1
			if odd {
				sum ^= polynomial
			}
		}
	}
	return sum
}

// isMostlyBinary tells whether more than half of what came is no text.
func isMostlyBinary(came []byte) bool {
	return share(came, func(b byte) bool { return (b < ' ' || b > '~') && b != '\r' && b != '\n' && b != '\t' }) > 0.5
}

// share returns which part of data a predicate holds for.
func share(data []byte, is func(byte) bool) float64 {
	n := 0
	for _, b := range data {
		if is(b) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(data)))
}

// hasNMEA looks for a sentence of NMEA 0183.
func hasNMEA(came []byte) bool {
	for _, l := range lines(came) {
		if len(l) > 6 && l[0] == '$' && bytes.IndexByte(l, ',') == 6 && bytes.IndexByte(l, '*') > 6 {
			return true
		}
	}
	return false
}

// parseIMEI finds the answer to AT+CGSN: a line of digits, which some modems put a
// name or quotes around.
func parseIMEI(came []byte) (imei string, ok bool) {
	for _, l := range lines(came) {
		text := strings.TrimSpace(string(l))
		for _, prefix := range []string{"+CGSN:", "IMEI:"} {
			text = strings.TrimSpace(strings.TrimPrefix(text, prefix))
		}
		if text = strings.Trim(text, `"`); isIMEI(text) {
			return text, true
		}
	}
	return "", false
}

// isIMEI tells whether a text has the form of an IMEI, with its check digit, without
// it, or with a software version instead (3GPP TS 23.003, 6.2).
func isIMEI(s string) bool {
	return len(s) >= 14 && len(s) <= 16 && strings.Trim(s, "0123456789") == ""
}

// sameIMEI compares what does not depend on the form.
func sameIMEI(a, b string) bool { return isIMEI(a) && isIMEI(b) && a[:14] == b[:14] }
