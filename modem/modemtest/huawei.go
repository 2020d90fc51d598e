package modemtest

import "time"

// huawei is a Huawei E1750 stick.
func huawei() *family {
	return &family{
		name:         "Huawei",
		lines:        linesHuawei,
		commands:     commandsHuawei(),
		defaults:     settingsHuawei,
		manufacturer: "huawei", model: "E1750", revision: "11.126.13.00.00", imei: "004999010640059",
		access: access3G,
		audio: &audioFormat{
			rate: 8000, wideRate: 8000,
			bursts: []time.Duration{20 * time.Millisecond},
			// A frame in hand and one that waits: a program that sends one for
			// each that it gets never has more there.
			ahead: 40 * time.Millisecond,
		},
		onCallState:    huaweiCalls,
		begins:         func(c *Caller) block { return c.m.line("^CONN", c.id) },
		tellsEnd:       func(m *Modem, _ *Caller) bool { return m.delivery.chance(2) },
		digit:          plainDigit,
		onSignal:       huaweiSignal,
		onStart:        startNoise,
		busyAfterStart: 4 * time.Second,
		start: []startLine{
			{after: 1500 * time.Millisecond, name: "^SIMST", args: []any{1}, sim: true},
			{after: 3800 * time.Millisecond, name: "^SRVST", args: []any{2}, sim: true},
		},
	}
}

// settingsHuawei are those of a stick as it comes: RING is +CRING.
func settingsHuawei() settings {
	s := settings27007()
	s.crc = 1
	s.curc = 1
	return s
}

// huaweiCalls says how a call gets on. ^ORIG comes a while after the OK of ATD,
// and of a call that was hung up before it there is no ^CEND (chan_dongle). A
// call that rang has one.
func huaweiCalls(m *Modem, c *Caller) {
	switch c.stat {
	case dialing:
		if wait := m.delivery.between(0, 600*time.Millisecond); wait > 0 {
			m.later(wait, c.placed)
			return
		}
		c.placed()
	case alerting:
		c.placed()
		m.report(m.line("^CONF", c.id))
	case active:
		c.listed = true
	case ringing, waitingCall:
		c.listed = true
	case released:
		m.report(c.over())
	case held:
	}
}

// placed says ^ORIG, once.
func (c *Caller) placed() {
	if c.end == 0 && !c.told {
		c.told, c.listed = true, true
		c.m.report(c.m.line("^ORIG", c.id))
	}
}

// huaweiEnds are the end_status and the cc_cause (24.008, 10.5.4.11) of each
// end: 29 is an end by the program, 25 one by the network, 104 a line that was
// given up, 21 no service.
var huaweiEnds = map[End]struct{ status, cause int }{
	EndedByCaller:  {25, 16},
	EndedByProgram: {29, 16},
	EndedRejected:  {67, 21},
	EndedBusy:      {67, 17},
	EndedNoAnswer:  {104, 19},
	EndedNoService: {21, 0},
	EndedByModem:   {255, 0},
}

// over is ^CEND. There is no cc_cause if the call ended before the network said
// anything of it (MU509 manual).
func (c *Caller) over() block {
	e := huaweiEnds[c.end]
	switch {
	case c.incoming && c.connected.IsZero() && c.end == EndedByCaller:
		e.status = 104 // framing-028
	case c.incoming && c.end == EndedRejected:
		e.status = 29 // it is the program that refused
	}
	seconds := 0
	if !c.connected.IsZero() {
		seconds = int(time.Since(c.connected).Seconds())
	}
	early := !c.incoming && c.connected.IsZero() && c.end == EndedByProgram && !c.rang
	if early || e.cause == 0 {
		return c.m.line("^CEND early", c.id, seconds, e.status)
	}
	return c.m.line("^CEND", c.id, seconds, e.status, e.cause)
}

// report sends a line of the kind that AT^CURC=0 switches off, and with it those
// about calls, in the worst of the firmwares.
func (m *Modem) report(b block) {
	if m.set.curc == 1 {
		m.queue(b)
	}
}

func huaweiSignal(m *Modem) { m.report(m.line("^RSSI", m.network.rssi)) }

// startNoise begins what the stick sends without end. A calm modem does not.
func startNoise(m *Modem, _ bool) {
	if m.delivery.calm {
		return
	}
	every := func(lo, hi time.Duration, line func() block) {
		var again func()
		again = func() {
			m.report(line())
			m.later(m.delivery.between(lo, hi), again)
		}
		m.later(m.delivery.between(lo, hi), again)
	}
	seconds := func() int { return int(time.Since(m.started).Seconds()) }
	every(10*time.Second, 20*time.Second, func() block { return m.line("^BOOT", 30000000+seconds()) })
	every(2*time.Second, 2*time.Second, func() block { return m.line("^DSFLOWRPT", seconds()) })
	every(3*time.Second, 9*time.Second, func() block { return m.line("^RSSI", m.network.rssi) })
	every(20*time.Second, 60*time.Second, func() block { return m.line("^MODE") })
}
