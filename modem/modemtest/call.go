package modemtest

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	ringEvery = 5 * time.Second      // a circuit-switched call: RING and +CLIP
	ringTime  = 60 * time.Second     // how long a caller waits
	phase     = 7 * time.Millisecond // of the audio clock against the answer
	maxCalls  = 7                    // 3GPP TS 22.030, 6.5.5: of one subscriber
)

// Call calls the modem from number, which is a caller's with "+" for an
// international one. The call rings until it is answered, rejected or given up
// after a minute. If the modem cannot be reached, or is busy and there is no
// call waiting, the call has ended when Call returns, see [Caller.Ended]. Just
// after a start, a Replug, a Reset or an InsertSIM it cannot be reached, as it has to
// register first: [Modem.WaitReachable] waits for that.
//
// The program may answer before Call returns. A handler that the call may run
// must therefore not use Call's result: that is a race with the assignment.
// Let the handler speak for itself, and the test drive the Caller.
func (m *Modem) Call(number string) *Caller { return m.CallWith(Incoming{Number: number}) }

// CallWith is Call with more to say about the caller.
func (m *Modem) CallWith(in Incoming) *Caller {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.runEvents(now)
	c := m.newCaller(in.Number)
	c.from, c.incoming = in, true
	c.giveUpAt = now.Add(orElse(in.RingFor, ringTime))
	switch {
	case m.closed:
		return c.never(EndedByModem)
	case m.unreachable() != "":
		return c.never(EndedNoService)
	case len(m.calls) == 0:
		c.stat = ringing
		c.nextRing = now
		if in.CLIPAfter > 0 {
			c.clipAt = now.Add(in.CLIPAfter)
		}
	case m.cfg.CallWaiting && m.find(active, held) != nil && m.find(waitingCall, ringing, dialing, alerting) == nil:
		c.stat = waitingCall
	default:
		return c.never(EndedBusy)
	}
	m.admit(c)
	if c.stat == waitingCall {
		m.announceWaiting(c)
	}
	return c
}

// WaitDialled waits until the program dials, and returns the far side of the
// call. Each call is returned once, in order, also one that is over by then.
// It returns [ErrClosed] when the modem is closed.
func (m *Modem) WaitDialled(ctx context.Context) (*Caller, error) {
	for {
		m.mu.Lock()
		if m.claimed < len(m.dialled) {
			c := m.dialled[m.claimed]
			m.claimed++
			m.mu.Unlock()
			return c, nil
		}
		if m.closed {
			m.mu.Unlock()
			return nil, ErrClosed
		}
		changed := m.waiting()
		m.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// OnDial decides what becomes of calls to number, from now on; "" is any number
// that has no decision of its own.
func (m *Modem) OnDial(number string, o Outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes[number] = o
}

func (m *Modem) newCaller(number string) *Caller {
	return &Caller{
		m: m, number: number, alarm: newAlarm(),
		answered: make(chan struct{}), ended: make(chan struct{}),
	}
}

// never is the end of a call that did not reach the modem.
func (c *Caller) never(how End) *Caller {
	c.stat, c.end = released, how
	close(c.ended)
	return c
}

// admit gives the call an id and its goroutine. It is the lowest id that is
// free (22.030, 6.5.5); the data bearer has the first.
func (m *Modem) admit(c *Caller) {
	c.id = 1
	if m.cfg.DataBearer {
		c.id++
	}
	at := 0
	for at < len(m.calls) && m.calls[at].id == c.id {
		c.id++
		at++
	}
	m.calls = slices.Insert(m.calls, at, c)
	m.wg.Go(c.run)
}

// find returns the first call in one of these states.
func (m *Modem) find(states ...callState) *Caller {
	for _, c := range m.calls {
		if slices.Contains(states, c.stat) {
			return c
		}
	}
	return nil
}

// run is the call's goroutine. It ends with the call.
func (c *Caller) run() {
	if !c.incoming {
		c.decide()
	}
	for {
		next, up := c.turn()
		if !up {
			return
		}
		c.alarm.sleep(next)
	}
}

// turn does all that is due and returns when the next turn is. Ringing, keys,
// the stages of a call that was dialled, and the audio have each their own next
// time, and none knows of the others.
func (c *Caller) turn() (next time.Time, up bool) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	now := time.Now()
	for _, do := range []func(time.Time) time.Time{c.ring, c.pressKeys, c.dial, c.talk} {
		if c.end == 0 {
			next = earliest(next, do(now))
		}
	}
	return next, c.end == 0
}

// ring announces a call that rings, until the caller gives up.
func (c *Caller) ring(now time.Time) time.Time {
	if c.stat != ringing && c.stat != waitingCall {
		return time.Time{}
	}
	if !c.giveUpAt.After(now) {
		c.m.finish(c, EndedByCaller)
		return time.Time{}
	}
	next := c.giveUpAt
	if c.stat == ringing {
		if !c.nextRing.After(now) {
			c.announce(now)
			c.nextRing = c.nextRing.Add(ringEvery)
		}
		if !c.clipAt.IsZero() && !c.clipAt.After(now) {
			c.clipAt = time.Time{}
			c.showNumber()
		}
		next = earliest(earliest(next, c.nextRing), c.clipAt)
	}
	return next
}

// pressKeys presses the far side's keys. The modem detects one at its end.
func (c *Caller) pressKeys(now time.Time) time.Time {
	for len(c.keys) > 0 && !c.keyAt.After(now) {
		if c.m.set.ddet > 0 && c.stat == active && c.m.fam.digit != nil {
			for _, b := range c.m.fam.digit(c.m, c.keys[0]) {
				c.m.queue(b)
			}
		}
		c.keys = c.keys[1:]
		c.keyAt = c.keyAt.Add(c.m.cfg.ToneGap + c.m.cfg.Tone)
	}
	if len(c.keys) == 0 && !c.keyAt.After(now) {
		c.keyAt = time.Time{} // the gap after the last key is over as well
	}
	return c.keyAt
}

// talk runs the audio clock. The far side speaks and hears at the pace of time
// whether or not the program listens or sends. A goroutine that was late makes
// up for it, so that no sample is lost.
func (c *Caller) talk(now time.Time) time.Time {
	if c.connected.IsZero() {
		return time.Time{}
	}
	for !c.media.clock.After(now) {
		c.exchange()
		c.media.clock = c.media.clock.Add(c.m.frame())
	}
	return c.media.clock
}

// connect makes the call active. The lines about it are the caller's affair.
func (m *Modem) connect(c *Caller) {
	now := time.Now()
	c.stat, c.connected = active, now
	c.media.hz = c.rate()
	c.media.clock = now.Add(phase)
	m.startArmed()
	close(c.answered)
	c.alarm.ring()
}

// finish ends the call and says so, as the family does for this end.
func (m *Modem) finish(c *Caller, how End) { m.release(c, how, false) }

// release is finish. With told the end of the call was said already.
//
// An end is told up to three times, by the family's list of calls, by a line of
// its own, and by NO CARRIER (framing-024). NO CARRIER does not say of which
// call, so it comes only when no other call is left that it could mean.
func (m *Modem) release(c *Caller, how End, told bool) {
	if c.end != 0 {
		return
	}
	was, pending := c.stat, m.pending(c)
	m.remove(c, how)
	c.gone()
	switch {
	case pending: // the result of ATD or ATA tells
		return
	case !told && m.fam.ends != nil:
		for _, b := range m.fam.ends(c) {
			m.queue(b)
		}
	}
	if c.connected.IsZero() && c.incoming && how == EndedByCaller && m.knows("call missed") && !c.hidden() {
		m.queue(m.line("call missed", time.Now().Format("03:04PM"), c.number))
	}
	switch {
	case was == waitingCall, m.find(active, held) != nil: // the other call goes on
	case m.fam.tellsEnd != nil && !m.fam.tellsEnd(m, c):
	case how == EndedBusy && !c.incoming:
		m.queue(m.line("BUSY"))
	case how == EndedNoAnswer:
		m.queue(m.line("NO ANSWER"))
	default:
		m.queue(m.line("NO CARRIER"))
	}
}

// pending reports whether ATD or ATA of this call has no result yet: then its
// result tells what became of the call.
func (m *Modem) pending(c *Caller) bool {
	return slices.ContainsFunc(m.openPorts(), func(p *atPort) bool {
		return p.busy != nil && p.busy.wait != nil && p.busy.wait.of() == c
	})
}

// remove takes the call out of the modem without a word.
func (m *Modem) remove(c *Caller, how End) {
	c.stat, c.end = released, how
	m.calls = slices.DeleteFunc(m.calls, func(o *Caller) bool { return o == c })
	m.cause = causes[how]
	close(c.ended)
	c.alarm.ring()
	if m.talking() == nil {
		m.stopStream()
		m.ringForWaiting()
	}
	m.wakeAT()
}

// ringForWaiting makes a call that waited beside another an ordinary incoming
// one once the other is over (3GPP TS 22.083, 1.4).
func (m *Modem) ringForWaiting() {
	if c := m.find(waitingCall); c != nil {
		c.stat = ringing
		c.nextRing = time.Now()
		c.alarm.ring()
	}
}

// causes are the lines for AT+CEER after each end.
var causes = map[End]string{
	EndedByCaller: "+CEER normal", EndedByProgram: "+CEER normal", EndedRejected: "+CEER refused",
	EndedBusy: "+CEER busy", EndedNoAnswer: "+CEER silent", EndedNoService: "+CEER service",
	EndedByModem: "+CEER none",
}

// dropCalls ends all calls without a word.
func (m *Modem) dropCalls() {
	for len(m.calls) > 0 {
		m.remove(m.calls[0], EndedByModem)
	}
}

// talkTime returns how long the call was connected, as HHMMSS.
func (c *Caller) talkTime() string {
	if c.connected.IsZero() {
		return "000000"
	}
	s := int(time.Since(c.connected).Seconds())
	return fmt.Sprintf("%02d%02d%02d", s/3600, s/60%60, s%60)
}

// hidden reports whether the modem does not learn the number.
func (c *Caller) hidden() bool { return c.from.Withheld || c.from.Unavailable || c.number == "" }

// shownNumber returns number and type of address for +CLIP and +CLCC.
func (c *Caller) shownNumber() (string, int) {
	const unknown, international, national = 128, 145, 129
	switch {
	case c.incoming && c.hidden():
		return "", unknown
	case c.number[0] == '+':
		return c.number, international
	}
	return c.number, national
}

// listing is the call's line in +CLCC.
func (c *Caller) listing() block {
	dir := 0
	if c.incoming {
		dir = 1
	}
	number, toa := c.shownNumber()
	return c.m.line("+CLCC", c.id, dir, int(c.stat), 0, number, toa)
}

// gone says that the call is over if the family told of it before.
func (c *Caller) gone() {
	if c.listed {
		c.changed()
	}
}

// changed says the new state if the family does by itself.
func (c *Caller) changed() {
	if c.m.fam.onCallState != nil {
		c.m.fam.onCallState(c.m, c)
	}
}
