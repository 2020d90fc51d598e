package atcmd

import (
	"strconv"
	"strings"
)

// Arg is one parameter of a line.
type Arg struct {
	// Text is the parameter without its quotes. A list in parentheses, such as
	// "(0-2)", is one parameter, parentheses and quotes included.
	Text string

	// Quoted tells that it stood in quotes.
	Quoted bool
}

// Int returns the parameter as a decimal number. Leading zeros are allowed,
// and quotes do not matter.
func (a Arg) Int() (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(a.Text))
	return n, err == nil
}

// Parse takes a line such as `+CLCC: 1,1,4,0,0,"+12025550100",145` apart into
// its name, which is all before the first colon, and its parameters. A line
// without a colon is all name. Parse never fails: it makes the best of missing
// spaces, missing parameters, quotes that are not closed, and quotes within a
// quoted text.
func Parse(line string) (name string, args []Arg) {
	name, rest, _ := strings.Cut(line, ":")
	name, rest = trim(name), trim(rest)
	if rest == "" {
		return name, nil
	}
	args = make([]Arg, 0, 1+strings.Count(rest, ","))
	for more := true; more; {
		var arg Arg
		arg, rest, more = nextArg(rest)
		args = append(args, arg)
	}
	return name, args
}

func trim(s string) string { return strings.Trim(s, " \t") }

// nextArg splits the first parameter off s. More tells that a comma followed
// it, so that another one does, even if it is empty.
func nextArg(s string) (arg Arg, rest string, more bool) {
	s = strings.TrimLeft(s, " \t")
	switch {
	case strings.HasPrefix(s, `"`):
		return quotedArg(s[1:])
	case strings.HasPrefix(s, "("):
		if end := groupEnd(s); end > 0 {
			_, rest, more = strings.Cut(s[end:], ",")
			return Arg{Text: s[:end]}, rest, more
		}
	}
	text, rest, more := strings.Cut(s, ",")
	// `+12025550100",145`: the opening quote is missing.
	return Arg{Text: strings.TrimRight(text, "\" \t")}, rest, more
}

// quotedArg reads on after an opening quote. The closing quote is the first one
// that stands before a comma or the end: there are texts with quotes in them,
// and no modem escapes them.
func quotedArg(s string) (arg Arg, rest string, more bool) {
	for i := range len(s) {
		if s[i] != '"' {
			continue
		}
		after := strings.TrimLeft(s[i+1:], " \t")
		switch {
		case after == "":
			return Arg{Text: s[:i], Quoted: true}, "", false
		case after[0] == ',':
			return Arg{Text: s[:i], Quoted: true}, after[1:], true
		case i > 0 && s[i-1] == ',' && isHex(s[:i-1]):
			// `"0B,"0100701",7`: the closing quote of a hex value is missing.
			return Arg{Text: s[:i-1], Quoted: true}, s[i:], true
		}
	}
	return Arg{Text: s, Quoted: true}, "", false
}

// groupEnd returns the length of the list in parentheses that s begins with, or
// 0 if it is not closed, or closed by something that goes on.
func groupEnd(s string) int {
	depth, quoted := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		if depth == 0 {
			after := trim(s[i+1:])
			if after != "" && after[0] != ',' {
				return 0
			}
			return i + 1
		}
	}
	return 0
}

// isHex tells whether s is hex digits, at least one.
func isHex[T string | []byte](s T) bool {
	for i := range len(s) {
		c := s[i] | 0x20 // letters in lower case, digits as they are
		if (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) > 0
}
