package realtime_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

// feed runs f in virtual time with a hub that admits all who are here.
func feed(t *testing.T, cfg realtime.Config, f func(t *testing.T, bus *events.Bus, hub *realtime.Hub)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if cfg.Auth == nil {
			cfg.Auth = realtime.LoopbackOnly
		}
		cfg.Events = append(cfg.Events, door, bell, light)
		bus := &events.Bus{}
		hub := realtime.NewHub(bus, &cfg)
		defer func() { require.NoError(t, hub.Close()) }()
		f(t, bus, hub)
	})
}

func minute(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func dial(t *testing.T, hub *realtime.Hub, cfg *realtimetest.Config) *realtimetest.Client {
	t.Helper()
	c, err := realtimetest.Dial(minute(t), hub, cfg)
	require.NoError(t, err)
	return c
}

// next returns the next message as its type and what tells it from others of it.
func next(t *testing.T, c *realtimetest.Client) string {
	t.Helper()
	m, err := c.Next(minute(t))
	require.NoError(t, err)
	return brief(t, m)
}

func brief(t *testing.T, m realtimetest.Message) string {
	t.Helper()
	switch m.Type {
	case "overflow":
		return strings.TrimSpace(fmt.Sprintf("overflow %d: %d-%d lost %d %s", m.Dropped, m.FromSeq, m.ToSeq, m.Lost, m.Scope))
	case "heartbeat":
		return fmt.Sprintf("heartbeat %d", m.Seq)
	}
	var data struct{ N int }
	require.NoError(t, m.Decode(&data))
	return fmt.Sprintf("%s %d", m.Type, data.N)
}

// rest returns what is there and was not taken yet.
func rest(t *testing.T, c *realtimetest.Client) []string {
	t.Helper()
	synctest.Wait()
	c.Close()
	var all []string
	for m := range c.All(minute(t)) {
		all = append(all, brief(t, m))
	}
	return all
}

// doors publishes the events from..to.
func doors(bus *events.Bus, from, to int) {
	for n := from; n <= to; n++ {
		events.Publish(bus, numbered{Name: door, N: n})
	}
}

func TestHelloTellsTheProtocolAndWhatIsSelected(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		doors(bus, 1, 3)
		synctest.Wait()
		c := dial(t, hub, &realtimetest.Config{Events: []string{door, "call.state"}})
		h := c.Hello()
		assert.Equal(t, "hello", h.Type)
		assert.Equal(t, 1, h.Version)
		assert.Equal(t, append(realtime.LibraryNames(), door, bell, light), h.Events)
		assert.Equal(t, hub.Events(), h.Events)
		assert.Equal(t, []string{"call.state", door}, h.SelectedEvents)
		assert.Equal(t, uint64(3), h.Seq)
		assert.Equal(t, h.Epoch+":3", h.ID)
		assert.Nil(t, h.Recovered)
		assert.Empty(t, rest(t, c))
	})
}

func TestAnEventIsAnEnvelope(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, nil)
		at := time.Date(2026, 6, 24, 2, 0, 0, 5e8, time.FixedZone("", 7200))
		events.Publish(bus, numbered{Header: events.Header{Time: at, Source: "gsm\"0"}, Name: door, N: 7})
		m, err := c.Next(minute(t))
		require.NoError(t, err)
		assert.Equal(t, `{"type":"test.door","timestamp":"2026-06-24T00:00:00.5Z","data":{"n":7},"id":"`+c.Hello().Epoch+`:1","seq":1,"modem":"gsm\"0"}`,
			string(m.Raw))
		doors(bus, 8, 8)
		m, err = c.Next(minute(t))
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), m.Timestamp, 0, "an event without a time is of now")
		assert.Empty(t, m.Modem)
		c.Close()
	})
}

func TestATimeThatCannotBeWrittenIsNow(t *testing.T) {
	west := time.FixedZone("", -7200)
	tests := map[string]struct {
		at   time.Time
		want string
	}{
		"none":             {time.Time{}, "2000-01-01T00:00:00Z"},
		"before year 0":    {time.Date(-1, 12, 31, 0, 0, 0, 0, time.UTC), "2000-01-01T00:00:00Z"},
		"year 0":           {time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), "0000-01-01T00:00:00Z"},
		"year 0 in UTC":    {time.Date(-1, 12, 31, 22, 0, 0, 0, west), "0000-01-01T00:00:00Z"},
		"year 9999":        {time.Date(9999, 12, 31, 0, 0, 0, 0, west), "9999-12-31T02:00:00Z"},
		"not 9999 in UTC":  {time.Date(9999, 12, 31, 22, 0, 0, 0, west), "2000-01-01T00:00:00Z"},
		"after year 9999":  {time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "2000-01-01T00:00:00Z"},
		"a clock gone mad": {time.Unix(1<<40, 0), "2000-01-01T00:00:00Z"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
				c := dial(t, hub, nil)
				events.Publish(bus, numbered{Header: events.Header{Time: tt.at}, Name: door})
				m, err := c.Next(minute(t))
				require.NoError(t, err)
				assert.Contains(t, string(m.Raw), `"timestamp":"`+tt.want+`"`)
				c.Close()
			})
		})
	}
}

func TestOneHubHasTheEventsOfManyModems(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, nil)
		for i, modem := range []string{"gsm0", "gsm1", "gsm0"} {
			events.Publish(bus, numbered{Header: events.Header{Source: modem}, Name: bell, N: i})
			m, err := c.Next(minute(t))
			require.NoError(t, err)
			assert.Equal(t, modem, m.Modem)
		}
		c.Close()
	})
}

func TestAFilterLetsThroughWhatItNames(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, &realtimetest.Config{Events: []string{bell}})
		doors(bus, 1, 5)
		events.Publish(bus, numbered{Name: bell, N: 6})
		doors(bus, 7, 8)
		m, err := c.Next(minute(t))
		require.NoError(t, err)
		assert.Equal(t, uint64(6), m.Seq, "holes of a filter are no gap")
		assert.Empty(t, rest(t, c))
	})
}

// counted counts how often its data is asked for.
type counted struct {
	numbered
	asked *[3]int
}

func (e counted) PublicData(p events.Privacy) any {
	e.asked[p]++
	return map[string]string{"shown": p.String()}
}

func TestAnEventIsEncodedOncePerPrivacyLevelWhateverTheNumberOfClients(t *testing.T) {
	cfg := realtime.Config{Auth: realtime.WithPrivacy(realtime.LoopbackOnly, events.Strict)}
	feed(t, cfg, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		var clients []*realtimetest.Client
		for range 50 {
			clients = append(clients, dial(t, hub, nil))
		}
		var asked [3]int
		events.Publish(bus, counted{numbered{Name: door}, &asked})
		var raw []byte
		for _, c := range clients {
			m, err := c.Next(minute(t))
			require.NoError(t, err)
			assert.JSONEq(t, `{"shown":"strict"}`, string(m.Data))
			raw = m.Raw
			c.Close()
		}
		again := dial(t, hub, &realtimetest.Config{Since: clients[0].Hello().ID})
		m, err := again.Next(minute(t))
		require.NoError(t, err)
		assert.Equal(t, raw, m.Raw)
		assert.Equal(t, [3]int{1, 1, 1}, asked)
		again.Close()
	})
}

// private is an event that shows itself by privacy.
type private struct{ numbered }

func (private) PublicData(p events.Privacy) any { return p.String() }

func TestEachPrincipalSeesTheFeedAtItsPrivacy(t *testing.T) {
	level := events.Masked
	cfg := realtime.Config{Auth: func(*http.Request) (realtime.Principal, error) {
		return realtime.Principal{ID: "somebody", Privacy: level}, nil
	}}
	feed(t, cfg, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		var clients []*realtimetest.Client
		for level = range events.Full + 1 {
			clients = append(clients, dial(t, hub, nil))
		}
		events.Publish(bus, private{numbered{Name: door}})
		for i, c := range clients {
			m, err := c.Next(minute(t))
			require.NoError(t, err)
			assert.JSONEq(t, fmt.Sprintf("%q", events.Privacy(i)), string(m.Data))
			c.Close()
		}
	})
}

// broken is an event whose data has no JSON form, or panics.
type broken struct {
	numbered
	panics bool
}

func (e broken) PublicData(events.Privacy) any {
	if e.panics {
		panic("+12025550123")
	}
	return make(chan int)
}

// nameless is an event that does not even have a name.
type nameless struct{ *numbered }

func TestAnEventThatCannotBeEncodedIsToldAsLostAndTheFeedGoesOn(t *testing.T) {
	var log bytes.Buffer
	cfg := realtime.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}
	feed(t, cfg, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, &realtimetest.Config{Events: []string{bell}})
		events.Publish(bus, broken{numbered{Name: door}, false})
		events.Publish(bus, broken{numbered{Name: door}, true})
		events.Publish(bus, nameless{})
		events.Publish(bus, numbered{Name: bell, N: 3})
		assert.Equal(t, "overflow 1: 0-0 lost 0 hub", next(t, c))
		assert.Equal(t, "overflow 1: 0-0 lost 0 hub", next(t, c))
		assert.Equal(t, "overflow 1: 0-0 lost 0 hub", next(t, c))
		assert.Equal(t, "test.bell 3", next(t, c))
		assert.Equal(t, uint64(3), hub.Stats().Lost)
		c.Close()
	})
	assert.Contains(t, log.String(), "type=realtime_test.broken")
	assert.NotContains(t, log.String(), "2025550123")
}

func TestAKindOfEventThatCannotBeEncodedIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	cfg := realtime.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}
	feed(t, cfg, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		for range 100 {
			events.Publish(bus, broken{numbered{Name: door}, true})
			events.Publish(bus, nameless{})
		}
		synctest.Wait()
		assert.Equal(t, uint64(200), hub.Stats().Lost)
	})
	assert.Equal(t, 1, strings.Count(log.String(), "type=realtime_test.broken"))
	assert.Equal(t, 1, strings.Count(log.String(), "type=realtime_test.nameless"))
}

// fickle is an event that has a name once only.
type fickle struct {
	events.Header
	asked *int
}

func (e fickle) EventName() string {
	if *e.asked++; *e.asked > 1 {
		panic("asked again")
	}
	return "test.fickle"
}

func (fickle) PublicData(events.Privacy) any { return nil }

func TestTheNameOfAnUnknownEventIsAskedForWherePanicsAreCaught(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		events.Publish(bus, fickle{asked: new(int)})
		synctest.Wait()
		assert.Equal(t, uint64(1), hub.Stats().Unknown)
		assert.Zero(t, hub.Stats().Lost)
	})
}

func TestAnEventWithoutAPlaceInTheTableStaysInTheProcess(t *testing.T) {
	var log bytes.Buffer
	cfg := realtime.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}
	feed(t, cfg, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, nil)
		for range 5 {
			events.Publish(bus, numbered{Name: "test.secret"})
		}
		doors(bus, 1, 1)
		assert.Equal(t, "test.door 1", next(t, c))
		assert.Equal(t, uint64(5), hub.Stats().Unknown)
		c.Close()
	})
	assert.Equal(t, 1, strings.Count(log.String(), "test.secret"), "it is said once")
}

func TestNamesOfHostEventsAreChecked(t *testing.T) {
	for _, name := range []string{"", "door", "door.", "a,b.c", "Door.opened", "door.opened\"", "door opened.x"} {
		assert.PanicsWithValue(t, fmt.Sprintf("realtime: Config.Events: %q is no name of an event: want one like \"door.opened\"", name),
			func() { realtime.NewHub(&events.Bus{}, &realtime.Config{Events: []string{name}}) })
	}
}

func TestHeartbeatsTellHowFarTheFeedIs(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, &realtimetest.Config{Events: []string{bell}})
		doors(bus, 1, 4)
		start := time.Now()
		m, err := c.Await(minute(t), "heartbeat")
		require.NoError(t, err)
		assert.Equal(t, 30*time.Second, time.Since(start))
		assert.Equal(t, `{"type":"heartbeat","version":1,"timestamp":"`+m.Timestamp.Format(time.RFC3339Nano)+`","seq":4,"id":"`+c.Hello().Epoch+`:4"}`, string(m.Raw))
		c.Close()
	})
	feed(t, realtime.Config{Heartbeat: -1}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, nil)
		time.Sleep(time.Hour)
		assert.Empty(t, rest(t, c))
	})
}

// nosy is a log handler that asks the hub how it is.
type nosy struct {
	slog.Handler
	hub *realtime.Hub
	n   *atomic.Int32
}

func (h nosy) Handle(context.Context, slog.Record) error {
	h.hub.Stats()
	h.n.Add(1)
	return nil
}

func TestALogHandlerMayAskTheHub(t *testing.T) {
	var asked atomic.Int32
	handler := &nosy{Handler: slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}), n: &asked}
	feed(t, realtime.Config{Logger: slog.New(handler)}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		handler.hub = hub
		c := dial(t, hub, nil)
		events.Publish(bus, broken{numbered{Name: door}, false})
		assert.Equal(t, "overflow 1: 0-0 lost 0 hub", next(t, c))
		c.Close()
	})
	assert.Equal(t, int32(3), asked.Load())
}
