package modemtest

import (
	"strconv"
	"time"
)

const (
	maxPINTries = 3
	maxPUKTries = 10
)

// simTrouble returns the equipment error that the SIM is in the way with.
func (m *Modem) simTrouble() (code int, ok bool) {
	const absent, wantsPIN, wantsPUK, busy = 10, 11, 12, 14 // 27.007, 9.2.1
	switch {
	case m.sim.State == SIMAbsent:
		return absent, true
	case m.sim.Busy > 0 && time.Now().Before(m.slot.since.Add(m.sim.Busy)):
		return busy, true
	case m.sim.State == SIMPIN:
		return wantsPIN, true
	case m.sim.State == SIMPUK:
		return wantsPUK, true
	}
	return 0, false
}

// simCommands are those of 27.007, 8, about power and the SIM.
func simCommands() []spec {
	return []spec{
		{
			name: "+CFUN",
			read: func(m *Modem, _ command) result { return okay(m.line("+CFUN?", m.power)) },
			test: func(m *Modem, _ command) result { return okay(m.line("+CFUN=?")) },
			set:  setPower,
			took: taking(300*time.Millisecond, 2*time.Second),
		},
		{
			name: "+CPIN",
			read: readPIN,
			test: func(*Modem, command) result { return okay() },
			set:  enterPIN,
			took: func(m *Modem, c command) time.Duration {
				if c.op != opSet {
					return 0
				}
				return m.delivery.between(300*time.Millisecond, 1500*time.Millisecond)
			},
		},
		{
			name: "+CPINR",
			exec: func(m *Modem, _ command) result { return okay(m.pinTries(), m.pukTries()) },
			test: func(*Modem, command) result { return okay() },
			set:  readTries,
		},
	}
}

func (m *Modem) pinTries() block {
	return m.line("+CPINR", "SIM PIN", m.sim.PINTries, maxPINTries)
}

func (m *Modem) pukTries() block {
	return m.line("+CPINR", "SIM PUK", m.sim.PUKTries, maxPUKTries)
}

// readTries is AT+CPINR="SIM PIN" (27.007, 8.65). The command has no read form.
func readTries(m *Modem, c command) result {
	if len(c.args) != 1 {
		return failed
	}
	switch c.args[0].text {
	case "SIM PIN":
		return okay(m.pinTries())
	case "SIM PUK":
		return okay(m.pukTries())
	}
	return failed
}

// readPIN is AT+CPIN?. A SIM that is not there or not ready yet is an error, one
// that wants a code is an answer (27.007, 8.3).
func readPIN(m *Modem, _ command) result {
	code, trouble := m.simTrouble()
	switch {
	case trouble && m.sim.State == SIMAbsent, code == 14:
		return m.cme(code)
	case m.sim.State == SIMPIN:
		return okay(m.line("+CPIN PIN"))
	case m.sim.State == SIMPUK:
		return okay(m.line("+CPIN PUK"))
	}
	return okay(m.line("+CPIN READY"))
}

// enterPIN is AT+CPIN=pin, or AT+CPIN=puk,newpin (27.007, 8.3).
func enterPIN(m *Modem, c command) result {
	const notAllowed = 3
	code, _ := m.simTrouble()
	switch {
	case m.sim.State == SIMAbsent, code == 14:
		return m.cme(code)
	case m.sim.State == SIMPIN && len(c.args) == 1:
		return m.tryCode(c.args[0].text == m.sim.PIN, &m.sim.PINTries)
	case m.sim.State == SIMPUK && len(c.args) == 2:
		r := m.tryCode(c.args[0].text == m.sim.PUK, &m.sim.PUKTries)
		if !r.bad {
			m.sim.PIN = c.args[1].text
		}
		return r
	}
	return m.cme(notAllowed)
}

// tryCode counts an attempt with a PIN or a PUK. After the last wrong PIN the
// SIM wants its PUK; after the last wrong PUK nothing helps it.
func (m *Modem) tryCode(right bool, tries *int) result {
	const wrong, broken = 16, 13
	if *tries == 0 {
		return m.cme(broken)
	}
	if right {
		m.sim.PINTries, m.sim.PUKTries = maxPINTries, maxPUKTries
		m.sim.State = SIMReady
		m.simBecomesReady()
		return okay()
	}
	*tries--
	if *tries == 0 {
		m.sim.State = SIMPUK
	}
	return m.cme(wrong)
}

// simBecomesReady is what happens by itself after the right PIN: the modem
// reads the card, and registers.
func (m *Modem) simBecomesReady() {
	for _, l := range m.fam.start {
		if l.sim {
			m.laterWithCard(l.after, func() { m.queue(m.line(l.name, l.args...)) })
		}
	}
	m.later(registering, func() { m.register(m.network.registration) })
}

// setPower is AT+CFUN: 0 and 4 switch the radio off, 1 on, and 1,1 starts the
// modem anew (27.007, 8.2).
func setPower(m *Modem, c command) result {
	n, err := strconv.Atoi(c.args[0].text)
	if err != nil || n != 0 && n != 1 && n != 4 || len(c.args) > 2 {
		return failed
	}
	if len(c.args) == 2 {
		reset, ok := c.args[1].number(0, 1)
		if !ok || reset == 1 && n != 1 {
			return failed
		}
		if reset == 1 {
			return m.reboot("AT+CFUN=1,1")
		}
	}
	if n == m.power {
		return okay()
	}
	m.power = n
	if n == 1 {
		m.later(registering, func() { m.register(m.network.registration) })
		return okay()
	}
	m.dropCalls()
	m.register(0)
	return okay()
}
