package modem

import (
	"context"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// call is what the owner knows of a call. Its fields belong to the owner's
// goroutine, but for those that never change.
type call struct {
	m       *Modem
	link    *link // over which it goes
	session *voice.CallSession
	feed    *voice.Feed
	dir     voice.Direction
	ended   chan struct{} // closed by owner.end
	answer  chan struct{} // capacity 1: held by the one who sends ATA

	index  int // of AT+CLCC; 0 while it is not known
	state  voice.State
	number events.Number
	over   bool
	late   bool // it came when no new calls were taken: nobody waits for its end

	identified   bool        // the number is known, or was waited for
	unidentified *time.Timer // ends the wait
	handed       bool        // to the handler

	answeredAt time.Time
	rangAt     time.Time
	dialled    time.Time  // when ATD was accepted
	listed     moment     // when the last list was asked for that has it
	misses     int        // lists in a row without it
	born       moment     // when it became known
	changed    moment     // when it last became something else
	suspect    bool       // one list without it is enough to end it
	told       *voice.End // what a report told of its end, if one did, and no list has it still
	rumour     rumour     // the same, whatever the list says
	unseen     bool       // ATA was accepted, and no list has told since that it is answered

	hangup bool // the program wants it to end
	vain   bool // it was dialled, and nothing came of that: it is hung up, whatever the list tells
	ending int  // how many hang-up commands were chosen for it

	vouched time.Time // when a number or the list last told that it is this one that rings

	dialing   *revocable // of an outgoing call: that of its ATD
	answering *revocable // of an incoming call: that of its ATA
}

func newCall(m *Modem, dir voice.Direction, state voice.State, number events.Number) *call {
	c := &call{
		m: m, link: m.link(), dir: dir, state: state, number: number, rangAt: time.Now(), vouched: time.Now(), identified: number != "",
		ended: make(chan struct{}), answer: make(chan struct{}, 1),
	}
	c.session, c.feed = voice.NewCall(&line{c}, voice.Info{
		Direction: dir, State: state, Number: number,
		Source: m.cfg.Name, Events: m.cfg.Events, Logger: m.log,
	})
	if c.answered() {
		c.answeredAt = c.rangAt
	}
	c.unidentified = m.after(identifyWithin, func() {
		c.identified = true
		m.own.handOver(c)
	})
	return c
}

// await waits for the end of a call that is about to come.
func (c *call) await(ctx context.Context) {
	select {
	case <-c.ended:
	case <-ctx.Done():
	}
}

// unanswered tells whether it is an incoming call that nobody has taken.
func (c *call) unanswered() bool { return c.state == voice.Ringing || c.state == voice.Waiting }

// talk returns how long the call is answered.
func (c *call) talk() time.Duration { return time.Since(c.answeredAt) }

// answered tells whether the call is one that both sides have taken.
func (c *call) answered() bool { return order(c.state) == order(voice.Active) }

// order tells which states come before which. Those of equal order alternate.
func order(s voice.State) int {
	switch s {
	case voice.Dialing:
		return 0
	case voice.Alerting, voice.Waiting:
		return 1
	case voice.Ringing:
		return 2
	case voice.Active, voice.Held:
		return 3
	default:
		return 4
	}
}

// reason tells why the call is over, if nothing better is known.
func (c *call) reason() voice.EndReason {
	answered := !c.answeredAt.IsZero()
	switch {
	case c.hangup && c.dir == voice.Incoming && !answered:
		return voice.Rejected
	case c.hangup:
		return voice.LocalHangup
	case c.vain:
		return voice.Failed
	case answered:
		return voice.RemoteHangup
	case c.dir == voice.Incoming:
		return voice.Missed
	}
	return voice.Failed
}

// lostReason tells why the call is over when its connection is.
func (c *call) lostReason() voice.EndReason {
	if c.hangup {
		return c.reason()
	}
	return voice.ModemLost
}
