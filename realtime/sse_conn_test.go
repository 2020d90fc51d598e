package realtime_test

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

// The hub may have a Send on its way when it closes a Conn.
func TestAStreamThatIsClosedTakesNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPage()
		s, err := realtime.NewEventStream(p, get("/events"), time.Minute)
		require.NoError(t, err)
		require.NoError(t, s.Send([][]byte{[]byte(`{"type":"hello"}`)}))
		before := p.body.Len()
		require.NoError(t, s.Close(realtime.CloseNormal, ""))
		require.NoError(t, s.Close(realtime.CloseNormal, ""))
		assert.Zero(t, p.write, "what runs no more is not cut off")
		require.ErrorIs(t, s.Send([][]byte{[]byte(`{"type":"late"}`)}), net.ErrClosed)
		assert.Equal(t, before, p.body.Len())
	})
}

func TestASendThatIsCutOffByCloseIsNotSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPage()
		s, err := realtime.NewEventStream(p, get("/events"), time.Minute)
		require.NoError(t, err)
		p.set(func() { p.stalled = true })
		result := make(chan error, 1)
		go func() { result <- s.Send([][]byte{[]byte(`{"type":"hello"}`)}) }()
		synctest.Wait()
		require.NoError(t, s.Close(realtime.CloseNormal, ""))
		start := time.Now()
		err = <-result
		require.Error(t, err)
		require.NotErrorIs(t, err, realtime.ErrSlow)
		assert.Zero(t, time.Since(start))
		assert.Equal(t, http.StatusOK, p.status)
	})
}

func TestThatTheFeedCannotStreamIsLoggedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		h := newHub(t, &realtime.Config{Auth: open, Logger: debug(&logged)})
		for range 61 {
			w := httptest.NewRecorder()
			h.SSE().ServeHTTP(w, get("/events"))
			require.Equal(t, http.StatusInternalServerError, w.Code)
			time.Sleep(time.Second)
		}
		assert.Equal(t, 2, strings.Count(logged.String(), "level=WARN"))
		assert.Equal(t, map[int]uint64{500: 61}, h.Stats().Refused)
	})
}
