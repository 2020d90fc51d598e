package modemtest

import (
	"slices"
	"time"
)

// registering is how long the modem takes to find its network.
const registering = 3 * time.Second

// network is what the modem knows of the network. stat is what it reports,
// registration what it will be once it has found it.
type network struct {
	registration int // as +CREG: 27.007, 7.2
	stat         int
	lac, cell    string
	access       int // <AcT> of +CREG: 27.007, 7.2
	mode         int // of +CNSMOD: SIM7600 manual
	rssi, ber    int
	selection    int // <mode> of +COPS
	detached     bool
}

func homeNetwork() network {
	return network{registration: 1, stat: 1, lac: "1A2B", cell: "01A2B3C4", access: 7, mode: 8, rssi: 20, ber: 99}
}

// registered reports whether voice calls are possible.
func (n network) registered() bool { return n.stat == 1 || n.stat == 5 }

// register changes what the modem reports, with the lines that were asked for.
// Without radio or SIM it reports none, whatever the network would give it.
func (m *Modem) register(stat int) {
	if m.power != 1 || m.supply.off {
		stat = 0
	}
	if _, trouble := m.simTrouble(); trouble {
		stat = 0
	}
	if stat == m.network.stat {
		return
	}
	m.network.stat = stat
	m.tellWaiters()
	for _, domain := range domains {
		m.reportRegistration(domain)
	}
}

// domain is one of the three commands about registration.
type domain struct {
	name string
	at   func(*settings) *int
}

var domains = []domain{
	{"+CREG", func(s *settings) *int { return &s.creg }},
	{"+CGREG", func(s *settings) *int { return &s.cgreg }},
	{"+CEREG", func(s *settings) *int { return &s.cereg }},
}

func (m *Modem) reportRegistration(d domain) {
	n := m.network
	switch mode := *d.at(&m.set); {
	case mode == 2 && n.registered():
		m.queue(m.line(d.name+" cell", n.stat, n.lac, n.cell, n.access))
	case mode > 0:
		m.queue(m.line(d.name, n.stat))
	}
}

// spec is the command of the domain. With mode 2 it tells the cell too, as long
// as there is one.
func (d domain) spec() spec {
	s := numbers(d.name, 1, field{d.at, 0, 2})
	s.read = func(m *Modem, _ command) result {
		n, mode := m.network, *d.at(&m.set)
		if mode == 2 && n.registered() {
			return okay(m.line(d.name+"? cell", mode, n.stat, n.lac, n.cell, n.access))
		}
		return okay(m.line(d.name+"?", mode, n.stat))
	}
	return s
}

// networkCommands are those about registration, operator and signal.
func networkCommands() []spec {
	list := []spec{
		{
			name: "+CSQ",
			exec: func(m *Modem, _ command) result { return okay(m.signal()) },
			test: func(m *Modem, _ command) result { return okay(m.line("+CSQ=?")) },
		},
		{name: "+COPS", read: readOperator, test: searchOperators, set: chooseOperator, took: registeringTime},
	}
	for _, d := range domains {
		list = append(list, d.spec())
	}
	return append(list, attachment())
}

// attachment is AT+CGATT, for packet data (27.007, 10.1.9).
func attachment() spec {
	return spec{
		name: "+CGATT",
		read: func(m *Modem, _ command) result {
			return okay(m.line("+CGATT?", bit(m.network.registered() && !m.network.detached)))
		},
		test: func(m *Modem, _ command) result { return okay(m.line("+CGATT=?")) },
		set: func(m *Modem, c command) result {
			n, ok := c.args[0].number(0, 1)
			if !ok || len(c.args) > 1 {
				return failed
			}
			m.network.detached = n == 0
			return okay()
		},
	}
}

func (m *Modem) signal() block { return m.line("+CSQ", m.network.rssi, m.network.ber) }

func readOperator(m *Modem, _ command) result {
	if !m.network.registered() {
		return okay(m.line("+COPS? none", m.network.selection))
	}
	names := []string{"Virtual Mobile", "Virtual", "00101"}
	f := m.set.copsFormat
	return okay(m.line("+COPS?", m.network.selection, f, names[f], m.network.access))
}

// chooseOperator takes AT+COPS=0, AT+COPS=3,f, and a manual choice of the one
// network there is (27.007, 7.3).
func chooseOperator(m *Modem, c command) result {
	const noService = 30
	mode, ok := c.args[0].number(0, 4)
	if !ok || len(c.args) > 4 {
		return failed
	}
	format := m.set.copsFormat
	if len(c.args) > 1 && c.args[1].given() {
		if format, ok = c.args[1].number(0, 2); !ok {
			return failed
		}
	}
	if mode == 1 || mode == 4 {
		if len(c.args) < 3 || !slices.Contains([]string{"Virtual Mobile", "Virtual", "00101"}, c.args[2].text) {
			return m.cme(noService)
		}
	}
	if len(c.args) > 1 {
		m.set.copsFormat = format
	}
	switch mode {
	case 2:
		m.network.selection = 2
		m.register(0)
	case 0, 1, 4:
		m.network.selection = mode
		m.register(m.network.registration)
	}
	return okay()
}

func registeringTime(m *Modem, c command) time.Duration {
	if c.op != opSet || c.args[0].text == "3" {
		return 0
	}
	return m.delivery.between(time.Second, 5*time.Second)
}

// searchOperators is AT+COPS=?, which takes the modem away for a minute.
func searchOperators(m *Modem, _ command) result {
	if missing, ok := m.missing(needSIM); ok {
		return missing
	}
	return result{wait: &search{until: time.Now().Add(m.delivery.between(30*time.Second, 90*time.Second))}}
}

type search struct{ until time.Time }

func (s *search) poll(m *Modem, now time.Time) (result, bool, time.Time) {
	if now.Before(s.until) {
		return result{}, false, s.until
	}
	return okay(m.line("+COPS=?")), true, time.Time{}
}

func (s *search) orphan(*Modem) {}

func (s *search) of() *Caller { return nil }

// abort ends the search with OK and no list (27.007, 7.3: it is abortable).
func (s *search) abort(*Modem, time.Time) result { return okay() }
