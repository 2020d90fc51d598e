package realtime

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/callstack-go/callstack/events"
)

// Hub feeds the events of a bus to its clients. Its methods may be called from any
// goroutine.
type Hub struct {
	cfg   Config
	names *names
	epoch string // 65 random bits, so that a place is not taken for one of another hub
	all   []bool // names.list, all of it selected
	guard *guard
	sub   *events.Subscription[events.Public]
	wg    sync.WaitGroup // of run

	stopped chan struct{} // closed when run has ended: nothing is published any more
	counts  counts

	mu        sync.Mutex // taken before any Client.mu
	seq       uint64     // of the newest record; only run writes it
	ring      ring
	clients   []*Client            // those that get what is published
	present   map[*Client]struct{} // and those that are being closed
	replaying map[*Client]struct{} // those that still read from the ring
	ended     map[int]uint64       // clients, by close code
	closed    bool                 // no more clients
}

// NewHub starts a hub that feeds the events of bus which are events.Public, and
// whose name stands in its table: those of this library and of Config.Events. One
// bus may have the events of many modems. It panics if a name of Config.Events is
// none. The caller must Close the hub; the bus stays the caller's.
func NewHub(bus *events.Bus, cfg *Config) *Hub {
	c := cfg.withDefaults()
	mustBeNames(c.Events)
	h := &Hub{
		cfg: c, names: newNames(c.Events), epoch: rand.Text()[:13], guard: newGuard(c),
		sub:       events.Subscribe[events.Public](bus, c.Buffer),
		stopped:   make(chan struct{}),
		ring:      ring{count: c.ReplayEvents, bytes: c.ReplayBytes, age: c.ReplayAge},
		present:   map[*Client]struct{}{},
		replaying: map[*Client]struct{}{},
		ended:     map[int]uint64{},
	}
	h.all = slices.Repeat([]bool{true}, len(h.names.list))
	h.wg.Go(h.run)
	return h
}

var aName = regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)+$`)

func mustBeNames(list []string) {
	for _, name := range list {
		if !aName.MatchString(name) {
			panic(fmt.Sprintf("realtime: Config.Events: %q is no name of an event: want one like \"door.opened\"", name))
		}
	}
}

// Attach makes a client of a connection whose request was admitted, and returns at
// once. It sends hello, then what the client missed if it asked for that, then what
// happens from now on. The hub owns conn from here on, and closes it. If the hub is
// closed, the client is closed at once with [CloseGoingAway].
//
// An Admission is for one client of this hub: Attach panics if it was used or released
// before, or is another hub's.
func (h *Hub) Attach(conn Conn, a *Admission) *Client {
	if a.hub != h { // else what one hub lets see would be taken for what another does
		panic("realtime: Attach of an Admission of another hub")
	}
	if !a.take() {
		panic("realtime: Attach of an Admission that was attached or released before")
	}
	c := &Client{
		hub: h, conn: conn, id: a.id, level: int(a.principal.Privacy), selected: a.selected,
		release: a.release, done: make(chan struct{}),
	}
	if c.selected == nil {
		c.selected = h.all
	}
	h.cfg.Logger.Debug("client attached", slog.String("conn", c.id)) // under no lock: its handler is the host's
	h.enter(c, a)
	return c
}

// enter makes c one of those that get what is published.
func (h *Hub) enter(c *Client, a *Admission) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	h.present[c] = struct{}{}
	if h.closed {
		c.endLocked(CloseGoingAway, "the hub is closed", ErrClosed)
		return
	}
	c.hello = h.welcome(c, a.resume)
	c.index = len(h.clients)
	h.clients = append(h.clients, c)
	if at := a.principal.Expires; !at.IsZero() {
		c.expiry = time.AfterFunc(time.Until(at), func() { c.Close(CloseExpired, "the credential has expired") })
	}
	c.wake()
}

// welcome sets where c begins, and returns its hello. h.mu and c.mu are held.
func (h *Hub) welcome(c *Client, resume *position) []byte {
	at := position{h.epoch, h.seq}
	var recovered *bool
	if resume != nil {
		ok := h.holds(*resume)
		recovered = &ok
		if ok {
			at = *resume
			h.counts.recovered.Add(1)
		} else {
			h.counts.unrecovered.Add(1)
		}
	}
	if at.seq < h.seq {
		c.replaying, c.cursor = true, at.seq
		h.replaying[c] = struct{}{}
	}
	var selected []string
	for i, name := range h.names.list {
		if c.selected[i] {
			selected = append(selected, name)
		}
	}
	return hello(h.names.list, selected, at, recovered)
}

// holds tells whether all that came after a place is still there. h.mu is held.
func (h *Hub) holds(p position) bool {
	h.ring.trim(time.Now(), h.evicted)
	return p.epoch == h.epoch && p.seq <= h.seq && p.seq+1 >= h.ring.first(h.seq+1)
}

// detach takes c off those that get what is published. h.mu is held.
func (h *Hub) detach(c *Client) {
	delete(h.replaying, c)
	if c.index >= len(h.clients) || h.clients[c.index] != c {
		return
	}
	last := len(h.clients) - 1
	h.clients[c.index] = h.clients[last]
	h.clients[c.index].index = c.index
	h.clients[last] = nil
	h.clients = h.clients[:last]
}

// gone forgets c, whose connection is closed. It is done at the same moment, for a
// Close of the hub waits only for those that are present.
func (h *Hub) gone(c *Client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.present, c)
	close(c.done)
}

func (h *Hub) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// String counts the clients.
func (h *Hub) String() string {
	return "hub of " + fmt.Sprint(h.Stats().Clients) + " clients"
}

// GoString returns what String does.
func (h *Hub) GoString() string { return h.String() }

// Format writes what String returns, whatever the verb.
func (h *Hub) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, h.String()) }

// LogValue counts the clients.
func (h *Hub) LogValue() slog.Value { return slog.GroupValue(slog.Int("clients", h.Stats().Clients)) }

// Events returns the names of the events that the feed carries: the library's and
// those of Config.Events.
func (h *Hub) Events() []string { return slices.Clone(h.names.list) }
