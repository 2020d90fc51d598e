package realtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// app is a program that mounts the feed on a mux of its own, on a real socket.
type app struct {
	bus events.Bus
	hub *realtime.Hub
	url string
	log *logged
}

// logged keeps a log, which many goroutines write.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func newApp(t *testing.T, cfg realtime.Config) *app {
	t.Helper()
	h := &app{log: &logged{}}
	cfg.Logger = slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if cfg.Auth == nil {
		cfg.Auth = realtime.APIKeys(key)
	}
	cfg.Events = []string{door}
	h.hub = realtime.NewHub(&h.bus, &cfg)
	mux := http.NewServeMux()
	mux.Handle("GET /ws", ws.Handler(h.hub, &ws.Config{Logger: cfg.Logger}))
	mux.Handle("GET /events", h.hub.SSE())
	mux.HandleFunc("POST /sms", func(w http.ResponseWriter, r *http.Request) { // a protected route of the host's
		if _, err := cfg.Auth(r); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelWarn)
	server.Start()
	h.url = server.URL
	t.Cleanup(func() {
		assert.NoError(t, h.hub.Close())
		server.Close()
	})
	return h
}

var byKey = http.Header{"Authorization": {"Bearer " + key}}

// dialWS connects to a WebSocket, for as long as the test lasts.
func dialWS(t *testing.T, url string, header http.Header, subprotocols ...string) *websocket.Conn {
	t.Helper()
	opts := &websocket.DialOptions{HTTPHeader: header, Subprotocols: subprotocols}
	c, _, err := websocket.Dial(seconds(t, 10), url, opts) //nolint:bodyclose // the connection is in it: Dial says never to close it
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

// follow connects to the feed, and takes its hello.
func (h *app) follow(t *testing.T, query string) (*websocket.Conn, message) {
	t.Helper()
	c := dialWS(t, h.url+"/ws"+query, byKey)
	c.SetReadLimit(1 << 20)
	m, _ := read(t, c)
	require.Equal(t, "hello", m.Type)
	return c, m
}

func read(t *testing.T, c *websocket.Conn) (message, string) {
	t.Helper()
	kind, raw, err := c.Read(seconds(t, 10))
	require.NoError(t, err)
	assert.Equal(t, websocket.MessageText, kind)
	var m message
	require.NoError(t, json.Unmarshal(raw, &m))
	return m, string(raw)
}

func seconds(t *testing.T, n int) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n)*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestAcceptance holds what was asked of the feed, in the words in which it was.
func TestAcceptance(t *testing.T) {
	t.Run("GET ws requires the same API-key policy as protected HTTP routes", samePolicy)
	t.Run("A successful WebSocket connection receives a hello envelope with protocol version and supported event types", receivesHello)
	t.Run("Emitting representative typed events sends sanitized JSON envelopes to connected clients", sanitized)
	t.Run("Multiple connected clients each receive events without one slow client blocking the others", manyClients)
	t.Run("Disconnect cleanup unsubscribes and cancels per-client tasks", cleanup)
	t.Run("Per-client queues are bounded and overflow behavior is deterministic", deterministic)
	t.Run("Logs do not include API keys, full phone numbers, SMS bodies, raw USSD text, SIM identifiers, or modem serial or IMEI values", silentLogs)
	t.Run("GET ws with events follows what they name", explicitFilter)
}

func samePolicy(t *testing.T) {
	h := newApp(t, realtime.Config{})
	right := "Bearer " + key
	for name, header := range map[string]string{"none": "", "wrong": right + "x", "right": right} {
		statuses := map[string]int{}
		for route, method := range map[string]string{"/ws": "GET", "/events": "GET", "/sms": "POST"} {
			ctx, cancel := context.WithCancel(seconds(t, 10))
			r, err := http.NewRequestWithContext(ctx, method, h.url+route, http.NoBody)
			require.NoError(t, err)
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			if route == "/ws" {
				for k, v := range map[string]string{
					"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
				} {
					r.Header.Set(k, v)
				}
			}
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			statuses[route] = resp.StatusCode
			cancel()
			require.NoError(t, resp.Body.Close())
		}
		want := map[string]int{"/ws": 401, "/events": 401, "/sms": 401}
		if name == "right" {
			want = map[string]int{"/ws": 101, "/events": 200, "/sms": 200}
		}
		assert.Equal(t, want, statuses, name)
	}
}

func receivesHello(t *testing.T) {
	h := newApp(t, realtime.Config{})
	c := dialWS(t, h.url+"/ws", byKey, realtime.Subprotocol)
	assert.Equal(t, realtime.Subprotocol, c.Subprotocol())
	_, raw, err := c.Read(seconds(t, 10))
	require.NoError(t, err)
	var hello struct {
		Type    string
		Version int
		Events  []string
	}
	require.NoError(t, json.Unmarshal(raw, &hello))
	assert.Equal(t, "hello", hello.Type)
	assert.Equal(t, 1, hello.Version)
	for _, name := range []string{"sms.received", "sms.delivery_report", "call.state", "signal.quality", "modem.state", "ussd.response"} {
		assert.Contains(t, hello.Events, name)
	}
}

func sanitized(t *testing.T) {
	h := newApp(t, realtime.Config{})
	var clients []*websocket.Conn
	for range 3 {
		c, _ := h.follow(t, "")
		clients = append(clients, c)
	}
	all := samples()
	for i, name := range slices.Sorted(maps.Keys(all)) {
		events.Publish(&h.bus, all[name])
		want, _, _ := strings.Cut(name, "-")
		for _, c := range clients {
			m, raw := read(t, c)
			assert.Equal(t, want, m.Type)
			assert.Equal(t, uint64(i+1), m.Seq)
			assert.NotContains(t, raw, strings.TrimPrefix(sampleNumber, "+"))
			assert.NotContains(t, raw, `"7"`, "no key")
			assert.NotRegexp(t, `\+C[A-Z]{2,}|"RING|\\r|\\n`, raw, "no line of a modem")
		}
	}
}

func manyClients(t *testing.T) {
	h := newApp(t, realtime.Config{QueueEvents: 8})
	h.follow(t, "") // never reads on
	var clients []*websocket.Conn
	for range 3 {
		c, _ := h.follow(t, "")
		clients = append(clients, c)
	}
	long := events.Header{Source: strings.Repeat("x", 50_000)} // so that no buffer on the way takes all
	for n := 1; n <= 300; n++ {
		events.Publish(&h.bus, numbered{Name: door, N: n, Header: long})
		for _, c := range clients {
			m, _ := read(t, c)
			require.Equal(t, n, m.Data.N)
		}
	}
	assert.Positive(t, h.hub.Stats().Dropped, "the slow one's")
	assert.Equal(t, 4, h.hub.Stats().Clients, "it is still there")
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	assert.Eventually(t, holds, 10*time.Second, 5*time.Millisecond, what)
}

func cleanup(t *testing.T) {
	h := newApp(t, realtime.Config{Limits: realtime.Limits{Clients: 5}})
	c, _ := h.follow(t, "")
	require.NoError(t, c.CloseNow())
	var before int
	eventually(t, "the count, as it is taken below", func() bool { before = runtime.NumGoroutine(); return h.hub.Stats().Clients == 0 })
	for range 4 {
		var open []*websocket.Conn
		for range 5 { // the limit
			c, _ := h.follow(t, "")
			open = append(open, c)
		}
		events.Publish(&h.bus, numbered{Name: door})
		for i, c := range open {
			if i%2 == 0 {
				_ = c.CloseNow() // without a word
			} else {
				require.NoError(t, c.Close(websocket.StatusNormalClosure, ""))
			}
		}
		eventually(t, "no client is left", func() bool { return h.hub.Stats().Clients == 0 })
		eventually(t, "their places are given back", func() bool {
			a, err := h.hub.Admit(get("/ws", "Authorization", "Bearer "+key))
			if err == nil {
				a.Release()
			}
			return err == nil
		})
	}
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

func deterministic(t *testing.T) {
	h := newApp(t, realtime.Config{QueueEvents: 4})
	for range 3 {
		hold, held := make(chan struct{}), make(chan struct{})
		c, hello := h.follow(t, "?events="+door)
		events.Publish(&h.bus, held1{numbered{Name: door, N: 1}, held, hold})
		<-held // the hub is at it, and takes those that follow together
		for n := 2; n <= 10; n++ {
			events.Publish(&h.bus, numbered{Name: door, N: n})
		}
		close(hold)
		m, raw := read(t, c)
		assert.Equal(t, fmt.Sprintf(`{"type":"overflow","version":1,"dropped":6,"from_seq":%d,"to_seq":%d,"id":"%s:%d"}`,
			hello.Seq+1, hello.Seq+6, hello.Epoch, hello.Seq+6), raw)
		assert.Equal(t, uint64(6), m.Dropped)
		for n := 7; n <= 10; n++ {
			m, _ := read(t, c)
			assert.Equal(t, n, m.Data.N, "the newest are kept")
		}
	}
}

func silentLogs(t *testing.T) {
	h := newApp(t, realtime.Config{})
	c, _ := h.follow(t, "")
	all := samples()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		events.Publish(&h.bus, all[name])
		read(t, c)
	}
	require.NoError(t, c.Write(seconds(t, 10), websocket.MessageText, []byte("from +12025550142")))
	require.NoError(t, c.Close(4321, "reason of +12025550143"))
	for _, credential := range []string{"Bearer s3cret-of-somebody", "Basic s3cret-of-somebody", "Bearer\x00s3cret"} {
		r := get("/ws?token=s3cret-of-somebody&since=s3cret-of-somebody&events=s3cret-of-somebody", "Authorization", credential)
		_, err := h.hub.Admit(r)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "s3cret")
	}
	eventually(t, "the client is gone", func() bool { return h.hub.Stats().Clients == 0 })
	text := h.log.String()
	assert.Contains(t, text, "conn=", "something was logged")
	for _, secret := range []string{
		key, strings.TrimPrefix(sampleNumber, "+"), sampleText, "s3cret", "2025550142", "2025550143", "1A2B", "00C3D4E5", "127.0.0.1",
	} {
		assert.NotContains(t, text, secret)
	}
}

func explicitFilter(t *testing.T) {
	h := newApp(t, realtime.Config{})
	c, hello := h.follow(t, "?events=sms.received,%20call.state,sms.received")
	assert.Equal(t, []string{"sms.received", "call.state"}, hello.SelectedEvents)
	all := samples()
	for _, name := range []string{"modem.state", "sms.received", "signal.quality", "call.state"} {
		events.Publish(&h.bus, all[name])
	}
	m, _ := read(t, c)
	assert.Equal(t, "sms.received", m.Type)
	m, _ = read(t, c)
	assert.Equal(t, "call.state", m.Type)
	assert.Equal(t, uint64(4), m.Seq)
}
