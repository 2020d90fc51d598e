package realtime

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// mostBytes is how much of a backlog goes to a Conn in one go: a pong or a close
// waits for that at most.
const mostBytes = 16 << 10

// Client is one connection on the feed. Its methods may be called from any
// goroutine.
type Client struct {
	hub      *Hub
	conn     Conn
	id       string
	level    int    // of privacy
	selected []bool // by the names' indices
	release  func() // gives the admission back
	expiry   *time.Timer
	done     chan struct{}
	wg       sync.WaitGroup // of drain and finish
	index    int            // in Hub.clients, under Hub.mu

	mu        sync.Mutex
	hello     []byte // until it is sent
	queue     queue
	replaying bool // what comes is read from the ring, not queued; under Hub.mu too
	cursor    uint64
	draining  bool          // drain is running
	last      *farewell     // ends by it when all is sent
	ending    bool          // Close was called
	drained   chan struct{} // made when ending while draining; closed by drain
	err       error         // why it ended
}

// ID returns the id by which logs name the connection.
func (c *Client) ID() string { return c.id }

// Done returns a channel that is closed when the connection is closed and nothing
// is sent any more.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns why the client ended, once Done is closed: what Conn.Send returned,
// such as [ErrSlow], [ErrClosed] when the hub was closed, or nil after Close.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the connection by Conn.Close, and drops what was not sent. Of the reason
// the transport gets what is valid UTF-8, up to 123 bytes. Close returns at once; Done
// tells when it is over. Closing again does nothing.
func (c *Client) Close(code int, reason string) { c.end(code, reason, nil) }

// end tells whether it is this call that ends the client.
func (c *Client) end(code int, reason string, err error) bool {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.endLocked(code, reason, err)
}

// endLocked runs under Hub.mu and c.mu.
func (c *Client) endLocked(code int, reason string, err error) bool {
	if c.ending {
		return false
	}
	c.ending, c.err = true, err
	c.hub.ending(code)
	c.hub.detach(c)
	c.queue.drop()
	c.replaying = false
	if c.draining {
		c.drained = make(chan struct{})
	}
	drained := c.drained
	c.wg.Go(func() { c.finish(code, short(reason), drained) })
	return true
}

// mostReason is what a Close frame has room for, in bytes (RFC 6455, 5.5 and 5.5.1).
const mostReason = 123

// short returns as much of a reason as fits.
func short(reason string) string {
	reason = strings.ToValidUTF8(reason, "")
	if len(reason) <= mostReason {
		return reason
	}
	return strings.ToValidUTF8(reason[:mostReason], "") // without half a rune
}

// finish closes the connection and waits for what uses it.
func (c *Client) finish(code int, reason string, drained <-chan struct{}) {
	c.hub.cfg.Logger.Debug("client ends", slog.String("conn", c.id), slog.Int("code", code))
	if c.expiry != nil {
		c.expiry.Stop()
	}
	_ = c.guarded(func() error { return c.conn.Close(code, reason) }) // the far side may be gone
	if drained != nil {
		<-drained
	}
	c.release()
	c.hub.gone(c)
}

// farewell is how a client ends.
type farewell struct {
	code   int
	reason string
	err    error
}

// endWhenSent ends the client when all that waits for it is sent.
func (c *Client) endWhenSent(f farewell) {
	c.mu.Lock()
	c.last = &f
	idle := !c.draining
	c.mu.Unlock()
	if idle {
		c.end(f.code, f.reason, f.err)
	}
}

// fail ends the client since its connection does not take what is sent.
func (c *Client) fail(err error) {
	if errors.Is(err, ErrSlow) {
		if c.end(CloseTooSlow, "too slow", err) {
			c.hub.counts.slow.Add(1)
		}
		return
	}
	c.end(CloseGoingAway, "the connection is lost", err)
}

// offer queues what c selected of a batch. Hub.mu is held.
func (c *Client) offer(batch []*record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.replaying || c.ending {
		return // it reads the ring, which has them
	}
	var coalesced, dropped int
	for _, r := range batch {
		if c.wants(r) {
			coalesced += c.queue.push(r, c.level)
			dropped += c.queue.bound(c.hub.cfg.QueueEvents, c.hub.cfg.QueueBytes, c.level)
		}
	}
	if coalesced+dropped > 0 {
		c.hub.counts.coalesced.Add(uint64(coalesced))
		c.hub.counts.dropped.Add(uint64(dropped))
	}
	if !c.queue.empty() {
		c.wake()
	}
}

func (c *Client) wants(r *record) bool { return r.kind != event || c.selected[r.name] }

// wake starts drain if it does not run. c.mu is held.
func (c *Client) wake() {
	if !c.draining {
		c.draining = true
		c.wg.Go(c.drain)
	}
}

// passOver counts a record that leaves the ring before c has read it. Hub.mu is
// held.
func (c *Client) passOver(r *record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cursor >= r.seq {
		return
	}
	c.cursor = r.seq
	if c.wants(r) {
		c.queue.gap.add(r)
		if r.kind == event {
			c.hub.counts.dropped.Add(1)
		}
	}
}

// batches keeps the slices that drain works with.
var batches = sync.Pool{New: func() any { return new([][]byte) }}

// drain sends the backlog, and ends with it.
func (c *Client) drain() {
	msgs := batches.Get().(*[][]byte)
	for c.next(msgs) {
		if err := c.send(*msgs); err != nil {
			c.fail(err)
			continue // next ends it
		}
		c.hub.counts.sent.Add(uint64(len(*msgs)))
	}
	batches.Put(msgs)
	c.mu.Lock()
	f := c.last
	c.mu.Unlock()
	if f != nil {
		c.end(f.code, f.reason, f.err)
	}
}

func (c *Client) send(msgs [][]byte) error {
	return c.guarded(func() error { return c.conn.Send(msgs) })
}

// guarded calls the transport, which may run a host's middleware: no server's recover
// is around it here, and one client must not end the program.
func (c *Client) guarded(call func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errConnPanic
			c.hub.cfg.Logger.Warn("panic in a connection", slog.String("conn", c.id),
				slog.String("type", fmt.Sprintf("%T", v)), slog.String("stack", string(debug.Stack())))
		}
	}()
	return call()
}

var errConnPanic = errors.New("realtime: panic in a connection")

// next sets msgs to what is to be sent next. It returns false when there is
// nothing: drain has ended then.
func (c *Client) next(msgs *[][]byte) bool {
	clear(*msgs)
	*msgs = (*msgs)[:0]
	c.mu.Lock()
	if c.replaying && c.hello == nil { // the ring is the hub's, whose lock comes first
		c.mu.Unlock()
		c.hub.mu.Lock()
		defer c.hub.mu.Unlock()
		c.mu.Lock()
	}
	defer c.mu.Unlock()
	if c.ending {
		c.draining = false
		if c.drained != nil {
			close(c.drained)
		}
		return false
	}
	switch {
	case c.hello != nil:
		*msgs, c.hello = append(*msgs, c.hello), nil
	case c.replaying:
		*msgs = c.replay(*msgs)
	}
	if !c.replaying {
		*msgs = c.queue.take(*msgs, mostBytes, c.level, c.hub.epoch)
	}
	if len(*msgs) == 0 {
		c.draining = false
		return false
	}
	return true
}

// replay appends what c missed, up to a batch, and lets it go on with its queue
// when it has read all. Hub.mu and c.mu are held.
func (c *Client) replay(msgs [][]byte) [][]byte {
	h, room := c.hub, mostBytes
	msgs = c.queue.gap.notice(msgs, h.epoch)
	for _, m := range msgs {
		room -= len(m)
	}
	for c.cursor < h.seq {
		r := h.ring.at(c.cursor + 1)
		if c.wants(r) {
			message := r.data[c.level]
			if room -= len(message); room < 0 && len(msgs) > 0 {
				return msgs
			}
			msgs = append(msgs, message)
		}
		c.cursor = r.seq
	}
	c.replaying = false
	delete(h.replaying, c)
	return msgs
}

// String names the connection.
func (c *Client) String() string { return "client " + c.id }

// GoString returns what String does.
func (c *Client) GoString() string { return c.String() }

// Format writes what String returns, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue names the connection.
func (c *Client) LogValue() slog.Value { return slog.GroupValue(slog.String("conn", c.id)) }
