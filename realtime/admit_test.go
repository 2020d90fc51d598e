package realtime_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
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

const key = "an-api-key-for-tests"

// newHub returns a hub that is closed with the test.
func newHub(t *testing.T, cfg *realtime.Config) *realtime.Hub {
	t.Helper()
	h := realtime.NewHub(&events.Bus{}, cfg)
	t.Cleanup(func() { assert.NoError(t, h.Close()) })
	return h
}

// get returns a request from this machine, with headers given as name and value.
func get(target string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://localhost:8080"+target, http.NoBody)
	r.RemoteAddr = "127.0.0.1:50000"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// withKey is get with the key of the tests.
func withKey(target string, headers ...string) *http.Request {
	return get(target, append(headers, "Authorization", "Bearer "+key)...)
}

// from returns a request with an address of its own.
func from(addr string, r *http.Request) *http.Request {
	r.RemoteAddr = addr
	return r
}

// refusal returns how a request is refused.
func refusal(t *testing.T, h *realtime.Hub, r *http.Request) *realtime.RefusedError {
	t.Helper()
	a, err := h.Admit(r)
	require.Nil(t, a)
	var refused *realtime.RefusedError
	require.ErrorAs(t, err, &refused)
	return refused
}

// admitted returns an admission that is released with the test.
func admitted(t *testing.T, h *realtime.Hub, r *http.Request) *realtime.Admission {
	t.Helper()
	a, err := h.Admit(r)
	require.NoError(t, err)
	t.Cleanup(a.Release)
	return a
}

// open admits everybody.
func open(*http.Request) (realtime.Principal, error) { return realtime.Principal{ID: "somebody"}, nil }

// as admits everybody as p.
func as(p realtime.Principal) realtime.Auth {
	return func(*http.Request) (realtime.Principal, error) { return p, nil }
}

// says returns err for everybody.
func says(err error) realtime.Auth {
	return func(*http.Request) (realtime.Principal, error) { return realtime.Principal{}, err }
}

func TestARequestWithAKeyIsAdmitted(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key)})
	a, b := admitted(t, h, withKey("/ws")), admitted(t, h, withKey("/ws"))
	assert.Regexp(t, "^[A-Z2-7]{12}$", a.ID())
	assert.NotEqual(t, a.ID(), b.ID())
	assert.Nil(t, realtime.Selected(a), "all events")
	_, resumes := realtime.ResumesFrom(a)
	assert.False(t, resumes)
	assert.Equal(t, http.StatusUnauthorized, refusal(t, h, get("/ws")).Status)
}

func TestWithoutAuthAllAreUnauthorized(t *testing.T) {
	h := newHub(t, nil)
	for range 100 {
		e := refusal(t, h, withKey("/ws"))
		assert.Equal(t, http.StatusUnauthorized, e.Status)
		assert.ErrorIs(t, e, realtime.ErrUnauthenticated)
	}
}

func TestAdmitTakesFilterAndResume(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: open, Events: []string{"door.opened"}})
	a := admitted(t, h, get("/ws?events=door.opened,sms.received&since=c0ffee:42"))
	assert.Equal(t, []string{"sms.received", "door.opened"}, realtime.Selected(a))
	id, asked := realtime.ResumesFrom(a)
	assert.True(t, asked)
	assert.Equal(t, "c0ffee:42", id)
	a = admitted(t, h, get("/events?since=c0ffee:42", "Last-Event-ID", "c0ffee:57"))
	id, _ = realtime.ResumesFrom(a)
	assert.Equal(t, "c0ffee:57", id, "an EventSource keeps its URL, so the header wins")
}

func TestRefusals(t *testing.T) {
	post := withKey("/ws")
	post.Method = http.MethodPost
	teapot := errors.New("the database is down")
	tests := map[string]struct {
		auth   realtime.Auth
		r      *http.Request
		status int
		reason string
		is     error
		header http.Header // beside Cache-Control
	}{
		"no credential": {
			r: get("/ws"), status: 401, reason: "no valid credential", is: realtime.ErrUnauthenticated,
			header: http.Header{"Www-Authenticate": {`Bearer realm="callstack"`}},
		},
		"another key": {
			r: get("/ws", "Authorization", "Bearer another-key-of-mine"), status: 401, reason: "no valid credential",
			header: http.Header{"Www-Authenticate": {`Bearer realm="callstack"`}},
		},
		"an expired credential": {
			auth: as(realtime.Principal{Expires: time.Now()}), r: get("/ws"), status: 401,
			reason: "the credential has expired", is: realtime.ErrUnauthenticated,
			header: http.Header{"Www-Authenticate": {`Bearer realm="callstack"`}},
		},
		"another method": {
			r: post, status: 405, reason: "the method is not GET", header: http.Header{"Allow": {"GET"}},
		},
		"a foreign page": {
			r: withKey("/ws", "Origin", "https://evil.example"), status: 403, is: realtime.ErrForbidden,
			reason: "not allowed: the page's origin is neither this host nor one of Config.Origins",
		},
		"forbidden": {
			auth: says(fmt.Errorf("for now: %w", realtime.ErrForbidden)), r: get("/ws"), status: 403, reason: "not allowed",
			is: realtime.ErrForbidden,
		},
		"without the scope": {
			auth: as(realtime.Principal{Scopes: []string{"send"}}), r: get("/ws"), status: 403, is: realtime.ErrForbidden,
			reason: "not allowed: the scope feed is missing",
		},
		"with no scope at all": {
			auth: as(realtime.Principal{Scopes: []string{}}), r: get("/ws"), status: 403,
			reason: "not allowed: the scope feed is missing",
		},
		"an unknown event": {
			r: withKey("/ws?events=sms.received,door.opened"), status: 400,
			reason: "events: no such event; the first message of the feed names them all",
		},
		"a malformed query": {
			r: withKey("/ws?events=%zz"), status: 400, reason: "the query is malformed or too long",
		},
		"a malformed since": {
			r: withKey("/ws?since=42"), status: 400, reason: "since: not the id of a message, such as c0ffee:42",
		},
		"too often, says the host": {
			auth: says(&realtime.BusyError{RetryAfter: 1500 * time.Millisecond, Err: teapot}), r: get("/ws"),
			status: 429, reason: "too many requests", is: teapot, header: http.Header{"Retry-After": {"2"}},
		},
		"too much, says the host": {
			auth: says(&realtime.BusyError{Overloaded: true}), r: get("/ws"),
			status: 503, reason: "not available at the moment", header: http.Header{"Retry-After": {"1"}},
		},
		"a fault of the host": {
			auth: says(teapot), r: get("/ws"), status: 500, reason: "internal error", is: teapot,
		},
		"a privacy that does not exist": {
			auth: as(realtime.Principal{Privacy: 7}), r: get("/ws"), status: 500, reason: "internal error",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			auth := tt.auth
			if auth == nil {
				auth = realtime.APIKeys(key)
			}
			h := newHub(t, &realtime.Config{Auth: auth})
			e := refusal(t, h, tt.r)
			assert.Equal(t, fmt.Sprintf("realtime: refused with %d: %s", tt.status, tt.reason), e.Error())
			if tt.is != nil {
				assert.ErrorIs(t, e, tt.is)
			}
			w := httptest.NewRecorder()
			e.Respond(w)
			want := http.Header{
				"Cache-Control": {"no-store"}, "Content-Type": {"application/json"}, "X-Content-Type-Options": {"nosniff"},
			}
			maps.Copy(want, tt.header)
			assert.Equal(t, tt.status, w.Code)
			assert.Equal(t, want, w.Header())
			var body map[string]string
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
			assert.Equal(t, map[string]string{"error": tt.reason}, body)
			assert.Equal(t, map[int]uint64{tt.status: 1}, h.Stats().Refused)
			clients, _, _ := realtime.Counted(h)
			assert.Zero(t, clients, "what is refused takes no place")
		})
	}
}

func TestAClosedHubAdmitsNobody(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: open})
	require.NoError(t, h.Close())
	e := refusal(t, h, get("/ws"))
	assert.Equal(t, http.StatusServiceUnavailable, e.Status)
	assert.Equal(t, "5", e.Header.Get("Retry-After"))
	assert.ErrorIs(t, e, realtime.ErrClosed)
}

// TestTheCheapestCheckComesFirst lets a request break all rules and mends it bit by
// bit.
func TestTheCheapestCheckComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t, &realtime.Config{
			Auth: func(r *http.Request) (realtime.Principal, error) {
				p, err := realtime.APIKeys(key)(r)
				p.Scopes = []string{r.Header.Get("Scope")}
				return p, err
			},
			Limits: realtime.Limits{Handshakes: 10, Clients: 1},
		})
		first := withKey("/ws", "Scope", "feed")
		place, err := h.Admit(first)
		require.NoError(t, err)

		r := get("/ws?events=none&since=x", "Origin", "null", "Authorization", "Basic x")
		r.Method = http.MethodDelete
		var got []int
		try := func() { got = append(got, refusal(t, h, r).Status) }
		try()
		r.Method = http.MethodGet
		try()
		r.Header.Set("Origin", "http://localhost:8080")
		for range 6 { // the last of these leads to a wait
			try()
		}
		try()
		time.Sleep(time.Second)
		r.Header.Set("Authorization", "Bearer "+key)
		try()
		r.Header.Set("Scope", "feed")
		try()
		r.URL.RawQuery = "since=x"
		try()
		r.URL.RawQuery = ""
		try()
		assert.Equal(t, []int{405, 403, 401, 401, 401, 401, 401, 401, 429, 403, 400, 400, 503}, got)
		assert.Equal(t, "realtime: refused with 503: all places are taken", refusal(t, h, r).Error())
		for range 20 { // ten handshakes a second
			_, err = h.Admit(r)
		}
		assert.EqualError(t, err, "realtime: refused with 503: too many connections at once")
		place.Release()
		time.Sleep(100 * time.Millisecond)
		place, err = h.Admit(r)
		require.NoError(t, err)
		place.Release()
	})
}

func TestWhatAnAuthSaysIsForTheHostOnly(t *testing.T) {
	var logged bytes.Buffer
	secret := "the-key-that-was-shown"
	for _, kind := range []error{realtime.ErrUnauthenticated, realtime.ErrForbidden, errors.ErrUnsupported} {
		for _, err := range []error{
			fmt.Errorf("%w: %s", kind, secret),
			&realtime.BusyError{Err: fmt.Errorf("%w: %s", kind, secret)},
		} {
			h := newHub(t, &realtime.Config{Auth: says(err), Logger: debug(&logged)})
			e := refusal(t, h, get("/ws"))
			w := httptest.NewRecorder()
			e.Respond(w)
			assert.ErrorIs(t, e, err)
			assert.NotContains(t, e.Error(), secret)
			assert.NotContains(t, w.Body.String(), secret)
			assert.NotContains(t, fmt.Sprint(w.Header()), secret)
		}
	}
	assert.NotContains(t, logged.String(), secret)
	assert.Contains(t, logged.String(), "request refused")
}

// only takes the key off and sets another header.
func only(r *http.Request, name, value string) {
	r.Header.Del("Authorization")
	r.Header.Set(name, value)
}

func debug(w *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// TestNothingOfARequestComesBack puts a word and the end of a header wherever a request
// has place for them.
func TestNothingOfARequestComesBack(t *testing.T) {
	const word = "w0rd"
	const injected = word + "\r\nSet-Cookie: " + word + "=1\r\n\r\n<script>" + word + "</script>"
	tests := map[string]func(*http.Request){
		"Origin":            func(r *http.Request) { r.Header.Set("Origin", "https://"+injected) },
		"Host":              func(r *http.Request) { r.Host = injected; r.Header.Set("Origin", "https://"+injected) },
		"method":            func(r *http.Request) { r.Method = injected },
		"bearer":            func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+injected) },
		"scheme":            func(r *http.Request) { r.Header.Set("Authorization", injected) },
		"subprotocol":       func(r *http.Request) { only(r, "Sec-WebSocket-Protocol", injected) },
		"key's subprotocol": func(r *http.Request) { only(r, "Sec-WebSocket-Protocol", realtime.KeySubprotocol+injected) },
		"events":            func(r *http.Request) { r.URL.RawQuery = "events=" + injected },
		"events, escaped":   func(r *http.Request) { r.URL.RawQuery = "events=" + word + "%0d%0aSet-Cookie:%20a" },
		"since":             func(r *http.Request) { r.URL.RawQuery = "since=" + injected },
		"key in the URL":    func(r *http.Request) { r.URL.RawQuery = "key=" + word; r.Header.Del("Authorization") },
		"address":           func(r *http.Request) { r.RemoteAddr = injected; r.Method = http.MethodPut },
		"Sec-Fetch-Site":    func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", injected) },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key), Logger: debug(&logged)})
			r := withKey("/ws")
			change(r)
			e := refusal(t, h, r)
			var answer bytes.Buffer
			w := httptest.NewRecorder()
			e.Respond(w)
			require.NoError(t, w.Result().Write(&answer))
			for what, text := range map[string]string{
				"answer": answer.String(), "error": e.Error(), "printed": fmt.Sprintf("%+v %#v", e, e), "cause": e.Err.Error(), "log": logged.String(),
			} {
				assert.NotContains(t, text, word, what)
				assert.NotContains(t, text, "Set-Cookie", what)
				assert.NotContains(t, text, key, what)
			}
		})
	}
}

func TestALastEventIDThatIsMalformedIsOneThatIsGone(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: open})
	for _, id := range []string{"x", "c0ffee:-1", "c0ffee:42\r\nSet-Cookie: a", strings.Repeat("a", 1<<16), ":", "\xff"} {
		a := admitted(t, h, get("/events?since=c0ffee:1", "Last-Event-ID", id))
		got, asked := realtime.ResumesFrom(a)
		assert.True(t, asked)
		assert.Equal(t, ":0", got)
	}
}

func TestReleaseGivesThePlaceBackOnce(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: open, Limits: realtime.Limits{Clients: 2}})
	a, err := h.Admit(get("/ws"))
	require.NoError(t, err)
	b := admitted(t, h, get("/ws"))
	assert.Equal(t, http.StatusServiceUnavailable, refusal(t, h, get("/ws")).Status)
	for range 3 {
		a.Release()
	}
	clients, principals, addresses := realtime.Counted(h)
	assert.Equal(t, []int{1, 1, 1}, []int{clients, principals, addresses})
	b.Release()
	clients, principals, addresses = realtime.Counted(h)
	assert.Equal(t, []int{0, 0, 0}, []int{clients, principals, addresses}, "nothing is kept of who is gone")
}

func TestAClientGivesItsPlaceBackWhenItIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t, &realtime.Config{Auth: open, Limits: realtime.Limits{Clients: 1}})
		a, err := h.Admit(get("/ws"))
		require.NoError(t, err)
		c := h.Attach(discard{}, a)
		a.Release() // as a transport that defers it does
		assert.Equal(t, http.StatusServiceUnavailable, refusal(t, h, get("/ws")).Status)
		c.Close(realtime.CloseNormal, "")
		<-c.Done()
		a.Release()
		b, err := h.Admit(get("/ws"))
		require.NoError(t, err)
		assert.Equal(t, http.StatusServiceUnavailable, refusal(t, h, get("/ws")).Status, "given back once only")
		b.Release()
	})
}

// discard is a Conn that takes everything.
type discard struct{}

func (discard) Send([][]byte) error     { return nil }
func (discard) Close(int, string) error { return nil }

func TestRefusalsAreLoggedByTheIDOfTheConnection(t *testing.T) {
	var logged bytes.Buffer
	h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key), Logger: debug(&logged)})
	refusal(t, h, get("/ws", "Authorization", "Bearer a-wrong-key-of-mine"))
	assert.Regexp(t, `level=DEBUG msg="request refused" conn=[A-Z2-7]{12} status=401 reason="no valid credential"`, logged.String())
}
