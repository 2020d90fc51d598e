package realtime_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

const key = "an-api-key-for-tests"

// newHub returns a hub that is closed with the test.
func newHub(t *testing.T, cfg *realtime.Config) *realtime.Hub {
	t.Helper()
	return realtime.NewHub(&events.Bus{}, cfg)
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

// refusal returns how a request is refused.
func refusal(t *testing.T, h *realtime.Hub, r *http.Request) *realtime.RefusedError {
	t.Helper()
	a, err := h.Admit(r)
	require.Nil(t, a)
	var refused *realtime.RefusedError
	require.ErrorAs(t, err, &refused)
	return refused
}

func TestARequestWithAKeyIsAdmitted(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: realtime.APIKeys(key)})
	a, err := h.Admit(get("/ws", "Authorization", "Bearer "+key))
	require.NoError(t, err)
	assert.NotEmpty(t, a.ID())
	a.Release()
	a.Release()
	assert.Equal(t, http.StatusUnauthorized, refusal(t, h, get("/ws")).Status)
}

func TestWithoutAuthAllAreUnauthorized(t *testing.T) {
	h := newHub(t, nil)
	for range 100 {
		e := refusal(t, h, get("/ws", "Authorization", "Bearer "+key))
		assert.Equal(t, http.StatusUnauthorized, e.Status)
		assert.ErrorIs(t, e, realtime.ErrUnauthenticated)
	}
}
