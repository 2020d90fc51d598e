package realtime_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

func TestStatsCount(t *testing.T) {
	feed(t, realtime.Config{}, func(t *testing.T, bus *events.Bus, hub *realtime.Hub) {
		c := dial(t, hub, nil)
		doors(bus, 1, 3)
		m, err := c.Next(minute(t))
		require.NoError(t, err)
		synctest.Wait()
		s := hub.Stats()
		assert.Equal(t, 1, s.Clients)
		assert.Equal(t, uint64(3), s.Published)
		assert.Equal(t, uint64(4), s.Sent, "with the hello")
		assert.Equal(t, 3, s.ReplayEvents)
		assert.Equal(t, 3*len(m.Raw), s.ReplayBytes, "the levels that show the same share it")
		assert.Empty(t, s.Ended)
		c.Close()
		assert.Zero(t, hub.Stats().Clients)
		assert.Equal(t, map[int]uint64{realtime.CloseNormal: 1}, hub.Stats().Ended)
	})
}

// A transport may have codes of its own, but not so many that counting costs.
func TestCloseCodesAreCountedUpToABound(t *testing.T) {
	none := realtime.Limits{Clients: -1, PerPrincipal: -1, PerAddress: -1, Handshakes: -1}
	feed(t, realtime.Config{Limits: none}, func(t *testing.T, _ *events.Bus, hub *realtime.Hub) {
		for code := range 200 {
			c := attach(t, hub, &realtimetest.Conn{})
			c.Close(5000+code, "")
			c.Close(realtime.ClosePolicy, "it has ended, and is not counted again")
		}
		ended := hub.Stats().Ended
		assert.Len(t, ended, 65)
		assert.Equal(t, uint64(1), ended[5063])
		assert.Equal(t, uint64(136), ended[0])
	})
}
