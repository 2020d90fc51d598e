package ws_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// tick is an event of a host.
type tick struct {
	events.Header
	N   int
	Pad string
}

func (tick) EventName() string { return "test.tick" }
func (e tick) PublicData(events.Privacy) any {
	return map[string]any{"n": e.N, "pad": e.Pad}
}

// open lets everybody in.
func open(*http.Request) (realtime.Principal, error) { return realtime.Principal{ID: "test"}, nil }

// settings of a rig; what is nil or zero has a default that lets tests be.
type settings struct {
	hub    realtime.Config
	ws     ws.Config
	wrap   func(http.Handler) http.Handler
	server func(*http.Server)
	tap    func(net.Conn) net.Conn // around the server's end of a connection
}

// rig is a hub behind a server.
type rig struct {
	bus    *events.Bus
	hub    *realtime.Hub
	server *http.Server
	dial   func() (net.Conn, error)
	sent   int
}

func newRig(t *testing.T, s settings) *rig {
	t.Helper()
	if s.hub.Auth == nil {
		s.hub.Auth = open
	}
	s.hub.Limits = realtime.Limits{Clients: -1, PerPrincipal: -1, PerAddress: -1, Handshakes: -1}
	s.hub.Events = []string{"test.tick"}
	r := &rig{bus: new(events.Bus)}
	r.hub = realtime.NewHub(r.bus, &s.hub)
	h := ws.Handler(r.hub, &s.ws)
	if s.wrap != nil {
		h = s.wrap(h)
	}
	r.server = &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.NewTextHandler(t.Output(), nil), slog.LevelWarn)}
	if s.server != nil {
		s.server(r.server)
	}
	t.Cleanup(func() { assert.NoError(t, r.hub.Close()) })
	return r
}

// inMemory is a rig for virtual time: its connections are pipes without a buffer.
func inMemory(t *testing.T, s settings) *rig {
	t.Helper()
	r := newRig(t, s)
	l := &pipes{made: make(chan net.Conn), closed: make(chan struct{}), tap: s.tap}
	var serving sync.WaitGroup
	serving.Go(func() { _ = r.server.Serve(l) })
	t.Cleanup(func() {
		assert.NoError(t, r.server.Close())
		serving.Wait()
	})
	r.dial = l.dial
	return r
}

// onLoopback is a rig on a TCP port.
func onLoopback(t *testing.T, s settings) *rig {
	t.Helper()
	r := newRig(t, s)
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() { _ = r.server.Serve(l) })
	t.Cleanup(func() {
		assert.NoError(t, r.server.Close())
		serving.Wait()
	})
	r.dial = func() (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(t.Context(), "tcp", address)
	}
	return r
}

// pipes is a listener whose connections are net.Pipes.
type pipes struct {
	made   chan net.Conn
	tap    func(net.Conn) net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *pipes) dial() (net.Conn, error) {
	server, client := net.Pipe()
	if l.tap != nil {
		server = l.tap(server)
	}
	l.made <- addressed{server}
	return client, nil
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.made:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// addressed is a pipe with an address that a hub can count.
type addressed struct{ net.Conn }

func (addressed) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// connect makes a client.
func (r *rig) connect(t *testing.T, headers ...string) *peer {
	t.Helper()
	c, err := r.dial()
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	p, err := upgradeOver(c, handshake("/ws", headers...), "")
	require.NoError(t, err)
	return p
}

// publish publishes n ticks with so much padding.
func (r *rig) publish(n, padding int) {
	pad := strings.Repeat("x", padding)
	for range n {
		r.sent++
		events.Publish(r.bus, tick{N: r.sent, Pad: pad})
	}
}

// waitFor waits for a condition, in real time.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for deadline := time.Now().Add(20 * time.Second); !done(); <-pace.C {
		require.True(t, time.Now().Before(deadline), what)
	}
}

// shutdown shuts the hub down.
func (r *rig) shutdown(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	assert.NoError(t, r.hub.Shutdown(ctx))
}

func inBubble(t *testing.T, s settings, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, inMemory(t, s)) })
}
