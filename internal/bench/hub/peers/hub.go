package peers

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Hub is one way to send events to clients. As a handler it takes one client, by
// WebSocket without a subprotocol, or answers it with a stream.
type Hub interface {
	http.Handler

	// Publish makes the event of a number and hands it to all clients.
	Publish(seq uint64)

	// Clients is how many clients there are.
	Clients() int

	// Losses is how many deliveries were dropped, and how many clients were cut off
	// for being slow, as far as the hub knows.
	Losses() (dropped, kicked int64)
}

// queueLen is how many events may wait for a client, where a hub has a queue.
const queueLen = 256

var hubs = map[string]func() Hub{
	"coder":            func() Hub { return &coderHub{} },
	"coder-gather":     func() Hub { return &gatherHub{} },
	"gorilla-prepared": func() Hub { return newGorillaHub() },
	"gws":              func() Hub { return newGWSHub() },
	"melody":           func() Hub { return newMelodyHub() },
	"ours":             func() Hub { return newOursHub() },
	"ours-sse":         func() Hub { return newOursSSEHub() },
	"raw-coalesce":     func() Hub { return &rawCoalesceHub{} },
	"raw-sync":         func() Hub { return newRawSyncHub() },
}

// Names returns the names of all hubs, sorted.
func Names() []string { return slices.Sorted(maps.Keys(hubs)) }

// New returns the hub of a name.
func New(name string) (Hub, error) {
	f, ok := hubs[name]
	if !ok {
		return nil, fmt.Errorf("peers: no hub is called %q, but %s", name, strings.Join(Names(), ", "))
	}
	return f(), nil
}

// registry is the obvious state of a hub: a lock around a set of clients, each with
// a bounded channel. A client whose channel is full is cut off. The zero value is
// ready.
type registry[M any] struct {
	mu      sync.Mutex
	clients map[*client[M]]struct{}
	wg      sync.WaitGroup // the goroutines of clients
	kicked  atomic.Int64
}

type client[M any] struct {
	queue chan M
	kick  func()
}

func (r *registry[M]) add(kick func()) *client[M] {
	c := &client[M]{make(chan M, queueLen), kick}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clients == nil {
		r.clients = map[*client[M]]struct{}{}
	}
	r.clients[c] = struct{}{}
	return c
}

func (r *registry[M]) remove(c *client[M]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.clients, c)
}

// Clients is how many clients there are.
func (r *registry[M]) Clients() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.clients)
}

// Losses is how many clients were cut off.
func (r *registry[M]) Losses() (dropped, kicked int64) { return 0, r.kicked.Load() }

func (r *registry[M]) broadcast(m M) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.clients {
		select {
		case c.queue <- m:
		default:
			delete(r.clients, c)
			r.kicked.Add(1)
			r.wg.Go(c.kick)
		}
	}
}

// set is the state of a hub without queues: its connections. The zero value is ready.
type set[C comparable] struct {
	mu      sync.Mutex
	clients map[C]struct{}
}

func newSet[C comparable]() set[C] { return set[C]{clients: map[C]struct{}{}} }

func (s *set[C]) add(c C) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[c] = struct{}{}
}

func (s *set[C]) remove(c C) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c)
}

// Clients is how many clients there are.
func (s *set[C]) Clients() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients)
}
