package events

import (
	"strconv"
	"unicode/utf8"
)

// Privacy is how much of an event is shown outside the process.
type Privacy int

const (
	// Masked shows texts, masks numbers, hides digits. It is the zero value.
	Masked Privacy = iota
	// Strict is Masked, and hides texts but for their length.
	Strict
	// Full shows all.
	Full
)

// String returns the name of the level in lower case.
func (p Privacy) String() string {
	switch p {
	case Masked:
		return "masked"
	case Strict:
		return "strict"
	case Full:
		return "full"
	}
	return "Privacy(" + strconv.Itoa(int(p)) + ")"
}

// Number returns n as p shows it: in full, or by [Mask].
func (p Privacy) Number(n Number) string {
	if p == Full {
		return string(n)
	}
	return Mask(string(n))
}

// Key returns a DTMF key as p shows it: "5" under Full, else "".
func (p Privacy) Key(key byte) string {
	if p == Full && key != 0 {
		return string(rune(key))
	}
	return ""
}

// Text returns a text as p shows it: the text itself, or, where p hides it, its
// length in characters. The other one is nil, so that two fields of JSON with
// omitempty hold them.
func (p Privacy) Text(text string) (shown *string, length *int) {
	if p == Masked || p == Full {
		return &text, nil
	}
	return nil, new(utf8.RuneCountInString(text))
}
