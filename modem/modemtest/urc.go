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

// queue sends a line by itself on the ports for such lines, with the faults and
// the delays that apply.
func (m *Modem) queue(b block) {
	ports := m.reportPorts()
	if len(ports) == 0 {
		return // nobody reads it
	}
	copies, delay := m.faults.onURC(b.text)
	for _, p := range ports {
		p.queue(b, copies, delay)
	}
}

// queue sends a line by itself on this port. A line that a command causes comes
// after the command's result.
func (p *atPort) queue(b block, copies int, delay time.Duration) {
	hold, at := p.m.delivery.hold()
	if p.executing {
		hold, at = 2*time.Second, afterFinal
	}
	if !p.manner().verbose && b.code != "" {
		b.text = b.code
	}
	due := time.Now().Add(delay)
	u := urc{block: b, due: due, until: due.Add(hold), slot: at}
	for range copies {
		i, _ := slices.BinarySearchFunc(p.urcs, u, func(a, b urc) int {
			if a.due.After(b.due) {
				return 1
			}
			return -1
		})
		p.urcs = slices.Insert(p.urcs, i, u)
	}
	p.alarm.ring()
}

// flush sends the lines that are due and whose slot has come. The first that
// is to wait makes all behind it wait: they keep their order.
func (p *atPort) flush(now time.Time, at slot) {
	for len(p.urcs) > 0 {
		u := p.urcs[0]
		if u.due.After(now) || u.slot > at && u.until.After(now) {
			return
		}
		p.urcs = p.urcs[1:]
		p.send(u.block)
	}
}

// flushAll sends all that is due, so that what comes next is newer.
func (p *atPort) flushAll(now time.Time) { p.flush(now, slots) }

// flushName sends all that is due up to the last line that begins as name:
// an answer never comes before an older line of the same kind.
func (p *atPort) flushName(now time.Time, name string) {
	for i, u := range slices.Backward(p.urcs) {
		if !u.due.After(now) && strings.HasPrefix(strings.TrimLeft(u.text, "\r\n"), name+":") {
			for range i + 1 {
				p.send(p.urcs[0].block)
				p.urcs = p.urcs[1:]
			}
			return
		}
	}
}

// nextURC returns when the first line is to be sent if no command comes.
func (p *atPort) nextURC() time.Time {
	if len(p.urcs) == 0 {
		return time.Time{}
	}
	u := p.urcs[0]
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
