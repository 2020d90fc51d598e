package ws_test

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// narrow gives the server's ends of connections small buffers, so that writes end in
// the middle of frames.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if c, ok := c.(*net.TCPConn); ok {
		_ = c.SetWriteBuffer(4 << 10)
	}
	return c, err
}

// trickle reads a little at a time.
type trickle struct {
	io.Reader
	pace *time.Ticker
}

func (r trickle) Read(p []byte) (int, error) {
	<-r.pace.C
	return r.Reader.Read(p[:min(len(p), 4<<10)])
}

// stormy is a client in the storm: it checks each byte that it gets.
type stormy struct {
	*peer
	pings   int // sent
	pongs   int
	asked   int // pings of the server
	last    int // tick
	dropped int // told by notices since
	ticks   atomic.Int64
	closing frame
}

// follow reads to the end, and returns what is wrong.
func (s *stormy) follow(ping func() bool) error {
	for {
		f, err := s.next()
		switch {
		case errors.Is(err, io.EOF) && s.closed:
			return nil
		case err != nil:
			return err
		}
		if err := s.take(f); err != nil {
			return err
		}
		if ping() {
			s.pings++
			_ = s.send(opPing, "ping "+strconv.Itoa(s.pings)) // the server may have closed
		}
	}
}

func (s *stormy) take(f frame) error {
	switch f.op {
	case opPing:
		s.asked++
		_ = s.send(opPong, string(f.payload))
	case opPong:
		// RFC 6455, 5.5.3: each has its ping's payload; coder answers each.
		if s.pongs++; string(f.payload) != "ping "+strconv.Itoa(s.pongs) {
			return fmt.Errorf("pong %d: %q", s.pongs, f.payload)
		}
	case opClose:
		s.closing = f
		_ = s.send(opClose, string(f.payload))
	case opText:
		return s.takeText(f.payload)
	}
	return nil
}

// takeText checks that each tick comes once, or is counted by a notice.
func (s *stormy) takeText(text []byte) error {
	var m message
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	switch m.Type {
	case "overflow":
		s.dropped += m.Dropped
	case "test.tick":
		s.ticks.Add(1)
		if m.Data.N != s.last+s.dropped+1 {
			return fmt.Errorf("tick %d after %d and %d dropped", m.Data.N, s.last, s.dropped)
		}
		s.last, s.dropped = m.Data.N, 0
	}
	return nil
}

// Broadcasts, pings both ways, clients that trickle, and closes by either side in the
// midst of it: whatever meets on a connection, every frame is whole, and nothing
// follows a Close frame.
func TestFramesStayWholeInAStorm(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS %t", secure), func(t *testing.T) { storm(t, secure) })
	}
}

const stormClients = 24

func storm(t *testing.T, secure bool) {
	r := newRig(t, settings{hub: realtime.Config{Heartbeat: 5 * time.Millisecond}, ws: ws.Config{PingInterval: 5 * time.Millisecond}})
	dial := narrowly(t, r, secure)
	var following sync.WaitGroup
	clients := make([]*stormy, stormClients)
	for i := range clients {
		clients[i] = stormClient(t, dial, i)
		random := rand.New(rand.NewPCG(uint64(i), 1))
		following.Go(func() {
			assert.NoError(t, clients[i].follow(func() bool { return clients[i].pings < ws.PerMinute-10 && random.IntN(20) == 0 }))
		})
	}
	publishing, stop := new(sync.WaitGroup), make(chan struct{})
	publishing.Go(func() { broadcast(r, stop) })
	reached := func(n int64) func() bool {
		return func() bool {
			for _, c := range clients {
				if c.ticks.Load() < n {
					return false
				}
			}
			return true
		}
	}
	waitFor(t, "ticks", reached(100))
	for _, c := range clients[:stormClients/2] {
		following.Go(func() { _ = c.sendClose(realtime.CloseNormal, "") })
	}
	waitFor(t, "half of them are gone", func() bool { return r.hub.Stats().Clients == stormClients/2 })
	require.NoError(t, r.hub.Close()) // in mid-broadcast, with 1001
	close(stop)
	publishing.Wait()
	following.Wait()
	checkStorm(t, clients)
}

func stormClient(t *testing.T, dial func(trickles bool) net.Conn, i int) *stormy {
	t.Helper()
	trickles := i%3 == 0
	c := dial(trickles)
	t.Cleanup(func() { c.Close() })
	p, err := upgradeOver(c, handshake("/ws"), "")
	require.NoError(t, err)
	if trickles {
		pace := time.NewTicker(100 * time.Microsecond)
		t.Cleanup(pace.Stop)
		p.r = trickle{p.r, pace}
	}
	return &stormy{peer: p}
}

// broadcast publishes ticks of many lengths in bursts, until it is stopped.
func broadcast(r *rig, stop <-chan struct{}) {
	random := rand.New(rand.NewPCG(1, 2))
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	for {
		select {
		case <-stop:
			return
		case <-pace.C:
			for range random.IntN(20) {
				r.publish(1, []int{0, 30, 60, 100, 300, 1000, 20000}[random.IntN(7)]*random.IntN(3)/2)
			}
		}
	}
}

func checkStorm(t *testing.T, clients []*stormy) {
	t.Helper()
	pongs, asked := 0, 0
	for i, c := range clients {
		pongs, asked = pongs+c.pongs, asked+c.asked
		want := realtime.CloseNormal
		if i >= stormClients/2 {
			want = realtime.CloseGoingAway
		}
		code, _ := closeCode(c.closing)
		assert.Equal(t, want, code)
	}
	t.Logf("pongs: %d; pings of the server: %d", pongs, asked)
	assert.Greater(t, pongs, stormClients)
	assert.Greater(t, asked, stormClients)
}

// narrowly serves a rig with small buffers, and returns a function that dials it.
func narrowly(t *testing.T, r *rig, secure bool) func(trickles bool) net.Conn {
	t.Helper()
	s := httptest.NewUnstartedServer(r.server.Handler)
	s.Listener = narrow{s.Listener}
	address := s.Listener.Addr().String()
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return func(trickles bool) net.Conn {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", address)
		require.NoError(t, err)
		if trickles {
			require.NoError(t, c.(*net.TCPConn).SetReadBuffer(16<<10))
		}
		if secure {
			cfg := s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			cfg.ServerName = "example.com" // whom httptest's certificate is for
			return tls.Client(c, cfg)
		}
		return c
	}
}
