package realtime

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
)

// Admission is a request that [Hub.Admit] let pass. It holds a place among the
// clients, so a transport gives it to [Hub.Attach], or to Release when the upgrade
// fails.
type Admission struct {
	hub       *Hub
	id        string
	principal Principal
	selected  []bool    // by index into names.list; nil: all
	resume    *position // nil: not asked for
	release   func()    // gives the place back; more than once is fine
	taken     atomic.Bool
}

// ID returns the connection's id, a random word by which logs name it.
func (a *Admission) ID() string { return a.id }

// Release gives the place among the clients back. After [Hub.Attach], and when it
// was called before, it does nothing.
func (a *Admission) Release() {
	if a.take() {
		a.release()
	}
}

// Refuse gives the place back since the transport cannot serve the request: with a
// status of 400 or 426 where it is not what the transport expects, with 500 where the
// host is at fault, such as by a middleware that is in the way. It is counted and
// logged like what [Hub.Admit] refuses, a fault of the host at Warn, once a minute.
// Whoever asked reads the text of err, so that it tells nothing of the request, but
// what is to be done.
func (a *Admission) Refuse(status int, err error) *RefusedError {
	a.Release()
	refused := refusal(status, err)
	refused.reason = err.Error()
	a.hub.guard.refuse(a.id, refused)
	if status == http.StatusInternalServerError {
		a.hub.guard.warnOfFault(err)
	}
	return refused
}

// take tells whether the Admission was neither attached nor released before. After
// it the caller alone calls release.
func (a *Admission) take() bool { return a.taken.CompareAndSwap(false, true) }

// Admit decides about a request before anything is upgraded, in this order: whether
// the hub is open (503), the address failed too often to log in (429), the method is
// GET (405), the page's Origin may follow the feed (403), requests come too fast
// (503), what Config.Auth says (401, 403, 429, 500, 503), the scope [ScopeFeed] (403),
// the parameters events and since (400), and the limits of clients (429, 503). The
// error is always a [RefusedError], whose Respond answers the request.
//
// It does not wait, but for Auth, and may be called by many goroutines. A transport
// that is not HTTP makes a request of what it knows: Admit looks at Method, URL, Host,
// Header and RemoteAddr.
func (h *Hub) Admit(r *http.Request) (*Admission, error) {
	a := &Admission{hub: h, id: newID()}
	if refused := h.admit(a, r); refused != nil {
		h.guard.refuse(a.id, refused)
		return nil, refused
	}
	return a, nil
}

// admit fills a in.
func (h *Hub) admit(a *Admission, r *http.Request) *RefusedError {
	if h.isClosed() {
		return later(&BusyError{RetryAfter: closedRetry, Overloaded: true, Err: ErrClosed})
	}
	addr := h.guard.network(r)
	if refused := h.guard.knock(r, addr); refused != nil {
		return refused
	}
	principal, refused := h.guard.identify(r, addr)
	if refused != nil {
		return refused
	}
	a.principal = principal
	if err := a.read(r, h.names); err != nil {
		return refusal(http.StatusBadRequest, err)
	}
	release, busy := h.guard.limits.acquire(principal.ID, addr)
	if busy != nil {
		return later(busy)
	}
	a.release = sync.OnceFunc(release)
	return nil
}

// read takes what a request asks for.
func (a *Admission) read(r *http.Request, n *names) error {
	query, err := parseQuery(r.URL)
	if err != nil {
		return err
	}
	if a.selected, err = parseFilter(query["events"], n); err != nil {
		return err
	}
	a.resume, err = resumeFrom(r.Header["Last-Event-Id"], query["since"])
	return err
}

// String shows the connection's id, not whose it is.
func (a *Admission) String() string { return "realtime.Admission(" + a.id + ")" }

// GoString returns what String does.
func (a *Admission) GoString() string { return a.String() }

// Format writes what String returns, whatever the verb.
func (a *Admission) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue returns the connection's id.
func (a *Admission) LogValue() slog.Value { return slog.StringValue(a.id) }

// newID returns 60 random bits, in letters and digits.
func newID() string { return rand.Text()[:12] }
