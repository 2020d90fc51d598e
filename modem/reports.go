package modem

import (
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// handleStandard takes the reports of 3GPP TS 27.007 that all modems make. They
// are handled from the first byte on, since a call can come while Open runs.
func (m *Modem) handleStandard() {
	m.handle("RING", func(string) { m.own.ring() })
	m.handle("+CRING", func(line string) {
		if voiceRing(line) {
			m.own.ring()
		}
	})
	m.handle("+CLIP", func(line string) {
		if n, ok := parseNumber(line); ok {
			m.own.callerID(n)
		}
	})
	m.handle("+CCWA", func(line string) {
		if n, ok := parseNumber(line); ok {
			m.own.waiting(n)
		}
	})
	m.handle("+CLCC", func(line string) { m.own.reported(line) })
	for name, end := range map[string]voice.End{
		"NO CARRIER": {},
		"BUSY":       {Reason: voice.Busy, Cause: causeBusy},
		"NO ANSWER":  {Reason: voice.NoAnswer, Cause: causeNoAnswer},
	} {
		m.handle(name, func(string) { m.own.reportedOver(end) })
	}
	for _, name := range []string{"+CREG", "+CEREG"} {
		m.handle(name, func(line string) {
			if r, ok := parseRegistration(line); ok {
				m.own.registrationReport(name, r)
			}
		})
	}
	m.handle("+CSQ", func(line string) {
		if s, ok := parseCSQ(line); ok {
			m.own.signal(s)
		}
	})
}

// handleProfile takes the reports of the modem's family.
func (m *Modem) handleProfile() {
	for _, r := range m.profile.Calls {
		switch r.Grammar {
		case GrammarVoiceCall:
			m.handle(r.Name, func(line string) {
				if begin, talk, ok := parseVoiceCall(line); ok && begin {
					m.own.pollNow() // the list says whether it is answered
				} else if ok {
					m.own.reportedOver(voice.End{Talk: talk})
				}
			})
		case GrammarMissed:
			m.handle(r.Name, func(line string) { m.own.missed(parseMissed(line)) })
		case GrammarOver:
			m.handle(r.Name, func(string) { m.own.reportedOver(voice.End{}) })
		}
	}
	for _, r := range m.profile.Keys {
		m.handle(r.Name, func(line string) {
			if key, ok := parseKey(line, r.Code); ok {
				m.own.key(key)
			}
		})
	}
	for _, name := range m.profile.Noise {
		m.conn.Handle(name, atcmd.Line, func(atcmd.URC) {})
	}
}

// handle posts f to the owner for every report of that name. What was read before
// the connection was lost, and is looked at after it, begins no call any more.
func (m *Modem) handle(name string, f func(line string)) {
	m.conn.Handle(name, atcmd.Line, func(u atcmd.URC) {
		m.post(func() {
			if !m.own.stopped {
				f(u.Line)
			}
		})
	})
}

// ring is a ring of an incoming call. A ring may be late: one that comes beside
// another call, or just after one, has to be in the list to count.
func (o *owner) ring() {
	c := o.ringing()
	if c == nil {
		if o.beside(nil) || o.echo() {
			o.pollNow()
			return
		}
		c = o.add(voice.Incoming, voice.Ringing, "")
	}
	c.rangAt = time.Now()
	events.Publish(o.m.cfg.Events, Rang{Header: o.m.header(), Call: c.session.ID(), Number: c.number})
}

// callerID is the number of the ringing call. It may come before the first ring.
// One that may be of another call has to be in the list.
func (o *owner) callerID(n events.Number) {
	c := o.ringing()
	if o.echo() || c == nil && o.beside(nil) || c != nil && !c.isFrom(n) {
		o.pollNow()
		return
	}
	if c == nil {
		c = o.add(voice.Incoming, voice.Ringing, "")
	}
	c.rangAt = time.Now()
	o.number(c, n)
}

// waiting is a call that comes beside another one.
func (o *owner) waiting(n events.Number) {
	c := o.find(func(c *call) bool { return c.state == voice.Waiting })
	if c == nil {
		if !o.beside(nil) || o.echo() {
			o.pollNow()
			return
		}
		c = o.add(voice.Incoming, voice.Waiting, "")
	}
	c.rangAt = time.Now()
	o.number(c, n)
}

// reportedOver is an end that does not say whose it is, and may be told several
// times. e has what the report tells; its reason counts for a call that was
// dialled and not answered. Where it may be about a call that is over, the list
// has to confirm it.
func (o *owner) reportedOver(e voice.End) {
	c := o.only()
	if c == nil {
		o.pollNow()
		return
	}
	c.told = e
	if o.echo() || e.Talk > c.talk()+talkSlack {
		o.suspect(c)
		o.pollNow()
		return
	}
	o.finish(c)
}

// missed is a caller who gave up. It is nobody who was answered.
func (o *owner) missed(n events.Number) {
	c := o.find(func(c *call) bool { return c.unanswered() && c.isFrom(n) })
	if c == nil || o.echo() {
		o.pollNow()
		return
	}
	o.finish(c)
}

// key is a key that the far side pressed.
func (o *owner) key(key byte) {
	if c := o.talking(); c != nil {
		c.feed.Digit(key, voice.FromCarrier)
		return
	}
	o.m.log.Debug("key pressed in no call", slog.Int("calls", len(o.calls)))
}
