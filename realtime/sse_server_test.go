package realtime_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

// feedServer is a hub behind a real server, on 127.0.0.1.
type feedServer struct {
	*httptest.Server
	bus *events.Bus
	hub *realtime.Hub
}

// serve starts one; timeout is what a client may take for a write. prepare may
// change the server before it starts.
func serve(t *testing.T, cfg realtime.Config, timeout time.Duration, prepare func(*httptest.Server)) *feedServer {
	t.Helper()
	cfg.Auth, cfg.Events = realtime.LoopbackOnly, []string{"test.said"}
	bus := &events.Bus{}
	hub := realtime.NewHub(bus, &cfg)
	s := &feedServer{httptest.NewUnstartedServer(hub.SSEWithTimeout(timeout)), bus, hub}
	s.Config.RegisterOnShutdown(func() { _ = hub.Shutdown(context.Background()) })
	if prepare != nil {
		prepare(s.Server)
	}
	if s.EnableHTTP2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		_ = hub.Close()
		s.Close()
	})
	return s
}

// reader reads a stream event by event.
type reader struct {
	t     *testing.T
	resp  *http.Response
	lines *bufio.Scanner
}

// follow begins a stream; last may be empty.
func (s *feedServer) follow(t *testing.T, last string) *reader {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/events", http.NoBody)
	require.NoError(t, err)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := s.Client().Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	require.Equal(t, http.StatusOK, resp.StatusCode)
	return &reader{t, resp, bufio.NewScanner(resp.Body)}
}

// next returns the next event, and false when the stream has ended as it should.
func (r *reader) next() (e received, ok bool) {
	r.t.Helper()
	for r.lines.Scan() {
		name, value, _ := strings.Cut(r.lines.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "data":
			require.NoError(r.t, json.Unmarshal([]byte(value), &e))
		case "":
			if e.id != "" {
				return e, true
			}
		}
	}
	require.NoError(r.t, r.lines.Err())
	return received{}, false
}

// await returns the next event of a type.
func (r *reader) await(typ string) received {
	r.t.Helper()
	for {
		e, ok := r.next()
		require.True(r.t, ok, "the stream has ended")
		if e.Type == typ {
			return e
		}
	}
}

func TestSSEOverHTTP1(t *testing.T) {
	s := serve(t, realtime.Config{}, time.Minute, nil)
	r := s.follow(t, "")
	assert.Equal(t, 1, r.resp.ProtoMajor)
	assert.True(t, r.resp.Close, "its connection is not used again")
	r.await("hello")
	say(s.bus, "a")
	assert.Equal(t, `"a"`, string(r.await("test.said").Data))
}

// A stream of HTTP/2 ends when its deadline passes, in a write or not.
func TestSSEOverHTTP2(t *testing.T) {
	s := serve(t, realtime.Config{Heartbeat: 100 * time.Millisecond}, 50*time.Millisecond, func(s *httptest.Server) { s.EnableHTTP2 = true })
	r := s.follow(t, "")
	assert.Equal(t, 2, r.resp.ProtoMajor)
	other := s.follow(t, "")
	for range 3 {
		r.await("heartbeat")
	}
	say(s.bus, "a")
	assert.Equal(t, `"a"`, string(r.await("test.said").Data))
	require.NoError(t, s.hub.Shutdown(t.Context()))
	_, ok := r.next()
	assert.False(t, ok, "the stream ends without an error")
	other.await("test.said")
}

func TestSSEOverHTTP10(t *testing.T) {
	s := serve(t, realtime.Config{}, time.Minute, nil)
	conn := s.raw(t, "GET /events HTTP/1.0\r\nHost: localhost\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	assert.Empty(t, resp.TransferEncoding, "such a client knows no chunks")
	r := &reader{t, resp, bufio.NewScanner(resp.Body)}
	r.await("hello")
	say(s.bus, "a")
	r.await("test.said")
	require.NoError(t, s.hub.Shutdown(t.Context()))
	_, ok := r.next()
	assert.False(t, ok)
}

// raw connects, with little room for what is not read, and writes a request.
func (s *feedServer) raw(t *testing.T, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4<<10))
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	return conn
}

// The timeouts of a server are far below the life of a stream.
func TestSSEOutlivesTheServersTimeouts(t *testing.T) {
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprintf("HTTP/%d", version), func(t *testing.T) {
			s := serve(t, realtime.Config{Heartbeat: 20 * time.Millisecond}, time.Minute, func(s *httptest.Server) {
				s.EnableHTTP2 = version == 2
				s.Config.ReadTimeout, s.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
			})
			r := s.follow(t, "")
			for range 15 {
				r.await("heartbeat")
			}
		})
	}
}

// While a body is on its way net/http does not look whether the client is there.
func TestSSETakesNoBody(t *testing.T) {
	s := serve(t, realtime.Config{}, time.Minute, nil)
	for _, header := range []string{"Content-Length: 5", "Transfer-Encoding: chunked"} {
		c := s.raw(t, "GET /events HTTP/1.1\r\nHost: localhost\r\n"+header+"\r\n\r\n")
		require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadRequest, resp.StatusCode, header)
		require.NoError(t, resp.Body.Close())
	}
	assert.Equal(t, uint64(2), s.hub.Stats().Refused[http.StatusBadRequest])
}

func TestSSEResumesAfterACut(t *testing.T) {
	s := serve(t, realtime.Config{QueueEvents: 1000}, time.Minute, nil)
	const many, cut = 300, 40
	var wg sync.WaitGroup
	defer wg.Wait()
	last := ""
	for n := 0; n < many; {
		r := s.follow(t, last)
		hello := r.await("hello")
		if last == "" {
			wg.Go(func() {
				for i := range many {
					say(s.bus, i)
					runtime.Gosched()
				}
			})
		} else {
			require.NotNil(t, hello.Recovered)
			require.True(t, *hello.Recovered)
		}
		for range min(cut, many-n) {
			e := r.await("test.said")
			require.Equal(t, strconv.Itoa(n), string(e.Data), "nothing lost, nothing twice")
			n, last = n+1, e.id
		}
		require.NoError(t, r.resp.Body.Close()) // whatever else was on its way is lost
	}
	assert.Equal(t, uint64(many/cut), s.hub.Stats().Recovered)
}

// waitUntil does something each millisecond until a condition holds.
func waitUntil(t *testing.T, do func(), holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); !holds(); <-tick.C {
		require.True(t, time.Now().Before(deadline))
		do()
	}
}

// fill publishes much until a condition holds.
func (s *feedServer) fill(t *testing.T, holds func() bool) {
	t.Helper()
	text := strings.Repeat("x", 64<<10)
	waitUntil(t, func() { say(s.bus, text) }, holds)
}

func TestSSECutsOffWhoNeverReads(t *testing.T) {
	wide := realtime.Config{QueueBytes: 1 << 20, ReplayEvents: -1, Heartbeat: -1}
	t.Run("HTTP/1", func(t *testing.T) {
		s := serve(t, wide, 100*time.Millisecond, nil)
		s.raw(t, streamRequest)
		s.fill(t, func() bool { return s.hub.Stats().Slow == 1 })
		assert.Zero(t, s.hub.Stats().Clients)
	})
	t.Run("HTTP/2", func(t *testing.T) {
		// Long enough for the one that reads, on a machine that has much to do.
		s := serve(t, wide, time.Second, func(s *httptest.Server) { s.EnableHTTP2 = true })
		s.follow(t, "")
		reading := s.follow(t, "")
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = io.Copy(io.Discard, reading.resp.Body)
		}()
		s.fill(t, func() bool { return s.hub.Stats().Slow == 1 })
		assert.Equal(t, 1, s.hub.Stats().Clients, "the other stream of the same connection goes on")
		require.NoError(t, s.hub.Close())
		<-done
	})
}

// What a client that does not read leaves in the server's buffers is not waited for.
func TestSSEEndsBehindAClientThatNeverReads(t *testing.T) {
	s := serve(t, realtime.Config{QueueBytes: 1 << 20, ReplayEvents: -1}, time.Minute, nil)
	s.raw(t, streamRequest)
	s.fill(t, func() bool { return s.hub.Stats().Dropped > 0 })
	begun := time.Now()
	require.NoError(t, s.hub.Close())
	s.Close() // waits for the handlers
	assert.Less(t, time.Since(begun), 5*time.Second)
}

// http.Server.Shutdown waits for all requests in progress.
func TestSSEEndsWithTheServersShutdown(t *testing.T) {
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprintf("HTTP/%d", version), func(t *testing.T) {
			s := serve(t, realtime.Config{}, time.Minute, func(s *httptest.Server) { s.EnableHTTP2 = version == 2 })
			r := s.follow(t, "")
			r.await("hello")
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			require.NoError(t, s.Config.Shutdown(ctx))
			_, ok := r.next()
			assert.False(t, ok, "the stream ends without an error")
		})
	}
}

// streamPhases are where a client of a stream may leave.
var streamPhases = map[string]func(net.Conn){
	"before a byte":  func(net.Conn) {},
	"in the request": func(conn net.Conn) { _, _ = io.WriteString(conn, streamRequest[:14]) },
	"after it":       func(conn net.Conn) { _, _ = io.WriteString(conn, streamRequest) },
	"in the hello": func(conn net.Conn) {
		_, _ = io.WriteString(conn, streamRequest)
		_, _ = bufio.NewReader(conn).ReadString('{')
	},
	"by half": func(conn net.Conn) {
		_, _ = io.WriteString(conn, streamRequest)
		_ = conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	},
	"refused": func(conn net.Conn) {
		_, _ = io.WriteString(conn, strings.Replace(streamRequest, "localhost", "example.com", 1))
		_, _ = bufio.NewReader(conn).ReadString('}')
	},
}

const streamRequest = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"

// Clients come and leave a thousand times in every phase, and events go to whoever is
// there meanwhile. Nothing stays behind.
func TestSSELeavesNothingBehind(t *testing.T) {
	limits := realtime.Limits{Clients: -1, PerPrincipal: -1, PerAddress: -1, Handshakes: -1}
	s := serve(t, realtime.Config{Limits: limits}, time.Minute, nil)
	s.follow(t, "").await("hello") // what is made once is there
	for name, leave := range streamPhases {
		t.Run(name, func(t *testing.T) {
			goroutines, files := runtime.NumGoroutine(), descriptors(t)
			sent := s.hub.Stats().Sent
			for i := range 1000 {
				conn, err := net.Dial("tcp", s.Listener.Addr().String())
				require.NoError(t, err)
				leave(conn)
				say(s.bus, i)
				require.NoError(t, conn.Close())
			}
			waitUntil(t, runtime.Gosched, func() bool {
				return s.hub.Stats().Clients == 1 && runtime.NumGoroutine() <= goroutines && descriptors(t) <= files
			})
			if name == "in the hello" || name == "by half" {
				assert.GreaterOrEqual(t, s.hub.Stats().Sent-sent, uint64(1000), "each has got a hello")
			}
		})
	}
	assert.Equal(t, uint64(1000), s.hub.Stats().Refused[http.StatusForbidden])
}

// descriptors counts what the process has open, where the system tells.
func descriptors(t *testing.T) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	open, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(open)
}
