package realtime

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callstack-go/callstack/events"
)

// ScopeFeed is the scope of those who may follow the feed.
const ScopeFeed = "feed"

// Auth tells who makes a request, or refuses it: with [ErrUnauthenticated],
// [ErrForbidden], or a [BusyError]; any other error counts as a fault of the host and
// is answered 500. It is called for each request of each transport, by many goroutines at
// a time, before anything is upgraded. What it returns is never logged.
type Auth func(*http.Request) (Principal, error)

// Principal is who follows the feed, and what it may see.
type Principal struct {
	// ID names who it is, to count its connections. It is not logged.
	ID string

	// Scopes are what it may do. Nil means [ScopeFeed] alone.
	Scopes []string

	// Privacy is how much of the events it sees.
	Privacy events.Privacy

	// Expires is when its connections are closed with [CloseExpired]; zero means
	// never.
	Expires time.Time
}

// May tells whether p has a scope.
func (p Principal) May(scope string) bool {
	if p.Scopes == nil {
		return scope == ScopeFeed
	}
	return slices.Contains(p.Scopes, scope)
}

// String shows the privacy and the scopes, not who it is.
func (p Principal) String() string {
	return fmt.Sprintf("realtime.Principal(%v, scopes %q)", p.Privacy, p.Scopes)
}

// GoString returns what String does.
func (p Principal) GoString() string { return p.String() }

// Format writes what String returns, whatever the verb.
func (p Principal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns the privacy and the scopes, not who it is.
func (p Principal) LogValue() slog.Value {
	return slog.GroupValue(slog.String("privacy", p.Privacy.String()), slog.Any("scopes", p.Scopes))
}

var (
	// ErrUnauthenticated means that a request has no valid credential: 401.
	ErrUnauthenticated = errors.New("realtime: no valid credential")

	// ErrForbidden means that a request is not allowed, whoever makes it: 403.
	ErrForbidden = errors.New("realtime: not allowed")

	// ErrSlow means that a client did not take what was written to it in time.
	ErrSlow = errors.New("realtime: the client is too slow")

	// ErrClosed means that the hub is closed or shuts down.
	ErrClosed = errors.New("realtime: the hub is closed")
)

// BusyError means that a request may be made again later: 429, or 503 where it is not
// the client's doing.
type BusyError struct {
	RetryAfter time.Duration // after how long; rounded up to a second, at least one
	Overloaded bool          // 503 in place of 429
	Err        error         // why; may be nil
}

// Error tells why, and after how long to come back.
func (e *BusyError) Error() string {
	why := "too many requests"
	if e.Err != nil {
		why = strings.TrimPrefix(e.Err.Error(), "realtime: ")
	}
	return "realtime: " + why + ": try again in " + strconv.Itoa(e.seconds()) + " s"
}

// Unwrap returns Err.
func (e *BusyError) Unwrap() error { return e.Err }
