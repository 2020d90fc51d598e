package modemtest

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Line is a command line that the program wrote, without its end.
type Line struct {
	Time time.Time // when its carriage return was written
	Text string    // with all that stood before "AT" too
}

// String shows the command's name, and nothing of its parameters, which may be
// a PIN or a number.
func (l Line) String() string {
	text := l.Text
	body, ok := commandBody(strings.ToUpper(text))
	if !ok {
		return "****"
	}
	end := strings.IndexAny(body, "=?;")
	if d := strings.IndexByte(body, 'D'); d >= 0 && !strings.HasPrefix(body, "+") && (end < 0 || d < end) {
		end = d + 1
	}
	if end < 0 || end == len(body) {
		return "AT" + body
	}
	return "AT" + body[:end] + "****"
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

	// TonesLost is how many keys sent by AT+VTS came before the one before
	// was over, and were not heard.
	TonesLost int
}

// Stats returns the counts up to now.
func (m *Modem) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at != nil {
		m.stats.ATUnread += m.at.out.takeLost()
	}
	if m.audio != nil {
		m.stats.AudioUnread += m.audio.out.takeLost()
	}
	return m.stats
}

// Written returns the lines that the program wrote to the AT port, in order:
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
func (m *Modem) record(now time.Time, b []byte) {
	for _, c := range b {
		switch c {
		case '\n':
		case '\r':
			if m.partial.Len() > 0 {
				m.written = append(m.written, Line{Time: now, Text: m.partial.String()})
				m.partial.Reset()
			}
		default:
			m.partial.WriteByte(c)
		}
	}
}
