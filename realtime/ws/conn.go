package ws

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/callstack-go/callstack/realtime"
)

const (
	// closeTimeout bounds the wait for the far side's Close frame. Coder waits 5 s, but
	// for the rest of a message that was cut off without limit.
	closeTimeout = 8 * time.Second

	// keptBatch is how long a buffer may be to be used again. A batch has 16 KiB; one
	// long message is rare.
	keptBatch = 32 << 10
)

// errUnanswered stands for all ways in which the far side can leave a Close frame
// without an answer. Coder's errors may quote it.
var errUnanswered = errors.New("realtime/ws: the far side did not answer the close")

// conn is one client. It implements [realtime.Conn].
type conn struct {
	h    *handler
	id   string
	wire wire
	ws   *websocket.Conn // kept here, since its finalizer closes the connection
	gone chan struct{}   // closed when the reader ends

	pings *time.Timer  // the next ping, or the end of the wait for its pong; may be nil
	state atomic.Int32 // of the pings

	quota quota // of messages from the client
}

var _ realtime.Conn = (*conn)(nil)

func newConn(h *handler, id string) *conn {
	c := &conn{h: h, id: id, wire: newWire(h.cfg.WriteTimeout), gone: make(chan struct{}), quota: quota{most: perMinute}}
	c.wire.quota.most = mostBytes(h.cfg.ReadLimit)
	return c
}

// Send implements [realtime.Conn]: all messages leave in one write. They are copied
// for that, which costs less than a writev of short pieces, and works over TLS.
func (c *conn) Send(msgs [][]byte) error {
	buf := c.h.batches.Get().(*[]byte)
	b := (*buf)[:0]
	for _, m := range msgs {
		b = appendText(b, m)
	}
	err := c.wire.batch(b)
	if cap(b) <= keptBatch {
		*buf = b
		c.h.batches.Put(buf)
	}
	return sendError(err)
}

// sendError tells what ended a Send, without the addresses that an error of net has.
func sendError(err error) error {
	switch op, ok := errors.AsType[*net.OpError](err); {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return realtime.ErrSlow
	case ok:
		err = op.Err
	}
	return fmt.Errorf("realtime/ws: connection lost: %w", err)
}

// Close implements [realtime.Conn]: it sends a Close frame, waits for the answer, and
// for the reader. On a connection that takes nothing coder gives up after 5 s, by
// closing the wire.
func (c *conn) Close(code int, reason string) error {
	c.stopPings()
	err := c.shake(code, reason)
	<-c.gone
	return err
}

// shake does the close handshake.
func (c *conn) shake(code int, reason string) error {
	defer c.caught()
	_ = c.wire.SetReadDeadline(time.Now().Add(closeTimeout)) // fails on a closed one only
	err := c.ws.Close(websocket.StatusCode(code), reason)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return errUnanswered
	}
	return nil
}
