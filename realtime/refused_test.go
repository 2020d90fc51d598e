package realtime_test

import (
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/realtime"
)

func TestRetryAfterInSeconds(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		-time.Hour: "1", 0: "1", time.Nanosecond: "1", time.Second: "1", time.Second + 1: "2", time.Minute: "60",
		math.MaxInt64: "9223372037",
	} {
		h := newHub(t, &realtime.Config{Auth: says(&realtime.BusyError{RetryAfter: wait})})
		assert.Equal(t, want, refusal(t, h, get("/ws")).Header.Get("Retry-After"), wait)
		assert.EqualError(t, &realtime.BusyError{RetryAfter: wait}, "realtime: too many requests: try again in "+want+" s")
	}
}

func TestABusyErrorTellsWhy(t *testing.T) {
	cause := errors.New("realtime: the disk is full")
	err := &realtime.BusyError{RetryAfter: time.Minute, Err: cause}
	assert.EqualError(t, err, "realtime: the disk is full: try again in 60 s")
	assert.ErrorIs(t, err, cause)
}

func TestRespondKeepsWhatMiddlewareHasSet(t *testing.T) {
	h := newHub(t, nil)
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "7")
	w.Header().Set("Cache-Control", "public")
	refusal(t, h, get("/ws")).Respond(w)
	assert.Equal(t, http.Header{
		"X-Request-Id": {"7"}, "Cache-Control": {"no-store"}, "Content-Type": {"application/json"},
		"X-Content-Type-Options": {"nosniff"}, "Www-Authenticate": {`Bearer realm="callstack"`},
	}, w.Header())
	assert.JSONEq(t, `{"error":"no valid credential"}`, w.Body.String())
}

func TestARefusalOfAHostsOwnMaking(t *testing.T) {
	e := &realtime.RefusedError{Status: http.StatusTeapot}
	w := httptest.NewRecorder()
	e.Respond(w)
	assert.Equal(t, http.StatusTeapot, w.Code)
	assert.JSONEq(t, `{"error":"refused"}`, w.Body.String())
	assert.EqualError(t, e, "realtime: refused with 418: refused")
	assert.NoError(t, errors.Unwrap(e))
}
