package transcript

import "time"

// Received masks a line of the modem's that answers a command, or none.
func Received(asked, line string) string {
	m := NewMasker(&Numbers{})
	if asked != "" {
		m.Written([]byte(asked + "\r"))
	}
	return string(m.Received([]byte(line+"\r"), time.Time{}))
}

// Written masks a line of the host's.
func Written(line string) string { return string(NewMasker(&Numbers{}).Written([]byte(line + "\r"))) }

// Canonical is what command lines are compared by.
var Canonical = canonical

// Keyword tells whether a text in quotes is no secret.
func Keyword(s string) bool { return keywords[s] }
