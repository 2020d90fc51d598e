package peers

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/lxzan/gws"
)

// gwsHub is lxzan/gws with its broadcaster: one frame for all, and a queue of the
// library's own for each client, without a bound.
type gwsHub struct {
	gws.BuiltinEventHandler
	set[*gws.Conn]

	upgrader *gws.Upgrader
	wg       sync.WaitGroup
	refused  atomic.Int64
}

func newGWSHub() *gwsHub {
	h := &gwsHub{set: newSet[*gws.Conn]()}
	h.upgrader = gws.NewUpgrader(h, &gws.ServerOption{ReadBufferSize: 1024, WriteBufferSize: 1024})
	return h
}

// OnClose forgets a client.
func (h *gwsHub) OnClose(c *gws.Conn, _ error) { h.remove(c) }

// Losses is how many deliveries the library refused.
func (h *gwsHub) Losses() (dropped, kicked int64) { return h.refused.Load(), 0 }

// Publish gives one frame to all.
func (h *gwsHub) Publish(seq uint64) {
	b := gws.NewBroadcaster(gws.OpcodeText, encode(seq))
	defer b.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		if b.Broadcast(c) != nil {
			h.refused.Add(1)
		}
	}
}

// ServeHTTP takes a client.
func (h *gwsHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := h.upgrader.Upgrade(w, r)
	if err != nil {
		return
	}
	h.add(c)
	h.wg.Go(c.ReadLoop)
}
