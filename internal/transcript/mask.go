package transcript

import (
	"bytes"
	"time"
)

const (
	ctrlZ  = 0x1A // ends a body
	escape = 0x1B // gives one up

	// longestLine is what a line may have before it is masked blindly. The longest
	// that is known, an operator search, has about 2 KiB.
	longestLine = 8 << 10
)

// Masker masks what passes through one port, both ways. It is not safe for use by
// several goroutines at a time.
type Masker struct {
	dialogue dialogue
	in, out  partial
}

// partial is the beginning of a line.
type partial struct {
	line  []byte
	blind bool // its beginning was masked blindly, so its rest is, too
}

// NewMasker returns a masker whose numbers are masked as n says.
func NewMasker(n *Numbers) *Masker { return &Masker{dialogue: dialogue{numbers: n}} }

// Received takes bytes of the modem's and returns, masked, all up to the end of the
// last line that has one: those of earlier calls too, so it may be more than p, or
// less. A prompt is a line.
func (m *Masker) Received(p []byte, at time.Time) []byte {
	masked := m.in.take(p, "\r\n", func(line []byte, _ byte) { m.dialogue.received(line, at) })
	if l := m.in.line; !m.in.blind && !m.dialogue.text && isPrompt(l) {
		masked = append(masked, l...)
		m.in.line = nil
	}
	return masked
}

// isPrompt tells whether the beginning of a line is what asks for a body (3GPP TS
// 27.005, 3.5.1), in one piece or in two.
func isPrompt(b []byte) bool {
	s := string(b)
	return s == ">" || s == "> " || s == " "
}

// Written takes bytes of the host's and returns what Received does of the modem's. A
// Ctrl-Z and an ESC end a line.
func (m *Masker) Written(p []byte) []byte {
	return m.out.take(p, "\r\n\x1a\x1b", m.dialogue.written)
}

// Flush masks the beginnings of lines blindly, and their rests when they come. It
// returns those of the modem and of the host.
func (m *Masker) Flush() (in, out []byte) { return m.in.flush(), m.out.flush() }

// take adds bytes, and returns the lines that are complete, masked by mask, with
// their ends.
func (p *partial) take(b []byte, ends string, mask func(line []byte, end byte)) []byte {
	var masked []byte
	for len(b) > 0 {
		i := bytes.IndexAny(b, ends)
		if i < 0 {
			p.line = append(p.line, b...)
			break
		}
		p.line = append(p.line, b[:i]...)
		if p.blind {
			blindly(p.line)
		} else {
			mask(p.line, b[i])
		}
		masked = append(append(masked, p.line...), b[i])
		p.line, p.blind = nil, false
		b = b[i+1:]
	}
	if p.blind || len(p.line) > longestLine {
		masked = append(masked, p.flush()...)
	}
	return masked
}

func (p *partial) flush() []byte {
	line := p.line
	blindly(line)
	p.line, p.blind = nil, p.blind || len(line) > 0
	return line
}

// blindly masks a piece of a line without knowing what it is.
func blindly(b []byte) { fill(b, isContent, 'x') }
