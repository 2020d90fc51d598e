package modemtest

import "slices"

// identityCommands are those of 27.007, 5.
func identityCommands() []spec {
	say := func(name, key string, needs need, value func(*Modem) string) spec {
		return spec{
			name:  name,
			needs: needs,
			exec:  func(m *Modem, _ command) result { return okay(m.line(key, value(m))) },
			test:  func(*Modem, command) result { return okay() },
		}
	}
	imei := func(m *Modem) string { return m.fam.imei }
	return []spec{
		say("+CGMI", "+CGMI", needNothing, func(m *Modem) string { return m.fam.manufacturer }),
		say("+CGMM", "+CGMM", needNothing, func(m *Modem) string { return m.fam.model }),
		say("+CGMR", "+CGMR", needNothing, func(m *Modem) string { return m.fam.revision }),
		say("+CGSN", "+CGSN", needNothing, imei),
		say("+GSN", "+CGSN", needNothing, imei),
		say("+CIMI", "+CIMI", needSIM, func(m *Modem) string { return m.sim.IMSI }),
		say("+CCID", "+CCID", needSIM, func(m *Modem) string { return m.sim.ICCID }),
		{name: "+GCAP", exec: func(m *Modem, _ command) result { return okay(m.line("+GCAP")) }},
		{name: "I", exec: func(m *Modem, c command) result {
			if _, ok := basicNumber(c, 0); !ok {
				return failed
			}
			return okay(m.line("I", m.fam.manufacturer, m.fam.model, m.fam.revision))
		}},
		{
			name: "+CSCS",
			read: func(m *Modem, _ command) result { return okay(m.line("+CSCS?", m.set.cscs)) },
			test: func(m *Modem, _ command) result { return okay(m.line("+CSCS=?")) },
			set: func(m *Modem, c command) result {
				if len(c.args) != 1 || !c.args[0].quoted || !slices.Contains([]string{"IRA", "GSM", "UCS2"}, c.args[0].text) {
					return failed
				}
				m.set.cscs = c.args[0].text
				return okay()
			},
		},
	}
}
