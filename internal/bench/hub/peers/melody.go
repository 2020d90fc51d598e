package peers

import (
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/olahol/melody"
)

// melodyHub is olahol/melody, a hub on gorilla/websocket.
type melodyHub struct {
	m       *melody.Melody
	dropped atomic.Int64
}

func newMelodyHub() *melodyHub {
	h := &melodyHub{m: melody.New()}
	h.m.Config.MessageBufferSize = queueLen
	h.m.Config.PingPeriod, h.m.Config.PongWait = time.Hour, 2*time.Hour // the clients here answer no ping
	h.m.HandleError(func(_ *melody.Session, err error) {
		if errors.Is(err, melody.ErrMessageBufferFull) {
			h.dropped.Add(1)
		}
	})
	return h
}

// Publish gives one JSON to all.
func (h *melodyHub) Publish(seq uint64) { _ = h.m.Broadcast(encode(seq)) }

// Clients is how many clients there are.
func (h *melodyHub) Clients() int { return h.m.Len() }

// Losses is how many deliveries found a queue full.
func (h *melodyHub) Losses() (dropped, kicked int64) { return h.dropped.Load(), 0 }

// ServeHTTP takes a client and stays until it is gone.
func (h *melodyHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = h.m.HandleRequest(w, r)
}
