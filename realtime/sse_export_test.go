package realtime

import (
	"net/http"
	"time"
)

// SSEWithTimeout is SSE with another limit for what a client may take.
func (h *Hub) SSEWithTimeout(d time.Duration) http.Handler { return h.sse(d) }

// MessageID is what the stream takes for the id of a message.
func MessageID(msg []byte) string { return string(messageID(msg)) }

// NewEventStream returns the Conn of a response.
func NewEventStream(w http.ResponseWriter, r *http.Request, d time.Duration) (Conn, error) {
	return newEventStream(w, r, d)
}
