package modemtest

import (
	"fmt"
	"io"
	"strings"
)

// mask hides the middle of a phone number: of n digits the first
// min(3, max(0, n-8)) and the last min(4, max(0, n-4)) stay, a leading "+" is
// kept, and what is not a digit is dropped.
func mask(number string) string {
	if number == "" {
		return ""
	}
	plus := ""
	if strings.HasPrefix(number, "+") {
		plus = "+"
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	n := len(digits)
	first := min(3, max(0, n-8))
	last := min(4, max(0, n-4))
	return plus + digits[:first] + "****" + digits[n-last:]
}

// writeMasked is the body of every Format method: whatever the verb, the
// masked text is all there is to see.
func writeMasked(f fmt.State, masked string) { _, _ = io.WriteString(f, masked) }
