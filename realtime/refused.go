package realtime

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// RefusedError is how [Hub.Admit] refuses a request: what to answer, and why. The
// transport writes the answer with [RefusedError.Respond], in place of the upgrade.
// Neither the answer nor the text of the error shows anything of the request, nor
// what an [Auth] of the host said.
type RefusedError struct {
	// Status is that of the answer: 400, 401, 403, 405, 426 (of a WebSocket), 429, 500 or 503.
	Status int

	// Header goes into the answer beside Content-Type: Cache-Control always,
	// WWW-Authenticate (RFC 9110, 11.6.1) with 401, Allow (10.2.1) with 405,
	// Retry-After (10.2.3), in seconds, with 429 and 503.
	Header http.Header

	// Err is the cause: [ErrUnauthenticated], [ErrForbidden], [ErrClosed], a
	// [BusyError], or what the host's Auth returned.
	Err error

	reason string // for the client, and the log
}

// plainError is an error of this package whose text tells nothing of a request, so
// that the client may read it.
type plainError struct {
	text string
	kind error // what it is for errors.Is; may be nil
}

func (e *plainError) Error() string { return "realtime: " + e.text }
func (e *plainError) Unwrap() error { return e.kind }

// refusal returns a RefusedError with the headers of its status.
func refusal(status int, err error) *RefusedError {
	e := &RefusedError{Status: status, Err: err, reason: statusReasons[status]}
	if plain, ok := errors.AsType[*plainError](err); ok {
		e.reason = plain.text
	}
	e.Header = http.Header{"Cache-Control": {"no-store"}}
	switch status {
	case http.StatusUnauthorized:
		e.Header.Set("WWW-Authenticate", `Bearer realm="callstack"`)
	case http.StatusMethodNotAllowed:
		e.Header.Set("Allow", http.MethodGet)
	}
	return e
}

var statusReasons = map[int]string{
	http.StatusUnauthorized:        "no valid credential",
	http.StatusForbidden:           "not allowed",
	http.StatusTooManyRequests:     "too many requests",
	http.StatusInternalServerError: "internal error",
	http.StatusServiceUnavailable:  "not available at the moment",
}

// later returns the RefusedError for a BusyError.
func later(busy *BusyError) *RefusedError {
	status := http.StatusTooManyRequests
	if busy.Overloaded {
		status = http.StatusServiceUnavailable
	}
	e := refusal(status, busy)
	e.Header.Set("Retry-After", strconv.Itoa(busy.seconds()))
	return e
}

// refuseAuth returns the RefusedError for what an Auth returned.
func refuseAuth(err error) *RefusedError {
	if busy, ok := errors.AsType[*BusyError](err); ok {
		return later(busy)
	}
	switch {
	case errors.Is(err, ErrUnauthenticated):
		return refusal(http.StatusUnauthorized, err)
	case errors.Is(err, ErrForbidden):
		return refusal(http.StatusForbidden, err)
	}
	return refusal(http.StatusInternalServerError, err)
}

// Error tells the status and why. Of the causes only a [KeyFileError] shows: it
// names the file and the line that somebody has to mend.
func (e *RefusedError) Error() string {
	text := "realtime: refused with " + strconv.Itoa(e.Status) + ": " + cmp.Or(e.reason, "refused")
	if broken, ok := errors.AsType[*KeyFileError](e.Err); ok {
		text += ": " + broken.problem()
	}
	return text
}

// Unwrap returns Err.
func (e *RefusedError) Unwrap() error { return e.Err }

// Reason returns why in a few words that tell nothing of the request, for a transport
// that has no http.ResponseWriter to answer by.
func (e *RefusedError) Reason() string { return cmp.Or(e.reason, "refused") }

// Respond answers the request: Status, Header, and {"error":"..."} in JSON.
func (e *RefusedError) Respond(w http.ResponseWriter) {
	maps.Copy(w.Header(), e.Header)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(e.Status)
	// What the client does not read any more is nobody's loss.
	_ = json.NewEncoder(w).Encode(map[string]string{"error": e.Reason()})
}

// seconds returns RetryAfter in whole seconds, at least one.
func (e *BusyError) seconds() int {
	seconds := e.RetryAfter / time.Second
	if e.RetryAfter%time.Second > 0 {
		seconds++
	}
	return int(max(1, seconds))
}
