package modem

import (
	"slices"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// handleStandard takes the reports of 3GPP TS 27.007 that all modems make. They
// are handled from the first byte on, since a call can come while Open runs.
func (m *Modem) handleStandard(l *link) {
	m.handle(l, "RING", func(string) { m.own.ring() })
	m.handle(l, "+CRING", func(line string) {
		if voiceRing(line) {
			m.own.ring()
		}
	})
	m.handle(l, "+CLIP", func(line string) {
		if n, ok := parseNumber(line); ok {
			m.own.callerID(n)
		}
	})
	m.handle(l, "+CCWA", func(line string) {
		if n, ok := parseNumber(line); ok {
			m.own.waiting(n)
		}
	})
	m.handle(l, "+CLCC", func(line string) { m.own.reported(line) })
	for name, end := range map[string]voice.End{
		"NO CARRIER": {},
		"BUSY":       {Reason: voice.Busy, Cause: causeBusy},
		"NO ANSWER":  {Reason: voice.NoAnswer, Cause: causeNoAnswer},
	} {
		m.handle(l, name, func(string) { m.own.reportedOver(end) })
	}
	for _, name := range []string{"+CREG", "+CEREG"} {
		m.handle(l, name, func(line string) {
			if r, ok := parseRegistration(line); ok {
				m.own.registrationReport(name, r)
			}
		})
	}
	m.handle(l, "+CSQ", func(line string) {
		if s, ok := parseCSQ(line); ok {
			m.own.signal(s)
		}
	})
}

// handleProfile takes the reports of the modem's family. Noise comes first: it is
// a name, of which some reports may mean something all the same.
func (m *Modem) handleProfile(l *link) {
	for _, name := range l.profile.Noise {
		l.handle(name, func(atcmd.URC) {})
	}
	m.handleStarts(l)
	m.handleSIM(l)
	m.handleCalls(l)
	for _, r := range l.profile.Keys {
		m.handle(l, r.Name, func(line string) {
			if key, ok := parseKey(line, r.Code); ok {
				m.own.key(key)
			}
		})
	}
	if name := l.profile.Audio.Flow; name != "" {
		m.handle(l, name, func(line string) {
			if stop, ok := parseFlow(line); ok && m.own.audioPort != nil {
				m.own.audioPort.pause(stop)
			}
		})
	}
}

// handleCalls takes the family's reports of calls.
func (m *Modem) handleCalls(l *link) {
	for _, r := range l.profile.Calls {
		switch r.Grammar {
		case GrammarVoiceCall:
			m.handle(l, r.Name, func(line string) {
				if begin, talk, ok := parseVoiceCall(line); ok && begin {
					m.own.pollNow() // the list says whether it is answered
				} else if ok {
					m.own.reportedOver(voice.End{Talk: talk})
				}
			})
		case GrammarMissed:
			m.handle(l, r.Name, func(line string) { m.own.missed(parseMissed(line)) })
		case GrammarOver:
			m.handle(l, r.Name, func(string) { m.own.reportedOver(voice.End{}) })
		default:
			read := stateGrammars[r.Grammar]
			m.handle(l, r.Name, func(line string) {
				if told, ok := read(line); ok {
					m.own.reportedState(line, told)
				}
			})
		}
	}
}

// handle posts f to the owner for every report of that name. What was read before
// the connection was lost, and is looked at after it, begins no call any more.
func (m *Modem) handle(l *link, name string, f func(line string)) {
	turn := l.turn
	take := func(port int) func(atcmd.URC) {
		return func(u atcmd.URC) {
			m.post(func() {
				if m.own.turn == turn && !m.own.twice(port, u.Line) {
					f(u.Line)
				}
			})
		}
	}
	l.conn.Handle(name, atcmd.Line, take(0))
	if l.reports != nil {
		l.reports.Handle(name, atcmd.Line, take(1))
	}
}

// ring is a ring of an incoming call.
func (o *owner) ring() {
	if c := o.announced(voice.Ringing, ""); c != nil {
		events.Publish(o.m.cfg.Events, Rang{Header: o.m.header(), Call: c.session.ID(), Number: c.number})
	}
}

// callerID is the number of the ringing call. It may come before the first ring.
func (o *owner) callerID(n events.Number) {
	if c := o.announced(voice.Ringing, n); c != nil {
		o.number(c, n)
	}
}

// waiting is a call that comes beside another one.
func (o *owner) waiting(n events.Number) {
	if c := o.announced(voice.Waiting, n); c != nil {
		o.number(c, n)
	}
}

// announced returns the call in that state which a report is about; the first
// report makes it. A report may be late: one that comes just after a call, or does
// not go with what is known, has to be in the list to count, and there is no call.
func (o *owner) announced(s voice.State, n events.Number) *call {
	c := o.find(func(c *call) bool { return c.state == s })
	beside := o.beside(nil)
	var late bool
	switch {
	case c == nil:
		late = o.echo() || beside != (s == voice.Waiting)
	case n == "":
	case c.number == "":
		late = o.echo() && sameNumber(n, o.lastNumber)
	case c.isFrom(n):
		c.vouched = time.Now()
	default:
		late, c.vouched = true, time.Time{}
	}
	if late {
		o.pollNow()
		return nil
	}
	if c == nil {
		c = o.add(voice.Incoming, s, "")
	}
	c.rangAt = time.Now()
	return c
}

// reportedOver is an end that does not say whose it is, and may be told several
// times. While ATD waits for its result, that tells of its call.
func (o *owner) reportedOver(e voice.End) {
	c := o.only()
	if c == nil || c.state == voice.Dialing && c.dialled.IsZero() {
		o.pollNow()
		return
	}
	o.tell(c, "", e)
}

// reportedState takes a family's report of a call. It goes the way of a line of
// AT+CLCC that the modem sends by itself, when it was found out whose it is.
func (o *owner) reportedState(line string, r report) {
	c := o.meant(r)
	if r.news || c == nil {
		o.doubt(line)
		return
	}
	if c.index != 0 {
		r.index = c.index
	}
	r.dir = c.dir
	if c.answeredAt.IsZero() {
		r.end.Talk = 0 // how long it rang
	}
	o.heard(line, r.listed, r.end)
}

// meant returns the call that a report is about: the one of its index, or else
// the only one, if its index is not known or not told. Just after a call, one
// without a number may be late and about that call, and leads nobody on.
func (o *owner) meant(r report) *call {
	c := o.find(func(c *call) bool { return r.index != 0 && c.index == r.index })
	if c == nil {
		c = o.only()
	}
	switch {
	case c == nil, r.sided && c.dir != r.dir:
		return nil
	case r.index != 0 && c.index != 0 && c.index != r.index:
		return nil
	case r.number == "" && r.state != voice.Ended && o.echo():
		return nil
	}
	return c
}

// missed is a caller who gave up. It is nobody who was answered.
func (o *owner) missed(n events.Number) {
	c := o.find(func(c *call) bool { return c.unanswered() && c.isFrom(n) })
	if c == nil {
		o.pollNow()
		return
	}
	o.tell(c, n, voice.End{})
}

// tell notes a report that c is over, with the number it named, or none. It may be
// a late one of another call, so the list is asked; but where that does not answer,
// the report is believed, unless another call ended just now that it can be about.
func (o *owner) tell(c *call, n events.Number, e voice.End) {
	o.suspect(c)
	o.pollNow()
	c.rumour.note(e)
	named := n != "" && c.number != "" && !sameNumber(n, o.lastNumber)
	switch {
	case o.echo() && !named:
		return
	case c.told != nil:
		*c.told = merged(*c.told, e)
		return
	}
	c.told = &e
	o.m.after(believeAfter, func() {
		if c.told == &e {
			o.finish(c)
		}
	})
}

// believe ends the calls of which it was told that they are over.
func (o *owner) believe() {
	for _, c := range slices.Clone(o.calls) {
		if c.told != nil {
			o.finish(c)
		}
	}
}
