package realtime

import (
	"crypto/rand"
	"sync/atomic"

	"github.com/callstack-go/callstack/events"
)

// Hub feeds what happens on a bus to its clients.
type Hub struct {
	cfg    Config
	names  *names
	epoch  string
	guard  *guard
	closed atomic.Bool
}

// NewHub returns a hub for a bus. The Config may be nil.
func NewHub(_ *events.Bus, cfg *Config) *Hub {
	full := cfg.withDefaults()
	return &Hub{cfg: full, names: newNames(full.Events), epoch: rand.Text(), guard: newGuard(full)}
}

// isClosed tells whether the hub takes no more clients.
func (h *Hub) isClosed() bool { return h.closed.Load() }
