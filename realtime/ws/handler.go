package ws

import (
	"cmp"
	"errors"
	"net/http"
	"sync"

	"github.com/coder/websocket"

	"github.com/callstack-go/callstack/realtime"
)

// errHidden tells who wires the handler what is wrong, in the answer and in the hub's log.
var errHidden = errors.New("realtime/ws: a middleware hides http.Hijacker: give its ResponseWriter an Unwrap method")

// errHandshake stands for all that coder has against a handshake, in words of its own
// which quote the request.
var errHandshake = errors.New("realtime/ws: not the handshake of a WebSocket (RFC 6455, 4.2.1)")

// handler upgrades requests and hands the connections to its hub.
type handler struct {
	hub     *realtime.Hub
	cfg     Config
	batches sync.Pool      // of *[]byte: frames on their way out
	readers sync.WaitGroup // starts them; each is waited for by the Close of its conn
}

// Handler returns a handler that attaches WebSocket clients to a hub. cfg may be nil.
// It does not own the hub, which closes the clients.
func Handler(hub *realtime.Hub, cfg *Config) http.Handler {
	h := &handler{hub: hub, cfg: cfg.withDefaults()}
	h.batches.New = func() any { return new([]byte) }
	return h
}

// ServeHTTP returns when the connection is upgraded or refused. That it does not stay
// lets net/http free the request and its buffers, more than half of what an idle client
// would cost.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	admission, err := h.hub.Admit(r)
	if err != nil {
		if refused, ok := errors.AsType[*realtime.RefusedError](err); ok {
			refused.Respond(w)
		}
		return
	}
	defer admission.Release() // does nothing once it is attached
	hijacker, ok := hijackerOf(w)
	if !ok && r.Header.Get("Upgrade") != "" {
		admission.Refuse(http.StatusInternalServerError, errHidden).Respond(w)
		return
	}
	c := newConn(h, admission.ID())
	up := &upgrade{ResponseWriter: w, hijacker: hijacker, wire: &c.wire}
	c.ws, err = websocket.Accept(up, r, c.options())
	if err != nil {
		if !up.switched {
			admission.Refuse(cmp.Or(up.refused, http.StatusInternalServerError), errHandshake).Respond(w)
		}
		return
	}
	c.ws.SetReadLimit(h.cfg.ReadLimit)
	c.startPings()
	client := h.hub.Attach(c, admission)
	h.readers.Go(func() { c.read(client) })
}

// options tells coder what this package does itself.
func (c *conn) options() *websocket.AcceptOptions {
	return &websocket.AcceptOptions{
		// The plain protocol alone, never the one that carries a key.
		Subprotocols: []string{realtime.Subprotocol},
		// Admit has checked the Origin, by the rules of the hub's Config, for every
		// transport; a second check would refuse what they allow.
		InsecureSkipVerify: true,
		// Frames of Send are made here, once, and not compressed.
		CompressionMode: websocket.CompressionDisabled,
		OnPingReceived:  c.pinged,
		OnPongReceived:  c.ponged,
	}
}
