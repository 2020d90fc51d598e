package modemtest

import "time"

// What the A7670 without calls and messages calls itself.
const (
	dataModel    = "A7670E-LNXY-UBL"
	dataMaker    = "SIMCOM INCORPORATED"
	dataRevision = "23110B01A7670M4A_CUS_UBIA"
	dataBuild    = "A7670M4_B01V01_230724"
	a7670Build   = "A7670M7_B07V01_240927"
)

// a7670 is the SIMCom A7670E-FASE on USB. Its maker's name lacks a word.
func a7670() *family {
	return &family{
		name:         "A7670",
		lines:        linesA7670,
		commands:     commandsA7670(),
		defaults:     settingsA7670,
		manufacturer: "INCORPORATED", model: "A7670E-FASE", revision: "A011B07A7670M7_F", imei: "004999010640018",
		access:      accessLTE,
		onCallState: listByItself,
		begins:      voiceCallBegins,
		late:        true,
		ends:        voiceCallEnds,
		tellsEnd:    endsFromAfar,
		digit:       plainDigit,
		start: []startLine{
			{after: 900 * time.Millisecond, name: "start"},
			{after: 1600 * time.Millisecond, name: "+CPIN READY", sim: true},
			{after: 2900 * time.Millisecond, name: "SMS DONE", sim: true},
			{after: 3700 * time.Millisecond, name: "+CGEV", sim: true},
			{after: 4600 * time.Millisecond, name: "PB DONE", sim: true},
		},
	}
}

func settingsA7670() settings {
	s := settingsSIM7600()
	s.cvhu = 0
	return s
}

// commandsA7670 are those of the SIM7600 without audio on a port, whose
// firmware is of another maker's chip.
func commandsA7670() map[string]spec {
	all := commandsSIM7600()
	for _, name := range []string{
		"+CPCMREG", "+CPCMFRM", "+CPCMBANDWIDTH", "+CATR", "+CSDVC", "+AUTOCSQ",
	} {
		delete(all, name)
	}
	say := func(name string, value func(f fields7670) block) spec {
		return spec{
			name: name,
			exec: func(m *Modem, _ command) result { return okay(value(m.identity7670())) },
			test: func(*Modem, command) result { return okay() },
		}
	}
	return withCommands(all, []spec{
		say("+CGMI", func(f fields7670) block { return f.m.line("+CGMI", f.maker) }),
		say("+CGMM", func(f fields7670) block { return f.m.line("+CGMM", f.model) }),
		say("+CGMR", func(f fields7670) block { return f.m.line("+CGMR", f.revision, f.build) }),
		say("I", func(f fields7670) block { return f.m.line("I", f.all()...) }),
		say("+SIMCOMATI", func(f fields7670) block {
			if f.m.cfg.DataOnly {
				return f.m.line("+SIMCOMATI data", f.all()...)
			}
			return f.m.line("+SIMCOMATI", f.all()...)
		}),
	})
}

// fields7670 is what an A7670 calls itself.
type fields7670 struct {
	m                             *Modem
	maker, model, revision, build string
}

func (m *Modem) identity7670() fields7670 {
	if m.cfg.DataOnly {
		return fields7670{m, dataMaker, dataModel, dataRevision, dataBuild}
	}
	return fields7670{m, m.fam.manufacturer, m.fam.model, m.fam.revision, a7670Build}
}

func (f fields7670) all() []any { return []any{f.maker, f.model, f.revision, f.build, f.m.fam.imei} }
