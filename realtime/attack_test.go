package realtime_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// guess is in every credential that an attacker tries, intruder in all else that he
// makes up: neither may come back or be logged.
const (
	guess    = "gu3ss"
	intruder = "intrud3r"
)

// fortress is a server with both transports.
type fortress struct {
	hub    *realtime.Hub
	server *httptest.Server
	log    *logged // of the hub and the server
}

func newFortress(t *testing.T, limits realtime.Limits) *fortress {
	t.Helper()
	f := &fortress{log: &logged{}}
	f.hub = newHub(t, &realtime.Config{
		Auth:   realtime.APIKeys(key),
		Limits: limits,
		Logger: slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Address: func(r *http.Request) netip.Addr { // each test case has its own
			addr, err := netip.ParseAddr(r.Header.Get("Test-Address"))
			if err != nil {
				return netip.MustParseAddr("192.0.2.1")
			}
			return addr
		},
	})
	mux := http.NewServeMux()
	mux.Handle("/ws", ws.Handler(f.hub, nil))
	mux.Handle("/events", f.hub.SSE())
	f.server = httptest.NewUnstartedServer(mux)
	f.server.Config.ErrorLog = log.New(f.log, "", 0)
	f.server.Config.ReadHeaderTimeout = 300 * time.Millisecond
	f.server.Start()
	t.Cleanup(f.server.Close)
	return f
}

// handshake returns the bytes of a request by a transport, with lines of header.
func handshake(path, query string, lines ...string) string {
	var head strings.Builder
	head.WriteString("GET " + path + query + " HTTP/1.1\r\nHost: pbx.example.org\r\n")
	if path == "/ws" {
		head.WriteString("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
	}
	for _, line := range lines {
		head.WriteString(line + "\r\n")
	}
	return head.String() + "\r\n"
}

// dial returns a connection that ends with the test, and takes 10 s at most.
func (f *fortress) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", f.server.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	return conn
}

// exchange sends bytes as they are, and returns the head of the answer, and the body
// of a refusal.
func (f *fortress) exchange(t *testing.T, raw string) (status int, head http.Header, body string) {
	t.Helper()
	conn := f.dial(t)
	_, err := io.WriteString(conn, raw)
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer res.Body.Close()
	defer conn.Close() // first: a stream has no end
	if res.StatusCode >= 400 {
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		body = string(text)
	}
	return res.StatusCode, res.Header, body
}

// attacks are what a stranger adds to a handshake, and the status that it gets.
var attacks = map[string]struct {
	query  string
	lines  []string
	status int // 0: 400 by the server itself, which takes no such header
}{
	"no token":          {"", nil, 401},
	"a wrong token":     {"", []string{"Authorization: Bearer " + guess}, 401},
	"a part of the key": {"", []string{"Authorization: Bearer " + key[:10]}, 401},
	"an empty token":    {"", []string{"Authorization: Bearer "}, 401},
	"a non-ASCII token": {"", []string{"Authorization: Bearer \xc3\xbc" + guess}, 401},
	"a huge token":      {"", []string{"Authorization: Bearer " + strings.Repeat(guess, 2000)}, 401},
	"two tokens":        {"", []string{"Authorization: Bearer " + key, "Authorization: Bearer " + guess}, 401},
	"a token in the URL": {
		"?key=" + guess + "&access_token=" + guess + "&api_key=" + key, nil, 401,
	},
	"a token in a cookie":      {"", []string{"Cookie: key=" + key}, 401},
	"a wrong subprotocol":      {"", []string{"Sec-WebSocket-Protocol: callstack.v1, " + asSubprotocol(guess)}, 401},
	"a subprotocol of no text": {"", []string{"Sec-WebSocket-Protocol: callstack.v1, callstack.key." + guess + "%%"}, 401},
	"a huge subprotocol":       {"", []string{"Sec-WebSocket-Protocol: " + asSubprotocol(strings.Repeat(guess, 2000))}, 401},
	"a header beyond bounds":   {"", []string{"Authorization: Bearer " + strings.Repeat("x", 2<<20)}, 0},

	"a foreign page":             {"", []string{"Authorization: Bearer " + key, "Origin: https://" + intruder + ".example"}, 403},
	"a page of another port":     {"", []string{"Authorization: Bearer " + key, "Origin: http://pbx.example.org:3000"}, 403},
	"a page of no origin":        {"", []string{"Authorization: Bearer " + key, "Origin: null"}, 403},
	"a page of two":              {"", []string{"Authorization: Bearer " + key, "Origin: http://pbx.example.org", "Origin: https://" + intruder + ".example"}, 403},
	"an image on a foreign page": {"", []string{"Authorization: Bearer " + key, "Sec-Fetch-Site: cross-site"}, 403},

	"a line end in the filter":   {"?events=x%0d%0aSet-Cookie:%20" + intruder + "=1", []string{"Authorization: Bearer " + key}, 400},
	"a page in the filter":       {"?events=%3Cscript%3E" + intruder, []string{"Authorization: Bearer " + key}, 400},
	"a line end in the position": {"?since=x%0d%0aSet-Cookie:%20" + intruder + "=1", []string{"Authorization: Bearer " + key}, 400},
	"a bad escape":               {"?events=%zz", []string{"Authorization: Bearer " + key}, 400},
	"a folded header":            {"", []string{"Authorization: Bearer " + key, "Origin: https://pbx.example.org\r\n Set-Cookie: " + intruder}, 403},
	"a bare line end in a header": {
		"", []string{"Authorization: Bearer " + key, "Origin: https://pbx.example.org\nSet-Cookie: " + intruder + "=1\nOrigin: x"}, 403,
	},
	"a bare CR in a header": {"", []string{"Authorization: Bearer " + key, "Origin: https://pbx.example.org\rSet-Cookie: " + intruder}, 0},
	"a NUL in a header":     {"", []string{"Authorization: Bearer " + key + "\x00" + guess}, 0},
}

func TestAttacksOnBothTransports(t *testing.T) {
	for _, path := range []string{"/ws", "/events"} {
		f := newFortress(t, realtime.Limits{})
		n, want := 0, map[int]uint64{}
		for name, a := range attacks {
			n++
			address := fmt.Sprintf("Test-Address: 198.51.100.%d", n) // nobody waits for another's failures
			if a.status > 0 {
				want[a.status]++
			}
			t.Run(path+" "+name, func(t *testing.T) {
				status, head, body := f.exchange(t, handshake(path, a.query, append(a.lines, address)...))
				if a.status == 0 {
					assert.Contains(t, []int{http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge}, status)
				} else {
					assert.Equal(t, a.status, status)
					assert.Regexp(t, `^{"error":"[^"]+"}\n$`, body)
					assert.Equal(t, "no-store", head.Get("Cache-Control"))
				}
				assert.Empty(t, head["Set-Cookie"])
				assert.Empty(t, head["Sec-Websocket-Protocol"])
				assert.Empty(t, head["Access-Control-Allow-Origin"])
				for _, secret := range []string{key, guess, intruder} {
					assert.NotContains(t, fmt.Sprint(head, body), secret)
				}
			})
		}
		assert.Equal(t, want, f.hub.Stats().Refused)
		assert.Zero(t, f.hub.Stats().Clients)
		for _, secret := range []string{key, guess, intruder} {
			assert.NotContains(t, f.log.String(), secret)
		}
	}
}

func TestGoodCredentialsOnBothTransports(t *testing.T) {
	tests := map[string]struct {
		lines []string
	}{
		"a header":      {[]string{"Authorization: Bearer " + key}},
		"by a page":     {[]string{"Authorization: Bearer " + key, "Origin: http://pbx.example.org", "Sec-Fetch-Site: same-origin"}},
		"a subprotocol": {[]string{"Sec-WebSocket-Protocol: callstack.v1, " + asSubprotocol(key)}},
		"in another order": {
			[]string{"Sec-WebSocket-Protocol: " + asSubprotocol(key), "Sec-WebSocket-Protocol: callstack.v1"},
		},
	}
	for path, want := range map[string]int{"/ws": 101, "/events": 200} {
		f := newFortress(t, realtime.Limits{})
		for name, tt := range tests {
			t.Run(path+" "+name, func(t *testing.T) {
				status, head, body := f.exchange(t, handshake(path, "", tt.lines...))
				assert.Equal(t, want, status, body)
				assert.NotContains(t, fmt.Sprint(head), "key")
				if path == "/ws" && strings.Contains(tt.lines[0], "Protocol") {
					assert.Equal(t, []string{realtime.Subprotocol}, head["Sec-Websocket-Protocol"], "only the plain protocol is echoed")
				}
			})
		}
		assert.NotContains(t, f.log.String(), key)
		assert.NotContains(t, f.log.String(), asSubprotocol(key))
	}
}

func TestAPlaceIsFreeAgainWhenAClientHasGone(t *testing.T) {
	for path, want := range map[string]int{"/ws": 101, "/events": 200} {
		f := newFortress(t, realtime.Limits{PerAddress: 1})
		raw := handshake(path, "", "Authorization: Bearer "+key)
		for range 3 {
			conn := f.dial(t)
			_, err := io.WriteString(conn, raw)
			require.NoError(t, err)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			assert.Equal(t, want, res.StatusCode)
			status, head, _ := f.exchange(t, raw)
			assert.Equal(t, http.StatusTooManyRequests, status)
			assert.Equal(t, "5", head.Get("Retry-After"))
			require.NoError(t, conn.Close())
			res.Body.Close()
			require.Eventually(t, func() bool {
				clients, principals, addresses := realtime.Counted(f.hub)
				return clients+principals+addresses == 0
			}, 10*time.Second, time.Millisecond)
		}
	}
}

// What is admitted and then is no handshake of a WebSocket takes no place either.
func TestWhatIsNoHandshakeTakesNoPlace(t *testing.T) {
	f := newFortress(t, realtime.Limits{Clients: 1})
	for _, change := range []*strings.Replacer{
		strings.NewReplacer("Upgrade: websocket\r\n", ""),
		strings.NewReplacer("Version: 13", "Version: 8"),
		strings.NewReplacer("Sec-WebSocket-Key", "Sec-WebSocket-Lock"),
	} {
		for range 3 {
			status, _, _ := f.exchange(t, change.Replace(handshake("/ws", "", "Authorization: Bearer "+key)))
			assert.Contains(t, []int{http.StatusUpgradeRequired, http.StatusBadRequest}, status)
		}
	}
	status, _, _ := f.exchange(t, handshake("/ws", "", "Authorization: Bearer "+key))
	assert.Equal(t, http.StatusSwitchingProtocols, status)
}

func TestSlowHeadersAreCutOff(t *testing.T) {
	f := newFortress(t, realtime.Limits{})
	for _, path := range []string{"/ws", "/events"} {
		conn := f.dial(t)
		text := handshake(path, "", "Authorization: Bearer "+key)
		_, err := io.WriteString(conn, text[:len(text)-3])
		require.NoError(t, err)
		answer, err := io.ReadAll(conn) // until the server closes
		require.NoError(t, err, path)
		assert.NotContains(t, string(answer), "HTTP/1.1 101")
		assert.NotContains(t, string(answer), "HTTP/1.1 200")
	}
	assert.Zero(t, f.hub.Stats().Clients)
}

// TestTenThousandFailedLoginsOnBothTransports: all are refused and counted, and leave
// neither goroutines nor memory behind.
func TestTenThousandFailedLoginsOnBothTransports(t *testing.T) {
	const each = 5000
	f := newFortress(t, realtime.Limits{Handshakes: -1})
	client := f.server.Client()
	login := func(path, key, addr string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.server.URL+path, http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Test-Address", addr)
		res, err := client.Do(r)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	login("/ws", guess, "192.0.2.9")
	goroutines, before := runtime.NumGoroutine(), heap()
	got := map[int]int{}
	for i := range each {
		for _, path := range []string{"/ws", "/events"} {
			got[login(path, fmt.Sprintf("%s-number-%d", guess, i), "192.0.2.10")]++
		}
	}
	assert.Equal(t, 2*each, got[401]+got[429])
	assert.Greater(t, got[429], 2*each-20, "the address has to wait")
	assert.Equal(t, http.StatusTooManyRequests, login("/ws", key, "192.0.2.10"))
	assert.EqualValues(t, 2*each+2, f.hub.Stats().Refused[401]+f.hub.Stats().Refused[429])
	assert.Equal(t, http.StatusUpgradeRequired, login("/ws", key, "192.0.2.11"), "nobody else has: this is no handshake, but the key is good")
	assert.NotContains(t, f.log.String(), guess)
	assert.NotContains(t, f.log.String(), key)
	f.log.buf = bytes.Buffer{} // its memory is the test's
	client.CloseIdleConnections()
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines }, 10*time.Second, 10*time.Millisecond)
	assert.Less(t, heap()-before, int64(256<<10))
}
