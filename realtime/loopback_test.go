package realtime_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

// local returns a request from an address to a host.
func local(addr, host string, headers ...string) *http.Request {
	r := from(addr, get("/ws", headers...))
	r.Host = host
	return r
}

func TestLoopbackOnlyAdmitsThisMachine(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:50000", "127.8.9.10:1", "[::1]:50000", "[::ffff:127.0.0.1]:50000"} {
		for _, host := range []string{
			"localhost", "localhost:8080", "LocalHost:8080", "127.0.0.1", "127.0.0.1:8080", "127.1.2.3", "[::1]", "[::1]:8080",
			"[::ffff:127.0.0.1]:8080",
		} {
			p, err := realtime.LoopbackOnly(local(addr, host))
			require.NoError(t, err, "%s %s", addr, host)
			assert.Equal(t, events.Masked, p.Privacy)
			assert.True(t, p.May(realtime.ScopeFeed))
		}
	}
}

func TestLoopbackOnlyForbidsAllOthers(t *testing.T) {
	tests := map[string]*http.Request{
		"another machine":             local("192.0.2.7:50000", "localhost:8080"),
		"of the same network":         local("192.168.1.20:50000", "localhost"),
		"another machine, IPv6":       local("[2001:db8::1]:50000", "localhost"),
		"link-local":                  local("[fe80::1%eth0]:50000", "localhost"),
		"any address":                 local("0.0.0.0:50000", "localhost"),
		"mapped to IPv6":              local("[::ffff:192.0.2.7]:50000", "localhost"),
		"no address":                  local("", "localhost"),
		"a Unix socket":               local("@", "localhost"),
		"an address without port":     local("127.0.0.1", "localhost"),
		"a name":                      local("localhost:50000", "localhost"),
		"the host of the LAN":         local("127.0.0.1:50000", "192.168.1.20:8080"),
		"a name that was rebound":     local("127.0.0.1:50000", "evil.example:8080"),
		"a name that begins alike":    local("127.0.0.1:50000", "localhost.evil.example"),
		"a name that ends alike":      local("127.0.0.1:50000", "evil.localhost"),
		"an address that begins like": local("127.0.0.1:50000", "127.0.0.1.evil.example"),
		"any host":                    local("127.0.0.1:50000", "0.0.0.0:8080"),
		"no host":                     local("127.0.0.1:50000", ""),
		"a port alone":                local("127.0.0.1:50000", ":8080"),
		"a host with a user":          local("127.0.0.1:50000", "localhost@evil.example"),
		"a host with a bad port":      local("127.0.0.1:50000", "localhost:evil"),
		"an address in short":         local("127.0.0.1:50000", "127.1"),
		"a bare IPv6 address":         local("127.0.0.1:50000", "::1:evil"),
		"brackets that do not close":  local("127.0.0.1:50000", "[::1"),
		"IPv4 in brackets":            local("127.0.0.1:50000", "[127.0.0.1]"),
	}
	for _, name := range []string{
		"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Forwarded-Anything",
		"X-Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP",
		"Fly-Client-IP", "Fastly-Client-IP",
	} {
		for _, value := range []string{"127.0.0.1", "", "for=127.0.0.1"} {
			tests["by a proxy: "+name+": "+value] = local("127.0.0.1:50000", "localhost:8080", name, value)
		}
	}
	raw := local("127.0.0.1:50000", "localhost:8080")
	raw.Header["x-forwarded-for"] = nil // as middleware may write it
	tests["in lower case"] = raw
	h := newHub(t, &realtime.Config{Auth: realtime.LoopbackOnly})
	for name, r := range tests {
		t.Run(name, func(t *testing.T) {
			e := refusal(t, h, r)
			assert.Equal(t, http.StatusForbidden, e.Status)
			assert.ErrorIs(t, e, realtime.ErrForbidden)
		})
	}
}

func TestAForeignPageIsNoProgramOfThisMachine(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: realtime.LoopbackOnly})
	admitted(t, h, get("/ws", "Origin", "http://localhost:8080"))
	for _, headers := range [][]string{
		{"Origin", "https://evil.example"},
		{"Origin", "http://localhost:3000"}, // another program's page
		{"Origin", "http://127.0.0.1:8080"}, // the same page by another name
		{"Sec-Fetch-Site", "cross-site"},
	} {
		assert.Equal(t, http.StatusForbidden, refusal(t, h, get("/ws", headers...)).Status, headers)
	}
}

// TestStrangersUseUpNoHandshakesOfThisMachine: else a page whose name was pointed at
// 127.0.0.1, to which it is of the same host, could keep local programs out.
func TestStrangersUseUpNoHandshakesOfThisMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t, &realtime.Config{Auth: realtime.LoopbackOnly, Limits: realtime.Limits{Handshakes: 3}})
		for range 50 {
			e := refusal(t, h, local("127.0.0.1:50000", "evil.example:8080", "Origin", "http://evil.example:8080"))
			assert.Equal(t, http.StatusForbidden, e.Status)
		}
		for range 3 {
			admitted(t, h, get("/ws"))
		}
		assert.Equal(t, http.StatusServiceUnavailable, refusal(t, h, get("/ws")).Status, "what is admitted counts")
	})
}

func ExampleLoopbackOnly() {
	var bus events.Bus
	hub := realtime.NewHub(&bus, &realtime.Config{Auth: realtime.LoopbackOnly})
	defer hub.Close()

	r, _ := http.NewRequest(http.MethodGet, "http://localhost:8080/ws", http.NoBody)
	r.RemoteAddr = "127.0.0.1:50000" // as a server sets it
	admission, err := hub.Admit(r)
	fmt.Println(err)
	admission.Release()

	r.Header.Set("X-Forwarded-For", "198.51.100.7") // as a proxy sets it
	_, err = hub.Admit(r)
	fmt.Println(err)
	// Output:
	// <nil>
	// realtime: refused with 403: not allowed: the feed is for this machine, asked for by localhost and through no proxy
}
