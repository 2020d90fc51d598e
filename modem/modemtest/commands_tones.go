package modemtest

import (
	"strings"
	"time"
)

// toneRules are what AT+VTS of a family takes (27.007, C.2.11).
type toneRules struct {
	unit   time.Duration // of the duration behind a single key
	most   int           // characters of a string
	commas bool          // keys of a string may have commas between them
	bare   bool          // a string needs no quotes
}

// toneRest is the silence that a tone needs behind it. One that comes too early
// is not heard.
const toneRest = 70 * time.Millisecond

// tones is the spec of AT+VTS.
func tones(r toneRules) spec {
	return spec{
		name: "+VTS",
		set:  func(m *Modem, c command) result { return sendTones(m, c, r) },
		test: func(m *Modem, _ command) result { return okay(m.line("+VTS=?")) },
	}
}

// sendTones is AT+VTS=k, AT+VTS=k,duration and AT+VTS="kkk". The length of a
// tone without a duration is that of AT+VTD, in tenths of a second.
func sendTones(m *Modem, c command, r toneRules) result {
	const notAllowed = 3
	call := m.find(active)
	if call == nil {
		return m.cme(notAllowed)
	}
	keys := c.args[0].text
	if r.commas {
		keys = strings.ReplaceAll(keys, ",", "")
	}
	if len(c.args) > 2 || !allKeys(keys) || len(c.args[0].text) > r.most || !c.args[0].quoted && !r.bare && len(keys) > 1 {
		return failed
	}
	each := time.Duration(max(1, m.set.vtd)) * 100 * time.Millisecond
	if len(c.args) == 2 {
		n, ok := c.args[1].number(0, 255)
		if !ok || c.args[0].quoted || len(keys) > 1 {
			return failed
		}
		each = time.Duration(max(1, n)) * r.unit
	}
	m.tone(call, keys, each)
	return okay()
}

// tone plays keys to the far side, unless the last one still sounds.
func (m *Modem) tone(call *Caller, keys string, each time.Duration) {
	now := time.Now()
	if now.Before(m.lastVTS) {
		m.stats.TonesLost += len(keys)
		return
	}
	call.pressed = append(call.pressed, keys...)
	m.lastVTS = now.Add(time.Duration(len(keys)) * (each + toneRest))
}

// allKeys reports whether s is one key or more.
func allKeys(s string) bool {
	for i := range len(s) {
		if !isKey(s[i]) {
			return false
		}
	}
	return s != ""
}
