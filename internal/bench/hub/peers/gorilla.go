package peers

import (
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// gorillaHub is gorilla/websocket at its best for this: messages that are framed
// once for all clients, pooled write buffers, a reader and a writer goroutine for
// each client.
type gorillaHub struct {
	registry[*websocket.PreparedMessage]

	upgrader websocket.Upgrader
}

func newGorillaHub() *gorillaHub {
	return &gorillaHub{upgrader: websocket.Upgrader{
		ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &sync.Pool{},
	}}
}

// Publish queues one prepared message for all.
func (h *gorillaHub) Publish(seq uint64) {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, encode(seq))
	if err != nil {
		panic("peers: " + err.Error()) // it fails for a message type that does not exist
	}
	h.broadcast(m)
}

// ServeHTTP takes a client.
func (h *gorillaHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	done := make(chan struct{})
	cl := h.add(func() { _ = c.Close() })
	h.wg.Go(func() {
		defer close(done)
		for {
			if _, _, err := c.NextReader(); err != nil {
				return
			}
		}
	})
	h.wg.Go(func() { h.pump(c, cl, done) })
}

// pump writes what is queued until the client is gone.
func (h *gorillaHub) pump(c *websocket.Conn, cl *client[*websocket.PreparedMessage], done <-chan struct{}) {
	defer c.Close()
	defer h.remove(cl)
	for {
		select {
		case m := <-cl.queue:
			if c.SetWriteDeadline(time.Now().Add(writeTimeout)) != nil || c.WritePreparedMessage(m) != nil {
				return
			}
		case <-done:
			return
		}
	}
}
