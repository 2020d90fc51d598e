package printing

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Forms returns the spellings in which a secret may show, by name: as it is, as
// a modem or a PDU spells it, and as fmt's verbs for numbers do. The plus of a
// number is left out, as most of them have it elsewhere. Letters of hexadecimal
// are in upper case.
func Forms(secret string) map[string]string {
	s := strings.TrimPrefix(secret, "+")
	list := fmt.Sprintf("%d", []byte(s))
	return map[string]string{
		"plain":        s,
		"semi-octets":  SemiOctets(s),
		"UCS2 hex":     UCS2(s),
		"packed 7-bit": Packed(s),
		"ASCII hex":    fmt.Sprintf("%X", s),
		"spaced hex":   fmt.Sprintf("% X", s),
		"bytes":        list[1 : len(list)-1],
	}
}

// SemiOctets swaps the digits of each pair, as addresses in a PDU have them (3GPP
// TS 23.040, 9.1.2.3). An odd number of digits is filled up with F.
func SemiOctets(digits string) string {
	if len(digits)%2 != 0 {
		digits += "F"
	}
	b := []byte(digits)
	for i := 0; i < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}

// UCS2 returns a text as AT+CSCS="UCS2" shows it: four digits of hexadecimal for
// each unit of UTF-16 (3GPP TS 27.005, 3.1).
func UCS2(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// Packed returns the septets of an ASCII text, packed into octets (3GPP TS 23.038,
// 6.1.2.1), in hexadecimal. An octet at the end that is not full is left out: what
// follows a secret would share it.
func Packed(s string) string {
	var out []byte
	var acc, bits uint
	for i := range len(s) {
		acc |= uint(s[i]) << bits
		for bits += 7; bits >= 8; bits -= 8 {
			out = append(out, byte(acc))
			acc >>= 8
		}
	}
	return strings.ToUpper(hex.EncodeToString(out))
}
