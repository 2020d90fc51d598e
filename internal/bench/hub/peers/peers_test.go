package peers_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/bench/hub/peers"
)

// serve serves a hub until the test ends, and returns its address.
func serve(t *testing.T, name string, small bool) string {
	t.Helper()
	h, err := peers.New(name)
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := ln.Addr().String()
	if small {
		ln = peers.SmallBuffers{Listener: ln}
	}
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, peers.Serve(ln, h)) })
	t.Cleanup(func() {
		assert.NoError(t, ln.Close())
		wg.Wait()
	})
	return addr
}

func ask(t *testing.T, addr, path string) (status int, body string) {
	t.Helper()
	res, err := http.Get("http://" + addr + path)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(b)
}

func stats(t *testing.T, addr string) (st peers.Stats) {
	t.Helper()
	_, body := ask(t, addr, "/ctl/stats?gc=1")
	require.NoError(t, json.Unmarshal([]byte(body), &st))
	return st
}

// Every hub's frames are what a strict client takes, and the events are alike.
func TestHubsSendTheSameEvents(t *testing.T) {
	for i, name := range peers.Names() {
		if name == "ours-sse" {
			continue // it is no WebSocket
		}
		t.Run(name, func(t *testing.T) {
			addr := serve(t, name, i%2 == 0)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			c, _, err := websocket.Dial(ctx, "ws://"+addr+"/ws", nil) //nolint:bodyclose // the connection is in it: Dial says never to close it
			require.NoError(t, err)
			defer c.CloseNow()
			require.Eventually(t, func() bool { return stats(t, addr).Clients == 1 }, 5*time.Second, time.Millisecond)
			begin := time.Now()
			status, _ := ask(t, addr, "/ctl/publish?n=3&interval_us=1000")
			require.Equal(t, http.StatusOK, status)
			assert.GreaterOrEqual(t, time.Since(begin), 2*time.Millisecond, "they are apart")
			for n := range 3 {
				e := receive(ctx, t, c)
				assert.Equal(t, "bench.message", e.Type)
				assert.Equal(t, n+1, e.Seq)
				assert.Equal(t, "Your code is 493021.", e.Data.Text)
				assert.WithinDuration(t, time.Now(), e.Timestamp, 10*time.Second)
				assert.Equal(t, e.Timestamp.UnixNano(), e.Data.TS)
			}
			st := stats(t, addr)
			assert.Positive(t, st.CPU)
			assert.Positive(t, st.Mallocs)
			assert.Positive(t, st.HeapStack)
			assert.Greater(t, st.Goroutines, 1)
			assert.Zero(t, st.Dropped+st.Kicked)
		})
	}
}

type received struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	ID        string    `json:"id"`
	Seq       int       `json:"seq"`
	Modem     string    `json:"modem"`
	Data      struct {
		TS   int64  `json:"ts"`
		From string `json:"from"`
		Text string `json:"text"`
	} `json:"data"`
}

// receive returns the next event: ours says hello first.
func receive(ctx context.Context, t *testing.T, c *websocket.Conn) (e received) {
	t.Helper()
	for {
		_, text, err := c.Read(ctx)
		require.NoError(t, err)
		if strings.Contains(string(text), `"type":"hello"`) {
			continue
		}
		assert.InDelta(t, 205, len(text), 20)
		dec := json.NewDecoder(strings.NewReader(string(text)))
		dec.DisallowUnknownFields()
		require.NoError(t, dec.Decode(&e))
		return e
	}
}

func TestTheStreamHasTheSameEventsToo(t *testing.T) {
	addr := serve(t, "ours-sse", false)
	res, err := http.Get("http://" + addr + "/ws")
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	require.Equal(t, 1, stats(t, addr).Clients)
	ask(t, addr, "/ctl/publish?n=1")
	for in := bufio.NewScanner(res.Body); in.Scan(); {
		text, ok := strings.CutPrefix(in.Text(), "data: ")
		if !ok || strings.Contains(text, `"type":"hello"`) {
			continue
		}
		var e received
		require.NoError(t, json.Unmarshal([]byte(text), &e))
		assert.Equal(t, 1, e.Seq)
		assert.Equal(t, "Your code is 493021.", e.Data.Text)
		return
	}
	t.Fatal("no event")
}

func TestPublishRefusesNonsense(t *testing.T) {
	addr := serve(t, "raw-sync", false)
	for _, query := range []string{"", "?n=x&interval_us=0", "?n=1&interval_us=x"} {
		status, _ := ask(t, addr, "/ctl/publish"+query)
		assert.Equal(t, http.StatusBadRequest, status, query)
	}
}

func TestNewKnowsItsNames(t *testing.T) {
	_, err := peers.New("pigeon")
	assert.EqualError(t, err, `peers: no hub is called "pigeon", but `+strings.Join(peers.Names(), ", "))
}
