package events

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Number is a phone number: digits with an optional leading "+", or what the
// network sent in its place, such as a name. It prints and logs masked,
// whatever the verb; string(n) and encoding/json give it in full. As those two
// see through it, log it as an attribute of its own or from a LogValue, not
// inside a slice, a map or a struct without one.
type Number string

// String returns the number masked by [Mask].
func (n Number) String() string { return Mask(string(n)) }

// GoString returns the number masked, as a quoted string.
func (n Number) GoString() string { return fmt.Sprintf("%q", Mask(string(n))) }

// Format writes the number masked, whatever the verb (fmt keeps %p and %T to
// itself; vet refuses %p for a Number).
func (n Number) Format(f fmt.State, verb rune) {
	masked := Mask(string(n))
	switch {
	case verb == 'q', verb == 'v' && f.Flag('#'):
		fmt.Fprintf(f, "%q", masked)
	default:
		fmt.Fprintf(f, fmt.FormatString(withoutSharp{f}, 's'), masked)
	}
}

// LogValue returns the number masked.
func (n Number) LogValue() slog.Value { return slog.StringValue(Mask(string(n))) }

// withoutSharp keeps width, precision and the minus flag of a fmt.State.
type withoutSharp struct{ fmt.State }

// Flag knows of the minus only: a zero or a sharp would change the text.
func (s withoutSharp) Flag(c int) bool { return c == '-' && s.State.Flag(c) }

// hidden stands for the digits that a mask leaves out.
const hidden = "****"

// longestOpenRun is the most digits in a row that a name may show.
const longestOpenRun = 4

// Mask hides the middle of a phone number. Of n digits the first
// min(3, max(0, n-8)) and the last min(4, max(0, n-4)) stay, with "****"
// between them and a leading "+" kept: "+15555550100" becomes "+155****0100",
// and four digits or fewer become "****". Spaces, hyphens, dots and parentheses
// between digits are dropped.
//
// What is no number, such as the name of a sender, stays as it is, except
// that five digits or more without a letter between them are masked by the same
// rule: they may be a number, as in "sip:5555550100@ims" or "555 555 0100 (home)".
// There the digits of all scripts count.
func Mask(s string) string {
	if digits, plus, ok := dialled(s); ok {
		return plus + maskDigits(digits)
	}
	return maskRuns(s)
}

// dialled splits s into its digits and sign if all of it is a phone number.
// The letters A to D are DTMF keys and may stand in one (3GPP TS 24.008,
// 10.5.4.7), but do not make one.
func dialled(s string) (digits, plus string, ok bool) {
	var b strings.Builder
	numeric := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			numeric = true
			b.WriteByte(c)
		case c == '*', c == '#', c >= 'A' && c <= 'D', c >= 'a' && c <= 'd':
			b.WriteByte(c)
		case c == '+' && b.Len() == 0:
			plus = "+"
		case strings.IndexByte(" -.()/", c) >= 0:
		default:
			return "", "", false
		}
	}
	return b.String(), plus, numeric
}

func maskDigits(digits string) string {
	d := []rune(digits)
	n := len(d)
	first := min(3, max(0, n-8))
	last := min(4, max(0, n-4))
	return string(d[:first]) + hidden + string(d[n-last:])
}

func maskRuns(s string) string {
	var b strings.Builder
	for {
		start := strings.IndexFunc(s, unicode.IsDigit)
		if start < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:start])
		s = s[start:]
		length, digits := firstRun(s)
		if utf8.RuneCountInString(digits) > longestOpenRun {
			b.WriteString(maskDigits(digits))
		} else {
			b.WriteString(s[:length])
		}
		s = s[length:]
	}
}

// firstRun returns the digits with which s begins, up to a letter, and how long they
// are with what stands between them.
func firstRun(s string) (length int, digits string) {
	var b strings.Builder
	for i, r := range s {
		switch {
		case unicode.IsDigit(r):
			b.WriteRune(r)
			length = i + utf8.RuneLen(r)
		case unicode.IsLetter(r):
			return length, b.String()
		}
	}
	return length, b.String()
}
