package modemtest

import (
	"strings"
	"time"
)

// handler executes a command, under Modem.mu.
type handler func(m *Modem, c command) result

// spec is what a family knows of one command. A form without a handler is
// answered with ERROR.
type spec struct {
	name                  string
	exec, read, test, set handler

	// needs is what must be ready before any form but the test form works.
	needs need

	// took, if not nil, is how long the command takes beside the usual.
	took func(m *Modem, c command) time.Duration
}

func (s spec) form(o op) handler {
	switch o {
	case opExec:
		return s.exec
	case opRead:
		return s.read
	case opTest:
		return s.test
	case opSet:
		return s.set
	}
	return nil
}

// need is what a command cannot do without.
type need int

const (
	needNothing need = iota
	needSIM          // else +CME ERROR (27.007, 9.2)
	needStore        // else +CMS ERROR (27.005, 3.2.5)
)

// result is what came of a command.
type result struct {
	lines []block
	bad   bool    // not OK
	final *block  // the final result code if it is another than OK or ERROR
	wait  waiting // set: it is not finished yet
}

// waiting is a command that waits for something, and that any byte aborts
// (V.250, 5.6.1).
type waiting interface {
	// poll returns the result once there is one, else when to ask again; the
	// zero time is when something changes.
	poll(m *Modem, now time.Time) (r result, done bool, next time.Time)
	// abort ends it.
	abort(m *Modem, now time.Time) result
	// orphan lets it go on when the port is closed on it.
	orphan(m *Modem)
	// of returns the call that it is about, if it is about one.
	of() *Caller
}

func okay(lines ...block) result { return result{lines: lines} }

// failed is a plain ERROR: what modems say to a mistake in syntax or value,
// whatever AT+CMEE is.
var failed = result{bad: true}

// final ends a command with another result code than OK.
func final(b block) result { return result{bad: true, final: &b} }

// cme ends a command with an equipment error, as AT+CMEE wants it shown.
func (m *Modem) cme(code int) result {
	switch m.set.cmee {
	case 1:
		return final(m.line("+CME ERROR", code))
	case 2:
		return final(m.line("+CME ERROR two", cmeTexts[code]))
	}
	return failed
}

// execute runs one command. A command that the family does not know, and a form
// that the command does not have, are plain errors.
func (m *Modem) execute(c command) result {
	s, known := m.fam.commands[c.name]
	if !known {
		return m.refused("unknown command")
	}
	h := s.form(c.op)
	if h == nil {
		return failed
	}
	if c.op != opTest {
		if missing, ok := m.missing(s.needs); ok {
			return missing
		}
	}
	if strings.HasPrefix(c.name, "+") && c.name != "+CMEE" && time.Now().Before(m.vendor.busyUntil) {
		return m.cme(busyCode)
	}
	if s.needs == needStore && m.cfg.DataOnly {
		return failed
	}
	return h(m, c)
}

// refused ends a command with the result code of this name where the family
// has one, else with ERROR.
func (m *Modem) refused(name string) result {
	if !m.knows(name) {
		return failed
	}
	return final(m.line(name))
}

// missing returns the error for what a command needs and the modem lacks. There
// is a list of errors for messages beside the one for everything else.
func (m *Modem) missing(n need) (result, bool) {
	code, ok := m.simTrouble()
	switch {
	case n == needNothing || !ok:
		return result{}, false
	case n == needStore:
		return final(m.line("+CMS ERROR", cmsOf[code])), true
	}
	return m.cme(code), true
}

// cmsOf gives the +CMS ERROR for a +CME ERROR about the SIM: 27.005, 3.2.5.
var cmsOf = map[int]int{10: 310, 11: 311, 12: 316, 14: 314}

// commands27007 are the commands of the standards.
func commands27007() map[string]spec {
	return index(basicCommands(), identityCommands(), simCommands(), networkCommands(),
		callCommands(), answerCommands(), messageCommands())
}

// taking makes a spec.took of fixed bounds.
func taking(lo, hi time.Duration) func(*Modem, command) time.Duration {
	return func(m *Modem, _ command) time.Duration { return m.delivery.between(lo, hi) }
}
