package modemtest

import (
	"strconv"
	"time"
)

// commandsHuawei are those of the standards that sticks have, and Huawei's own
// as far as chan_dongle, ModemManager and the manuals of the modules know them.
func commandsHuawei() map[string]spec {
	all := commands27007()
	for _, name := range []string{"+CCID", "+CEREG", "+CPINR", "+VTS", "+VTD", "+GCAP"} {
		delete(all, name)
	}
	hold := all["+CHLD"]
	hold.set = holdHuawei
	return withCommands(all, []spec{
		{name: "I", exec: func(m *Modem, _ command) result {
			return okay(m.line("I", m.fam.manufacturer, m.fam.model, m.fam.revision, m.fam.imei))
		}},
		{name: "+GCAP", exec: func(m *Modem, _ command) result { return okay(m.line("+GCAP")) }},
		hold,
		numbers("^CURC", 1, field{func(s *settings) *int { return &s.curc }, 0, 1}),
		{
			name: "^CVOICE",
			read: func(m *Modem, _ command) result { return okay(m.line("^CVOICE?", bit(m.cfg.DataOnly))) },
			test: func(m *Modem, _ command) result { return okay(m.line("^CVOICE=?")) },
		},
		{
			name: "^DDSETEX", set: routeAudio,
			read: func(m *Modem, _ command) result { return okay(m.line("^DDSETEX?", m.vendor.pcmMode)) },
			test: func(m *Modem, _ command) result { return okay(m.line("^DDSETEX=?")) },
		},
		{name: "^DDTMFCFG", set: detectTones},
		{name: "^DTMF", set: sendDTMF},
		{name: "^CPIN", read: readTriesHuawei, test: func(*Modem, command) result { return okay() }},
		{
			name: "^ICCID", needs: needSIM,
			read: func(m *Modem, _ command) result { return okay(m.line("^ICCID", m.sim.ICCID)) },
		},
		{name: "^SYSINFO", exec: readSystem},
		rebooting("^RESET"),
	})
}

// holdHuawei is AT+CHLD with what happens to a stick that is asked to end one
// call by its number before the far side of that rings: it answers nothing from
// then on, though it goes on to report, until it is plugged in anew
// (chan_dongle).
func holdHuawei(m *Modem, c command) result {
	for _, call := range m.calls {
		if call.stat == dialing && c.args[0].text == "1"+strconv.Itoa(call.id) {
			m.vendor.deaf = true
		}
	}
	if m.vendor.deaf {
		return result{wait: deaf{}}
	}
	return holdCalls(m, c)
}

// deaf is a command that never ends: the dialogue drops what is written while
// the modem is deaf.
type deaf struct{}

func (deaf) poll(*Modem, time.Time) (result, bool, time.Time) { return result{}, false, time.Time{} }

func (deaf) abort(*Modem, time.Time) result { return failed }

func (deaf) orphan(*Modem) {}

func (deaf) of() *Caller { return nil }

// routeAudio is AT^DDSETEX: 2 sends the audio of a call to the voice port, once
// there is one that was answered here or dialled. 0 and 1 are other ways.
func routeAudio(m *Modem, c command) result {
	const port = 2
	way, ok := c.args[0].number(0, port)
	if len(c.args) > 1 {
		return m.refused("too many parameters")
	}
	if !ok {
		return failed
	}
	if way != port {
		m.stopStream()
		m.pcm, m.vendor.pcmMode = pcm{}, way
		return okay()
	}
	call := m.talking()
	up := call != nil
	if !up && m.find(dialing, alerting) == nil || up && time.Since(call.connected) < m.cfg.AudioDelay {
		return failed
	}
	m.vendor.pcmMode = port
	m.pcm.on, m.pcm.streaming, m.pcm.armed = true, up, !up
	return okay()
}

// detectTones is AT^DDTMFCFG: 0,1 switches detection on and 1,0 off
// (ModemManager).
func detectTones(m *Modem, c command) result {
	if len(c.args) != 2 {
		return failed
	}
	first, ok := c.args[0].number(0, 1)
	second, good := c.args[1].number(0, 1)
	if !ok || !good || first == second {
		return failed
	}
	m.set.ddet = second
	return okay()
}

// sendDTMF is AT^DTMF=call,key. It takes no A to D, and one key at a time.
func sendDTMF(m *Modem, c command) result {
	const notAllowed, each = 3, 300 * time.Millisecond
	if len(c.args) > 2 {
		return m.refused("too many parameters")
	}
	id, ok := c.args[0].number(1, maxCalls)
	if !ok || len(c.args) != 2 || len(c.args[1].text) != 1 {
		return failed
	}
	key := c.args[1].text
	if !allKeys(key) || key[0] >= 'A' {
		return failed
	}
	call := m.byID(id)
	if call == nil || call.stat != active {
		return m.cme(notAllowed)
	}
	m.tone(call, key, each)
	return okay()
}

// readTriesHuawei is AT^CPIN?: what the SIM wants, how often that may be tried,
// and the attempts that remain of PUK, PIN, PUK2 and PIN2 (MU509 manual).
func readTriesHuawei(m *Modem, _ command) result {
	code, trouble := m.simTrouble()
	if trouble && (m.sim.State == SIMAbsent || code == 14) {
		return m.cme(code)
	}
	wants, times := "READY", ""
	switch m.sim.State {
	case SIMPIN:
		wants, times = "SIM PIN", strconv.Itoa(m.sim.PINTries)
	case SIMPUK:
		wants, times = "SIM PUK", strconv.Itoa(m.sim.PUKTries)
	case SIMReady, SIMAbsent:
	}
	return okay(m.line("^CPIN", wants, times, m.sim.PUKTries, m.sim.PINTries))
}

// readSystem is AT^SYSINFO: service, domain, roaming, mode (5 is WCDMA), SIM.
func readSystem(m *Modem, _ command) result {
	service, domain := 0, 255
	if m.network.registered() {
		service, domain = 2, 3
	}
	sim := 1
	if m.sim.State == SIMAbsent {
		sim = 255
	}
	return okay(m.line("^SYSINFO", service, domain, sim))
}
