package realtime

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"github.com/callstack-go/callstack/events"
)

// closedRetry is after how long a client may find the program that has stopped
// started again.
const closedRetry = 5 * time.Second

// guard holds what Admit knows beside the hub's state. All of it is bounded.
type guard struct {
	auth     Auth
	address  func(*http.Request) netip.Addr
	origins  []string // patterns in lower case
	failures *backoff
	rate     *bucket
	limits   *limits
	log      *slog.Logger
	refused  [8]atomic.Uint64 // by index into refusedStatus
	warned   atomic.Int64     // when a broken file of keys was last logged; Unix time
}

// refusedStatus are the statuses with which Admit and transports refuse.
var refusedStatus = [8]int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed,
	http.StatusUpgradeRequired, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable,
}

// newGuard returns the guard for a Config that has its defaults.
func newGuard(cfg Config) *guard {
	g := &guard{
		auth:     cfg.Auth,
		address:  cfg.Address,
		failures: newBackoff(),
		rate:     newBucket(cfg.Limits.Handshakes),
		limits:   newLimits(cfg.Limits),
		log:      cfg.Logger,
	}
	if g.address == nil {
		g.address = countedAddr
	}
	g.origins = originPatterns(cfg.Origins, cfg.Logger)
	return g
}

// network returns the address that a request counts for.
func (g *guard) network(r *http.Request) netip.Prefix { return networkOf(g.address(r)) }

// knock looks at all that needs no credential, the cheapest first.
func (g *guard) knock(r *http.Request, addr netip.Prefix) *RefusedError {
	if wait := g.failures.wait(addr); wait > 0 {
		return later(&BusyError{RetryAfter: wait, Err: errFailures})
	}
	if r.Method != http.MethodGet {
		return refusal(http.StatusMethodNotAllowed, errMethod)
	}
	if err := checkOrigin(r, g.origins); err != nil {
		return refusal(http.StatusForbidden, err)
	}
	// Last, so that a page of another site cannot use up what all share.
	if !g.rate.take() {
		return later(&BusyError{RetryAfter: time.Second, Overloaded: true, Err: errTooFast})
	}
	return nil
}

var (
	errFailures = &plainError{text: "too many failed logins from this address"}
	errTooFast  = &plainError{text: "too many connections at once"}
	errMethod   = &plainError{text: "the method is not GET"}
	errScope    = &plainError{"not allowed: the scope feed is missing", ErrForbidden}
	errExpired  = &plainError{"the credential has expired", ErrUnauthenticated}
	errPrivacy  = errors.New("realtime: Auth returned a privacy that does not exist")
)

// identify asks Auth who it is. Failures count against the address.
func (g *guard) identify(r *http.Request, addr netip.Prefix) (Principal, *RefusedError) {
	if g.auth == nil {
		return Principal{}, refuseAuth(ErrUnauthenticated)
	}
	p, err := g.auth(r)
	if err == nil && !p.Expires.IsZero() && !time.Now().Before(p.Expires) {
		err = errExpired
	}
	if errors.Is(err, errNotLoopback) {
		g.rate.giveBack() // strangers, and a page whose name was pointed at this machine, use up nothing
	}
	if err != nil {
		refused := refuseAuth(err)
		if refused.Status == http.StatusUnauthorized {
			g.failures.fail(addr)
		}
		return Principal{}, refused
	}
	g.failures.forgive(addr)
	switch p.Privacy {
	case events.Masked, events.Strict, events.Full:
	default:
		return Principal{}, refuseAuth(errPrivacy)
	}
	if !p.May(ScopeFeed) {
		return Principal{}, refusal(http.StatusForbidden, errScope)
	}
	return p, nil
}

// warnOfFault logs why a transport could not serve a request.
func (g *guard) warnOfFault(err error) {
	if g.mayWarn() {
		g.log.LogAttrs(context.Background(), slog.LevelWarn, "request cannot be served", slog.Any("error", err))
	}
}

// refuse counts and logs what was refused.
func (g *guard) refuse(id string, e *RefusedError) {
	if i := slices.Index(refusedStatus[:], e.Status); i >= 0 {
		g.refused[i].Add(1)
	}
	g.log.LogAttrs(context.Background(), slog.LevelDebug, "request refused",
		slog.String("conn", id), slog.Int("status", e.Status), slog.String("reason", e.reason))
	broken, ok := errors.AsType[*KeyFileError](e.Err)
	if ok && g.mayWarn() {
		g.log.LogAttrs(context.Background(), slog.LevelWarn, "the file of keys is broken: nobody is admitted", slog.Any("error", broken))
	}
}

// mayWarn is true once a minute: who warns for each request lets anybody fill the
// log.
func (g *guard) mayWarn() bool {
	now, last := time.Now().Unix(), g.warned.Load()
	return now-last >= 60 && g.warned.CompareAndSwap(last, now)
}

// refusals returns how many requests were refused, by status.
func (g *guard) refusals() map[int]uint64 {
	counts := map[int]uint64{}
	for i, status := range refusedStatus {
		if n := g.refused[i].Load(); n > 0 {
			counts[status] = n
		}
	}
	return counts
}
