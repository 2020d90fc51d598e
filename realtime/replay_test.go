package realtime_test

import (
	"fmt"
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

// comeBack dials again from a place, and returns whether all that came after it
// follows, and what follows.
func comeBack(t *testing.T, hub *realtime.Hub, cfg realtimetest.Config) (recovered bool, got []string) {
	t.Helper()
	c := dial(t, hub, &cfg)
	require.NotNil(t, c.Hello().Recovered)
	recovered = *c.Hello().Recovered
	if recovered {
		assert.Equal(t, cfg.Since, c.Hello().ID, "what follows the hello begins there")
	} else {
		assert.Equal(t, hub.Stats().Published, c.Hello().Seq)
	}
	return recovered, rest(t, c)
}

func list(from, to int) []string {
	var all []string
	for n := from; n <= to; n++ {
		all = append(all, fmt.Sprintf("test.door %d", n))
	}
	return all
}

func TestAClientThatComesBackGetsWhatItMissedThenWhatHappens(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, nil)
		doors(bus, 1, 3)
		assert.Equal(t, list(1, 2), []string{next(t, c), next(t, c)})
		since := c.LastID()
		c.Close()
		doors(bus, 4, 600) // more than a queue holds, and than a batch
		synctest.Wait()
		again := dial(t, hub, &realtimetest.Config{Since: since})
		doors(bus, 601, 700)
		assert.True(t, *again.Hello().Recovered)
		assert.Equal(t, list(3, 700), rest(t, again), "without gap or repeat")
		assert.Equal(t, uint64(1), hub.Stats().Recovered)

		recovered, got := comeBack(t, hub, realtimetest.Config{Since: since, Events: []string{bell}})
		assert.True(t, recovered)
		assert.Empty(t, got)
		recovered, got = comeBack(t, hub, realtimetest.Config{Since: again.Hello().Epoch + ":700"})
		assert.True(t, recovered, "nothing was missed")
		assert.Empty(t, got)
	})
}

func TestReplayIsAllOrNothing(t *testing.T) {
	tests := map[string]struct {
		cfg   realtime.Config
		since string // of %s, the epoch
		want  bool
	}{
		"all is there":              {since: "%s:0", want: true},
		"another hub's":             {since: "another:5"},
		"a place that is to come":   {since: "%s:11"},
		"too many for the count":    {cfg: realtime.Config{ReplayEvents: 9}, since: "%s:0"},
		"just enough for the count": {cfg: realtime.Config{ReplayEvents: 9}, since: "%s:1", want: true},
		"too many for the bytes":    {cfg: realtime.Config{ReplayBytes: 800}, since: "%s:0"},
		"fewer, for the bytes":      {cfg: realtime.Config{ReplayBytes: 800}, since: "%s:6", want: true},
		"nothing is kept":           {cfg: realtime.Config{ReplayEvents: -1}, since: "%s:9"},
		"nothing is missed":         {cfg: realtime.Config{ReplayEvents: -1}, since: "%s:10", want: true},
		"too old":                   {cfg: realtime.Config{ReplayAge: 9 * time.Second}, since: "%s:9"},
		"not too old":               {cfg: realtime.Config{ReplayAge: 11 * time.Second}, since: "%s:0", want: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			feed(t, tt.cfg, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
				first := dial(t, hub, nil)
				first.Close()
				doors(bus, 1, 10)
				time.Sleep(10 * time.Second)
				since := strings.ReplaceAll(tt.since, "%s", first.Hello().Epoch)
				recovered, got := comeBack(t, hub, realtimetest.Config{Since: since})
				assert.Equal(t, tt.want, recovered)
				if !tt.want {
					assert.Empty(t, got)
					assert.Equal(t, uint64(1), hub.Stats().Unrecovered)
					return
				}
				var from int
				_, err := fmt.Sscanf(since[strings.Index(since, ":")+1:], "%d", &from)
				require.NoError(t, err)
				assert.Equal(t, list(from+1, 10), got)
			})
		})
	}
}

func TestWhoComesBackAfterARestartMayHaveAllOfTheNewHub(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		doors(bus, 1, 10)
		synctest.Wait()
		back := dial(t, hub, &realtimetest.Config{Since: "another:500"})
		back.Close()
		require.False(t, *back.Hello().Recovered)
		recovered, got := comeBack(t, hub, realtimetest.Config{Since: back.Hello().Epoch + ":0"})
		assert.True(t, recovered)
		assert.Equal(t, list(1, 10), got)
	})
}

func TestWhatLeavesTheRingBeforeASlowClientReadItIsCounted(t *testing.T) {
	feed(t, realtime.Config{ReplayEvents: 300}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		first := dial(t, hub, nil)
		first.Close()
		doors(bus, 1, 50)
		events.Publish(bus, broken{numbered{Name: door}, false})
		doors(bus, 52, 300)
		synctest.Wait()
		a, err := hub.Admit(get("/ws?since=" + first.Hello().Epoch + ":0"))
		require.NoError(t, err)
		conn := &realtimetest.Conn{}
		conn.Stall()
		c := hub.Attach(conn, a)
		synctest.Wait() // its hello is on the way, and nothing else
		doors(bus, 301, 400)
		events.Publish(bus, numbered{Name: bell, N: 401})
		synctest.Wait()
		conn.Resume()
		synctest.Wait()
		messages := conn.Messages()
		assert.Contains(t, string(messages[1]), `{"type":"overflow","version":1,"dropped":100,"from_seq":1,"to_seq":101,`)
		assert.Contains(t, string(messages[2]), `"seq":102}`)
		assert.Len(t, messages, 2+300)
		assert.Equal(t, uint64(100), hub.Stats().Dropped)
		assert.Contains(t, string(messages[1]), `"lost":1,`)
		c.Close(realtime.CloseNormal, "")
		<-c.Done()
	})
}

func TestTheRingForgetsWhatIsOldWithoutAnyEvent(t *testing.T) {
	feed(t, realtime.Config{ReplayAge: time.Minute}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		doors(bus, 1, 10)
		synctest.Wait()
		assert.Equal(t, 10, hub.Stats().ReplayEvents)
		time.Sleep(2 * time.Minute)
		assert.Zero(t, hub.Stats().ReplayEvents)
		assert.Zero(t, hub.Stats().ReplayBytes)
	})
}
