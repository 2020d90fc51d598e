package modemtest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// ec25 is the Quectel EC25-E on USB.
func ec25() *family {
	f := quectel("EC25", linesEC25, commandsEC25())
	f.model, f.revision, f.imei = "EC25", "EC25EFAR06A03M4G", "004999010640034"
	f.onCallState = quectelCalls
	f.audio = &audioFormat{
		rate: 8000, wideRate: 8000,
		bursts: []time.Duration{40 * time.Millisecond},
		// A driver that works writes 100 ms at a time. How much the modem keeps
		// is known from no source.
		ahead: 400 * time.Millisecond, busy: 200 * time.Millisecond, ready: 100 * time.Millisecond,
	}
	return f
}

// quectel is what the makers' modems have in common.
func quectel(name string, all lines, commands map[string]spec) *family {
	return &family{
		name: name, lines: all, commands: commands,
		defaults:     settingsQuectel,
		manufacturer: "Quectel",
		access:       accessLTE,
		tellsEnd:     endsFromAfar,
		onSIM:        quectelSIM,
		onSignal:     quectelSignal,
		digit:        plainDigit,
		start: []startLine{
			{after: 700 * time.Millisecond, name: "start"},
			{after: 1200 * time.Millisecond, name: "+CFUN on"},
			{after: 1900 * time.Millisecond, name: "+CPIN READY", sim: true},
			{after: 2300 * time.Millisecond, name: "+QUSIM", sim: true},
			{after: 4200 * time.Millisecond, name: "SMS DONE", sim: true},
			{after: 6100 * time.Millisecond, name: "PB DONE", sim: true},
		},
	}
}

// endsFromAfar is for modems of which no log shows NO CARRIER after AT+CHUP: it
// comes at times only.
func endsFromAfar(m *Modem, c *Caller) bool {
	own := c.end == EndedByProgram || c.end == EndedRejected && c.incoming
	return !own || m.delivery.chance(2)
}

func settingsQuectel() settings {
	s := settings27007()
	s.cnmi = [5]int{2, 1, 0, 0, 0}
	s.qind[qindAll] = 1
	return s
}

// qindKinds are what AT+QINDCFG switches (EC25 manual).
var qindKinds = [...]string{"all", "csq", "smsfull", "ring", "smsincoming", "act", "ccinfo"}

const (
	qindAll    = 0
	qindCSQ    = 1
	qindCCInfo = 6
)

// indicates reports whether +QIND of this kind is wanted.
func (m *Modem) indicates(kind int) bool { return m.set.qind[qindAll] == 1 && m.set.qind[kind] == 1 }

// dsciStates are the states of ^DSCI, which are not those of +CLCC.
var dsciStates = map[callState]int{
	held: 1, dialing: 2, active: 3, ringing: 4, waitingCall: 5, released: 6, alerting: 7,
}

// quectelCalls is what AT^DSCI=1 and AT+QINDCFG="ccinfo",1 ask for. The states
// of the latter are those of +CLCC, and -1 at the end.
func quectelCalls(m *Modem, c *Caller) {
	number, toa := c.shownNumber()
	if m.set.dsci == 1 {
		c.listed = true
		m.queue(m.line("^DSCI", c.id, bit(c.incoming), dsciStates[c.stat], number, toa))
	}
	if m.indicates(qindCCInfo) {
		c.listed = true
		state := int(c.stat)
		if c.stat == released {
			state = -1
		}
		m.queue(m.line("ccinfo", c.id, bit(c.incoming), state, number, toa))
	}
}

func quectelSignal(m *Modem) {
	if m.indicates(qindCSQ) {
		m.queue(m.line("QIND csq", m.network.rssi, m.network.ber))
	}
}

// indications is AT+QINDCFG="kind"[,on[,save]].
func indications(kinds []string) handler {
	return func(m *Modem, c command) result {
		kind := slices.Index(kinds, c.args[0].text)
		if kind < 0 || !c.args[0].quoted || len(c.args) > 3 {
			return failed
		}
		return configureIndication(m, c, kind)
	}
}

func configureIndication(m *Modem, c command, kind int) result {
	if len(c.args) == 1 {
		return okay(m.line("+QINDCFG", qindKinds[kind], m.set.qind[kind]))
	}
	on, ok := c.args[1].number(0, 1)
	save := 0
	if ok && len(c.args) == 3 {
		save, ok = c.args[2].number(0, 1)
	}
	if !ok {
		return failed
	}
	m.set.qind[kind] = on
	if save == 1 {
		m.stored.qind[kind] = on
	}
	return okay()
}

// configureReports is AT+QURCCFG="urcport"[,port]. It is forgotten at a restart,
// as the makers of the PinePhone's software found.
func configureReports(m *Modem, c command) result {
	if c.args[0].text != "urcport" || len(c.args) > 2 {
		return failed
	}
	if len(c.args) == 1 {
		return okay(m.line("+QURCCFG", urcPorts[m.set.reports]))
	}
	for to, port := range urcPorts {
		if to != OnePort && port == strings.ToLower(c.args[1].text) {
			m.set.reports = to
			return okay()
		}
	}
	return failed
}

// urcPorts are the ports of AT+QURCCFG.
var urcPorts = map[Reports]string{
	OnePort: "usbat", ReportsOnFirst: "usbat", ReportsOnSecond: "usbmodem", ReportsOnBoth: "all", reportsNowhere: "uart1",
}

// commandsQuectel are the commands that the makers' modems have in common.
func commandsQuectel() map[string]spec {
	all := commands27007()
	delete(all, "+CCID")
	return withCommands(all, []spec{
		tones(toneRules{unit: 100 * time.Millisecond, most: 31}),
		numbers("+VTD", 1, field{func(s *settings) *int { return &s.vtd }, 0, 255},
			field{func(s *settings) *int { return &s.vtdGap }, 0, 255}),
		numbers("+QTONEDET", 1, field{func(s *settings) *int { return &s.ddet }, 0, 1}),
		simStatus(),
		{name: "+QINDCFG", set: indications(qindKinds[:qindCCInfo])},
		{
			name: "+QURCCFG", set: configureReports,
			test: func(m *Modem, _ command) result { return okay(m.line("+QURCCFG=?")) },
		},
		{name: "+CHUP", exec: hangUp, test: func(*Modem, command) result { return okay() }, took: slowHangUp},
		{
			name: "+QHUP", set: hangUpWith, took: slowHangUp,
			test: func(m *Modem, _ command) result { return okay(m.line("+QHUP=?")) },
		},
		{
			name: "+QCCID", needs: needSIM,
			exec: func(m *Modem, _ command) result { return okay(m.line("+QCCID", m.sim.ICCID)) },
			test: func(*Modem, command) result { return okay() },
		},
		{name: "+QPINC", read: readPINC, set: readPINC},
		{name: "+QNWINFO", exec: func(m *Modem, _ command) result {
			if !m.network.registered() {
				return okay(m.line("+QNWINFO off"))
			}
			return okay(m.line("+QNWINFO"))
		}},
	})
}

// simStatus is AT+QSIMSTAT, whose read form has the state of the card too: 1 is
// inserted, 0 removed.
func simStatus() spec {
	s := numbers("+QSIMSTAT", 1, field{func(s *settings) *int { return &s.qsimstat }, 0, 1})
	s.read = func(m *Modem, _ command) result {
		return okay(m.line("+QSIMSTAT?", m.set.qsimstat, bit(m.sim.State != SIMAbsent)))
	}
	return s
}

// quectelSIM is what AT+QSIMSTAT=1 asks for, and what else a card says.
func quectelSIM(m *Modem, there bool) {
	if m.set.qsimstat == 1 {
		m.queue(m.line("+QSIMSTAT", m.set.qsimstat, bit(there)))
	}
	if !there {
		m.queue(m.line("SIM gone"))
	}
}

// readPINC is AT+QPINC? and AT+QPINC="SC": the attempts that remain, of the PIN
// and the PUK. "P2" is PIN2, which nobody has tried.
func readPINC(m *Modem, c command) result {
	sc := m.line("+QPINC", "SC", m.sim.PINTries, m.sim.PUKTries)
	p2 := m.line("+QPINC", "P2", maxPINTries, maxPUKTries)
	switch {
	case c.op == opRead:
		return okay(sc, p2)
	case len(c.args) == 1 && c.args[0].text == "SC":
		return okay(sc)
	case len(c.args) == 1 && c.args[0].text == "P2":
		return okay(p2)
	}
	return failed
}

// slowHangUp is the time of a hang-up, for which the manual allows 90 s.
func slowHangUp(m *Modem, c command) time.Duration {
	if len(m.calls) == 0 || c.op == opTest {
		return 0
	}
	return m.delivery.between(300*time.Millisecond, 8*time.Second)
}

// hangUpWith is AT+QHUP=cause[,call]: the cause is what the far side is told.
func hangUpWith(m *Modem, c command) result {
	const notAllowed, userBusy = 3, 17
	causes := []int{1, 16, userBusy, 18, 21, 27, 31, 88}
	cause, ok := c.args[0].number(1, 88)
	if !ok || !slices.Contains(causes, cause) || len(c.args) > 2 {
		return failed
	}
	which := slices.Clone(m.calls)
	if len(c.args) == 2 {
		id, ok := c.args[1].number(1, maxCalls)
		if !ok {
			return failed
		}
		which = slices.DeleteFunc(which, func(o *Caller) bool { return o.id != id })
	}
	if len(which) == 0 {
		return m.cme(notAllowed)
	}
	for _, call := range which {
		how := call.endedHere()
		if how == EndedRejected && cause == userBusy {
			how = EndedBusy
		}
		m.finish(call, how)
	}
	return okay()
}

// ec200 is the Quectel EC200U-EU on USB. How it reports calls is known from few
// sources: what none of them has is left out.
func ec200() *family {
	commands := maps.Clone(commandsQuectel())
	power := commands["+CFUN"]
	change := power.set
	power.set = func(m *Modem, c command) result {
		if !m.mayWriteFlash() {
			return failed
		}
		return change(m, c)
	}
	commands["+CFUN"] = power
	f := quectel("EC200", linesEC200, commands)
	f.model, f.revision, f.imei = "EC200U", "EC200UEUABR03A01M08", "004999010640042"
	return f
}

// mayWriteFlash counts a change of power, of which the manual of the EC200U
// allows 30 a day for the sake of its flash. A modem that refuses the next one
// is the strict reading of that.
func (m *Modem) mayWriteFlash() bool {
	const most, day = 30, 24 * time.Hour
	now := time.Now()
	m.vendor.powerChanges = slices.DeleteFunc(m.vendor.powerChanges, func(t time.Time) bool { return now.Sub(t) >= day })
	if len(m.vendor.powerChanges) >= most {
		return false
	}
	m.vendor.powerChanges = append(m.vendor.powerChanges, now)
	return true
}
