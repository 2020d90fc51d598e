package realtime_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

// numbered is an event of these tests: the N-th that was published.
type numbered struct {
	events.Header
	Name string
	N    int
}

func (e numbered) EventName() string             { return e.Name }
func (e numbered) PublicData(events.Privacy) any { return map[string]int{"n": e.N} }

// state is one of which only the newest counts.
type state struct{ numbered }

func (e state) EventHeader() events.Header { return e.Header }
func (e state) Coalesce() string           { return e.Name }

const (
	door, bell, light = "test.door", "test.bell", "test.light" // light is state-like
)

// slowConn takes messages as far as it is let.
type slowConn struct {
	mu     sync.Mutex
	cond   *sync.Cond
	room   int // how many messages it takes before it blocks
	closed bool
	got    [][]byte
}

func newSlowConn(room int) *slowConn {
	c := &slowConn{room: room}
	c.cond = sync.NewCond(&c.mu)
	return c
}

func (c *slowConn) Send(msgs [][]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range msgs {
		for c.room == 0 && !c.closed {
			c.cond.Wait()
		}
		if c.closed {
			return errors.New("closed") // the far side has those before m
		}
		c.room--
		c.got = append(c.got, m)
	}
	return nil
}

func (c *slowConn) let(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.room = n
	c.cond.Broadcast()
}

func (c *slowConn) Close(int, string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.cond.Broadcast()
	return nil
}

// message has the fields of all messages.
type message struct {
	Type           string
	ID, Epoch      string
	Seq            uint64
	Dropped, Lost  uint64
	From           uint64 `json:"from_seq"`
	To             uint64 `json:"to_seq"`
	Scope          string
	Recovered      *bool
	SelectedEvents []string `json:"selected_events"`
	Data           struct{ N int }
}

// follower is one program that follows the feed, over many connections.
type follower struct {
	conn   *slowConn
	client *realtime.Client
	read   int    // of conn.got
	filter string // of this connection

	lastID  string
	place   uint64 // all up to here is accounted for
	tail    uint64 // of the newest message
	seen    map[uint64]int
	lost    uint64 // of what the hub missed
	whole   bool   // it has followed all from the start
	pending []uint64
}

// world is one case of the property.
type world struct {
	t         *testing.T
	rng       *rand.Rand
	bus       events.Bus
	hub       *realtime.Hub
	published []numbered // seq is the index + 1, where nothing is lost
	followers []*follower
	lossy     bool
	resumed   int
	notices   int
	coalesced int
	described *description // nil: its messages are not held against it
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 4))}
	cfg := &realtime.Config{
		Auth:         func(*http.Request) (realtime.Principal, error) { return realtime.Principal{ID: "test"}, nil },
		Events:       []string{door, bell, light},
		Buffer:       1000,
		QueueEvents:  1 + w.rng.IntN(8),
		QueueBytes:   200 + w.rng.IntN(2000),
		ReplayEvents: 1 + w.rng.IntN(40),
		ReplayBytes:  1000 + w.rng.IntN(20000),
		ReplayAge:    time.Minute,
		Limits:       realtime.Limits{Clients: -1, PerPrincipal: -1, PerAddress: -1, Handshakes: -1},
	}
	if w.lossy = w.rng.IntN(10) == 0; w.lossy {
		cfg.Buffer = 1 + w.rng.IntN(3)
	}
	w.hub = realtime.NewHub(&w.bus, cfg)
	for range 1 + w.rng.IntN(4) {
		f := &follower{seen: map[uint64]int{}, whole: true}
		w.followers = append(w.followers, f)
		w.connect(f)
	}
	return w
}

// connect has f follow the feed, from where it was if it has been there.
func (w *world) connect(f *follower) {
	target := "/feed?"
	f.filter = []string{"", "", door + "," + light, bell, light}[w.rng.IntN(5)]
	if f.filter != "" {
		target += "&events=" + f.filter
	}
	if f.lastID != "" {
		target += "&since=" + f.lastID
	}
	a, err := w.hub.Admit(httptest.NewRequestWithContext(w.t.Context(), "GET", target, nil))
	require.NoError(w.t, err)
	f.conn, f.read = newSlowConn([]int{-1, -1, 0, 1, 3}[w.rng.IntN(5)]), 0
	f.client = w.hub.Attach(f.conn, a)
}

// step does one thing at random, and mostly does not wait for what comes of it.
func (w *world) step() {
	f := w.followers[w.rng.IntN(len(w.followers))]
	switch w.rng.IntN(12) {
	case 0, 1, 2, 3, 4:
		w.publish(1)
	case 5:
		w.publish(1 + w.rng.IntN(20))
	case 6:
		f.conn.let(w.rng.IntN(4))
	case 7:
		f.conn.let(-1)
	case 8:
		f.client.Close(realtime.CloseNormal, "")
		w.settle() // what was sent arrives
		w.take(f)
		w.connect(f)
	case 9:
		if w.rng.IntN(8) == 0 {
			time.Sleep(time.Duration(w.rng.IntN(90)) * time.Second) // of the bubble
		}
	default:
		w.settle()
	}
}

func (w *world) settle() { synctest.Wait() }

func (w *world) publish(n int) {
	for range n {
		e := numbered{Name: []string{door, bell, light}[w.rng.IntN(3)], N: len(w.published) + 1}
		w.published = append(w.published, e)
		if e.Name == light {
			events.Publish(&w.bus, state{e})
		} else {
			events.Publish(&w.bus, e)
		}
	}
}

// take looks at what f got since the last time.
func (w *world) take(f *follower) {
	f.conn.mu.Lock()
	got := f.conn.got[f.read:]
	f.read = len(f.conn.got)
	f.conn.mu.Unlock()
	for _, raw := range got {
		var m message
		require.NoError(w.t, json.Unmarshal(raw, &m))
		if w.described != nil {
			w.described.assertFits(w.t, raw)
		}
		if os.Getenv("CALLSTACK_FEED_SEED") != "" {
			w.t.Logf("%p %s", f, raw)
		}
		w.look(f, m)
		f.lastID = m.ID
	}
}

// look accounts for one message.
func (w *world) look(f *follower, m message) {
	_, at, _ := strings.Cut(m.ID, ":")
	id, err := strconv.ParseUint(at, 10, 64)
	require.NoError(w.t, err)
	switch {
	case m.Type == "hello":
		w.hello(f, m)
		return
	case m.Type == "overflow" && m.Scope == "hub":
		require.Greater(w.t, id, f.tail)
		f.lost += m.Dropped
	case m.Type == "overflow":
		w.notices++
		require.Greater(w.t, m.From, f.tail, "a notice stands where the gap is")
		require.LessOrEqual(w.t, m.From, m.To)
		require.True(w.t, m.To == id || m.Lost > 0 && m.To < id)
		f.lost += m.Lost
		w.gap(f, m)
	case m.Type == "heartbeat":
		require.GreaterOrEqual(w.t, id, f.tail)
		w.between(f, id+1) // all up to it was sent
	default:
		require.Equal(w.t, m.Seq, id)
		require.Greater(w.t, m.Seq, f.tail, "seq rises")
		w.between(f, m.Seq)
		f.seen[m.Seq]++
		if !w.lossy {
			require.Equal(w.t, w.published[m.Seq-1].N, m.Data.N)
			require.True(w.t, w.wanted(f, m.Seq))
		}
		if m.Type == light {
			f.pending = nil // the newer one
		}
	}
	f.tail, f.place = id, id
}

// hello begins a connection.
func (w *world) hello(f *follower, m message) {
	switch {
	case m.Recovered == nil:
		require.Empty(w.t, f.lastID)
		f.whole = m.Seq == 0
	case *m.Recovered:
		w.resumed++
		require.Equal(w.t, f.lastID, m.ID)
	default:
		f.whole, f.pending = false, nil
	}
	if f.filter != "" && !strings.Contains(f.filter, light) {
		f.pending = nil
	}
	f.place, f.tail = m.Seq, m.Seq
}

// wanted tells whether f selected the event at a place.
func (w *world) wanted(f *follower, seq uint64) bool {
	return f.filter == "" || strings.Contains(f.filter, w.published[seq-1].Name)
}

// between checks that what f selected between its place and seq are states only,
// which a newer one is to follow.
func (w *world) between(f *follower, seq uint64) {
	if w.lossy {
		return
	}
	for s := f.place + 1; s < seq; s++ {
		if w.wanted(f, s) {
			require.Equal(w.t, light, w.published[s-1].Name, "event %d is missing before %d", s, seq)
			f.pending = append(f.pending, s)
			w.coalesced++
		}
	}
}

// gap checks that a notice counts what is missing, and nothing else.
func (w *world) gap(f *follower, m message) {
	if w.lossy {
		return
	}
	w.between(f, m.From)
	var states, others uint64
	for s := m.From; s <= m.To; s++ {
		switch {
		case !w.wanted(f, s):
		case w.published[s-1].Name == light:
			states++
		default:
			others++
		}
	}
	require.True(w.t, m.Dropped >= others && m.Dropped <= others+states, "dropped %d of %d and %d states", m.Dropped, others, states)
	require.True(w.t, w.wanted(f, m.From) && w.wanted(f, m.To), "the ends of the gap are its own")
	if states > 0 {
		f.pending = nil
	}
}

// finish lets all have all, and checks that nothing is owed.
func (w *world) finish() {
	for _, f := range w.followers {
		f.conn.let(-1)
	}
	w.settle()
	stats := w.hub.Stats()
	for _, f := range w.followers {
		w.take(f)
		if !w.lossy {
			w.between(f, uint64(len(w.published))+1)
			require.Empty(w.t, f.pending, "the newest state did not come")
			require.Zero(w.t, stats.Lost)
		} else if f.whole {
			require.Equal(w.t, stats.Lost, f.lost)
		}
		for seq, n := range f.seen {
			require.Equal(w.t, 1, n, "event %d", seq)
		}
	}
	if !w.lossy {
		require.Equal(w.t, uint64(len(w.published)), stats.Published)
	}
	require.NoError(w.t, w.hub.Close())
}

// TestEachSelectedEventArrivesOnceOrIsCountedInOneNotice holds it for any
// interleaving of publishing, slow reading, filters, disconnects and resumes.
// CALLSTACK_FEED_SEED runs one case alone.
func TestEachSelectedEventArrivesOnceOrIsCountedInOneNotice(t *testing.T) {
	cases, first := 10000, uint64(0)
	if s := os.Getenv("CALLSTACK_FEED_SEED"); s != "" {
		seed, err := strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
		cases, first = 1, seed
	}
	if testing.Short() {
		cases = min(cases, 1000)
	}
	var resumed, notices, coalesced, lost int
	d := describe(t)
	for seed := first; seed < first+uint64(cases); seed++ {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, seed)
			if seed < 300 {
				w.described = &d
			}
			defer func() {
				if t.Failed() {
					t.Logf("CALLSTACK_FEED_SEED=%d", seed)
				}
			}()
			for range 10 + w.rng.IntN(40) {
				w.step()
			}
			w.finish()
			resumed, notices, coalesced = resumed+w.resumed, notices+w.notices, coalesced+w.coalesced
			lost += int(w.hub.Stats().Lost)
		})
	}
	t.Logf("%d cases: %d resumed, %d notices, %d states replaced, %d events lost before the hub", cases, resumed, notices, coalesced, lost)
	if cases >= 1000 {
		assert.Greater(t, resumed, cases/10)
		assert.Greater(t, notices, cases/10)
		assert.Greater(t, coalesced, cases/10)
		assert.Greater(t, lost, cases/100)
	}
}
