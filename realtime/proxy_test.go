package realtime_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

// proxied puts a reverse proxy before a program, as one that takes TLS off does: it
// keeps the Host, and tells for whom it asks.
func proxied(t *testing.T, app *app) string {
	t.Helper()
	target, err := url.Parse(app.url)
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.SetXForwarded()
		r.Out.Host = "pbx.example.org"
	}}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// forwardedFor believes the proxy of these tests.
func forwardedFor(r *http.Request) netip.Addr {
	addr, _ := netip.ParseAddr(r.Header.Get("X-Forwarded-For"))
	return addr
}

var byPage = http.Header{"Authorization": {"Bearer " + key}, "Origin": {"https://pbx.example.org"}}

// arrive holds that each event comes through before the next is published: nothing
// on the way collects them.
func arrive(t *testing.T, h *app, next func() []byte) {
	t.Helper()
	for n := range 20 {
		if n > 0 {
			events.Publish(&h.bus, numbered{Name: door, N: n})
		}
		var m message
		require.NoError(t, json.Unmarshal(next(), &m))
		assert.Equal(t, n, m.Data.N)
		assert.Equal(t, uint64(n), m.Seq, "the hello, then one after the other")
	}
}

func TestTheFeedPassesAReverseProxy(t *testing.T) {
	dials := map[string]func(t *testing.T, ctx context.Context, url string) (next func() []byte, leave func() error){
		"WebSocket": func(t *testing.T, ctx context.Context, url string) (func() []byte, func() error) {
			c := dialWS(t, url+"/ws", byPage)
			return func() []byte {
				_, text, err := c.Read(ctx)
				require.NoError(t, err)
				return text
			}, c.CloseNow
		},
		"server-sent events": func(t *testing.T, ctx context.Context, url string) (func() []byte, func() error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/events", http.NoBody)
			require.NoError(t, err)
			r.Header = byPage
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			t.Cleanup(func() { resp.Body.Close() })
			assert.Equal(t, "no", resp.Header.Get("X-Accel-Buffering"))
			lines := bufio.NewScanner(resp.Body)
			return func() []byte {
				for lines.Scan() {
					if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
						return []byte(data)
					}
				}
				require.NoError(t, lines.Err())
				return nil
			}, resp.Body.Close
		},
	}
	for name, dial := range dials {
		t.Run(name, func(t *testing.T) {
			h := newApp(t, realtime.Config{Address: forwardedFor})
			next, leave := dial(t, seconds(t, 20), proxied(t, h))
			arrive(t, h, next)
			require.NoError(t, leave())
			eventually(t, "its place is free", func() bool {
				clients, principals, addresses := realtime.Counted(h.hub)
				return clients+principals+addresses == 0
			})
		})
	}
}

// Who comes by a proxy is not on this machine, wherever the proxy is.
func TestLoopbackOnlyForbidsWhatComesByAReverseProxy(t *testing.T) {
	h := newApp(t, realtime.Config{Auth: realtime.LoopbackOnly})
	direct, err := http.Get(h.url + "/events")
	require.NoError(t, err)
	require.NoError(t, direct.Body.Close())
	assert.Equal(t, http.StatusOK, direct.StatusCode)
	front := proxied(t, h)
	for _, path := range []string{"/ws", "/events"} {
		resp, err := http.Get(front + path)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusForbidden, resp.StatusCode)
	}
}
