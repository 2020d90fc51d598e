package modemtest

import "slices"

// messageCommands are the settings of 27.005, and the list of an empty store.
// AT+CMGS, AT+CMGR, AT+CMGD and AT+CNMA join here with a store of messages;
// until then they are commands that this modem does not know.
func messageCommands() []spec {
	cnmi := func(i int) func(*settings) *int { return func(s *settings) *int { return &s.cnmi[i] } }
	list := []spec{
		numbers("+CMGF", 1, field{func(s *settings) *int { return &s.cmgf }, 0, 1}),
		numbers("+CNMI", 0, field{cnmi(0), 0, 2}, field{cnmi(1), 0, 3}, field{cnmi(2), 0, 2},
			field{cnmi(3), 0, 2}, field{cnmi(4), 0, 1}),
		{
			name: "+CSMS",
			read: func(m *Modem, _ command) result { return okay(m.line("+CSMS?", m.set.csms)) },
			test: func(m *Modem, _ command) result { return okay(m.line("+CSMS=?")) },
			set: func(m *Modem, c command) result {
				r := m.setNumbers(c.args, 1, []field{{func(s *settings) *int { return &s.csms }, 0, 1}})
				if r.bad {
					return r
				}
				return okay(m.line("+CSMS"))
			},
		},
		{
			name: "+CPMS",
			read: func(m *Modem, _ command) result {
				p := m.set.cpms
				return okay(m.line("+CPMS?", p[0], storeSizes[p[0]], p[1], storeSizes[p[1]], p[2], storeSizes[p[2]]))
			},
			test: func(m *Modem, _ command) result { return okay(m.line("+CPMS=?")) },
			set:  chooseStores,
		},
		{
			name: "+CMGL",
			exec: func(*Modem, command) result { return okay() },
			test: func(m *Modem, _ command) result { return okay(m.line("+CMGL=?")) },
			set:  listMessages,
		},
	}
	for i := range list {
		list[i].needs = needStore
	}
	return list
}

// storeSizes are how many messages the stores hold.
var storeSizes = map[string]int{"SM": 50, "ME": 23}

// chooseStores is AT+CPMS="x","y","z": where messages are read from, written to
// and received into. Those that are left out stay (27.005, 3.2.2).
func chooseStores(m *Modem, c command) result {
	if len(c.args) > len(m.set.cpms) {
		return failed
	}
	stores := m.set.cpms
	for i, a := range c.args {
		if !a.quoted || storeSizes[a.text] == 0 {
			return final(m.line("+CMS ERROR", 302)) // 27.005, 3.2.5: operation not allowed
		}
		stores[i] = a.text
	}
	m.set.cpms = stores
	return okay(m.line("+CPMS", storeSizes[stores[0]], storeSizes[stores[1]], storeSizes[stores[2]]))
}

// listMessages is strict about the mode: AT+CMGL=4 is for PDU mode, and
// AT+CMGL="ALL" for text mode (27.005, 3.4.2 and 4.1).
func listMessages(m *Modem, c command) result {
	const invalidPDU, invalidText = 304, 305
	if len(c.args) != 1 {
		return failed
	}
	if m.set.cmgf == 1 {
		states := []string{"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"}
		if !c.args[0].quoted || !slices.Contains(states, c.args[0].text) {
			return final(m.line("+CMS ERROR", invalidText))
		}
		return okay()
	}
	if _, ok := c.args[0].number(0, 4); !ok {
		return final(m.line("+CMS ERROR", invalidPDU))
	}
	return okay()
}
