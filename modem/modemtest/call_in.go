package modemtest

import "time"

// announce sends RING and what goes with it: the number before or after it,
// and with the first one the family's own line. The number comes again with
// every RING (27.007, 7.6). It has been seen before RING as well.
func (c *Caller) announce(now time.Time) {
	m := c.m
	c.rings++
	early := c.clipAt.IsZero() && m.delivery.chance(4)
	if early {
		c.showNumber()
	}
	name := "RING"
	if m.set.crc == 1 {
		name = "+CRING"
	}
	m.queue(m.line(name))
	if c.rings == 1 {
		c.changed()
	}
	if !early && !c.clipAt.After(now) {
		c.clipAt = time.Time{}
		c.showNumber()
	}
}

// showNumber sends +CLIP, and +CNAP, as far as they are asked for.
func (c *Caller) showNumber() {
	const known, withheld, unavailable = 0, 1, 2 // <CLI validity>: 27.007, 7.6
	m := c.m
	validity := known
	switch {
	case c.from.Withheld:
		validity = withheld
	case c.from.Unavailable:
		validity = unavailable
	}
	if m.set.clip == 1 && !c.from.NoCLIP {
		number, toa := c.shownNumber()
		if number == "" && m.knows("+CLIP hidden") {
			m.queue(m.line("+CLIP hidden", toa, validity))
		} else {
			m.queue(m.line("+CLIP", number, toa, validity))
		}
	}
	if m.set.cnap == 1 && c.from.Name != "" {
		m.queue(m.line("+CNAP", c.from.Name))
	}
}

// announceWaiting says that another call is there.
func (m *Modem) announceWaiting(c *Caller) {
	if m.set.ccwa == 1 {
		number, toa := c.shownNumber()
		m.queue(m.line("+CCWA", number, toa))
	}
	c.changed()
}

// answering is ATA until the network has put the call through.
type answering struct {
	call  *Caller
	until time.Time
}

// answerCall is ATA (V.250, 6.3.5). A call that waits beside another is not
// answered by it: AT+CHLD chooses.
func answerCall(m *Modem, _ command) result {
	c := m.find(ringing)
	if c == nil || m.pending(c) { // the other port answers it
		return final(m.line("NO CARRIER"))
	}
	took := m.cfg.Answering
	if took == 0 {
		took = m.delivery.between(200*time.Millisecond, 900*time.Millisecond)
	}
	return result{wait: &answering{call: c, until: time.Now().Add(took)}}
}

func (a *answering) poll(m *Modem, now time.Time) (result, bool, time.Time) {
	if a.call.end != 0 {
		return final(m.line("NO CARRIER")), true, time.Time{}
	}
	if now.Before(a.until) {
		return result{}, false, a.until
	}
	m.connect(a.call)
	m.turn.flushAll(now) // the last RING is not after the answer
	var lines []block
	if m.fam.begins != nil {
		if begins := m.fam.begins(a.call); m.fam.late && m.delivery.chance(3) {
			m.queue(begins)
		} else {
			lines = append(lines, begins)
		}
	}
	a.call.changed()
	return okay(lines...), true, time.Time{}
}

func (a *answering) orphan(m *Modem) {
	if a.call.end == 0 {
		m.connect(a.call)
	}
}

func (a *answering) of() *Caller { return a.call }

// abort gives the call up.
func (a *answering) abort(m *Modem, _ time.Time) result {
	if a.call.end == 0 {
		m.remove(a.call, EndedRejected)
		a.call.gone()
	}
	return final(m.line("NO CARRIER"))
}
