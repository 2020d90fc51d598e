package modemtest

import (
	"strings"
	"time"
)

// decide asks what becomes of the call. It runs on the call's goroutine, as it
// may run the test's code.
func (c *Caller) decide() {
	c.m.mu.Lock()
	o, ok := c.m.outcomes[c.number]
	if !ok {
		o, ok = c.m.outcomes[""]
	}
	c.m.mu.Unlock()
	if ask := c.m.cfg.Outcome; !ok && ask != nil {
		o = ask(c.number)
	}

	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.outcome, c.decided = o.withDefaults(), true
	if c.outcome.Result == NoService && c.end == 0 {
		c.m.remove(c, EndedNoService)
	}
	c.m.wakeAT()
}

// dialCall is ATD. Without a ";" at the end it would be a data call, which the
// network refuses.
func dialCall(m *Modem, c command) result {
	const notAllowed = 3
	number, voice, ok := dialString(c.text)
	switch {
	case !ok:
		return failed
	case !voice, m.cfg.DataOnly, !m.network.registered():
		m.cause = "+CEER none" // of this call, which the network has not seen (27.007, 8.10)
		return final(m.line("NO CARRIER"))
	case m.find(active, dialing, alerting, ringing, waitingCall) != nil, len(m.calls) == maxCalls:
		return m.cme(notAllowed)
	}
	call := m.newCaller(number)
	call.stat = dialing
	m.admit(call)
	m.dialled = append(m.dialled, call)
	m.tellWaiters()
	d := &dialling{call: call, colp: m.set.colp == 1}
	if d.colp {
		call.setOut(time.Now())
		return result{wait: d}
	}
	took := m.cfg.Dialling
	if took == 0 {
		took = m.delivery.between(150*time.Millisecond, 1500*time.Millisecond)
	}
	d.until = time.Now().Add(took)
	return result{wait: d}
}

// dialString takes the number out of what follows ATD (V.250, 6.3.1; 27.007,
// 6.2). Codes for services begin with * or #, and are not calls.
func dialString(s string) (number string, voice, ok bool) {
	s, voice = strings.CutSuffix(strings.TrimSpace(s), ";")
	s = strings.TrimRight(s, "IiGg")
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '+' && b.Len() == 0, isDigit(c), c >= 'A' && c <= 'C', (c == '*' || c == '#') && b.Len() > 0:
			b.WriteByte(c)
		case strings.IndexByte(",TtPp!Ww@ -", c) >= 0:
		default:
			return "", false, false
		}
	}
	number = b.String()
	return number, voice, strings.Trim(number, "+") != ""
}

// dialling is ATD until its result: the OK that comes when the call has set
// out, or with AT+COLP=1 when it is connected.
type dialling struct {
	call  *Caller
	colp  bool
	until time.Time
}

func (d *dialling) poll(m *Modem, now time.Time) (result, bool, time.Time) {
	c := d.call
	switch {
	case c.end == EndedBusy:
		return final(m.line("BUSY")), true, time.Time{}
	case c.end == EndedNoAnswer:
		return final(m.line("NO ANSWER")), true, time.Time{}
	case c.end != 0:
		return final(m.line("NO CARRIER")), true, time.Time{}
	case d.colp && !c.connected.IsZero():
		number, toa := c.shownNumber()
		var lines []block
		if m.fam.begins != nil {
			lines = append(lines, m.fam.begins(c))
		}
		c.changed()
		return okay(append(lines, m.line("+COLP", number, toa))...), true, time.Time{}
	case d.colp || !c.decided:
		return result{}, false, time.Time{}
	case now.Before(d.until):
		return result{}, false, d.until
	}
	c.setOut(now)
	return okay(), true, time.Time{}
}

func (d *dialling) orphan(*Modem) {
	if d.call.end == 0 && !d.colp {
		d.call.setOut(time.Now())
	}
}

func (d *dialling) of() *Caller { return d.call }

// abort drops the call that is being set up.
func (d *dialling) abort(m *Modem, _ time.Time) result {
	if d.call.end == 0 {
		m.remove(d.call, EndedByProgram)
		d.call.gone()
	}
	return final(m.line("NO CARRIER"))
}

// setOut lets the call go its way. Until then it is in the modem, but the
// network has not heard of it: ATD has no OK yet.
func (c *Caller) setOut(now time.Time) {
	c.dueAt = now
	c.changed()
	c.alarm.ring()
}

// dial takes a call that the program dialled through its stages: dialing until
// the far side rings or is busy, alerting until it answers, rejects, or the
// network gives up. It returns when the next stage is due.
func (c *Caller) dial(now time.Time) time.Time {
	if c.incoming || c.dueAt.IsZero() || !c.decided || !c.connected.IsZero() {
		return time.Time{}
	}
	if c.stat == dialing {
		at := c.dueAt.Add(c.outcome.Alert)
		if c.outcome.Result == Busy {
			at = at.Add(c.outcome.After)
		}
		if at.After(now) {
			return at
		}
		if c.outcome.Result == Busy {
			c.m.finish(c, EndedBusy)
			return time.Time{}
		}
		c.stat, c.dueAt, c.rang = alerting, at, true
		c.changed()
	}
	at := c.dueAt.Add(c.outcome.After)
	switch {
	case c.answerIt:
	case c.outcome.Result == Ring:
		return time.Time{}
	case at.After(now):
		return at
	case c.outcome.Result == NoAnswer:
		c.m.finish(c, EndedNoAnswer)
		return time.Time{}
	case c.outcome.Result == Reject:
		c.m.finish(c, EndedRejected)
		return time.Time{}
	}
	c.m.connect(c)
	if c.m.pending(c) { // AT+COLP=1: the result of ATD tells
		c.m.wakeAT()
		return time.Time{}
	}
	if c.m.fam.begins != nil {
		c.m.queue(c.m.fam.begins(c))
	}
	c.changed()
	return time.Time{}
}
