package modemtest

// basicCommands are those of V.250, 6, without the calls.
func basicCommands() []spec {
	return []spec{
		{name: "E", exec: toggle(func(s *settings, on bool) { s.echo = on })},
		{name: "V", exec: toggle(func(s *settings, on bool) { s.verbose = on })},
		{name: "Q", exec: toggle(func(s *settings, on bool) { s.quiet = on })},
		{name: "Z", exec: profile(func(m *Modem) { m.set = m.stored })},
		{name: "&F", exec: profile(func(m *Modem) { m.set = m.factory() })},
		{name: "&W", exec: profile(func(m *Modem) { m.stored = m.set })},
		{name: "&C", exec: accepted(2)},
		{name: "&D", exec: accepted(2)},
		{name: "X", exec: accepted(4)},
		{name: "O", exec: goOnline},
		fixed("S0", 0), // the modem does not answer by itself
		fixed("S3", '\r'),
		fixed("S4", '\n'),
		fixed("S5", '\b'),
		numbers("+CMEE", 1, field{func(s *settings) *int { return &s.cmee }, 0, 2}),
	}
}

// basicNumber returns the number of a basic command, 0 if there is none
// (V.250, 5.3.1).
func basicNumber(c command, hi int) (int, bool) {
	if !c.args[0].given() {
		return 0, true
	}
	return c.args[0].number(0, hi)
}

func toggle(set func(*settings, bool)) handler {
	return func(m *Modem, c command) result {
		n, ok := basicNumber(c, 1)
		if !ok {
			return failed
		}
		set(&m.set, n == 1)
		return okay()
	}
}

// profile is a command that takes the number 0 or none.
func profile(do func(*Modem)) handler {
	return func(m *Modem, c command) result {
		if _, ok := basicNumber(c, 0); !ok {
			return failed
		}
		do(m)
		return okay()
	}
}

// accepted is a command that changes nothing here: there is no such line on a
// virtual port.
func accepted(hi int) handler {
	return func(_ *Modem, c command) result {
		if _, ok := basicNumber(c, hi); !ok {
			return failed
		}
		return okay()
	}
}

// fixed is an S register that can be read, and written with the value that it
// has.
func fixed(name string, value int) spec {
	return spec{
		name: name,
		read: func(m *Modem, _ command) result { return okay(m.line("S?", value)) },
		set: func(_ *Modem, c command) result {
			if _, ok := c.args[0].number(value, value); !ok {
				return failed
			}
			return okay()
		},
	}
}
