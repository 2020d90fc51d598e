package realtimetest

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/callstack-go/callstack/realtime"
)

// Conn is a transport in memory: what the hub sends to it, it keeps. The zero
// value is ready, and may be made before a bubble of testing/synctest in which it
// is used. Its methods may be called from any goroutine. A Conn must not be copied
// after first use.
type Conn struct {
	// Timeout is how long Send waits while the Conn is stalled, before it returns
	// realtime.ErrSlow. Zero means for ever. It must not be changed after first use.
	Timeout time.Duration

	mu      sync.Mutex
	changed chan struct{} // closed at the next change of what follows; nil while nobody waits for it
	kept    [][]byte
	sends   int
	stalled bool
	fault   error
	closed  bool
	code    int
	reason  string
}

var _ realtime.Conn = (*Conn)(nil)

// Send keeps a copy of each message. While the Conn is stalled it blocks; once it is
// closed it returns an error around net.ErrClosed, and after [Conn.Fail] the error given there.
func (c *Conn) Send(msgs [][]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.awaitTaker(); err != nil {
		return err
	}
	c.sends++
	for _, m := range msgs {
		c.kept = append(c.kept, bytes.Clone(m))
	}
	c.change()
	return nil
}

// awaitTaker waits until the far side takes what is sent, or tells why it never
// will. It is called with c.mu held, and lets go of it while it waits.
func (c *Conn) awaitTaker() error {
	var expired <-chan time.Time
	if c.Timeout > 0 && c.stalled {
		timer := time.NewTimer(c.Timeout)
		defer timer.Stop()
		expired = timer.C
	}
	for late := false; ; {
		switch {
		case c.closed:
			return fmt.Errorf("realtimetest: %w", net.ErrClosed)
		case c.fault != nil:
			return c.fault
		case !c.stalled:
			return nil
		case late:
			return fmt.Errorf("realtimetest: stalled for %v: %w", c.Timeout, realtime.ErrSlow)
		}
		changed := c.watch()
		c.mu.Unlock()
		select {
		case <-changed:
		case <-expired:
			late = true
		}
		c.mu.Lock()
	}
}

// Close notes the first code and reason, and makes a Send that is stalled return.
// It never fails.
func (c *Conn) Close(code int, reason string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed, c.code, c.reason = true, code, reason
		c.change()
	}
	return nil
}

// Closed returns what Close was called with, and whether it was.
func (c *Conn) Closed() (code int, reason string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code, c.reason, c.closed
}

// Messages returns what was sent so far, in order. It is not to be changed.
func (c *Conn) Messages() [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([][]byte(nil), c.kept...)
}

// Sends returns how often Send has taken messages: what waits goes in one Send, up
// to 16 KiB.
func (c *Conn) Sends() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sends
}

// Stall makes Send block, as a far side that reads nothing does once all buffers
// between are full.
func (c *Conn) Stall() { c.set(func() { c.stalled = true }) }

// Resume ends a Stall. What Send was called with goes through.
func (c *Conn) Resume() { c.set(func() { c.stalled = false }) }

// Fail makes this and every later Send return err, as if the connection were lost.
// Nil lets them through again.
func (c *Conn) Fail(err error) { c.set(func() { c.fault = err }) }

func (c *Conn) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	c.change()
}

// pop takes the oldest message. If there is none it returns a channel that is closed
// at the next change, and whether the Conn is closed, so that none will come.
func (c *Conn) pop() (msg []byte, changed <-chan struct{}, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) == 0 {
		return nil, c.watch(), c.closed
	}
	msg, c.kept[0] = c.kept[0], nil
	c.kept = c.kept[1:]
	return msg, nil, false
}

// watch is called with c.mu held. The channel is made by who waits, so that it
// belongs to the bubble of those who do.
func (c *Conn) watch() <-chan struct{} {
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}

// change is called with c.mu held.
func (c *Conn) change() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}
