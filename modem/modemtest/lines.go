package modemtest

import (
	"fmt"
	"maps"
	"slices"
)

// form is one spelling of something that a modem sends: the whole of it with
// its framing, and where it is known from. The source is the id of a row in
// internal/vectors, a manual, a clause of a standard, a public log, or a driver
// that runs on hardware.
type form struct {
	raw  string // with the verbs of package fmt for what varies
	from string
}

// lines is all that a family of modems can send, by a name for each. Names
// that begin with "+" are the answers of that command: "+CSQ" to its exec form
// or unsolicited, "+CSQ?" to its read form, "+CSQ=?" to its test form. Where
// there are many forms a modem uses one, which the seed chooses: a firmware
// has one spelling.
type lines map[string][]form

// with returns the table l with the entries of more added, or put in place.
func (l lines) with(more lines) lines {
	all := maps.Clone(l)
	maps.Copy(all, more)
	return all
}

// block is a piece of output that nothing may come between. Blocks come from
// the tables by way of Modem.line, and else only from an echo or a fault that
// the test asked for.
type block struct {
	text string
	code string // the numeric result code for ATV0, if this is a result code
}

// line renders the entry name. The tables are checked by a test, so a missing
// entry is a mistake in this package.
func (m *Modem) line(name string, args ...any) block {
	forms := m.fam.lines[name]
	if len(forms) == 0 {
		panic("modemtest: no line " + name + " in the table of " + m.fam.name)
	}
	b := block{text: fmt.Sprintf(forms[m.spelling[name]].raw, args...)}
	if code := m.fam.lines[name+" V0"]; len(code) > 0 {
		b.code = code[0].raw
	}
	return b
}

// knows reports whether the family sends such a line at all.
func (m *Modem) knows(name string) bool { return len(m.fam.lines[name]) > 0 }

// cmeTexts are the texts of +CME ERROR that this modem uses, with AT+CMEE=2
// (3GPP TS 27.007, 9.2.1).
var cmeTexts = map[int]string{
	3:   "operation not allowed",
	10:  "SIM not inserted",
	11:  "SIM PIN required",
	12:  "SIM PUK required",
	13:  "SIM failure",
	14:  "SIM busy",
	16:  "incorrect password",
	30:  "no network service",
	515: "please wait",
	100: "unknown",
}

// names returns the names of all entries in a fixed order.
func (l lines) names() []string { return slices.Sorted(maps.Keys(l)) }
