package atcmd

import (
	"strings"
	"time"
)

const (
	// markerLimit is how long each part of a marker's answer may take.
	markerLimit = 2 * time.Second

	// markerQuiet is how long the modem must be quiet where it cannot be told
	// whether an earlier marker is still to be answered.
	markerQuiet = 500 * time.Millisecond
)

// marker is a command whose answer cannot be that of a lost command.
type marker struct{ text, name string }

var (
	markerCMEE = marker{"AT+CMEE?", "+CMEE"} // 3GPP TS 27.007, 9.1
	markerCFUN = marker{"AT+CFUN?", "+CFUN"} // 8.2
)

// resync is the state of finding the dialogue again after a lost command. Its
// answer, or a part of it, may come at any time, and looks like that of the next
// command: both end with OK. So a marker is sent, a command whose answer has a
// line that the lost one cannot have; the modem answers in order, and so all
// before that line is of the past.
type resync struct {
	lost     *exchange // the last one, or nil
	hasCMEE  bool      // a lost command names +CMEE
	hasCFUN  bool
	over     bool // a final result came since: what has its name now is news
	failed   bool // the last attempt
	second   bool // the second marker is out
	seen     bool // the marker's own line came
	answered bool // and its final result
	marker   marker
	sent     map[string]int // markers not yet answered, by name
}

// needed tells that the next command must wait for a marker.
func (r *resync) needed() bool { return r.lost != nil }

// lose notes that a command may still be answered.
func (r *resync) lose(x exchange) {
	x.req, x.lines = nil, nil
	r.lost, r.over = &x, false
	text := strings.ToUpper(x.text)
	r.hasCMEE = r.hasCMEE || strings.Contains(text, markerCMEE.name)
	r.hasCFUN = r.hasCFUN || strings.Contains(text, markerCFUN.name)
}

// choose returns the next marker: the first, or another if the modem has no
// answer to that, but none that a lost command names.
func (r *resync) choose() marker {
	switch {
	case r.hasCMEE && !r.hasCFUN:
		return markerCFUN
	case r.hasCFUN || !r.second:
		return markerCMEE
	}
	return markerCFUN
}

// startSync writes the first marker.
func (o *owner) startSync() {
	o.c.stats.resyncs.Add(1)
	o.sync.second = false
	if o.sync.sent == nil {
		o.sync.sent = map[string]int{}
	}
	o.sendMarker()
}

func (o *owner) sendMarker() {
	r := &o.sync
	r.marker = r.choose()
	r.sent[r.marker.name]++
	r.seen, r.answered = false, false
	o.phase = phaseSyncing
	o.out = append(append(o.out[:0], r.marker.text...), '\r')
	o.write()
	o.deadline = o.c.clock.after(markerLimit)
}

// syncLine handles a line while a marker waits: URCs are delivered, all else is
// of the past, until the marker's own line. A marker that is refused, or a modem
// that does not know it, gives only a final result, which cannot be told from
// that of the lost command: then the second marker is tried.
func (o *owner) syncLine(line []byte, h *handler) {
	r := &o.sync
	switch {
	case string(line) == r.marker.text, r.lost.isEcho(line):
		o.c.stats.echoes.Add(1)
	case readFinal(line, false).is:
		if r.seen {
			o.syncAnswered()
		}
	case beginsWith(line, r.marker.name):
		r.sent[r.marker.name]--
		r.seen = true
		o.deadline = o.c.clock.after(markerLimit)
	case beginsWith(line, markerCMEE.name):
		r.sent[markerCMEE.name]-- // the answer to the first marker
	default:
		o.lateLine(r.lost, line, h)
	}
}

// syncAnswered ends the search if the answer is that of the last marker sent.
// An earlier one of the same name may have been answered late: then another
// answer is to come, or silence.
func (o *owner) syncAnswered() {
	r := &o.sync
	if r.sent[r.marker.name] <= 0 {
		o.inSync()
		return
	}
	r.seen, r.answered = false, true
	o.deadline = o.c.clock.after(markerQuiet)
}

// inSync ends the search: what comes from now on answers what is written from now
// on.
func (o *owner) inSync() {
	o.sync = resync{}
	o.phase = phaseIdle
	o.deadline = 0
}

// syncTimeout tries the second marker, then gives up. A marker that was
// answered and then followed by silence is enough.
func (o *owner) syncTimeout() {
	r := &o.sync
	switch {
	case r.answered:
		o.inSync()
	case !r.second:
		r.second = true
		o.sendMarker()
	default:
		r.failed = true
		o.phase = phaseIdle
		o.deadline = 0
	}
}
