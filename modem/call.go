package modem

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// call is what the owner knows of a call. Its fields belong to the owner's
// goroutine, but for those that never change, and hangup.
type call struct {
	m       *Modem
	session *voice.CallSession
	feed    *voice.Feed
	dir     voice.Direction
	ended   chan struct{} // closed by owner.end

	index  int // of AT+CLCC; 0 while it is not known
	state  voice.State
	number events.Number
	over   bool

	identified   bool        // the number is known, or was waited for
	unidentified *time.Timer // ends the wait
	handed       bool        // to the handler
	asked        bool        // the network, why it ended

	answeredAt time.Time
	rangAt     time.Time
	dialled    time.Time // when ATD was accepted
	misses     int       // lists in a row without it
	changed    moment    // when it last became something else
	suspect    bool      // hung up, or not answerable: one list without it is enough

	hangup atomic.Bool
	ending int // index of the next hang-up command

	dialing context.Context    // of an outgoing call: bounds its ATD
	undial  context.CancelFunc // ends it
}

func newCall(m *Modem, dir voice.Direction, state voice.State, number events.Number) *call {
	c := &call{
		m: m, dir: dir, state: state, number: number,
		ended: make(chan struct{}), identified: number != "", rangAt: time.Now(),
	}
	c.session, c.feed = voice.NewCall(&line{c}, voice.Info{
		Direction: dir, State: state, Number: number,
		Source: m.cfg.Name, Events: m.cfg.Events, Logger: m.log,
	})
	if state == voice.Active {
		c.answeredAt = c.rangAt
	}
	c.unidentified = m.after(identifyWithin, func() {
		c.identified = true
		m.own.handOver(c)
	})
	return c
}

// reason tells why the call is over, if nothing better is known.
func (c *call) reason() voice.EndReason {
	answered := !c.answeredAt.IsZero()
	switch {
	case c.hangup.Load() && c.dir == voice.Incoming && !answered:
		return voice.Rejected
	case c.hangup.Load():
		return voice.LocalHangup
	case answered:
		return voice.RemoteHangup
	case c.dir == voice.Incoming:
		return voice.Missed
	}
	return voice.Failed
}

// lostReason tells why the call is over when its connection is.
func (c *call) lostReason() voice.EndReason {
	if c.hangup.Load() {
		return c.reason()
	}
	return voice.ModemLost
}
