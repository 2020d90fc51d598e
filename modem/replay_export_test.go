package modem

import "io"

// ReplayBytes has a port of a replay receive bytes that are not in its transcript.
func ReplayBytes(r *Replay, port string, b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ports[port].port.put(append([]byte(nil), b...))
}

// ReplayEnd ends a replay's transcript at once.
func ReplayEnd(r *Replay) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pos, r.dues = len(r.steps), nil
	r.end(io.EOF)
}
