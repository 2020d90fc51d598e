package realtimetest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

// noted is an event of a host, with a text.
type noted struct {
	events.Header
	Text string
}

func (noted) EventName() string               { return "test.noted" }
func (e noted) PublicData(events.Privacy) any { return map[string]string{"text": e.Text} }

// note publishes an event for each text.
func note(b *events.Bus, texts ...string) {
	for _, s := range texts {
		events.Publish(b, noted{Text: s})
	}
}

// other is one that a filter may leave out.
type other struct{ events.Header }

func (other) EventName() string             { return "test.other" }
func (other) PublicData(events.Privacy) any { return struct{}{} }

// rig is a hub on a bus, in a bubble.
type rig struct {
	ctx context.Context // of a minute
	bus *events.Bus
	hub *realtime.Hub
}

// inBubble runs a test in virtual time. cfg may be nil; the hub lets all in from
// this machine and sends no heartbeats.
func inBubble(t *testing.T, cfg *realtime.Config, test func(t *testing.T, r rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		t.Cleanup(cancel)
		c := realtime.Config{Heartbeat: -1}
		if cfg != nil {
			c = *cfg
		}
		c.Auth, c.Events = realtime.LoopbackOnly, []string{"test.noted", "test.other"}
		bus := &events.Bus{}
		hub := realtime.NewHub(bus, &c)
		t.Cleanup(func() { _ = hub.Close() })
		test(t, rig{ctx, bus, hub})
	})
}

func (r rig) dial(t *testing.T, cfg *realtimetest.Config) *realtimetest.Client {
	t.Helper()
	c, err := realtimetest.Dial(r.ctx, r.hub, cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// texts takes n messages of test.noted and returns their texts.
func (r rig) texts(t *testing.T, c *realtimetest.Client, n int) []string {
	t.Helper()
	var got []string
	for range n {
		msg, err := c.Next(r.ctx)
		require.NoError(t, err)
		require.Equal(t, "test.noted", msg.Type)
		var data struct{ Text string }
		require.NoError(t, msg.Decode(&data))
		got = append(got, data.Text)
	}
	return got
}
