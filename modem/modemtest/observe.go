package modemtest

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"
)

// Line is a command line that the program wrote, without its end.
type Line struct {
	Time time.Time // when its carriage return was written
	Text string    // with all that stood before "AT" too

	// Second tells that it was written to the second AT port.
	Second bool
}

// String shows the name of the line's first command, and of what comes after it
// only that there is more: that may be a PIN or a number, well formed or not.
func (l Line) String() string {
	body, ok := commandBody(strings.ToUpper(l.Text))
	if !ok {
		return "****"
	}
	if end := nameEnd(body); end < len(body) {
		return "AT" + body[:end] + "****"
	}
	return "AT" + body
}

// nameEnd returns where the names in the body of a command end. Two digits in a row
// belong to a parameter, as in AT+CPIN1234; what D dials begins just behind it.
func nameEnd(body string) int {
	const sigils = "+$^*#%"
	extended := body != "" && strings.IndexByte(sigils, body[0]) >= 0
	for i := range len(body) {
		c := body[i]
		switch {
		case c == 'D' && !extended:
			return i + 1
		case isDigit(c):
			if i > 0 && isDigit(body[i-1]) {
				return i - 1
			}
		case (c < 'A' || c > 'Z') && strings.IndexByte(sigils+"&", c) < 0:
			return i
		}
	}
	return len(body)
}

// GoString returns what String does.
func (l Line) GoString() string { return l.String() }

// Format writes what String returns, whatever the verb.
func (l Line) Format(f fmt.State, _ rune) { writeMasked(f, l.String()) }

// LogValue returns what String does.
func (l Line) LogValue() slog.Value { return slog.StringValue(l.String()) }

// Stats counts what went wrong on the ports since New.
type Stats struct {
	// Overlapping is how many bytes the program wrote while an earlier
	// command had no final result. A program that keeps one command in flight
	// has none.
	Overlapping int

	// Aborts is how many commands (ATD, ATA, AT+COPS=?) a byte aborted.
	Aborts int

	// ATLost is how many bytes of the program did not fit into the modem, and
	// ATUnread how many of the modem's the program did not read in time.
	ATLost, ATUnread int

	// AudioDiscarded is how many bytes of audio the program wrote while no
	// call took them, AudioLost how many came faster than the call consumes
	// them, and AudioUnread how many from the call it did not read in time.
	AudioDiscarded, AudioLost, AudioUnread int

	// Underruns is how often the far side wanted audio and the program, which
	// had begun to send, had too little: it heard UnderrunSamples of silence
	// for it. A program that stops sending before the call ends has some.
	Underruns, UnderrunSamples int

	// TonesLost is how many keys sent by AT+VTS or AT^DTMF came before the one before
	// was over, and were not heard.
	TonesLost int

	// Resets is how many commands reset the modem.
	Resets int

	// ResetsBy is how many of each there were, by what they are written as:
	// "AT+CFUN=1,1".
	ResetsBy map[string]int
}

// Stats returns the counts up to now.
func (m *Modem) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.openPorts() {
		m.stats.ATUnread += p.out.takeLost()
	}
	if m.audio != nil {
		m.stats.AudioUnread += m.audio.out.takeLost()
	}
	counts := m.stats
	counts.ResetsBy = maps.Clone(m.stats.ResetsBy)
	return counts
}

// Written returns the lines that the program wrote to the AT ports, in order:
// what it should say, and what it should not.
func (m *Modem) Written() []Line {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.written)
}

// Dialled returns the numbers that the program dialled, in order.
func (m *Modem) Dialled() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var numbers []string
	for _, c := range m.dialled {
		numbers = append(numbers, c.number)
	}
	return numbers
}

// record keeps the lines of what was written.
func (p *atPort) record(now time.Time, b []byte) {
	for _, c := range b {
		switch c {
		case '\n':
		case '\r':
			if len(p.partial) > 0 {
				p.m.written = append(p.m.written, Line{Time: now, Text: string(p.partial), Second: p.index > 0})
				p.partial = p.partial[:0]
			}
		default:
			p.partial = append(p.partial, c)
		}
	}
}
