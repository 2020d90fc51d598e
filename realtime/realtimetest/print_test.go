package realtimetest_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

// A test prints its clients and messages as readily as a program its events.
func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	secrets := map[string]string{"text": "meet me at nine", "number": "+12025550147", "key": "k-735190"}
	inBubble(t, nil, func(t *testing.T, r rig) {
		cfg := realtimetest.Config{Header: http.Header{"Authorization": {"Bearer " + secrets["key"]}}}
		c := r.dial(t, &cfg)
		note(r.bus, secrets["text"], secrets["number"])
		msg, err := c.Next(r.ctx)
		require.NoError(t, err)
		synctest.Wait()
		var conn realtimetest.Conn
		require.NoError(t, conn.Send([][]byte{[]byte(secrets["text"] + secrets["number"])}))
		values := map[string]any{
			"Client":      c,
			"ClosedError": realtimetest.ClosedError{Code: 1000},
			"Config":      cfg,
			"Conn":        &conn,
			"Message":     msg,
		}
		missing, err := printing.Missing(".", values)
		require.NoError(t, err)
		assert.Empty(t, missing, "every exported struct is printed here")
		assert.Empty(t, printing.Unheld(values, secrets))
		for name, v := range values {
			assert.Empty(t, printing.Leaks(v, secrets), name)
		}
	})
}

func TestWhatIsPrintedTellsThePlace(t *testing.T) {
	m := realtimetest.Message{Type: "overflow", ID: "e:45", Seq: 0, Dropped: 3}
	assert.Equal(t, "[type=overflow id=e:45 seq=0 dropped=3]", m.String())
	cfg := realtimetest.Config{Events: []string{"call.state"}, Since: "e:1", Header: http.Header{"Authorization": {"x"}}}
	assert.Equal(t, "[events=[call.state] since=e:1 headers=[Authorization]]", cfg.String())
	var conn realtimetest.Conn
	assert.Equal(t, "realtimetest.Conn[messages=0 stalled=false closed=false]", conn.String())
}
