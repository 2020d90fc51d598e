package ws_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
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
			do:   sending(appendMasked(nil, 0xC1, []byte("compressed?"))),
			code: 1002,
		},
		"an unmasked frame":    {do: sending([]byte("\x81\x02hi")), code: 1002},
		"an unknown opcode":    {do: sending(appendMasked(nil, 0x83, nil)), code: 1002},
		"a fragmented ping":    {do: sending(appendMasked(nil, 0x09, nil)), code: 1002},
		"a ping of 126 bytes":  {do: sending(appendMasked(nil, 0x89, make([]byte, 126))), code: 1002},
		"nothing to continue":  {do: sending(appendMasked(nil, 0x80, nil)), code: 1002},
		"two messages at once": {do: sending(appendMasked(appendMasked(nil, 0x01, nil), 0x81, nil)), code: 1002},
		"a reserved code":      {do: sending(appendMasked(nil, 0x88, []byte{0x03, 0xED})), code: 1002},
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
				if tt.code >= 4002 { // the client's own is not the host's to count
					tt.code = realtime.CloseNormal
				}
				assert.Equal(t, map[int]uint64{tt.code: 1}, r.hub.Stats().Ended)
			})
		})
	}
}

// A ping that crosses our Close frame is not answered any more, and ends nothing.
func TestAPingBehindACloseDoesNotEndTheHandshake(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		var closing sync.WaitGroup
		closing.Go(func() { r.hub.Close() })
		f, err := p.next()
		require.NoError(t, err)
		code, _ := closeCode(f)
		require.Equal(t, realtime.CloseGoingAway, code)
		require.NoError(t, p.send(opPing, "crossed"))
		time.Sleep(time.Second)
		require.NoError(t, p.send(opText, "crossed, too"))
		time.Sleep(time.Second)
		require.NoError(t, p.send(opClose, string(f.payload)))
		_, err = p.next()
		assert.ErrorIs(t, err, io.EOF)
		closing.Wait()
	})
}

// sending returns a function that sends bytes while what comes is read.
func sending(b []byte) func(*testing.T, *rig, *peer) {
	return func(_ *testing.T, _ *rig, p *peer) { go p.Write(b) }
}

// Whatever a client sends, what it gets is lawful, and it does not stay.
func FuzzWhatClientsSend(f *testing.F) {
	f.Add([]byte("garbage"))
	f.Add(appendMasked(nil, 0x88, []byte("\x03\xE8bye")))
	f.Add(appendMasked(appendMasked(nil, 0x81, []byte("hi")), 0x89, []byte("ping")))
	f.Add([]byte("\x82\xFF\x00\x00\x00\x00\x00\x01\x00\x00mask and more"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		inBubble(t, settings{}, func(t *testing.T, r *rig) {
			p := r.connect(t)
			p.hello(t)
			r.publish(1, 0)
			go func() {
				p.Write(sent)
				time.Sleep(time.Second)
				p.sendClose(realtime.CloseNormal, "")
			}()
			var err error
			for err == nil { // answers nothing: two writers of a pipe would meet on its mutex
				_, err = p.next()
			}
			assert.False(t, errors.Is(err, errStrict), err)
			time.Sleep(20 * time.Second)
			synctest.Wait()
			assert.Zero(t, r.hub.Stats().Clients)
		})
	})
}

// What a client sends, its key and the reason that it gives for a Close are in no log.
func TestLogsNameConnectionsOnly(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := settings{
		hub: realtime.Config{Auth: realtime.APIKeys(key), Logger: logger},
		ws:  ws.Config{Logger: logger},
	}
	inBubble(t, s, func(t *testing.T, r *rig) {
		for _, send := range []func(p *peer) error{
			func(p *peer) error { return p.sendClose(realtime.CloseNormal, "a reason of one's own") },
			func(p *peer) error { return p.sendClose(1, "an unlawful reason") },
			func(p *peer) error { return p.send(3, "an unlawful frame") },
		} {
			p := r.connect(t, "Authorization: Bearer "+key)
			p.hello(t)
			require.NoError(t, p.send(opText, "a text"))
			go send(p)
			p.end()
		}
		synctest.Wait()
		assert.NotEmpty(t, log.String())
		for _, secret := range []string{key, "reason of", "unlawful", "a text"} {
			assert.NotContains(t, log.String(), secret)
		}
	})
}
