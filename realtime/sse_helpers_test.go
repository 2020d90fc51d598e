package realtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
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

// said is a host's event. What it says is shown as it is.
type said struct {
	events.Header
	What any
}

func (said) EventName() string               { return "test.said" }
func (e said) PublicData(events.Privacy) any { return e.What }

// say publishes one event.
func say(b *events.Bus, what any) { events.Publish(b, said{What: what}) }

// page is an http.ResponseWriter in memory, and the connection under it. Its
// deadlines hold, and it notes what is not allowed.
type page struct {
	mu       sync.Mutex
	header   http.Header
	status   int
	body     bytes.Buffer
	writes   int
	flushed  int // bytes of body that the far side has
	flushes  int
	read     time.Time // deadlines
	write    time.Time
	atWrite  []time.Time // that of each write
	stalled  bool
	returned bool // the handler
	late     int  // writes after it
	fail     error
	expired  func() error // if set, what comes of a deadline that passes in a write
	changed  chan struct{}
}

func newPage() *page {
	return &page{header: http.Header{}, changed: make(chan struct{}), read: time.Now().Add(time.Minute), write: time.Now().Add(time.Minute)}
}

func (p *page) Header() http.Header { return p.header }

func (p *page) WriteHeader(status int) {
	p.set(func() { p.status = status })
}

// Write blocks while the page is stalled, until its deadline.
func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writes++
	p.atWrite = append(p.atWrite, p.write)
	for {
		switch {
		case p.returned:
			p.late++
			return 0, http.ErrHandlerTimeout
		case p.fail != nil:
			return 0, p.fail
		case !p.write.IsZero() && !time.Now().Before(p.write):
			return 0, p.expire()
		case !p.stalled:
			return p.body.Write(b)
		}
		p.await()
	}
}

// expire tells what a write whose deadline has passed returns.
func (p *page) expire() error {
	if p.expired == nil {
		return os.ErrDeadlineExceeded
	}
	p.mu.Unlock()
	defer p.mu.Lock()
	return p.expired()
}

// await waits for a change, or the deadline, without p.mu.
func (p *page) await() {
	changed, deadline := p.changed, p.write
	p.mu.Unlock()
	defer p.mu.Lock()
	var expired <-chan time.Time
	if !deadline.IsZero() {
		expired = time.After(time.Until(deadline))
	}
	select {
	case <-changed:
	case <-expired:
	}
}

func (p *page) Flush() {
	p.set(func() { p.flushes, p.flushed = p.flushes+1, p.body.Len() })
}

func (p *page) SetReadDeadline(d time.Time) error {
	p.set(func() { p.read = d })
	return nil
}

func (p *page) SetWriteDeadline(d time.Time) error {
	p.set(func() { p.write = d })
	return nil
}

func (p *page) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	close(p.changed)
	p.changed = make(chan struct{})
}

// text returns what the far side has got.
func (p *page) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.body.String()[:p.flushed]
}

// received is an event as a browser has it.
type received struct {
	id   string
	data string

	Type      string
	ID        string
	Seq       uint64
	Dropped   uint64
	Recovered *bool
	Data      json.RawMessage
}

// parseStream reads a stream by the rules of the standard (WHATWG HTML, 9.2.6), as far
// as they matter here, and holds that nothing else is in it.
func parseStream(t *testing.T, text string) (list []received) {
	t.Helper()
	text, ok := strings.CutPrefix(text, "retry: 3000\n\n")
	require.True(t, ok, "the stream begins with when to come back")
	for block := range strings.SplitSeq(strings.TrimSuffix(text, "\n\n"), "\n\n") {
		var e received
		lines := strings.Split(block, "\n")
		require.Len(t, lines, 2)
		e.id, ok = strings.CutPrefix(lines[0], "id: ")
		require.True(t, ok)
		e.data, ok = strings.CutPrefix(lines[1], "data: ")
		require.True(t, ok)
		require.NoError(t, json.Unmarshal([]byte(e.data), &e))
		require.Equal(t, e.ID, e.id)
		list = append(list, e)
	}
	return list
}

// types returns those of a stream's messages.
func types(list []received) []string {
	var out []string
	for _, e := range list {
		out = append(out, e.Type)
	}
	return out
}

// streams is a hub with its handler, in a bubble.
type streams struct {
	ctx context.Context
	bus *events.Bus
	hub *realtime.Hub
}

// streaming runs a test in virtual time.
func streaming(t *testing.T, cfg realtime.Config, test func(t *testing.T, s streams)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		t.Cleanup(cancel)
		if cfg.Auth == nil {
			cfg.Auth = realtime.LoopbackOnly
		}
		cfg.Events = append(cfg.Events, "test.said")
		if cfg.Heartbeat == 0 {
			cfg.Heartbeat = -1
		}
		s := streams{ctx, &events.Bus{}, nil}
		s.hub = realtime.NewHub(s.bus, &cfg)
		t.Cleanup(func() { _ = s.hub.Close() })
		test(t, s)
	})
}

// visit is one request in progress.
type visit struct {
	page  *page
	leave context.CancelFunc
	done  chan struct{} // closed when the handler has returned
}

// open begins a request, and waits until all that can happen has.
func (s streams) open(t *testing.T, wrap func(http.ResponseWriter) http.ResponseWriter, headers ...string) *visit {
	t.Helper()
	p := newPage()
	var w http.ResponseWriter = p
	if wrap != nil {
		w = wrap(p)
	}
	ctx, leave := context.WithCancel(s.ctx)
	v := &visit{p, leave, make(chan struct{})}
	r := get("/events", headers...).WithContext(ctx)
	go func() {
		defer close(v.done)
		s.hub.SSE().ServeHTTP(w, r)
		p.set(func() { p.returned = true })
	}()
	t.Cleanup(func() {
		leave()
		<-v.done
		assert.Zero(t, p.late, "nothing writes after the handler")
	})
	synctest.Wait()
	return v
}

// over tells whether the handler has returned.
func (v *visit) over() bool {
	synctest.Wait()
	select {
	case <-v.done:
		return true
	default:
		return false
	}
}

// list waits until all that can happen has, and returns what the client has.
func (v *visit) list(t *testing.T) []received {
	t.Helper()
	synctest.Wait()
	return parseStream(t, v.page.text())
}
