package peers

import (
	"context"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// writeTimeout bounds one write, in every hub that bounds them.
const writeTimeout = 5 * time.Second

// coderHub is coder/websocket as its chat example uses it: a handler that stays,
// and one Write for each message.
type coderHub struct{ registry[[]byte] }

// Publish queues one JSON for all.
func (h *coderHub) Publish(seq uint64) { h.broadcast(encode(seq)) }

// ServeHTTP takes a client and stays until it is gone.
func (h *coderHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	cl := h.add(func() { _ = c.Close(websocket.StatusPolicyViolation, "too slow") })
	defer h.remove(cl)
	ctx := c.CloseRead(context.Background())
	for {
		select {
		case m := <-cl.queue:
			if write(ctx, c, m) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func write(ctx context.Context, c *websocket.Conn, m []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return c.Write(ctx, websocket.MessageText, m)
}
