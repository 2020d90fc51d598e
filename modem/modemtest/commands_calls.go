package modemtest

import (
	"slices"
	"strconv"
	"time"
)

// callCommands are those about calls: V.250, 6.3, and 27.007, 6 and 7.
func callCommands() []spec {
	return []spec{
		{name: "D", needs: needSIM, exec: dialCall},
		{name: "A", exec: answerCall},
		{name: "H", exec: hangUpByATH, took: hangUpTime},
		{name: "+CHUP", exec: hangUp, test: func(*Modem, command) result { return okay() }, took: hangUpTime},
		{
			name: "+CHLD", set: holdCalls, took: taking(100*time.Millisecond, 600*time.Millisecond),
			test: func(m *Modem, _ command) result { return okay(m.line("+CHLD=?")) },
		},
		{name: "+CLCC", exec: listCalls, test: func(*Modem, command) result { return okay() }},
		{name: "+CEER", exec: func(m *Modem, _ command) result { return okay(m.line(m.cause)) }},
		tones(toneRules{unit: 100 * time.Millisecond, most: 29, commas: true}),
		numbers("+VTD", 1, field{func(s *settings) *int { return &s.vtd }, 0, 255}),
	}
}

// answerCommands are the switches for what is said about calls.
func answerCommands() []spec {
	upTo := func(hi int, name string, at func(*settings) *int) spec {
		return numbers(name, 1, field{at, 0, hi})
	}
	return []spec{
		upTo(1, "+CLIP", func(s *settings) *int { return &s.clip }),
		upTo(1, "+COLP", func(s *settings) *int { return &s.colp }),
		upTo(1, "+CNAP", func(s *settings) *int { return &s.cnap }),
		upTo(1, "+CRC", func(s *settings) *int { return &s.crc }),
		upTo(2, "+CVHU", func(s *settings) *int { return &s.cvhu }),
		upTo(5, "+CLVL", func(s *settings) *int { return &s.clvl }),
		numbers("+CSSN", 0, field{func(s *settings) *int { return &s.cssi }, 0, 1},
			field{func(s *settings) *int { return &s.cssu }, 0, 1}),
		{
			name: "+CCWA", set: setWaiting,
			read: func(m *Modem, _ command) result { return okay(m.line("+CCWA?", m.set.ccwa)) },
			test: func(m *Modem, _ command) result { return okay(m.line("+CCWA=?")) },
			took: askNetwork,
		},
	}
}

// hangUpTime is how long a hang-up takes while there are calls.
func hangUpTime(m *Modem, _ command) time.Duration {
	if len(m.calls) == 0 {
		return 0
	}
	return m.delivery.between(50*time.Millisecond, 400*time.Millisecond)
}

// hangUpByATH does nothing but say OK unless AT+CVHU=0 (27.007, 6.20). The end
// of the call is told before the OK or after it: there are logs of both
// (framing-019, framing-026).
func hangUpByATH(m *Modem, c command) result {
	if _, ok := basicNumber(c, 0); !ok {
		return failed
	}
	m.face.online = false
	if m.set.cvhu == 1 {
		return okay()
	}
	return m.hangUpAll(!m.delivery.chance(2))
}

func hangUp(m *Modem, _ command) result { return m.hangUpAll(true) }

// hangUpAll ends all calls but one that waits beside them. The SIM7600 gives a line for
// each before the OK (SIM7600 manual, AT+CHUP); without tell they come later.
func (m *Modem) hangUpAll(tell bool) result {
	m.turn.flushAll(time.Now())
	var lines []block
	waits := func(c *Caller) bool { return c.stat == waitingCall }
	for _, c := range slices.DeleteFunc(slices.Clone(m.calls), waits) { // who waits rings then
		if tell && m.knows("call ends here") {
			lines = append(lines, m.line("call ends here", c.talkTime()))
		}
		m.release(c, c.endedHere(), tell)
	}
	return okay(lines...)
}

// endedHere is the end of a call that the program ends now.
func (c *Caller) endedHere() End {
	if c.stat == ringing || c.stat == waitingCall {
		return EndedRejected
	}
	return EndedByProgram
}

// listCalls is AT+CLCC. A connection for data is a call to an LTE modem, with
// mode 1, and comes first: it is older.
func listCalls(m *Modem, _ command) result {
	var lines []block
	if m.cfg.DataBearer {
		lines = append(lines, m.line("+CLCC data", 1))
	}
	for _, c := range m.calls {
		lines = append(lines, c.listing())
	}
	return okay(lines...)
}

// holdCalls is AT+CHLD (27.007, 7.13; 22.030, 6.5.5): 0 ends the calls on hold
// or refuses the one that waits; 1 ends the active ones, 2 puts them on hold,
// and both take the other one; 1x ends call x; 2x puts all but call x on hold.
// It is an error where there is nothing to do.
func holdCalls(m *Modem, c command) result {
	const notAllowed = 3
	if len(c.args) != 1 || c.args[0].quoted {
		return failed
	}
	n, err := strconv.Atoi(c.args[0].text)
	if err != nil {
		return failed
	}
	other := m.find(waitingCall)
	if other == nil {
		other = m.find(held)
	}
	done := false
	switch {
	case n == 0:
		done = m.releaseHeld()
	case n == 1:
		done = m.endStates(active)
		done = m.retrieve(other) || done
	case n == 2:
		done = m.holdActive(nil)
		done = m.retrieve(other) || done
	case n > 10 && n < 20:
		if one := m.byID(n - 10); one != nil {
			m.finish(one, one.endedHere())
			done = true
		}
	case n > 20 && n < 30:
		if one := m.byID(n - 20); one != nil && !one.connected.IsZero() {
			m.holdActive(one)
			m.retrieve(one)
			done = true
		}
	}
	if !done {
		return m.cme(notAllowed)
	}
	return okay()
}

func (m *Modem) byID(id int) *Caller {
	for _, c := range m.calls {
		if c.id == id {
			return c
		}
	}
	return nil
}

// releaseHeld refuses a waiting call, or else ends those on hold.
func (m *Modem) releaseHeld() bool {
	if c := m.find(waitingCall); c != nil {
		m.finish(c, EndedBusy)
		return true
	}
	return m.endStates(held)
}

func (m *Modem) endStates(s callState) bool {
	done := false
	for c := m.find(s); c != nil; c = m.find(s) {
		m.finish(c, EndedByProgram)
		done = true
	}
	return done
}

func (m *Modem) holdActive(but *Caller) bool {
	done := false
	for _, c := range m.calls {
		if c.stat == active && c != but {
			c.stat = held
			c.changed()
			done = true
		}
	}
	return done
}

// retrieve makes a waiting or held call active. One that waited is answered by
// it, and says so as after ATA.
func (m *Modem) retrieve(c *Caller) bool {
	if c == nil || c.end != 0 {
		return false
	}
	if c.connected.IsZero() {
		m.connect(c)
		if m.fam.begins != nil {
			m.queue(m.fam.begins(c))
		}
	}
	c.stat = active
	c.changed()
	return true
}

// setWaiting is AT+CCWA=n[,mode[,class]]: n for the line by itself, mode for
// the service in the network, of which 2 asks (27.007, 7.12).
func setWaiting(m *Modem, c command) result {
	if len(c.args) > 3 {
		return failed
	}
	n, mode := m.set.ccwa, -1
	var ok bool
	if c.args[0].given() {
		if n, ok = c.args[0].number(0, 1); !ok {
			return failed
		}
	}
	if len(c.args) > 1 && c.args[1].given() {
		if mode, ok = c.args[1].number(0, 2); !ok {
			return failed
		}
	}
	m.set.ccwa = n
	switch mode {
	case 2:
		status := 0
		if m.cfg.CallWaiting {
			status = 1
		}
		return okay(m.line("+CCWA status", status))
	case 0, 1:
		m.cfg.CallWaiting = mode == 1
	}
	return okay()
}

// askNetwork is the time of a request to the network.
func askNetwork(m *Modem, c command) time.Duration {
	if c.op != opSet || len(c.args) < 2 {
		return 0
	}
	return m.delivery.between(500*time.Millisecond, 4*time.Second)
}
