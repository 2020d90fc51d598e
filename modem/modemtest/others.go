package modemtest

import "time"

// linesTelit is what a Telit HE910 sends. Its calls are counted from 0.
var linesTelit = lines27007.with(lines{
	"#ECAM":       {{"\r\n#ECAM: %d,%d,1,,,\r\n", "calls-072"}},
	"#ECAM to":    {{"\r\n#ECAM: %d,%d,1,,,\"%s\",%d\r\n", "calls-071"}},
	"#ECAM?":      {{"\r\n#ECAM: %d\r\n", "Telit manual, AT#ECAM"}},
	"#ECAM=?":     {{"\r\n#ECAM: (0,1)\r\n", "Telit manual, AT#ECAM"}},
	"digit":       {{"\r\n#DTMFEV: %c\r\n", "dtmf-026"}},
	"digit begin": {{"\r\n#DTMFEV: %c,1\r\n", "dtmf-027"}},
	"digit over":  {{"\r\n#DTMFEV: %c,0\r\n", "Telit manual, AT#DTMF"}},
	"#DTMF?":      {{"\r\n#DTMF: %d\r\n", "Telit manual, AT#DTMF"}},
	"#DTMF=?":     {{"\r\n#DTMF: (0-2)\r\n", "Telit manual, AT#DTMF"}},
	"#PCT":        {{"\r\n#PCT: %d\r\n", "Telit manual, AT#PCT"}},
	"#QSS":        {{"\r\n#QSS: %d\r\n", "Telit manual, AT#QSS"}},
	"#QSS?":       {{"\r\n#QSS: %d,%d\r\n", "Telit manual, AT#QSS"}},
	"#QSS=?":      {{"\r\n#QSS: (0-2)\r\n", "Telit manual, AT#QSS"}},
	"#CCID":       {{"\r\n#CCID: %s\r\n", "Telit manual, AT#CCID"}},
})

// telit is the Telit HE910-D.
func telit() *family {
	return &family{
		name: "Telit", lines: linesTelit, commands: commandsTelit(), defaults: settings27007,
		manufacturer: "Telit", model: "HE910-D", revision: "12.00.004", imei: "004999010640067",
		access:      access3G,
		onCallState: telitCalls,
		tellsEnd:    endsFromAfar,
		digit:       telitDigit,
		onSIM:       telitSIM,
	}
}

// ecamStates are the states of #ECAM.
var ecamStates = map[callState]int{
	released: 0, dialing: 1, alerting: 2, active: 3, held: 4, waitingCall: 5, ringing: 6,
}

// telitCalls is what AT#ECAM=1 asks for. The number stands where a call is
// dialled only.
func telitCalls(m *Modem, c *Caller) {
	if m.set.ecam == 0 {
		return
	}
	c.listed = true
	if c.stat == dialing {
		number, toa := c.shownNumber()
		m.queue(m.line("#ECAM to", c.id-1, ecamStates[c.stat], number, toa))
		return
	}
	m.queue(m.line("#ECAM", c.id-1, ecamStates[c.stat]))
}

// telitDigit tells of a key twice with AT#DTMF=2, of its beginning and its end.
// Here both come when it is over.
func telitDigit(m *Modem, key byte) []block {
	if m.set.ddet != 2 {
		return plainDigit(m, key)
	}
	return []block{m.line("digit begin", key), m.line("digit over", key)}
}

// telitSIM is what AT#QSS asks for: with 1 whether there is a card, with 2 how
// far it is too.
func telitSIM(m *Modem, there bool) {
	if m.set.qss > 0 {
		m.queue(m.line("#QSS", bit(there)))
	}
}

// commandsTelit are those of the Telit manual.
func commandsTelit() map[string]spec {
	all := commands27007()
	delete(all, "+CCID")
	qss := numbers("#QSS", 1, field{func(s *settings) *int { return &s.qss }, 0, 2})
	qss.read = func(m *Modem, _ command) result {
		return okay(m.line("#QSS?", m.set.qss, bit(m.sim.State != SIMAbsent)))
	}
	return withCommands(all, []spec{
		qss,
		tones(toneRules{unit: 10 * time.Millisecond, most: 255, bare: true}),
		numbers("#ECAM", 1, field{func(s *settings) *int { return &s.ecam }, 0, 1}),
		numbers("#DTMF", 1, field{func(s *settings) *int { return &s.ddet }, 0, 2}),
		{name: "#PCT", exec: func(m *Modem, _ command) result {
			if m.sim.State == SIMPUK {
				return okay(m.line("#PCT", m.sim.PUKTries))
			}
			return okay(m.line("#PCT", m.sim.PINTries))
		}},
		{
			name: "#CCID", needs: needSIM,
			exec: func(m *Modem, _ command) result { return okay(m.line("#CCID", m.sim.ICCID)) },
			test: func(*Modem, command) result { return okay() },
		},
		rebooting("#REBOOT"),
	})
}

// linesUblox is what a u-blox SARA sends.
var linesUblox = lines27007.with(lines{
	"+UCALLSTAT":     {{"\r\n+UCALLSTAT: %d,%d\r\n", "calls-075"}},
	"+UCALLSTAT?":    {{"\r\n+UCALLSTAT: %d\r\n", "u-blox manual, AT+UCALLSTAT"}},
	"+UCALLSTAT=?":   {{"\r\n+UCALLSTAT: (0,1)\r\n", "u-blox manual, AT+UCALLSTAT"}},
	"digit":          {{"\r\n+UUDTMFD: %c\r\n", "dtmf-028"}},
	"+UDTMFD?":       {{"\r\n+UDTMFD: %d,%d\r\n", "u-blox manual, AT+UDTMFD"}},
	"+UDTMFD=?":      {{"\r\n+UDTMFD: (0-1),(1-3)\r\n", "u-blox manual, AT+UDTMFD"}},
	"+CREG cell":     {{"\r\n+CREG: %d,\"%s\",\"%s\",%d\r\n", "u-blox manual, AT+CREG"}},
	"+UCALLSTAT tch": {{"\r\n+UCALLSTAT: %d,7\r\n", "calls-076"}},
})

// ublox is the u-blox SARA-U201.
func ublox() *family {
	return &family{
		name: "u-blox", lines: linesUblox, commands: commandsUblox(), defaults: settingsUblox,
		manufacturer: "u-blox", model: "SARA-U201", revision: "23.60", imei: "004999010640075",
		access:      access3G,
		onCallState: ubloxCalls,
		tellsEnd:    endsFromAfar,
		digit:       plainDigit,
	}
}

func settingsUblox() settings {
	s := settings27007()
	s.udtmfdMode = 1
	return s
}

// ubloxCalls is what AT+UCALLSTAT=1 asks for. The states are those of +CLCC,
// with 6 at the end and 7 when a dialled call has a channel.
func ubloxCalls(m *Modem, c *Caller) {
	if m.set.ucallstat == 0 {
		return
	}
	c.listed = true
	if c.stat == alerting { // the channel is there before it rings
		m.queue(m.line("+UCALLSTAT tch", c.id))
	}
	m.queue(m.line("+UCALLSTAT", c.id, int(c.stat)))
}

// commandsUblox are those of the u-blox manual, in which AT+CFUN=16 is a reset.
func commandsUblox() map[string]spec {
	all := commands27007()
	power := all["+CFUN"]
	change := power.set
	power.set = func(m *Modem, c command) result {
		if len(c.args) == 1 && c.args[0].text == "16" {
			return m.reboot("AT+CFUN=16")
		}
		return change(m, c)
	}
	return withCommands(all, []spec{
		power,
		numbers("+UCALLSTAT", 1, field{func(s *settings) *int { return &s.ucallstat }, 0, 1}),
		numbers("+UDTMFD", 1, field{func(s *settings) *int { return &s.ddet }, 0, 1},
			field{func(s *settings) *int { return &s.udtmfdMode }, 1, 3}),
	})
}
