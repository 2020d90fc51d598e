package realtime

import (
	"maps"
	"sync/atomic"
)

// counts are what a hub counts as it goes.
type counts struct {
	sent, dropped, coalesced, lost, unknown, slow, recovered, unrecovered atomic.Uint64
}

// Stats is what a hub has done since it was started, and what it holds now.
type Stats struct {
	Clients      int    // that follow the feed now
	Closing      int    // clients whose connections are being closed
	Published    uint64 // places in the sequence that are taken: events, and losses
	Sent         uint64 // messages that connections took, of all clients together
	Dropped      uint64 // events for which a client's queue had no room
	Coalesced    uint64 // events that a newer one replaced in a client's queue
	Lost         uint64 // events that the hub did not get from the bus, or could not encode
	Unknown      uint64 // events whose names stand in no table
	Slow         uint64 // clients that were closed with CloseTooSlow
	Recovered    uint64 // clients that came back and got all that they had missed
	Unrecovered  uint64 // clients that came back for what was not there any more
	ReplayEvents int    // records that are kept for clients that come back
	ReplayBytes  int    // their messages

	// Refused are the requests that Admit, or a transport after it, refused, by HTTP
	// status.
	Refused map[int]uint64

	// Ended are the clients whose connections are closed or being closed, by close
	// code: who was cut off for what it did, and who just left.
	Ended map[int]uint64
}

// mostCodes bounds how many close codes are told apart, as transports may have their
// own. All others are one, 0.
const mostCodes = 64

// ending counts a client that ends. h.mu is held.
func (h *Hub) ending(code int) {
	if _, known := h.ended[code]; !known && len(h.ended) >= mostCodes {
		code = 0
	}
	h.ended[code]++
}

// Stats returns the hub's counters. It is cheap.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Stats{
		Clients:      len(h.clients),
		Closing:      len(h.present) - len(h.clients),
		Published:    h.seq,
		Sent:         h.counts.sent.Load(),
		Dropped:      h.counts.dropped.Load(),
		Coalesced:    h.counts.coalesced.Load(),
		Lost:         h.counts.lost.Load(),
		Unknown:      h.counts.unknown.Load(),
		Slow:         h.counts.slow.Load(),
		Recovered:    h.counts.recovered.Load(),
		Unrecovered:  h.counts.unrecovered.Load(),
		ReplayEvents: h.ring.len(),
		ReplayBytes:  h.ring.size,
		Refused:      h.guard.refusals(),
		Ended:        maps.Clone(h.ended),
	}
}
