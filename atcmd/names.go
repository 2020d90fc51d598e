package atcmd

import "strings"

// commandName is what errors and the log show of a command: all before its
// parameters, and of a dialling command "ATD". It is a part of text. A command
// may come from a user of the program, so what is no well-formed command shows as
// little as possible.
func commandName(text string) string {
	if len(text) < 2 || !strings.EqualFold(text[:2], "AT") {
		return "(no AT command)"
	}
	end := len(text)
	basic := len(text) > 2 && !isSigil(text[2])
	digits := 0
	for i := 2; i < len(text); i++ {
		c := text[i]
		switch {
		case strings.IndexByte("=?; \",", c) >= 0:
			end = i
		case basic && (c == 'D' || c == 'd'):
			end = i + 1
		case c >= '0' && c <= '9':
			// No name has three digits in a row; a number in the wrong place does.
			if digits++; digits == 3 {
				end = i - 2
			}
		default:
			digits = 0
		}
		if end < len(text) {
			break
		}
	}
	return text[:end]
}

// lineName is what the log shows of a line: "+CMTI". It is empty for a line
// whose beginning is no such name, as it may be a number or a text then.
func lineName(line string) string {
	name, _, named := strings.Cut(line, ":")
	if !named || len(name) < 3 || len(name) > 16 || !isSigil(name[0]) || !isUpper(name[1]) {
		return ""
	}
	digits := 0
	for i := 2; i < len(name); i++ {
		switch c := name[i]; {
		case isUpper(c), c == '_':
			digits = 0
		case c >= '0' && c <= '9' && digits < 2:
			digits++
		default:
			return ""
		}
	}
	return name
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// isSigil tells whether an extended command's name, and so a result's, begins
// with c (V.250, 5.4.1: "+"; the others are vendors').
func isSigil(c byte) bool { return strings.IndexByte("+^*#$%&!_@", c) >= 0 }

// form is what a command asks for (V.250, 5.4). It helps to tell an answer from a
// URC of the same name.
type form uint8

const (
	formBasic form = iota // ATD, ATI: no name of its own
	formExec              // AT+CSQ
	formRead              // AT+CREG?
	formTest              // AT+CREG=?
	formSet               // AT+CREG=2
)

// parseCommand returns the extended name that a command begins with, such as
// "+CREG", its form, and whether more commands follow it on the line (V.250,
// 5.2.1), whose answers have names of their own.
func parseCommand(text string) (name string, f form, compound bool) {
	if len(text) < 3 || !isSigil(text[2]) {
		return "", formBasic, true
	}
	text = text[2:]
	end := 0
	for text[end] != '=' && text[end] != '?' && text[end] != ';' {
		if end++; end == len(text) {
			return text, formExec, false
		}
	}
	name = text[:end]
	switch rest := text[end:]; {
	case rest[0] == ';':
		return name, formExec, true
	case rest[0] == '?':
		f = formRead
	case strings.HasPrefix(rest, "=?"):
		f = formTest
	default:
		f = formSet
	}
	return name, f, moreCommands(text[end:])
}

// moreCommands tells whether a semicolon outside of quotes has something after
// it.
func moreCommands(s string) bool {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return i+1 < len(s)
		}
	}
	return false
}
