package realtime

import (
	"context"
	"errors"
	"time"
)

var goingAway = farewell{CloseGoingAway, "the hub shuts down", ErrClosed}

// Shutdown takes no more clients, sends the present ones all that was published
// before, closes each with [CloseGoingAway] when it has it, and waits for them. ctx
// bounds the wait alone: if it is done first, or was before, Shutdown returns its
// cause, and the clients go on ending; the hub wants Close then. It fits into
// http.Server.RegisterOnShutdown, as a server's Shutdown alone leaves WebSockets open.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.stop()
	select {
	case <-h.stopped:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for _, c := range h.left() {
		select {
		case <-c.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	h.wg.Wait()
	return nil
}

// closeWithin is longer than a Conn may take to close.
const closeWithin = 20 * time.Second

// ErrNotClosed means that a [Conn] did not keep to the time that its Close or a Send
// has, so that the goroutine which waits for it goes on.
var ErrNotClosed = errors.New("realtime: a connection does not close")

// Close closes all clients with [CloseGoingAway], whatever waits for them, and waits
// until they are gone: up to 15 s for one that does not answer. It leaves the bus
// alone. Closing twice is a no-op that waits for the first. The error is
// [ErrNotClosed], after 20 s, or nil.
func (h *Hub) Close() error {
	h.stop()
	left := h.left()
	for _, c := range left {
		c.end(goingAway.code, goingAway.reason, goingAway.err)
	}
	late := time.NewTimer(closeWithin)
	defer late.Stop()
	for _, c := range left {
		select {
		case <-c.done:
		case <-late.C:
			return ErrNotClosed
		}
	}
	h.wg.Wait()
	return nil
}

// stop takes no more clients and no more events. What was published before is sent, and
// run then has the clients end.
func (h *Hub) stop() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.sub.Close()
}

// dismiss ends the clients, each when it has all that waits for it.
func (h *Hub) dismiss() {
	for _, c := range h.left() {
		c.endWhenSent(goingAway)
	}
}

// left returns the clients that are not gone yet.
func (h *Hub) left() []*Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := make([]*Client, 0, len(h.present))
	for c := range h.present {
		left = append(left, c)
	}
	return left
}
