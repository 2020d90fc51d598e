package ws_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

func TestAClientFollowsTheFeed(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		assert.Equal(t, sampleAccept, p.answer.Header.Get("Sec-WebSocket-Accept"))
		assert.Empty(t, p.answer.Header.Values("Sec-WebSocket-Protocol"))
		p.hello(t)
		r.publish(100, 10)
		for i := range 100 {
			got := p.text(t)
			assert.Equal(t, "test.tick", got.Type)
			assert.Equal(t, i+1, got.Data.N)
		}
	})
}

func TestMessagesOfAllLengthsArrive(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		for i, n := range []int{0, 1, 16 << 10, 65300, 65535, 65536, 200 << 10} {
			r.publish(1, n)
			assert.Equal(t, i+1, p.text(t).Data.N)
		}
	})
}

func TestARefusalIsAnsweredBeforeTheUpgrade(t *testing.T) {
	tests := map[string]struct {
		target string
		auth   realtime.Auth
		status int
	}{
		"no key":        {"/ws", realtime.APIKeys("0123456789abcdef0123456789abcdef"), http.StatusUnauthorized},
		"unknown event": {"/ws?events=sms.lost", open, http.StatusBadRequest},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, settings{hub: realtime.Config{Auth: tt.auth}}, func(t *testing.T, r *rig) {
				c, err := r.dial()
				require.NoError(t, err)
				defer c.Close()
				p, err := upgradeOver(c, handshake(tt.target), "")
				require.NoError(t, err)
				assert.Equal(t, tt.status, p.answer.StatusCode)
				assert.Empty(t, p.answer.Header.Get("Upgrade"))
				assert.Equal(t, "application/json", p.answer.Header.Get("Content-Type"))
				assert.Zero(t, r.hub.Stats().Clients)
			})
		})
	}
}

func TestARequestThatIsNoHandshakeIsRefused(t *testing.T) {
	tests := map[string]struct {
		request      string
		status       int
		name, header string // what tells the client how
	}{
		"plain": {"GET /ws HTTP/1.1\r\nHost: feed.test\r\n\r\n", http.StatusUpgradeRequired, "Upgrade", "websocket"},
		"odd":   {strings.Replace(handshake("/ws"), "Upgrade: websocket", "Upgrade: s3cret", 1), http.StatusUpgradeRequired, "Upgrade", "websocket"},
		"old version": {
			strings.Replace(handshake("/ws"), "Version: 13", "Version: 8", 1), http.StatusBadRequest, "Sec-WebSocket-Version", "13",
		},
		"no key": {strings.Replace(handshake("/ws"), sampleKey, "", 1), http.StatusBadRequest, "Upgrade", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, settings{}, func(t *testing.T, r *rig) {
				c, err := r.dial()
				require.NoError(t, err)
				defer c.Close()
				p, err := upgradeOver(c, tt.request, "")
				require.NoError(t, err)
				assert.Equal(t, tt.status, p.answer.StatusCode)
				assert.JSONEq(t, `{"error":"realtime/ws: not the handshake of a WebSocket (RFC 6455, 4.2.1)"}`, string(p.body))
				assert.Equal(t, "application/json", p.answer.Header.Get("Content-Type"))
				assert.Equal(t, tt.header, p.answer.Header.Get(tt.name))
				assert.Equal(t, map[int]uint64{tt.status: 1}, r.hub.Stats().Refused)
				assert.Zero(t, r.hub.Stats().Clients)
			})
		})
	}
}

func TestAKeyInASubprotocolIsTakenAndNotEchoed(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	inBubble(t, settings{hub: realtime.Config{Auth: realtime.APIKeys(key)}}, func(t *testing.T, r *rig) {
		offer := realtime.KeySubprotocol + base64.RawURLEncoding.EncodeToString([]byte(key))
		p := r.connect(t, "Sec-WebSocket-Protocol: "+realtime.Subprotocol+", "+offer)
		p.hello(t)
		assert.Equal(t, []string{realtime.Subprotocol}, p.answer.Header.Values("Sec-WebSocket-Protocol"))
		for name, values := range p.answer.Header {
			assert.NotContains(t, strings.Join(values, ","), offer, name)
		}
	})
}

func TestTheOriginIsTheHubsToCheck(t *testing.T) {
	inBubble(t, settings{hub: realtime.Config{Origins: []string{"pbx.example.org"}}}, func(t *testing.T, r *rig) {
		r.connect(t, "Origin: https://pbx.example.org").hello(t)
		p := r.connect(t, "Origin: https://example.com")
		assert.Equal(t, http.StatusForbidden, p.answer.StatusCode)
	})
}

func TestWhatAClientSendsIsIgnored(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		require.NoError(t, p.send(opText, "ping"))
		require.NoError(t, p.send(opBinary, "\x00\x01"))
		require.NoError(t, p.send(opText, ""))
		require.NoError(t, p.send(opPing, "still there?"))
		got, err := p.next()
		require.NoError(t, err)
		assert.Equal(t, frame{opPong, []byte("still there?")}, got)
		r.publish(1, 0)
		assert.Equal(t, 1, p.text(t).Data.N)
	})
}

func TestTheServersTimeoutsDoNotEndTheFeed(t *testing.T) {
	limits := func(s *http.Server) {
		s.ReadTimeout, s.WriteTimeout, s.ReadHeaderTimeout, s.IdleTimeout = time.Second, time.Second, time.Second, time.Second
	}
	inBubble(t, settings{server: limits}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		time.Sleep(9 * time.Second)
		r.publish(1, 0)
		assert.Equal(t, 1, p.text(t).Data.N)
	})
}

// bare hides all but the methods of a ResponseWriter, as many middlewares do.
type bare struct{ w http.ResponseWriter }

func (b bare) Header() http.Header         { return b.w.Header() }
func (b bare) Write(p []byte) (int, error) { return b.w.Write(p) }
func (b bare) WriteHeader(status int)      { b.w.WriteHeader(status) }

type unwrapping struct{ bare }

func (u unwrapping) Unwrap() http.ResponseWriter { return u.w }

func TestAMiddlewareMustShowTheHijacker(t *testing.T) {
	tests := map[string]struct {
		wrap  func(http.Handler) http.Handler
		works bool
	}{
		"with Unwrap":    {around(func(w http.ResponseWriter) http.ResponseWriter { return unwrapping{bare{w}} }), true},
		"without Unwrap": {around(func(w http.ResponseWriter) http.ResponseWriter { return bare{w} }), false},
		"TimeoutHandler": {func(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Minute, "") }, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, settings{wrap: tt.wrap}, func(t *testing.T, r *rig) {
				p := r.connect(t)
				if tt.works {
					p.hello(t)
					return
				}
				assert.Equal(t, http.StatusInternalServerError, p.answer.StatusCode)
				assert.Contains(t, string(p.body), "a middleware hides http.Hijacker: give its ResponseWriter an Unwrap method")
				assert.Zero(t, r.hub.Stats().Clients)
				assert.Equal(t, uint64(1), r.hub.Stats().Refused[http.StatusInternalServerError])
			})
		})
	}
}

func around(wrapper func(http.ResponseWriter) http.ResponseWriter) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(wrapper(w), r) })
	}
}

func TestCompressionIsNotAgreedOn(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
		p.hello(t)
		assert.Empty(t, p.answer.Header.Values("Sec-WebSocket-Extensions"))
	})
}

func TestAClosedHubClosesWhoComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := inMemory(t, settings{wrap: nil})
		require.NoError(t, r.hub.Close())
		p := r.connect(t)
		assert.Equal(t, http.StatusServiceUnavailable, p.answer.StatusCode)
		assert.NotEmpty(t, p.answer.Header.Get("Retry-After"))
	})
}

func TestAHandlerNeedsNoConfig(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.NotNil(t, ws.Handler(inMemory(t, settings{}).hub, nil))
	})
}

// Who never ends a request is not yet a client. It is the server that gives it up.
func TestSlowHeadersAreTheServersToCut(t *testing.T) {
	slow := func(s *http.Server) { s.ReadHeaderTimeout = 10 * time.Second }
	inBubble(t, settings{server: slow}, func(t *testing.T, r *rig) {
		c, err := r.dial()
		require.NoError(t, err)
		defer c.Close()
		go io.Copy(io.Discard, c)
		began := time.Now()
		for _, b := range []byte(handshake("/ws")) {
			if _, err = c.Write([]byte{b}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		assert.Error(t, err)
		assert.LessOrEqual(t, time.Since(began), 12*time.Second)
		assert.Zero(t, r.hub.Stats().Clients)
	})
}
