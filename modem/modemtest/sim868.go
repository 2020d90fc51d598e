package modemtest

import (
	"slices"
	"time"
)

// sim868 is the SIMCom SIM868 on a UART.
func sim868() *family {
	set := func(m *Modem) bool { return m.set.ipr != 0 }
	return &family{
		name:         "SIM868",
		lines:        linesSIM868,
		commands:     commandsSIM868(),
		defaults:     settings27007,
		manufacturer: "SIMCOM_Ltd", model: "SIMCOM_SIM868", revision: "1418B06SIM868M32_BT", imei: "004999010640026",
		access:      accessGSM,
		uart:        true,
		onCallState: sim868Calls,
		tellsEnd:    endsFromAfar,
		digit:       timedDigit,
		start: []startLine{
			{after: 500 * time.Millisecond, name: "start", when: set},
			{after: 1100 * time.Millisecond, name: "+CFUN on", when: set},
			{after: 1800 * time.Millisecond, name: "+CPIN READY", sim: true, when: set},
			{after: 4300 * time.Millisecond, name: "Call Ready", sim: true, when: set},
			{after: 5200 * time.Millisecond, name: "SMS DONE", sim: true, when: set},
		},
	}
}

// sim868Calls is what AT+CLCC=1 and AT+MORING=1 ask for. The latter tells how a
// call that was dialled gets on.
func sim868Calls(m *Modem, c *Caller) {
	if m.set.moring == 1 && !c.incoming {
		switch {
		case c.stat == alerting:
			m.queue(m.line("MO RING"))
		case c.stat == active && !c.told:
			c.told = true
			m.queue(m.line("MO CONNECTED"))
		}
	}
	listByItself(m, c)
}

// timedDigit shows how long the key was pressed with the report mode 1 of
// AT+DDET. Within the interval of AT+DDET the same key is told of once.
func timedDigit(m *Modem, key byte) []block {
	now, v := time.Now(), &m.vendor
	again := key == v.lastKey && now.Sub(v.lastKeyAt) < time.Duration(m.set.ddetInterval)*time.Millisecond
	if again {
		return nil
	}
	v.lastKey, v.lastKeyAt = key, now
	if m.set.ddetMode == 1 {
		return []block{m.line("digit timed", key, m.cfg.Tone.Milliseconds())}
	}
	return plainDigit(m, key)
}

// commandsSIM868 are those of the SIM800 manual. There is no LTE.
func commandsSIM868() map[string]spec {
	clcc := numbers("+CLCC", 1, field{func(s *settings) *int { return &s.clcc }, 0, 1})
	clcc.exec = listCalls
	all := commands27007()
	for _, name := range []string{"+CEREG", "+CVHU", "+CPINR"} {
		delete(all, name)
	}
	detect := numbers("+DDET", 1,
		field{func(s *settings) *int { return &s.ddet }, 0, 1},
		field{func(s *settings) *int { return &s.ddetInterval }, 0, 10000},
		field{func(s *settings) *int { return &s.ddetMode }, 0, 1},
		field{func(s *settings) *int { return &s.ddetTones }, 0, 1})
	detect.needs = needSIM
	return withCommands(all, []spec{
		clcc, detect, baudRate(), simcomTries(),
		numbers("+MORING", 1, field{func(s *settings) *int { return &s.moring }, 0, 1}),
		{name: "I", exec: func(m *Modem, _ command) result { return okay(m.line("I", "SIM868", "R14.18")) }},
	})
}

// baudRate is AT+IPR. A rate that was set is kept by AT&W; 0 is found anew by
// the first command.
func baudRate() spec {
	s := numbers("+IPR", 1, field{func(s *settings) *int { return &s.ipr }, 0, 460800})
	set := s.set
	s.set = func(m *Modem, c command) result {
		rates := []int{0, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800}
		if n, ok := c.args[0].number(0, 460800); !ok || !slices.Contains(rates, n) {
			return failed
		}
		return set(m, c)
	}
	return s
}

// Undervoltage makes the supply sag, as a burst of the transmitter does with a
// weak one: a modem whose family warns of it does, and starts anew a moment
// later, in the middle of a call too.
func (m *Modem) Undervoltage() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.knows("undervoltage") {
		m.queue(m.line("undervoltage"))
	}
	m.later(200*time.Millisecond, m.startAnew)
}
