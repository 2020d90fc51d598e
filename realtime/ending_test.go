package realtime_test

import (
	"bytes"
	"context"
	"errors"
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
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

// attach makes a client of a connection in memory.
func attach(t *testing.T, hub *realtime.Hub, conn realtime.Conn) *realtime.Client {
	t.Helper()
	a, err := hub.Admit(get("/ws"))
	require.NoError(t, err)
	return hub.Attach(conn, a)
}

func closedWith(t *testing.T, conn *realtimetest.Conn) int {
	t.Helper()
	code, reason, ok := conn.Closed()
	require.True(t, ok)
	assert.LessOrEqual(t, len(reason), 123)
	return code
}

func TestShutdownSendsWhatWasPublishedBeforeThenGoesAway(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		conn, other, idle := &realtimetest.Conn{}, &realtimetest.Conn{}, &realtimetest.Conn{}
		c := attach(t, hub, conn)
		attach(t, hub, other)
		a, err := hub.Admit(get("/ws?events=" + bell))
		require.NoError(t, err)
		hub.Attach(idle, a)
		synctest.Wait()
		conn.Stall()
		doors(bus, 1, 100)
		result := make(chan error, 1)
		go func() { result <- hub.Shutdown(minute(t)) }()
		synctest.Wait()
		_, err = hub.Admit(get("/ws"))
		var refused *realtime.RefusedError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, http.StatusServiceUnavailable, refused.Status)
		assert.Empty(t, result)
		doors(bus, 101, 101) // too late
		conn.Resume()
		require.NoError(t, <-result)
		assert.Len(t, conn.Messages(), 101)
		assert.Len(t, other.Messages(), 101)
		assert.Len(t, idle.Messages(), 1)
		for _, c := range []*realtimetest.Conn{conn, other, idle} {
			assert.Equal(t, realtime.CloseGoingAway, closedWith(t, c))
		}
		<-c.Done()
		assert.Equal(t, realtime.ErrClosed, c.Err())
		require.NoError(t, hub.Shutdown(minute(t)), "a second time it is a no-op")
	})
}

// A program's own context is done by the time that it shuts down.
func TestShutdownEndsTheClientsWhateverItsContext(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		conn, slow := &realtimetest.Conn{}, &realtimetest.Conn{}
		c, s := attach(t, hub, conn), attach(t, hub, slow)
		synctest.Wait()
		slow.Stall()
		doors(bus, 1, 100)
		done, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("interrupted"))
		require.EqualError(t, hub.Shutdown(done), "interrupted")
		<-c.Done()
		assert.Len(t, conn.Messages(), 101, "it has all that was published before")
		assert.Equal(t, realtime.CloseGoingAway, closedWith(t, conn))
		_, _, closed := slow.Closed()
		assert.False(t, closed, "nor is one cut off that is slow")
		slow.Resume()
		<-s.Done()
		assert.Len(t, slow.Messages(), 101)
		require.NoError(t, hub.Shutdown(minute(t)))
	})
}

func TestShutdownThatTakesTooLongLeavesTheRestToClose(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		conn := &realtimetest.Conn{}
		conn.Stall()
		attach(t, hub, conn)
		doors(bus, 1, 1)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("enough"))
		defer cancel()
		require.EqualError(t, hub.Shutdown(ctx), "enough")
		require.NoError(t, hub.Close())
		assert.Equal(t, realtime.CloseGoingAway, closedWith(t, conn))
		require.NoError(t, hub.Close(), "closing twice is a no-op")
	})
}

func TestAttachToAClosedHubClosesTheClientAtOnce(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		a, err := hub.Admit(get("/ws"))
		require.NoError(t, err)
		require.NoError(t, hub.Close())
		conn := &realtimetest.Conn{}
		c := hub.Attach(conn, a)
		<-c.Done()
		assert.Equal(t, realtime.CloseGoingAway, closedWith(t, conn))
		assert.Equal(t, realtime.ErrClosed, c.Err())
		assert.Empty(t, conn.Messages())
	})
}

func TestAnAdmissionIsForOneClient(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		a, err := hub.Admit(get("/ws"))
		require.NoError(t, err)
		hub.Attach(&realtimetest.Conn{}, a)
		const why = "realtime: Attach of an Admission that was attached or released before"
		assert.PanicsWithValue(t, why, func() { hub.Attach(&realtimetest.Conn{}, a) })
		a, err = hub.Admit(get("/ws"))
		require.NoError(t, err)
		a.Release()
		assert.PanicsWithValue(t, why, func() { hub.Attach(&realtimetest.Conn{}, a) })
	})
}

func TestAnAdmissionIsForTheHubThatGaveIt(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		other := realtime.NewHub(&events.Bus{}, &realtime.Config{Auth: realtime.LoopbackOnly})
		defer other.Close()
		a, err := hub.Admit(get("/ws?events=" + door)) // which the other does not carry
		require.NoError(t, err)
		assert.PanicsWithValue(t, "realtime: Attach of an Admission of another hub", func() { other.Attach(&realtimetest.Conn{}, a) })
		c := hub.Attach(&realtimetest.Conn{}, a)
		assert.Equal(t, a.ID(), c.ID(), "it can still be used")
	})
}

func TestAReasonFitsIntoACloseFrame(t *testing.T) {
	for name, tt := range map[string]struct{ reason, want string }{
		"short":              {"bye", "bye"},
		"as long as can be":  {strings.Repeat("x", 123), strings.Repeat("x", 123)},
		"too long":           {strings.Repeat("x", 124), strings.Repeat("x", 123)},
		"cut between runes":  {strings.Repeat("\u00e9", 62), strings.Repeat("\u00e9", 61)},
		"long runes":         {strings.Repeat("\U0001F44B", 40), strings.Repeat("\U0001F44B", 30)},
		"invalid UTF-8":      {"bye\xff\xfe", "bye"},
		"invalid and long":   {strings.Repeat("x", 122) + "\xffyz", strings.Repeat("x", 122) + "y"},
		"nothing":            {"", ""},
		"half a rune behind": {strings.Repeat("x", 123) + "\xc3", strings.Repeat("x", 123)},
	} {
		t.Run(name, func(t *testing.T) {
			feed(t, realtime.Config{}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
				conn := &realtimetest.Conn{}
				c := attach(t, hub, conn)
				c.Close(realtime.ClosePolicy, tt.reason)
				<-c.Done()
				_, reason, _ := conn.Closed()
				assert.Equal(t, tt.want, reason)
			})
		})
	}
}

// lateSlow is a Conn whose Send finds the client too slow after its Close.
type lateSlow struct{ closing chan struct{} }

func (s lateSlow) Send([][]byte) error {
	<-s.closing
	return realtime.ErrSlow
}

func (s lateSlow) Close(int, string) error {
	close(s.closing)
	return nil
}

func TestWhoWasClosedForAnotherReasonIsNotCountedAsSlow(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		c := attach(t, hub, lateSlow{make(chan struct{})})
		synctest.Wait()
		c.Close(realtime.CloseNormal, "")
		<-c.Done()
		synctest.Wait()
		require.NoError(t, c.Err())
		assert.Zero(t, hub.Stats().Slow)
	})
}

func TestExpiryOfTheCredentialClosesTheConnection(t *testing.T) {
	cfg := realtime.Config{Auth: func(*http.Request) (realtime.Principal, error) {
		return realtime.Principal{ID: "guest", Expires: time.Now().Add(time.Hour)}, nil
	}}
	feed(t, cfg, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		conn, early := &realtimetest.Conn{}, &realtimetest.Conn{}
		start := time.Now()
		attach(t, hub, early).Close(realtime.CloseNormal, "")
		c := attach(t, hub, conn)
		<-c.Done()
		assert.Equal(t, time.Hour, time.Since(start))
		assert.Equal(t, realtime.CloseExpired, closedWith(t, conn))
		assert.Equal(t, realtime.CloseNormal, closedWith(t, early))
		require.NoError(t, c.Err())
	})
}

func TestAClientThatTakesNothingFor10sIsClosedAsTooSlowAndAFullQueueNeverCloses(t *testing.T) {
	feed(t, realtime.Config{QueueEvents: 2}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		conn := &realtimetest.Conn{Timeout: 10 * time.Second}
		c := attach(t, hub, conn)
		synctest.Wait()
		conn.Stall()
		doors(bus, 1, 1000)
		time.Sleep(9 * time.Second)
		select {
		case <-c.Done():
			t.Error("a full queue closed it")
		default:
		}
		<-c.Done()
		assert.Equal(t, realtime.CloseTooSlow, closedWith(t, conn))
		require.ErrorIs(t, c.Err(), realtime.ErrSlow)
		assert.Equal(t, uint64(1), hub.Stats().Slow)
	})
}

func TestAConnectionThatFailsEndsItsClient(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		conn := &realtimetest.Conn{}
		c := attach(t, hub, conn)
		synctest.Wait()
		gone := errors.New("broken pipe")
		conn.Fail(gone)
		doors(bus, 1, 1)
		<-c.Done()
		require.ErrorIs(t, c.Err(), gone)
		assert.Equal(t, realtime.CloseGoingAway, closedWith(t, conn))
		assert.Zero(t, hub.Stats().Slow)
		assert.Zero(t, hub.Stats().Clients)
		c.Close(realtime.CloseNormal, "") // a no-op
	})
}

// stuck is a Conn whose Send returns after its Close only, and whose Close takes
// its time.
type stuck struct {
	closing chan struct{}
	sent    bool
}

func (s *stuck) Send([][]byte) error {
	<-s.closing
	time.Sleep(3 * time.Second)
	s.sent = true
	return errors.New("closed")
}

func (s *stuck) Close(int, string) error {
	close(s.closing)
	time.Sleep(time.Second)
	return nil
}

func TestDoneWaitsForASendThatIsRunning(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		conn := &stuck{closing: make(chan struct{})}
		c := attach(t, hub, conn)
		synctest.Wait()
		start := time.Now()
		c.Close(realtime.CloseNormal, "")
		assert.Zero(t, time.Since(start), "Close returns at once")
		assert.Equal(t, 1, hub.Stats().Closing)
		assert.Zero(t, hub.Stats().Clients)
		<-c.Done()
		assert.Zero(t, hub.Stats().Closing)
		assert.True(t, conn.sent)
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestTheLimitsAreGivenBackOnceTheClientIsGone(t *testing.T) {
	feed(t, realtime.Config{Limits: realtime.Limits{Clients: 1}}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		for range 5 {
			c := attach(t, hub, &realtimetest.Conn{})
			_, err := hub.Admit(get("/ws"))
			require.Error(t, err)
			c.Close(realtime.CloseNormal, "")
			<-c.Done()
		}
	})
}

func TestLogsOfConnectionsNameTheirIDsOnly(t *testing.T) {
	var log bytes.Buffer
	cfg := realtime.Config{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	feed(t, cfg, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		c := attach(t, hub, &realtimetest.Conn{})
		c.Close(realtime.ClosePolicy, "+12025550123")
		<-c.Done()
		assert.Contains(t, log.String(), "conn="+c.ID())
	})
	assert.NotContains(t, log.String(), "2025550123")
	assert.NotContains(t, log.String(), "loopback")
	assert.NotContains(t, log.String(), "127.0.0.1")
}

// mute is a Conn that keeps to no time.
type mute struct{ until chan struct{} }

func (m mute) Send([][]byte) error     { <-m.until; return nil }
func (m mute) Close(int, string) error { <-m.until; return nil }

func TestCloseGivesUpOnAConnThatDoesNotClose(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		conn := mute{make(chan struct{})}
		c, other := attach(t, hub, conn), attach(t, hub, &realtimetest.Conn{})
		start := time.Now()
		require.ErrorIs(t, hub.Close(), realtime.ErrNotClosed)
		assert.Equal(t, 20*time.Second, time.Since(start))
		<-other.Done()
		assert.Equal(t, 1, hub.Stats().Closing)
		close(conn.until)
		<-c.Done()
		require.NoError(t, hub.Close())
	})
}

func TestAFaultOfTheHostIsCountedLoggedAndAnsweredInItsWords(t *testing.T) {
	var log bytes.Buffer
	cfg := realtime.Config{Logger: slog.New(slog.NewTextHandler(&log, nil)), Limits: realtime.Limits{Clients: 1}}
	feed(t, cfg, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		for range 3 {
			a, err := hub.Admit(get("/ws"))
			require.NoError(t, err, "the place was given back")
			refused := a.Refuse(http.StatusInternalServerError, errors.New("the bridge is up"))
			assert.Equal(t, http.StatusInternalServerError, refused.Status)
			assert.Equal(t, "the bridge is up", refused.Reason())
			w := httptest.NewRecorder()
			refused.Respond(w)
			assert.JSONEq(t, `{"error":"the bridge is up"}`, w.Body.String())
		}
		assert.Equal(t, uint64(3), hub.Stats().Refused[500])
	})
	assert.Equal(t, 1, strings.Count(log.String(), "the bridge is up"), "once a minute")
}

// clumsy is a Conn that panics.
type clumsy struct{}

func (clumsy) Send([][]byte) error     { panic("+12025550123") }
func (clumsy) Close(int, string) error { panic("+12025550123") }

func TestAConnThatPanicsEndsItsClientAlone(t *testing.T) {
	var log bytes.Buffer
	feed(t, realtime.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		other := dial(t, hub, nil)
		c := attach(t, hub, clumsy{})
		<-c.Done()
		require.EqualError(t, c.Err(), "realtime: panic in a connection")
		doors(bus, 1, 1)
		assert.Equal(t, "test.door 1", next(t, other))
		assert.Contains(t, log.String(), "conn="+c.ID())
		other.Close()
	})
	assert.NotContains(t, log.String(), "2025550123")
}
