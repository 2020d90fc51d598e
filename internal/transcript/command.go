package transcript

import (
	"bytes"
	"strings"
)

// isCommand tells whether a line is a command line: AT, and then what commands begin
// with (ITU-T V.250, 5.2.1).
func isCommand(line []byte) bool {
	return len(line) >= 2 && bytes.EqualFold(line[:2], []byte("AT")) &&
		(len(line) == 2 || !bytes.ContainsAny(line[2:3], " "))
}

// written masks a line of the host's, in place. A body is one that ends with a Ctrl-Z.
func (d *dialogue) written(line []byte, end byte) {
	trimmed := bytes.Trim(line, " \t\x00\n")
	switch {
	case end == ctrlZ:
		blank(line)
	case len(trimmed) == 0, string(trimmed) == "+++":
	case isCommand(trimmed):
		d.last = bytes.Clone(trimmed)
		d.asked = askedNothing
		if asksWords(trimmed) {
			d.asked = askedWords
		}
		d.text, d.body = false, false
		command(trimmed, d.numbers)
	default:
		blank(trimmed)
	}
}

// asksWords tells whether all commands of a line are answered by the maker's words.
func asksWords(line []byte) bool {
	words := len(line) > 2
	segments(line[2:], func(s []byte) {
		name := strings.ToUpper(string(commandName.Find(s)))
		words = words && identityWords[name]
	})
	return words
}

// segments gives f the commands of a line, what follows AT.
func segments(b []byte, f func(s []byte)) {
	start, quoted := 0, false
	for i, c := range b {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			f(b[start:i])
			start = i + 1
		}
	}
	f(b[start:])
}

// command masks a command line, in place.
func command(line []byte, n *Numbers) {
	segments(line[2:], func(s []byte) { segment(s, n) })
}

// segment masks one command of a line.
func segment(s []byte, n *Numbers) {
	if len(s) == 0 {
		return
	}
	if isLetter(s[0]) || s[0] == '&' || s[0] == '\\' {
		basic(s, n)
		return
	}
	name := commandName.Find(s)
	if name == nil {
		blank(s)
		return
	}
	rest := s[len(name):]
	switch name := letters(name); {
	case strings.Contains(name, "USD"):
		ussd(rest)
	case strings.HasSuffix(name, "CPIN"), strings.HasSuffix(name, "PUK"):
		fill(rest, isDigit, '0')
		secret(rest)
	default:
		n.argument(name, rest)
	}
}

// basic masks commands of one letter. What follows a D is dialled.
func basic(s []byte, n *Numbers) {
	d := bytes.IndexAny(s, "Dd")
	for d > 0 && s[d-1] == '&' {
		next := bytes.IndexAny(s[d+1:], "Dd")
		if next < 0 {
			d = -1
			break
		}
		d += 1 + next
	}
	head := s
	if d >= 0 {
		head = s[:d]
	}
	if !basics.Match(head) {
		blank(s)
		return
	}
	n.general(head, longDigits)
	if d < 0 {
		return
	}
	dial(s[d+1:], n)
}

// dial masks what is dialled. The letters that ask for something stay (3GPP TS 27.007,
// 6.2), those of an entry of the phonebook do not.
func dial(b []byte, n *Numbers) {
	if bytes.IndexByte(b, '"') >= 0 {
		fill(b, func(c byte) bool { return c != '"' && c != '>' && isContent(c) }, 'x')
		return
	}
	runs(b, isDigit, n.mask)
	fill(b, func(c byte) bool { return c > 0x7F || isLetter(c) && !bytes.ContainsAny([]byte{c}, "IiGgTtPpWw") }, 'x')
}

// Name is what of a command line may be told: its first command without what follows
// its name.
func Name(line string) string {
	b := []byte(strings.TrimSpace(line))
	switch {
	case len(b) == 0:
		return "an empty line"
	case b[len(b)-1] == ctrlZ:
		return "a body"
	case b[len(b)-1] == escape:
		return "ESC"
	case !isCommand(b):
		return "what is no command"
	}
	rest := b[2:]
	if len(rest) > 0 && (rest[0] == 'D' || rest[0] == 'd') {
		return "ATD"
	}
	return "AT" + strings.ToUpper(string(commandName.Find(rest)))
}

// Same tells whether two command lines are the same but for what is masked in a
// transcript, and how long that is.
func Same(a, b string) bool { return canonical(a) == canonical(b) }

// canonical masks a line as a transcript does, all numbers alike, and shortens what
// is masked.
func canonical(line string) string {
	b := bytes.Trim([]byte(line), " \t\x00\r\n")
	switch {
	case len(b) > 0 && b[len(b)-1] == ctrlZ:
		return "\x1a"
	case isCommand(b):
		command(b, nil)
	default:
		blank(b)
	}
	return string(bytes.ToUpper(squeeze(b)))
}

// squeeze makes one of masks in a row.
func squeeze(b []byte) []byte {
	out := b[:0]
	for _, c := range b {
		if n := len(out); n > 0 && out[n-1] == c && (c == '0' || c == 'x') {
			continue
		}
		out = append(out, c)
	}
	return out
}
