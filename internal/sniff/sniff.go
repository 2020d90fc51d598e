// Package sniff tells from bytes that came from a port what sends them, where that is
// no modem that listens to AT commands: a data connection, a diagnostic port, a port
// for positions, or something at another rate. It looks, and sends nothing.
package sniff

import (
	"bytes"
	"slices"
)

// HasPPP looks for the start of a PPP frame: flag, address and control, the last
// escaped or not (RFC 1662, 3.1 and 4.2), or LCP's protocol field without them (RFC
// 1661, 6.6).
func HasPPP(came []byte) bool {
	for _, start := range []string{"\x7e\xff\x03", "\x7e\xff\x7d\x23", "\x7e\xc0\x21"} {
		if bytes.Contains(came, []byte(start)) {
			return true
		}
	}
	return false
}

// HasFrame looks for a frame whose check sequence is right, as those of Qualcomm's
// diagnostic protocol and of PPP are (RFC 1662, 3.1, 4.2 and C.2). Noise has one by
// chance once in 65,536 frames.
func HasFrame(came []byte) bool {
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

// IsMostlyBinary tells whether more than half of what came is no text.
func IsMostlyBinary(came []byte) bool {
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

// HasNMEA looks for a sentence of NMEA 0183.
func HasNMEA(came []byte) bool {
	for _, l := range Lines(came) {
		if len(l) > 6 && l[0] == '$' && bytes.IndexByte(l, ',') == 6 && bytes.IndexByte(l, '*') > 6 {
			return true
		}
	}
	return false
}

// Lines splits what came into lines without the empty ones.
func Lines(data []byte) [][]byte {
	return slices.DeleteFunc(bytes.FieldsFunc(data, func(r rune) bool { return r == '\r' || r == '\n' || r == 0 }),
		func(l []byte) bool { return len(bytes.TrimSpace(l)) == 0 })
}
