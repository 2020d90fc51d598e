package modemtest

import "time"

// sim7600 is the SIMCom SIM7600E-H on USB.
func sim7600() *family {
	return &family{
		name:         "SIM7600",
		lines:        linesSIM7600,
		commands:     commandsSIM7600(),
		defaults:     settingsSIM7600,
		manufacturer: "SIMCOM INCORPORATED", model: "SIMCOM_SIM7600E-H",
		revision: "LE20B03SIM7600M22", imei: "004999010640000",
		audio: &audioFormat{
			rate: 8000, wideRate: 16000,
			// 640 bytes by the manual's example, 320 by a driver that works.
			bursts: []time.Duration{40 * time.Millisecond, 20 * time.Millisecond},
		},
		access:      accessLTE,
		onCallState: listByItself,
		begins:      voiceCallBegins,
		late:        true,
		ends:        voiceCallEnds,
		digit:       plainDigit,
		start: []startLine{
			{after: 800 * time.Millisecond, name: "start"},
			{after: 1500 * time.Millisecond, name: "+CPIN READY", sim: true},
			{after: 2600 * time.Millisecond, name: "SMS DONE", sim: true},
			{after: 4100 * time.Millisecond, name: "PB DONE", sim: true},
		},
	}
}

// listByItself is what AT+CLCC=1 asks for: the call's line whenever its state
// changes, with 6 at the end.
func listByItself(m *Modem, c *Caller) {
	if m.set.clcc == 1 {
		c.listed = true
		m.queue(c.listing())
	}
}

// voiceCallBegins and voiceCallEnds are SIMCom's own lines about calls. Of a
// call that was not connected there is no end.
func voiceCallBegins(c *Caller) block { return c.m.line("call begins") }

func voiceCallEnds(c *Caller) []block {
	if c.connected.IsZero() {
		return nil
	}
	return []block{c.m.line("call ends", c.talkTime())}
}

// plainDigit is a line that shows the key as itself.
func plainDigit(m *Modem, key byte) []block { return []block{m.line("digit", key)} }

// commandsSIM7600 are the commands of the standards, and those of the SIM7600
// manual and its audio application note that have to do with calls.
func commandsSIM7600() map[string]spec {
	upTo := func(hi int, name string, at func(*settings) *int) spec {
		return numbers(name, 1, field{at, 0, hi})
	}
	clcc := upTo(1, "+CLCC", func(s *settings) *int { return &s.clcc })
	clcc.exec = listCalls
	all := commands27007()
	delete(all, "+CCID")
	return withCommands(all, []spec{
		clcc,
		upTo(1, "+DDET", func(s *settings) *int { return &s.ddet }),
		routeReports(),
		rebooting("+CRESET"),
		upTo(1, "+CPCMFRM", func(s *settings) *int { return &s.pcmFRM }),
		numbers("+CPCMBANDWIDTH", 2, field{func(s *settings) *int { return &s.pcmVoLTE }, 0, 1},
			field{func(s *settings) *int { return &s.pcmNoVoLTE }, 0, 1}),
		outputs(),
		autoSignal(),
		networkMode(),
		{
			name: "+CPCMREG", set: switchAudio,
			read: func(m *Modem, _ command) result { return okay(m.line("+CPCMREG?", bit(m.pcm.on))) },
			test: func(m *Modem, _ command) result { return okay(m.line("+CPCMREG=?")) },
		},
		{
			name: "I", exec: func(m *Modem, _ command) result {
				return okay(m.line("I", m.fam.manufacturer, m.fam.model, m.fam.revision, m.fam.imei))
			},
		},
		{
			name: "+SIMCOMATI",
			exec: func(m *Modem, _ command) result {
				f := m.fam
				return okay(m.line("+SIMCOMATI", f.manufacturer, f.model, f.revision, f.revision+"_V1.01", f.imei))
			},
		},
		{
			name: "+CICCID", needs: needSIM,
			exec: func(m *Modem, _ command) result { return okay(m.line("+CICCID", m.sim.ICCID)) },
			test: func(*Modem, command) result { return okay() },
		},
		simcomTries(),
	})
}

// simcomTries is AT+SPIC: the attempts that remain of PIN and PUK, and those of
// PIN2 and PUK2, which nobody has tried. Their order is a family's own.
func simcomTries() spec {
	return spec{
		name: "+SPIC",
		exec: func(m *Modem, _ command) result { return okay(m.line("+SPIC", m.sim.PINTries, m.sim.PUKTries)) },
		test: func(*Modem, command) result { return okay() },
	}
}

// withCommands adds specs to a table.
func withCommands(all map[string]spec, more []spec) map[string]spec {
	for _, s := range more {
		all[s.name] = s
	}
	return all
}

func bit(on bool) int {
	if on {
		return 1
	}
	return 0
}

// catrPorts are the ports of AT+CATR: 0 is all, 2 the modem port and 3 the one
// for commands. The UART (1) and those of a multiplexer (4 to 7) lead nowhere on
// USB.
var catrPorts = [...]Reports{
	ReportsOnBoth, reportsNowhere, ReportsOnSecond, ReportsOnFirst,
	reportsNowhere, reportsNowhere, reportsNowhere, reportsNowhere,
}

// routeReports is AT+CATR.
func routeReports() spec {
	s := numbers("+CATR", 1, field{func(s *settings) *int { return &s.catr }, 0, 7})
	set := s.set
	s.set = func(m *Modem, c command) result {
		r := set(m, c)
		if !r.bad {
			m.set.reports = catrPorts[m.set.catr]
		}
		return r
	}
	return s
}

// outputs is AT+CSDVC: 1 is the handset, 3 the speaker.
func outputs() spec {
	s := numbers("+CSDVC", 1, field{func(s *settings) *int { return &s.csdvc }, 1, 3})
	set := s.set
	s.set = func(m *Modem, c command) result {
		if c.args[0].text == "2" {
			return failed
		}
		return set(m, c)
	}
	return s
}

// autoSignal is AT+AUTOCSQ=auto,mode: +CSQ by itself, every five seconds or
// with mode 1 when it changes.
func autoSignal() spec {
	s := numbers("+AUTOCSQ", 1, field{func(s *settings) *int { return &s.autoCSQ }, 0, 1},
		field{func(s *settings) *int { return &s.autoCSQChanged }, 0, 1})
	set := s.set
	s.set = func(m *Modem, c command) result {
		was := m.set.autoCSQ == 1 && m.set.autoCSQChanged == 0
		r := set(m, c)
		if !r.bad && !was && m.set.autoCSQ == 1 && m.set.autoCSQChanged == 0 {
			m.later(signalEvery, m.signalAgain)
		}
		return r
	}
	return s
}

const signalEvery = 5 * time.Second

func (m *Modem) signalAgain() {
	if m.set.autoCSQ == 1 && m.set.autoCSQChanged == 0 {
		m.queue(m.signal())
		m.later(signalEvery, m.signalAgain)
	}
}

// networkMode is AT+CNSMOD: the read form has the mode too, and with 1 the mode
// comes by itself when it changes.
func networkMode() spec {
	s := numbers("+CNSMOD", 1, field{func(s *settings) *int { return &s.cnsmod }, 0, 1})
	s.read = func(m *Modem, _ command) result { return okay(m.line("+CNSMOD?", m.set.cnsmod, m.network.mode)) }
	return s
}

// switchAudio is AT+CPCMREG. 1 is an error before a call is connected, and for
// a while after it in some firmwares; 0 switches off, and 0,1 when the call
// stops.
func switchAudio(m *Modem, c command) result {
	on, ok := c.args[0].number(0, 1)
	if !ok || len(c.args) > 2 || on == 1 && len(c.args) > 1 {
		return failed
	}
	if on == 0 {
		if len(c.args) == 2 {
			if _, ok := c.args[1].number(0, 1); !ok {
				return failed
			}
			if c.args[1].text == "1" && m.pcm.streaming {
				m.pcm.last = true
				return okay()
			}
		}
		m.stopStream()
		m.pcm = pcm{}
		return okay()
	}
	call := m.find(active)
	if call == nil || time.Since(call.connected) < m.cfg.AudioDelay {
		return failed
	}
	begun := m.pcm.streaming && m.pcm.begun
	m.pcm = pcm{on: true, streaming: true, begun: begun}
	return okay()
}
