package realtimetest_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

func TestClientFollowsTheFeed(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		c := r.dial(t, nil)
		hello := c.Hello()
		assert.Equal(t, "hello", hello.Type)
		assert.Equal(t, 1, hello.Version)
		assert.Contains(t, hello.Events, "test.noted")
		assert.Equal(t, hello.Events, hello.SelectedEvents)
		assert.Equal(t, hello.Epoch+":0", hello.ID)
		assert.Nil(t, hello.Recovered)
		assert.Equal(t, hello.ID, c.LastID())

		at := time.Date(2026, 6, 24, 12, 0, 0, 5e6, time.FixedZone("", 7200))
		events.Publish(r.bus, noted{events.Header{Time: at, Source: "gsm0"}, "hi"})
		msg, err := c.Next(r.ctx)
		require.NoError(t, err)
		assert.Equal(t, "test.noted", msg.Type)
		assert.Equal(t, "gsm0", msg.Modem)
		assert.Equal(t, uint64(1), msg.Seq)
		assert.Equal(t, hello.Epoch+":1", msg.ID)
		assert.Equal(t, at.UTC(), msg.Timestamp)
		assert.JSONEq(t, `{"text":"hi"}`, string(msg.Data))
		assert.Contains(t, string(msg.Raw), `"data":{"text":"hi"}`)
		require.ErrorContains(t, msg.Decode(new(int)), "data of test.noted")
		assert.Equal(t, msg.ID, c.LastID())
	})
}

func TestClientAsksForItsFilter(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		c := r.dial(t, &realtimetest.Config{Events: []string{"test.noted", "call.state"}})
		assert.ElementsMatch(t, []string{"test.noted", "call.state"}, c.Hello().SelectedEvents)
		events.Publish(r.bus, other{})
		note(r.bus, "a")
		msg, err := c.Next(r.ctx)
		require.NoError(t, err)
		assert.Equal(t, "test.noted", msg.Type)
		assert.Equal(t, uint64(2), msg.Seq)
	})
}

func TestClientComesBack(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		c := r.dial(t, nil)
		note(r.bus, "a", "b", "c")
		assert.Equal(t, []string{"a"}, r.texts(t, c, 1))
		c.Close()
		note(r.bus, "d")
		again := r.dial(t, &realtimetest.Config{Since: c.LastID()})
		require.NotNil(t, again.Hello().Recovered)
		assert.True(t, *again.Hello().Recovered)
		assert.Equal(t, []string{"b", "c", "d"}, r.texts(t, again, 3))
	})
}

func TestClientAwaitsAType(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		c := r.dial(t, nil)
		note(r.bus, "a")
		events.Publish(r.bus, other{})
		msg, err := c.Await(r.ctx, "test.other")
		require.NoError(t, err)
		assert.Equal(t, uint64(2), msg.Seq)

		short, cancel := context.WithTimeout(r.ctx, time.Second)
		defer cancel()
		begun := time.Now()
		_, err = c.Await(short, "sms.received")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "awaiting sms.received")
		assert.Equal(t, time.Second, time.Since(begun))
	})
}

func TestClientGetsHeartbeats(t *testing.T) {
	inBubble(t, &realtime.Config{Heartbeat: 20 * time.Second}, func(t *testing.T, r rig) {
		c := r.dial(t, &realtimetest.Config{Events: []string{"test.noted"}})
		events.Publish(r.bus, other{})
		msg, err := c.Await(r.ctx, "heartbeat")
		require.NoError(t, err)
		assert.Equal(t, uint64(1), msg.Seq, "what was not selected counts")
		assert.Equal(t, c.Hello().Epoch+":1", c.LastID())
		assert.Equal(t, time.Now().UTC(), msg.Timestamp)
		require.ErrorContains(t, msg.Decode(&struct{}{}), "a message of type heartbeat has no data")
	})
}

func TestClientYieldsAllUntilTheFeedEnds(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		c := r.dial(t, nil)
		note(r.bus, "a", "b", "c")
		require.NoError(t, r.hub.Shutdown(r.ctx))
		var seqs []uint64
		for msg := range c.All(r.ctx) {
			if seqs = append(seqs, msg.Seq); len(seqs) == 2 {
				break
			}
		}
		for msg := range c.All(r.ctx) {
			seqs = append(seqs, msg.Seq)
		}
		assert.Equal(t, []uint64{1, 2, 3}, seqs, "what came before the end is not lost")
		_, err := c.Next(r.ctx)
		var closed *realtimetest.ClosedError
		require.ErrorAs(t, err, &closed)
		assert.Equal(t, realtime.CloseGoingAway, closed.Code)
		require.ErrorContains(t, err, "the feed ended: 1001 "+closed.Reason)
		<-c.Done()
	})
}

func TestClientThatIsStalledLosesTheOldest(t *testing.T) {
	inBubble(t, &realtime.Config{QueueEvents: 2, Heartbeat: -1}, func(t *testing.T, r rig) {
		c := r.dial(t, nil)
		c.Stall()
		note(r.bus, "a")
		synctest.Wait() // a is on its way now
		for i := range 5 {
			note(r.bus, strconv.Itoa(i))
		}
		synctest.Wait()
		c.Resume()
		assert.Equal(t, []string{"a"}, r.texts(t, c, 1))
		msg, err := c.Next(r.ctx)
		require.NoError(t, err)
		assert.Equal(t, "overflow", msg.Type)
		assert.Equal(t, uint64(3), msg.Dropped)
		assert.Equal(t, uint64(2), msg.FromSeq)
		assert.Equal(t, uint64(4), msg.ToSeq)
		assert.Equal(t, []string{"3", "4"}, r.texts(t, c, 2))
	})
}

func TestClientThatStaysStalledIsTooSlow(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		c := r.dial(t, nil)
		c.Stall()
		begun := time.Now()
		note(r.bus, "a")
		<-c.Done()
		assert.Equal(t, 10*time.Second, time.Since(begun))
		_, err := c.Next(r.ctx)
		var closed *realtimetest.ClosedError
		require.ErrorAs(t, err, &closed)
		assert.Equal(t, realtime.CloseTooSlow, closed.Code)
	})
}

func TestClientThatClosesIsForgotten(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		c := r.dial(t, nil)
		assert.Equal(t, 1, r.hub.Stats().Clients)
		c.Stall()
		note(r.bus, "a")
		synctest.Wait()
		c.Close()
		select {
		case <-c.Done():
		default:
			t.Error("Close did not wait")
		}
		c.Close()
		assert.Equal(t, 0, r.hub.Stats().Clients)
		for range c.All(r.ctx) {
			t.Error("a message after Close")
		}
	})
}

func TestDialOfAHubThatRefuses(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		require.NoError(t, r.hub.Close())
		_, err := realtimetest.Dial(r.ctx, r.hub, nil)
		var refused *realtime.RefusedError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, http.StatusServiceUnavailable, refused.Status)
	})
}

func TestDialBoundsItsWait(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, r rig) {
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(r.ctx)
		cancel(why)
		_, err := realtimetest.Dial(ctx, r.hub, nil)
		require.ErrorIs(t, err, why)
		assert.Equal(t, 0, r.hub.Stats().Clients)
	})
}

func TestRequestIsOneOfThisMachine(t *testing.T) {
	header := http.Header{"X-Test": {"1"}}
	var seen *http.Request
	cfg := &realtimetest.Config{
		Events: []string{"a.b", "c.d"}, Since: "e:1", Header: header,
		Request: func(r *http.Request) { seen = r; r.Header.Set("X-Test", "2") },
	}
	inBubble(t, nil, func(t *testing.T, r rig) {
		_, _ = realtimetest.Dial(r.ctx, r.hub, cfg)
		require.NotNil(t, seen)
		assert.Equal(t, "127.0.0.1:49152", seen.RemoteAddr)
		assert.Equal(t, "localhost", seen.Host)
		assert.Equal(t, "a.b,c.d", seen.URL.Query().Get("events"))
		assert.Equal(t, "e:1", seen.URL.Query().Get("since"))
		assert.Equal(t, seen.URL.RequestURI(), seen.RequestURI)
		assert.Equal(t, "1", header.Get("X-Test"), "the caller's headers stay as they are")
	})
}
