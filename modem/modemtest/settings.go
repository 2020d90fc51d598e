package modemtest

// settings is what commands change and ATZ, AT&F and AT&W move as a whole. It
// is a value: a copy is a profile.
type settings struct {
	manner

	// The numbers of AT+CMEE, AT+CREG and so on, as their manuals have them;
	// of a command with two parameters the two.
	cmee                    int
	creg, cgreg, cereg      int
	copsFormat              int
	autoCSQ, autoCSQChanged int
	cnsmod                  int
	clip, colp, cnap, crc   int
	ccwa                    int
	clcc                    int // 1: the list comes by itself
	cssi, cssu              int
	cvhu                    int
	ddet                    int
	vtd                     int
	clvl, csdvc, catr       int
	cmgf                    int
	cnmi                    [5]int
	cpms                    [3]string
	cscs                    string
	csms                    int
	reports                 Reports
	pcmFRM                  int // 1: 16 kHz
	pcmVoLTE, pcmNoVoLTE    int // 0: 16 kHz, 1: 8 kHz

	// SIM800
	ddetMode, ddetInterval, ddetTones int // of AT+DDET
	moring, ipr                       int

	// Huawei
	curc int

	// Telit and u-blox
	ecam, qss, ucallstat, udtmfdMode int

	// Quectel
	dsci, qsimstat int
	vtdGap         int
	qind           [len(qindKinds)]int
}

// manner is how one AT port speaks: ATE, ATV and ATQ. In Modem.set it is that
// of the port whose command is being executed.
type manner struct{ echo, verbose, quiet bool }

// settings27007 are the values after AT&F by the standards.
func settings27007() settings {
	return settings{
		manner: manner{echo: true, verbose: true},
		vtd:    1, clvl: 2, csdvc: 1,
		cpms: [3]string{"SM", "SM", "SM"}, cscs: "GSM",
		pcmNoVoLTE: 1,
	}
}

// settingsSIM7600 are what SIM7600 logs of AT&V show: text mode, hang-up by
// ATH disabled.
func settingsSIM7600() settings {
	s := settings27007()
	s.cvhu = 1
	s.cmgf = 1
	s.cscs = "IRA"
	s.cnmi = [5]int{2, 1, 0, 0, 0}
	return s
}

// field is one number in a command's parameters.
type field struct {
	at     func(*settings) *int
	lo, hi int
}

// numbers makes the spec of a command whose parameters are numbers that are
// kept and can be read back. The first needed ones must be given; a parameter
// that is left out keeps its value.
func numbers(name string, needed int, fields ...field) spec {
	return spec{
		name: name,
		set:  func(m *Modem, c command) result { return m.setNumbers(c.args, needed, fields) },
		read: func(m *Modem, _ command) result {
			values := make([]any, len(fields))
			for i, f := range fields {
				values[i] = *f.at(&m.set)
			}
			return okay(m.line(name+"?", values...))
		},
		test: func(m *Modem, _ command) result { return okay(m.line(name + "=?")) },
	}
}

// setNumbers changes all or nothing: a parameter that is out of range makes the
// command an error, and what stood before it has no effect.
func (m *Modem) setNumbers(args []arg, needed int, fields []field) result {
	if len(args) > len(fields) {
		return m.refused("too many parameters")
	}
	changed := m.set
	for i, f := range fields {
		switch {
		case i < len(args) && args[i].given():
			n, ok := args[i].number(f.lo, f.hi)
			if !ok {
				return failed
			}
			*f.at(&changed) = n
		case i < needed:
			return failed
		}
	}
	m.set = changed
	return okay()
}
