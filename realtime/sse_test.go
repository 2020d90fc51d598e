package realtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

func TestSSEStreamsTheFeed(t *testing.T) {
	streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		assert.Equal(t, http.StatusOK, v.page.status)
		assert.Equal(t, http.Header{
			"Content-Type":           {"text/event-stream"},
			"Cache-Control":          {"no-store, no-transform"},
			"X-Accel-Buffering":      {"no"},
			"X-Content-Type-Options": {"nosniff"},
			"Connection":             {"close"},
		}, v.page.header)
		require.Equal(t, []string{"hello"}, types(v.list(t)), "without waiting for an event")

		say(s.bus, "a")
		list := v.list(t)
		require.Equal(t, []string{"hello", "test.said"}, types(list))
		assert.Equal(t, `"a"`, string(list[1].Data))
		assert.Equal(t, uint64(1), list[1].Seq)
		assert.True(t, strings.HasSuffix(list[1].id, ":1"), list[1].id)
	})
}

func TestSSESelects(t *testing.T) {
	streaming(t, realtime.Config{Events: []string{"test.a", "test.b"}}, func(t *testing.T, s streams) {
		p := newPage()
		ctx, leave := context.WithCancel(s.ctx)
		defer leave()
		go s.hub.SSE().ServeHTTP(p, get("/events?events=test.b").WithContext(ctx))
		synctest.Wait()
		events.Publish(s.bus, numbered{Name: "test.a", N: 1})
		events.Publish(s.bus, numbered{Name: "test.b", N: 2})
		synctest.Wait()
		assert.Equal(t, []string{"hello", "test.b"}, types(parseStream(t, p.text())))
	})
}

// What the standard gives a meaning, line ends and names of fields, is text here.
func TestSSEDataIsOneLine(t *testing.T) {
	streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		say(s.bus, "a\n\nid: 7\r\ndata: {}\r\u2028\u0000")
		say(s.bus, json.RawMessage("{\n\"x\":\n1}"))
		list := v.list(t)
		require.Len(t, list, 3)
		assert.NotContains(t, v.page.text(), "\r")
		assert.JSONEq(t, `"a\n\nid: 7\r\ndata: {}\r\u2028\u0000"`, string(list[1].Data))
		assert.Equal(t, `{"x":1}`, string(list[2].Data))
	})
}

func TestSSEWritesABacklogAtOnce(t *testing.T) {
	streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		v.page.set(func() { v.page.stalled = true })
		say(s.bus, 0) // this one is on its way
		synctest.Wait()
		for i := range 50 {
			say(s.bus, i)
		}
		synctest.Wait()
		v.page.set(func() { v.page.stalled = false })
		assert.Len(t, v.list(t), 52)
		assert.Equal(t, 3, v.page.writes, "hello, the first, all others")
		assert.Equal(t, 3, v.page.flushes)
	})
}

// A server's own timeouts are for short answers.
func TestSSELiftsDeadlinesAndSetsItsOwn(t *testing.T) {
	streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		hello := time.Now()
		assert.Zero(t, v.page.read)
		assert.Zero(t, v.page.write, "nothing is being written")
		time.Sleep(10 * time.Minute)
		said := time.Now()
		say(s.bus, "a")
		assert.Len(t, v.list(t), 2)
		assert.Zero(t, v.page.write)
		assert.Equal(t, []time.Time{hello.Add(10 * time.Second), said.Add(10 * time.Second)}, v.page.atWrite)
	})
}

func TestSSECutsOffWhoIsTooSlow(t *testing.T) {
	streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
		slow, other := s.open(t, nil), s.open(t, nil)
		slow.page.set(func() { slow.page.stalled = true })
		say(s.bus, "a")
		assert.Len(t, other.list(t), 2, "the others do not wait")
		time.Sleep(10*time.Second - 1)
		assert.False(t, slow.over())
		time.Sleep(time.Nanosecond)
		assert.True(t, slow.over())
		assert.Equal(t, uint64(1), s.hub.Stats().Slow)
		assert.Equal(t, 1, s.hub.Stats().Clients)
		assert.False(t, other.over())
	})
}

// A stream of HTTP/2 whose deadline passes is ended before its Write returns, with its
// request, and the error of Write tells nothing.
func TestSSEKnowsWhoIsTooSlowOverHTTP2(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	streaming(t, realtime.Config{Logger: logger}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		v.page.set(func() {
			v.page.stalled = true
			v.page.expired = func() error {
				v.leave()
				time.Sleep(time.Millisecond)
				return errors.New("stream closed")
			}
		})
		begun := time.Now()
		say(s.bus, "a")
		<-v.done
		assert.Equal(t, 10*time.Second+time.Millisecond, time.Since(begun))
		assert.Equal(t, uint64(1), s.hub.Stats().Slow)
		assert.Contains(t, log.String(), "code=4008")
	})
}

func TestSSEEndsWhenTheClientGoes(t *testing.T) {
	tests := map[string]func(p *page){
		"idle":       func(*page) {},
		"in a write": func(p *page) { p.set(func() { p.stalled = true }) },
		"reset":      func(p *page) { p.set(func() { p.fail = errors.New("connection reset") }) },
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			streaming(t, realtime.Config{Limits: realtime.Limits{Clients: 1}}, func(t *testing.T, s streams) {
				v := s.open(t, nil)
				prepare(v.page)
				say(s.bus, "a")
				synctest.Wait()
				begun := time.Now()
				v.leave()
				<-v.done
				assert.Equal(t, begun, time.Now(), "at once")
				a, err := s.hub.Admit(get("/events"))
				require.NoError(t, err, "its place among the clients is free")
				a.Release()
				assert.Zero(t, s.hub.Stats().Clients)
				assert.Zero(t, s.hub.Stats().Slow)
			})
		})
	}
}

func TestSSEEndsWithoutItsClientKnowing(t *testing.T) {
	streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		v.page.set(func() { v.page.fail = errors.New("connection reset") })
		say(s.bus, "a")
		assert.True(t, v.over(), "a write shows that the client is gone")
		assert.Zero(t, s.hub.Stats().Clients)
		assert.Zero(t, s.hub.Stats().Slow)
	})
}

func TestSSEEndsWithTheHub(t *testing.T) {
	t.Run("Shutdown sends what waits", func(t *testing.T) {
		streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
			v := s.open(t, nil)
			say(s.bus, "a")
			require.NoError(t, s.hub.Shutdown(s.ctx))
			assert.True(t, v.over())
			assert.Len(t, v.list(t), 2)
			assert.Equal(t, time.Now().Add(5*time.Second), v.page.write, "the server has to write the end")
		})
	})
	t.Run("Close cuts off a write", func(t *testing.T) {
		streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
			v := s.open(t, nil)
			v.page.set(func() { v.page.stalled = true })
			say(s.bus, "a")
			synctest.Wait()
			begun := time.Now()
			require.NoError(t, s.hub.Close())
			assert.True(t, v.over())
			assert.Equal(t, begun, time.Now())
			assert.False(t, v.page.write.After(begun), "the end of a response that is cut off is not waited for")
		})
	})
	t.Run("no new streams", func(t *testing.T) {
		streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
			require.NoError(t, s.hub.Close())
			v := s.open(t, nil)
			assert.True(t, v.over())
			assert.Equal(t, http.StatusServiceUnavailable, v.page.status)
			assert.NotEmpty(t, v.page.header.Get("Retry-After"))
		})
	})
}

func TestSSEResumes(t *testing.T) {
	streaming(t, realtime.Config{}, func(t *testing.T, s streams) {
		first := s.open(t, nil)
		say(s.bus, "a")
		list := first.list(t)
		require.Len(t, list, 2)
		first.leave()
		<-first.done
		say(s.bus, "b")
		say(s.bus, "c")

		again := s.open(t, nil, "Last-Event-ID", list[1].id)
		say(s.bus, "d")
		list = again.list(t)
		require.Equal(t, []string{"hello", "test.said", "test.said", "test.said"}, types(list))
		require.NotNil(t, list[0].Recovered)
		assert.True(t, *list[0].Recovered)
		assert.Equal(t, []uint64{1, 2, 3, 4}, []uint64{list[0].Seq, list[1].Seq, list[2].Seq, list[3].Seq})

		lost := s.open(t, nil, "Last-Event-ID", "another:1")
		list = lost.list(t)
		require.Equal(t, []string{"hello"}, types(list))
		require.NotNil(t, list[0].Recovered)
		assert.False(t, *list[0].Recovered)
	})
}

// A client whose queue ran over, and that is cut right behind the notice, has to come
// back behind it.
func TestSSENoticesHaveIDs(t *testing.T) {
	streaming(t, realtime.Config{QueueEvents: 1, Heartbeat: time.Minute}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		v.page.set(func() { v.page.stalled = true })
		for i := range 4 {
			say(s.bus, i)
			synctest.Wait()
		}
		v.page.set(func() { v.page.stalled = false })
		time.Sleep(time.Minute)
		list := v.list(t)
		require.Equal(t, []string{"hello", "test.said", "overflow", "test.said", "heartbeat"}, types(list))
		assert.Equal(t, uint64(2), list[2].Dropped)
		assert.True(t, strings.HasSuffix(list[2].id, ":3"), list[2].id)
		assert.Equal(t, list[3].id, list[4].id)
	})
}

func TestSSEEndsWithTheCredential(t *testing.T) {
	auth := func(*http.Request) (realtime.Principal, error) {
		return realtime.Principal{ID: "p", Expires: time.Now().Add(time.Minute)}, nil
	}
	streaming(t, realtime.Config{Auth: auth}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		time.Sleep(time.Minute - 1)
		assert.False(t, v.over())
		time.Sleep(time.Nanosecond)
		assert.True(t, v.over())
	})
}

func TestSSERefuses(t *testing.T) {
	streaming(t, realtime.Config{Auth: realtime.APIKeys(key)}, func(t *testing.T, s streams) {
		v := s.open(t, nil)
		assert.True(t, v.over())
		assert.Equal(t, http.StatusUnauthorized, v.page.status)
		assert.Equal(t, "application/json", v.page.header.Get("Content-Type"))
		assert.JSONEq(t, `{"error":"no valid credential"}`, v.page.body.String())
		admitted := s.open(t, nil, "Authorization", "Bearer "+key)
		assert.False(t, admitted.over())
	})
}

// A page of another site that may follow the feed has to be able to read it.
func TestSSELetsPagesOfAllowedOriginsRead(t *testing.T) {
	streaming(t, realtime.Config{Origins: []string{"pbx.example.org"}}, func(t *testing.T, s streams) {
		v := s.open(t, nil, "Origin", "https://pbx.example.org")
		assert.Equal(t, "https://pbx.example.org", v.page.header.Get("Access-Control-Allow-Origin"))
		assert.Equal(t, "true", v.page.header.Get("Access-Control-Allow-Credentials"))
		assert.Equal(t, "Origin", v.page.header.Get("Vary"))

		foreign := s.open(t, nil, "Origin", "https://example.com")
		assert.Equal(t, http.StatusForbidden, foreign.page.status)
		assert.Empty(t, foreign.page.header.Get("Access-Control-Allow-Origin"))
	})
}

// bare hides all of a ResponseWriter but what it must have.
type bare struct{ http.ResponseWriter }

// unwrapping lets others see what it wraps.
type unwrapping struct{ bare }

func (u unwrapping) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// readDeadline has no other.
type readDeadline struct{ bare }

func (readDeadline) SetReadDeadline(time.Time) error { return nil }
func (readDeadline) Flush()                          {}

// deadlines has them, but does not flush.
type deadlines struct{ bare }

func (deadlines) SetReadDeadline(time.Time) error  { return nil }
func (deadlines) SetWriteDeadline(time.Time) error { return nil }

func TestSSENeedsAWriterThatStreams(t *testing.T) {
	wraps := map[string]struct {
		wrap func(http.ResponseWriter) http.ResponseWriter
		ok   bool
	}{
		"neither":      {func(w http.ResponseWriter) http.ResponseWriter { return bare{w} }, false},
		"one deadline": {func(w http.ResponseWriter) http.ResponseWriter { return readDeadline{bare{w}} }, false},
		"no flush":     {func(w http.ResponseWriter) http.ResponseWriter { return deadlines{bare{w}} }, false},
		"no deadlines": {func(w http.ResponseWriter) http.ResponseWriter {
			return struct {
				http.ResponseWriter
				http.Flusher
			}{w, w.(http.Flusher)}
		}, false},
		"unwraps":      {func(w http.ResponseWriter) http.ResponseWriter { return unwrapping{bare{w}} }, true},
		"unwraps both": {func(w http.ResponseWriter) http.ResponseWriter { return unwrapping{bare{unwrapping{bare{w}}}} }, true},
	}
	for name, tt := range wraps {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			cfg := realtime.Config{
				Limits: realtime.Limits{Clients: 1},
				Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
			}
			streaming(t, cfg, func(t *testing.T, s streams) {
				v := s.open(t, tt.wrap)
				assert.Equal(t, tt.ok, !v.over())
				if tt.ok {
					assert.Len(t, v.list(t), 1)
					assert.Empty(t, log.String())
					return
				}
				assert.Equal(t, http.StatusInternalServerError, v.page.status)
				assert.Contains(t, v.page.body.String(), "give the middleware it is of a method Unwrap() http.ResponseWriter")
				assert.Contains(t, log.String(), "this one is a ")
				assert.Equal(t, map[int]uint64{500: 1}, s.hub.Stats().Refused)
				again := s.open(t, nil)
				assert.False(t, again.over(), "its place among the clients is free")
			})
		})
	}
}

func TestSSEOfARecorderIsRefused(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: realtime.LoopbackOnly})
	t.Cleanup(func() { _ = h.Close() })
	w := httptest.NewRecorder() // it flushes, and has no deadlines
	h.SSE().ServeHTTP(w, get("/events"))
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	body, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), "Unwrap")
}

// FuzzSSEMessageID holds that the id of an event is its own, whatever is in it.
func FuzzSSEMessageID(f *testing.F) {
	f.Add("text", "gsm0")
	f.Add(`,"id":"7"`, `","id":"8`)
	f.Add(`\`, `"`)
	f.Fuzz(func(t *testing.T, text, source string) {
		what := map[string]any{"id": text, "x": []any{map[string]string{"a": text, "id": text}}, text: source}
		bus := &events.Bus{}
		h := realtime.NewHub(bus, &realtime.Config{Auth: realtime.LoopbackOnly, Events: []string{"test.said"}, Heartbeat: -1})
		defer h.Close()
		a, err := h.Admit(get("/"))
		require.NoError(t, err)
		conn := make(messageConn, 2)
		h.Attach(conn, a)
		events.Publish(bus, said{events.Header{Source: source}, what})
		for range 2 {
			msg := <-conn
			var want struct{ ID string }
			require.NoError(t, json.Unmarshal(msg, &want))
			require.NotEmpty(t, want.ID)
			require.Equal(t, want.ID, realtime.MessageID(msg))
		}
	})
}

// messageConn hands over what is sent.
type messageConn chan []byte

func (c messageConn) Send(msgs [][]byte) error {
	for _, m := range msgs {
		c <- m
	}
	return nil
}

func (messageConn) Close(int, string) error { return nil }
