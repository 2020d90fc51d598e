package ws

import (
	"context"
	"math/rand/v2"
	"time"
)

// States of a conn's pings.
const (
	pingDue = iota
	pongDue
	pingsOver
)

// startPings starts the timer, which is all that a client costs between two pings: no
// goroutine waits for its pong.
func (c *conn) startPings() {
	if c.h.cfg.PingInterval > 0 {
		c.pings = time.AfterFunc(time.Hour, c.beat) // not before it is assigned
		c.pings.Reset(c.nextPing())
	}
}

// stopPings may be called beside beat, which then does nothing any more.
func (c *conn) stopPings() {
	c.state.Store(pingsOver)
	if c.pings != nil {
		c.pings.Stop()
	}
}

// nextPing is a tenth more or less than the interval, by chance.
func (c *conn) nextPing() time.Duration {
	d := c.h.cfg.PingInterval
	return d - d/10 + rand.N(d/5+1)
}

// beat runs on the timer's goroutine: it sends a ping, or finds that the last one has
// no pong. Then it ends reading, whose goroutine closes the client.
func (c *conn) beat() {
	if !c.state.CompareAndSwap(pingDue, pongDue) {
		if c.state.Load() == pongDue {
			c.endReading()
		}
		return
	}
	c.pings.Reset(c.h.cfg.PongTimeout)
	if sent, err := c.wire.ping(); !sent && err == nil {
		c.alive()
	}
}

// ponged runs on the reader.
func (c *conn) ponged(context.Context, []byte) { c.alive() }

// alive waits for the next ping in place of a pong.
func (c *conn) alive() {
	if c.state.CompareAndSwap(pongDue, pingDue) {
		c.pings.Reset(c.nextPing())
	}
}

// pinged runs on the reader, or on Close, and tells whether a ping is answered. One too
// many ends reading. One behind our Close frame could not be answered: coder would end
// the connection in the midst of the handshake, and what the client has not read yet,
// the Close frame among it, would be lost.
func (c *conn) pinged(context.Context, []byte) bool {
	if !c.quota.take(time.Now(), 1) {
		c.endReading()
		return false
	}
	return c.state.Load() != pingsOver
}

// endReading lets Read return, so that the reader closes the client. A connection of a
// middleware's may know no deadlines; then it is cut.
func (c *conn) endReading() {
	if c.wire.SetReadDeadline(time.Unix(1, 0)) != nil {
		_ = c.wire.Close() // fails on a closed one only
	}
}
