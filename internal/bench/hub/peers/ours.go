package peers

import (
	"net/http"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// oursHub is this library's, as a program uses it: events go by a bus. All is as it
// is by default, with heartbeats, pings and what is kept for clients that come back,
// but for the bounds on how many clients there are.
type oursHub struct {
	http.Handler

	bus *events.Bus
	hub *realtime.Hub
}

func newOursHub() *oursHub {
	h := newFeed()
	h.Handler = ws.Handler(h.hub, nil)
	return h
}

// newOursSSEHub is the same by server-sent events, which need no WebSocket and cost
// what net/http keeps for a request.
func newOursSSEHub() *oursHub {
	h := newFeed()
	h.Handler = h.hub.SSE()
	return h
}

// newFeed returns the hub without a transport.
func newFeed() *oursHub {
	bus := &events.Bus{}
	hub := realtime.NewHub(bus, &realtime.Config{
		Auth:   realtime.LoopbackOnly,
		Events: []string{eventName},
		Limits: realtime.Limits{Clients: -1, PerPrincipal: -1, PerAddress: -1, Handshakes: -1},
	})
	return &oursHub{bus: bus, hub: hub}
}

// Publish puts an event on the bus. The hub gives it its number.
func (h *oursHub) Publish(uint64) {
	now := time.Now()
	events.Publish(h.bus, message{events.Header{Time: now, Source: modemName}, newData(now)})
}

// Clients is how many clients there are.
func (h *oursHub) Clients() int { return h.hub.Stats().Clients }

// Losses is how many events queues had no room for, or the bus, and how many clients
// were too slow.
func (h *oursHub) Losses() (dropped, kicked int64) {
	s := h.hub.Stats()
	return int64(s.Dropped + s.Lost), int64(s.Slow)
}

// message is the event as the library has events.
type message struct {
	events.Header

	data data
}

// EventName implements [events.Public].
func (message) EventName() string { return eventName }

// PublicData implements [events.Public].
func (m message) PublicData(events.Privacy) any { return m.data }
