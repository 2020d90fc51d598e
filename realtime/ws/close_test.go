package ws_test

import (
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

func TestCloseCodes(t *testing.T) {
	soon := func(*http.Request) (realtime.Principal, error) {
		return realtime.Principal{ID: "test", Expires: time.Now().Add(time.Minute)}, nil
	}
	tests := map[string]struct {
		hub  realtime.Config
		do   func(t *testing.T, r *rig, p *peer)
		code int
	}{
		"normal, by the client": {
			do:   func(t *testing.T, _ *rig, p *peer) { require.NoError(t, p.sendClose(realtime.CloseNormal, "bye")) },
			code: realtime.CloseNormal,
		},
		"a code of the client's own": {
			do:   func(t *testing.T, _ *rig, p *peer) { require.NoError(t, p.sendClose(4321, "")) },
			code: 4321, // RFC 6455, 5.5.1: the answer has the code received
		},
		"going away at Shutdown": {
			do: func(t *testing.T, r *rig, _ *peer) {
				go r.hub.Shutdown(t.Context())
			},
			code: realtime.CloseGoingAway,
		},
		"expired": {hub: realtime.Config{Auth: soon}, code: realtime.CloseExpired},
		"too many messages": {
			do: func(t *testing.T, _ *rig, p *peer) {
				for range ws.PerMinute {
					require.NoError(t, p.send(opText, "?"))
				}
				synctest.Wait()
				go p.send(opText, "one too many")
			},
			code: realtime.ClosePolicy,
		},
		"a message over the limit": {
			do:   func(_ *testing.T, _ *rig, p *peer) { go p.send(opText, strings.Repeat("a", 4<<10+2)) },
			code: 1009,
		},
		"a reserved bit": {
			do:   func(_ *testing.T, _ *rig, p *peer) { go p.Write(appendMasked(nil, 0xC1, []byte("compressed?"))) },
			code: 1002,
		},
		"an unmasked frame": {
			do:   func(_ *testing.T, _ *rig, p *peer) { go p.Write([]byte("\x81\x02hi")) },
			code: 1002,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, settings{hub: tt.hub}, func(t *testing.T, r *rig) {
				p := r.connect(t)
				p.hello(t)
				if tt.do != nil {
					tt.do(t, r, p)
				}
				closing, err := p.end()
				assert.ErrorIs(t, err, io.EOF)
				code, _ := closeCode(closing)
				assert.Equal(t, tt.code, code)
				synctest.Wait()
				assert.Zero(t, r.hub.Stats().Clients)
			})
		})
	}
}
