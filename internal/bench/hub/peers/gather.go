package peers

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// gatherHub is coder/websocket over connections that gather what its Write writes: a
// backlog leaves in one write, while coder frames each message for each client.
type gatherHub struct{ registry[[]byte] }

// Publish queues one JSON for all.
func (h *gatherHub) Publish(seq uint64) { h.broadcast(encode(seq)) }

// ServeHTTP takes a client and stays until it is gone.
func (h *gatherHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	taken := &gatherTaker{ResponseWriter: w}
	c, err := websocket.Accept(taken, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	cl := h.add(func() { _ = c.Close(websocket.StatusPolicyViolation, "too slow") })
	defer h.remove(cl)
	ctx := c.CloseRead(context.Background())
	batch := make([][]byte, 0, 64)
	for {
		select {
		case m := <-cl.queue:
			batch = take(append(batch[:0], m), cl.queue)
			taken.conn.gather()
			for _, m := range batch {
				if c.Write(context.Background(), websocket.MessageText, m) != nil {
					return
				}
			}
			if taken.conn.flush() != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// gatherTaker puts a gatherConn under coder.
type gatherTaker struct {
	http.ResponseWriter

	conn *gatherConn
}

// Hijack takes the connection over.
func (t *gatherTaker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, buf, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	t.conn = &gatherConn{Conn: c}
	return t.conn, bufio.NewReadWriter(buf.Reader, bufio.NewWriter(t.conn)), nil
}

// gatherConn keeps data frames from gather to flush. A control frame flushes, since
// coder may close the connection right after it.
type gatherConn struct {
	net.Conn

	mu        sync.Mutex
	gathering bool
	kept      []byte
}

func (c *gatherConn) gather() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gathering = true
}

func (c *gatherConn) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gathering = false
	return c.send()
}

// send writes what is kept. The lock is held.
func (c *gatherConn) send() error {
	if len(c.kept) == 0 {
		return nil
	}
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := c.Conn.Write(c.kept)
	c.kept = c.kept[:0]
	return err
}

// Write keeps data frames, or writes them and control frames at once.
func (c *gatherConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, p...)
	if control := p[0]&0x08 != 0; c.gathering && !control {
		return len(p), nil
	}
	return len(p), c.send()
}
