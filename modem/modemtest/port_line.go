package modemtest

import (
	"math/rand/v2"
	"time"
)

// LineState is what a program finds when it opens the AT port: a port that takes
// commands, or one of those that look like it from outside and do not.
type LineState int

const (
	// LineReady takes commands.
	LineReady LineState = iota

	// LineSilent answers nothing and sends nothing.
	LineSilent

	// LinePPP is in the data mode of a connection that some program left
	// behind: it sends a frame of PPP every three seconds and hears no commands,
	// until it is sent "+++" with a second of silence before and after. Then it
	// answers OK and takes commands; ATO goes back to data, ATH gives the
	// connection up.
	LinePPP

	// LineGarbled is a line of another rate: whatever is written is answered with
	// noise of bytes from 0x80 to 0xFF, and what the modem sends by itself is
	// noise as well.
	LineGarbled

	// LineDiagnostic is the port for a vendor's diagnosis: it answers lines and
	// frames with an HDLC frame that says that it does not know them.
	LineDiagnostic
)

// String says it in a word.
func (s LineState) String() string {
	return nameOf(s, "LineState", "ready", "silent", "PPP", "garbled", "diagnostic")
}

const (
	guard      = time.Second     // of "+++" (Hayes; register S12)
	frameEvery = 3 * time.Second // the restart timer of RFC 1661, 4.6
)

// face is what the first AT port is in place of an AT port, under Modem.mu.
type face struct {
	line   LineState
	online bool // the data connection is up, and the port takes commands

	frames  int       // of PPP that were sent
	frameAt time.Time // of the next one
	heard   time.Time // of the last byte
	pluses  int       // in a row, after a guard time

	noise *rand.Rand
	frame []byte // that is being received
}

// SetLine changes what the AT port is, at once: a command that is being executed
// has no answer.
func (m *Modem) SetLine(s LineState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.face = face{line: s, noise: m.face.noise}
	if m.at != nil {
		m.at.forget()
		m.at.alarm.ring()
	}
}

// restart ends a data connection. The rest is not the modem's fault.
func (f *face) restart() {
	f.online = false
	if f.line == LinePPP {
		f.line = LineReady
	}
}

// wears reports whether this port is no AT port at the moment.
func (m *Modem) wears(p *atPort) bool { return p.index == 0 && m.face.line != LineReady }

// show does what is due on the port and returns when the next turn is.
func (f *face) show(p *atPort, now time.Time) (next time.Time) {
	said := 0
	for _, u := range p.urcs {
		said += len(u.text)
	}
	p.urcs = nil
	switch f.line {
	case LinePPP:
		next = f.data(p, now)
	case LineGarbled:
		p.out.write(f.garbled(p, said+p.inLen))
	case LineDiagnostic:
		f.diagnose(p)
	case LineReady, LineSilent:
	}
	p.in, p.inLen = nil, 0
	if len(p.m.events) > 0 {
		next = earliest(next, p.m.events[0].at)
	}
	return next
}

// data sends the frames that are due, and looks for the way out.
func (f *face) data(p *atPort, now time.Time) time.Time {
	for len(p.in) > 0 {
		c, at := p.take()
		quiet := at.Sub(f.heard) >= guard
		f.heard = at
		switch {
		case c == '+' && quiet == (f.pluses == 0):
			f.pluses++
		case c == '+' && quiet:
			f.pluses = 1
		default:
			f.pluses = 0
		}
	}
	out := f.heard.Add(guard)
	if f.pluses == 3 && !out.After(now) {
		f.line, f.online, f.pluses = LineReady, true, 0
		p.out.write([]byte(p.shown(timed{block: p.m.line("OK"), final: true})))
		return p.next()
	}
	if !f.frameAt.After(now) {
		p.out.write(f.pppFrame())
		f.frameAt = now.Add(frameEvery)
	}
	if f.pluses == 3 {
		return earliest(out, f.frameAt)
	}
	return f.frameAt
}

// goOnline is ATO: back to the data of a connection that is up.
func goOnline(m *Modem, c command) result {
	if _, ok := basicNumber(c, 0); !ok || !m.face.online || m.turn != m.at {
		return final(m.line("NO CARRIER"))
	}
	m.later(0, func() {
		if m.face.online {
			m.face = face{line: LinePPP, noise: m.face.noise, heard: time.Now()}
		}
	})
	return final(m.line("CONNECT"))
}

// pppFrame is the next packet of LCP from a peer that hears no answer: in turn
// an Echo-Request, in the open state, and a Configure-Request of a peer that
// starts anew, whose control characters are escaped (RFC 1661, 5.1 and 5.8;
// RFC 1662, 3.1, 4.2 and 7).
func (f *face) pppFrame() []byte {
	id := byte(f.frames)
	f.frames++
	if f.frames%2 == 1 {
		return hdlc([]byte{0xff, 0x03, 0xc0, 0x21, 9, id, 0, 8, 0xa5, 0x5a, 0xc3, 0x3c}, 0)
	}
	return hdlc([]byte{
		0xff, 0x03, 0xc0, 0x21, 1, id, 0, 20,
		2, 6, 0, 0, 0, 0, // the map of characters to escape: none
		5, 6, 0xa5, 0x5a, 0xc3, 0x3c, // the magic number
		7, 2, 8, 2, // shorter headers
	}, 0x20)
}

// diagnose answers what ends as a line or a frame does.
func (f *face) diagnose(p *atPort) {
	const badCommand, longest = 0x13, 64
	for len(p.in) > 0 {
		switch c, _ := p.take(); {
		case c != '\r' && c != 0x7e:
			f.frame = append(f.frame[max(0, len(f.frame)-longest):], c)
		case len(f.frame) > 0:
			p.out.write(hdlc(append([]byte{badCommand}, f.frame...), 0)[1:]) // it has no flag in front
			f.frame = nil
		}
	}
}

// garbled returns n bytes of noise.
func (f *face) garbled(p *atPort, n int) []byte {
	if f.noise == nil {
		f.noise = p.m.delivery.sequence(6)
	}
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(0x80 + f.noise.IntN(0x80))
	}
	return raw
}

// hdlc puts data into a frame between flags, with its check sequence (RFC 1662,
// 3.1 and 4.2). Bytes below escape are escaped, beside those that always are.
func hdlc(data []byte, escape byte) []byte {
	const flag, esc, flip = 0x7e, 0x7d, 0x20
	fcs := fcs16(data)
	raw := []byte{flag}
	for _, c := range append(append([]byte(nil), data...), byte(fcs), byte(fcs>>8)) {
		if c == flag || c == esc || c < escape {
			raw = append(raw, esc, c^flip)
			continue
		}
		raw = append(raw, c)
	}
	return append(raw, flag)
}

// fcs16 is the check sequence of RFC 1662, C.2, bit by bit.
func fcs16(data []byte) uint16 {
	fcs := uint16(0xffff)
	for _, c := range data {
		fcs ^= uint16(c)
		for range 8 {
			odd := fcs & 1
			fcs >>= 1
			if odd != 0 {
				fcs ^= 0x8408
			}
		}
	}
	return ^fcs
}
