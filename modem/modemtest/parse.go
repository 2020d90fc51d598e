package modemtest

import (
	"strconv"
	"strings"
)

// op is the form of a command: AT+X, AT+X?, AT+X=? or AT+X=....
type op int

const (
	opExec op = iota
	opRead
	opTest
	opSet
)

// command is one command of a command line.
type command struct {
	name string // in upper case: "+CLIP", "E", "&F", "S0", "D"
	op   op
	args []arg  // of the set form; of a basic command its number, if any
	text string // what follows D, as written
}

// arg is one parameter. A parameter that is left out has no text and no quotes.
type arg struct {
	text   string
	quoted bool
}

// given reports whether the parameter was not left out.
func (a arg) given() bool { return a.quoted || a.text != "" }

// number returns the parameter as a number within lo to hi.
func (a arg) number(lo, hi int) (int, bool) {
	n, err := strconv.Atoi(a.text)
	return n, err == nil && !a.quoted && n >= lo && n <= hi
}

// commandBody returns what follows "AT" in a line, and whether there is such a
// prefix. What stands before it is ignored (V.250, 5.2.1).
func commandBody(line string) (string, bool) {
	for i := range len(line) - 1 {
		if s := line[i : i+2]; s == "AT" || s == "at" {
			return line[i+2:], true
		}
	}
	return "", false
}

// nextCommand takes the first command off the body of a line (V.250, 5.2.4 and
// 5.4). It reports false for what is no command.
func nextCommand(body string) (c command, rest string, ok bool) {
	switch first := body[0]; {
	case strings.IndexByte("+$^*#%", first) >= 0:
		return extended(body)
	case first == 'D' || first == 'd':
		return command{name: "D", text: body[1:]}, "", true
	case first == 'S' || first == 's':
		return register(body)
	case first == '&' && len(body) > 1 && isLetter(body[1]):
		return basic(body, 2)
	case isLetter(first):
		return basic(body, 1)
	}
	return command{}, "", false
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// basic parses a letter, with "&" before it or not, and an optional number
// (V.250, 5.3.1).
func basic(body string, name int) (c command, rest string, ok bool) {
	digits := body[name:]
	n := 0
	for n < len(digits) && isDigit(digits[n]) {
		n++
	}
	c = command{name: strings.ToUpper(body[:name]), args: []arg{{text: digits[:n]}}}
	rest = digits[n:]
	if strings.HasPrefix(rest, "?") {
		c.op = opRead
		rest = rest[1:]
	}
	return c, rest, true
}

// register parses ATSn=v and ATSn? (V.250, 5.3.2).
func register(body string) (c command, rest string, ok bool) {
	n := 1
	for n < len(body) && isDigit(body[n]) {
		n++
	}
	c = command{name: "S" + body[1:n], op: opRead}
	rest = body[n:]
	if strings.HasPrefix(rest, "?") {
		return c, rest[1:], n > 1
	}
	value, ok := strings.CutPrefix(rest, "=")
	v := 0
	for v < len(value) && isDigit(value[v]) {
		v++
	}
	c.op, c.args = opSet, []arg{{text: value[:v]}}
	return c, value[v:], ok && n > 1
}

// extended parses AT+X and its like (V.250, 5.4). It ends at the next ";".
func extended(body string) (c command, rest string, ok bool) {
	n := 1
	for n < len(body) && (isLetter(body[n]) || isDigit(body[n])) {
		n++
	}
	tail := body[n:]
	end := outsideQuotes(tail, ';')
	if end < len(tail) {
		rest = tail[end+1:]
	}
	tail = strings.TrimRight(tail[:end], " ")
	c = command{name: strings.ToUpper(body[:n])}
	switch {
	case tail == "":
		c.op = opExec
	case tail == "?":
		c.op = opRead
	case tail == "=?":
		c.op = opTest
	case tail[0] == '=':
		c.op = opSet
		c.args, ok = arguments(tail[1:])
		return c, rest, ok && n > 1
	default:
		return c, rest, false
	}
	return c, rest, n > 1
}

// arguments splits at the commas outside quotes. It reports false where a
// quote does not close or stands within a value.
func arguments(s string) ([]arg, bool) {
	var args []arg
	for {
		end := outsideQuotes(s, ',')
		text := strings.TrimSpace(s[:end])
		a := arg{text: text}
		if strings.HasPrefix(text, `"`) {
			if len(text) < 2 || text[len(text)-1] != '"' {
				return nil, false
			}
			a = arg{text: text[1 : len(text)-1], quoted: true}
		}
		if strings.Contains(a.text, `"`) {
			return nil, false
		}
		args = append(args, a)
		if end == len(s) {
			return args, true
		}
		s = s[end+1:]
	}
}

// outsideQuotes returns the index of the first c that is not within quotes, or
// len(s).
func outsideQuotes(s string, c byte) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == c && !quoted:
			return i
		}
	}
	return len(s)
}
