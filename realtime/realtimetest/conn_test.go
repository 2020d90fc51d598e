package realtimetest_test

import (
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

func messages(texts ...string) [][]byte {
	var msgs [][]byte
	for _, s := range texts {
		msgs = append(msgs, []byte(s))
	}
	return msgs
}

// sending calls Send on a goroutine of its own.
func sending(c *realtimetest.Conn, texts ...string) <-chan error {
	result := make(chan error, 1)
	go func() { result <- c.Send(messages(texts...)) }()
	return result
}

// pending tells, within a bubble, that nothing is there to be received.
func pending(t *testing.T, result <-chan error) {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-result:
		t.Fatalf("Send returned %v", err)
	default:
	}
}

func TestConnKeepsCopiesInOrder(t *testing.T) {
	var c realtimetest.Conn
	msgs := messages("a", "b")
	require.NoError(t, c.Send(msgs))
	msgs[0][0] = 'x' // the hub uses its slices again
	require.NoError(t, c.Send(messages("c")))
	assert.Equal(t, messages("a", "b", "c"), c.Messages())
	assert.Equal(t, 2, c.Sends())
	_, _, closed := c.Closed()
	assert.False(t, closed)

	got := c.Messages()
	got[0] = nil
	assert.Equal(t, messages("a", "b", "c"), c.Messages(), "a list of the caller's own")
}

func TestConnStallsUntilResumed(t *testing.T) {
	var c realtimetest.Conn // made outside of the bubble
	c.Stall()
	synctest.Test(t, func(t *testing.T) {
		result := sending(&c, "a")
		time.Sleep(time.Hour)
		pending(t, result)
		assert.Empty(t, c.Messages())
		c.Stall()
		pending(t, result)
		c.Resume()
		require.NoError(t, <-result)
		assert.Equal(t, messages("a"), c.Messages())
	})
}

func TestConnThatIsStalledIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c realtimetest.Conn
		c.Stall()
		result := sending(&c, "a")
		pending(t, result)
		require.NoError(t, c.Close(realtime.CloseGoingAway, "over"))
		require.ErrorIs(t, <-result, net.ErrClosed)
		require.NoError(t, c.Close(realtime.CloseNormal, "again"))
		code, reason, ok := c.Closed()
		assert.Equal(t, realtime.CloseGoingAway, code)
		assert.Equal(t, "over", reason)
		assert.True(t, ok)
		c.Resume()
		require.ErrorIs(t, c.Send(messages("b")), net.ErrClosed)
		assert.Empty(t, c.Messages())
	})
}

func TestConnThatIsStalledFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := errors.New("unplugged")
		var c realtimetest.Conn
		c.Stall()
		result := sending(&c, "a")
		pending(t, result)
		c.Fail(lost)
		require.ErrorIs(t, <-result, lost)
		c.Fail(nil)
		c.Resume()
		require.NoError(t, c.Send(messages("b")))
		assert.Equal(t, messages("b"), c.Messages())
	})
}

func TestConnTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := realtimetest.Conn{Timeout: 10 * time.Second}
		c.Stall()
		result := sending(&c, "a")
		time.Sleep(9 * time.Second)
		c.Stall() // that something changes does not begin the time anew
		pending(t, result)
		time.Sleep(time.Second)
		require.ErrorIs(t, <-result, realtime.ErrSlow)
		c.Resume()
		require.NoError(t, c.Send(messages("b")))
	})
}
