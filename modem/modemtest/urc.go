package modemtest

import (
	"slices"
	"strings"
	"time"
)

// urc is a line that the modem sends by itself. In a hostile modem it may wait
// a little for a command, to take a place within its dialogue: such lines are
// rare, and commands short, so that by mere chance the two would hardly meet.
type urc struct {
	block
	due   time.Time // not before
	until time.Time // not after, whatever the slot
	slot  slot      // where it may go once due
}

// queue sends a line by itself, with the faults and the delays that apply. A
// line that a command causes comes after the command's result.
func (m *Modem) queue(b block) {
	if m.at == nil || !m.reportsHere() {
		return // nobody reads it
	}
	hold, at := m.delivery.hold()
	if m.at.executing {
		hold, at = 2*time.Second, afterFinal
	}
	copies, delay := m.faults.onURC(b.text)
	if !m.set.verbose && b.code != "" {
		b.text = b.code
	}
	due := time.Now().Add(delay)
	u := urc{block: b, due: due, until: due.Add(hold), slot: at}
	for range copies {
		i, _ := slices.BinarySearchFunc(m.urcs, u, func(a, b urc) int {
			if a.due.After(b.due) {
				return 1
			}
			return -1
		})
		m.urcs = slices.Insert(m.urcs, i, u)
	}
	m.at.alarm.ring()
}

// flush sends the lines that are due and whose slot has come. The first that
// is to wait makes all behind it wait: they keep their order.
func (p *atPort) flush(now time.Time, at slot) {
	m := p.m
	for len(m.urcs) > 0 {
		u := m.urcs[0]
		if u.due.After(now) || u.slot > at && u.until.After(now) {
			return
		}
		m.urcs = m.urcs[1:]
		p.send(u.block)
	}
}

// flushAll sends all that is due, so that what comes next is newer.
func (p *atPort) flushAll(now time.Time) { p.flush(now, slots) }

// flushName sends all that is due up to the last line that begins as name:
// an answer never comes before an older line of the same kind.
func (p *atPort) flushName(now time.Time, name string) {
	m := p.m
	for i, u := range slices.Backward(m.urcs) {
		if !u.due.After(now) && strings.HasPrefix(strings.TrimLeft(u.text, "\r\n"), name+":") {
			for range i + 1 {
				p.send(m.urcs[0].block)
				m.urcs = m.urcs[1:]
			}
			return
		}
	}
}

// nextURC returns when the first line is to be sent if no command comes.
func (m *Modem) nextURC() time.Time {
	if len(m.urcs) == 0 {
		return time.Time{}
	}
	u := m.urcs[0]
	if u.until.After(u.due) {
		return u.until
	}
	return u.due
}

// noise adds what a modem sends without need while it works: the registration
// or the signal again, as it was.
func (m *Modem) noise() {
	if m.delivery.chance(10) {
		d := domains[m.delivery.noises.IntN(len(domains))]
		m.reportRegistration(d)
	}
	if m.set.autoCSQ == 1 && m.delivery.chance(10) {
		m.queue(m.signal())
	}
}
