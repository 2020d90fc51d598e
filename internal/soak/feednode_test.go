//go:build linux

package soak_test

import (
	"embed"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

//go:embed feedclients/*.mjs
var feedclients embed.FS

func scripts(t *testing.T) fs.FS {
	t.Helper()
	dir, err := fs.Sub(feedclients, "feedclients")
	require.NoError(t, err)
	return dir
}

// numbered is an event of a host's own.
type numbered struct {
	events.Header
	N int
}

// EventName returns "test.numbered".
func (numbered) EventName() string { return "test.numbered" }

// PublicData returns the number.
func (e numbered) PublicData(events.Privacy) any {
	return struct {
		N int `json:"n"`
	}{e.N}
}

// feedKey opens the feed of newFeedHost.
const feedKey = "soak-key/0123456789+="

// newFeedHost serves a feed of numbered events until the end of the test.
func newFeedHost(t *testing.T) (bus *events.Bus, addr string) {
	t.Helper()
	bus = &events.Bus{}
	hub := realtime.NewHub(bus, &realtime.Config{Auth: realtime.APIKeys(feedKey), Events: []string{"test.numbered"}})
	mux := http.NewServeMux()
	mux.Handle("GET /ws", ws.Handler(hub, nil))
	mux.Handle("GET /events", hub.SSE())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: patience}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		require.NoError(t, hub.Close())
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-served, http.ErrServerClosed)
	})
	return bus, l.Addr().String()
}

// TestNodeFollowsTheFeed has a client of another make follow a feed whose connection
// is lost again and again while events flow: before, in and after a handshake, in the
// hello, between messages and in the middle of them. Each event arrives once.
func TestNodeFollowsTheFeed(t *testing.T) {
	node := program(t, nodeRequired, "nodejs", "node")
	dir := clients(t, nodeRequired)
	budgets := []int64{5000, 1, 150, 400, 20_001, 700, 1700, 60_007, 3001}
	lots := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		budgets = append(budgets, 1200+lots.Int64N(5000)) // some end in the hello
	}
	tests := map[string]struct {
		scheme, path string
		env          []string
	}{
		"WebSocket, key in the header":    {"ws", "/ws", nil},
		"WebSocket, key as a subprotocol": {"ws", "/ws", []string{"CALLSTACK_FEED_KEY_BY=subprotocol"}},
		"server-sent events":              {"http", "/events", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bus, addr := newFeedHost(t)
			proxy := newCutter(t, addr, budgets...)
			c := startScript(t, takeMessage(t), append(tt.env, "CALLSTACK_FEED_KEY="+feedKey),
				node, dir+"/client.mjs", tt.scheme+"://"+proxy.addr()+tt.path)
			ctx, cancel := contextFor(t)
			defer cancel()
			require.True(t, eventually(ctx, func() bool { return len(c.got("hello")) > 0 }), c.said())

			const total = 3000
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for n := range total {
				events.Publish(bus, numbered{events.Header{Time: time.Now(), Source: "soak"}, n})
				<-tick.C
			}
			require.True(t, eventually(ctx, func() bool {
				return len(c.got("test.numbered")) >= total || !resumed(c.got("hello"))
			}), c.said())
			requireResumed(t, c.got("hello"), c.got("overflow"))
			require.NoError(t, c.stop())

			for n, m := range c.got("test.numbered") {
				require.EqualValues(t, n, m.Data["n"], "each once, in order")
			}
			assert.Len(t, c.got("test.numbered"), total)
			assert.Greater(t, proxy.connections(), len(budgets), "all budgets were spent")
			assert.Greater(t, len(c.got("hello")), 5)
			t.Logf("%d connections, %d hellos", proxy.connections(), len(c.got("hello")))
		})
	}
	t.Run("a wrong key", func(t *testing.T) {
		_, addr := newFeedHost(t)
		for url, env := range map[string]string{"ws://" + addr + "/ws": "CALLSTACK_FEED_KEY=another-key", "http://" + addr + "/events": "CALLSTACK_FEED_KEY="} {
			c := startScript(t, takeMessage(t), []string{env}, node, dir+"/client.mjs", url)
			ctx, cancel := contextFor(t)
			defer cancel()
			require.True(t, eventually(ctx, func() bool { return len(c.said()) > 0 }))
			require.ErrorContains(t, c.stop(), "exit status 3")
			assert.Contains(t, c.said(), "# refused 401 ")
			assert.Empty(t, c.got(""))
		}
	})
}
