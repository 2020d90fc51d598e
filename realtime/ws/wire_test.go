package ws_test

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime/ws"
)

// Frames as they stand on the wire.
const (
	pingWire  = "\x89\x00"
	pongWire  = "\x8A\x05hello"
	closeWire = "\x88\x02\x03\xE8"
	textWire  = "\x81\x0E{\"type\":\"one\"}"
)

// The wire takes from coder one whole control frame at a time, and nothing else.
func TestOnlyWholeControlFramesPassTheWire(t *testing.T) {
	tests := map[string]struct {
		write string
		pass  bool
	}{
		"a pong":                        {pongWire, true},
		"a ping":                        {pingWire, true},
		"a Close":                       {closeWire, true},
		"a Close without a code":        {"\x88\x00", true},
		"the longest pong":              {"\x8A\x7D" + strings.Repeat("p", 125), true},
		"nothing":                       {"", false},
		"half a header":                 {"\x8A", false},
		"a cut pong":                    {pongWire[:4], false},
		"a pong and a byte":             {pongWire + "x", false},
		"two frames":                    {pingWire + pongWire, false},
		"a text":                        {textWire, false},
		"a binary":                      {"\x82\x01x", false},
		"the head of a text":            {"\x81\x7E\x01\x00", false},
		"a fragment of a ping":          {"\x09\x00", false},
		"a masked pong":                 {"\x8A\x85\x00\x00\x00\x00hello", false},
		"a pong of 126":                 {"\x8A\x7E\x00\x7E" + strings.Repeat("p", 126), false},
		"a reserved bit":                {"\xCA\x00", false},
		"half a letter, by ill fortune": {"\x88\x05abcd", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := new(tape)
			n, err := ws.NewWire(c, time.Second).Write([]byte(tt.write))
			if tt.pass {
				require.NoError(t, err)
				assert.Equal(t, len(tt.write), n)
				assert.Equal(t, tt.write, c.all())
				assert.Len(t, c.writes, 1)
				return
			}
			require.ErrorIs(t, err, ws.ErrForeign)
			assert.Zero(t, n)
			assert.Empty(t, c.all())
		})
	}
}

// A connection that takes a write in pieces, as one of a middleware's or over TLS may,
// shows whether a control frame gets into a batch.
func TestAControlFrameWaitsForTheWholeBatch(t *testing.T) {
	tests := map[string]struct{ first, second func(ws.Wire) error }{
		"a pong in a batch": {batch, pong},
		"a batch in a pong": {pong, batch},
	}
	written := map[string]string{"a pong in a batch": textWire + textWire + pongWire, "a batch in a pong": pongWire + textWire + textWire}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, let := halves()
				w := ws.NewWire(c, time.Minute)
				var writers sync.WaitGroup
				writers.Go(func() { assert.NoError(t, tt.first(w)) })
				synctest.Wait()
				begun := c.all()
				assert.NotEmpty(t, begun)
				writers.Go(func() { assert.NoError(t, tt.second(w)) })
				synctest.Wait()
				assert.Equal(t, begun, c.all(), "the second one waits")
				let()
				writers.Wait()
				assert.Equal(t, written[name], c.all())
			})
		})
	}
}

func batch(w ws.Wire) error { return w.Batch([]byte(textWire + textWire)) }

func pong(w ws.Wire) error {
	_, err := w.Write([]byte(pongWire))
	return err
}

func TestNothingFollowsAClose(t *testing.T) {
	c := new(tape)
	w := ws.NewWire(c, time.Minute)
	_, err := w.Write([]byte(closeWire))
	require.NoError(t, err)
	assert.ErrorIs(t, batch(w), net.ErrClosed)
	assert.ErrorIs(t, pong(w), net.ErrClosed)
	_, err = w.Ping()
	assert.ErrorIs(t, err, net.ErrClosed)
	assert.Equal(t, closeWire, c.all())
}

// A batch that was waiting when the Close frame went out is not let through after it.
func TestABatchThatWaitedForAClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, let := halves()
		w := ws.NewWire(c, time.Minute)
		var writers sync.WaitGroup
		writers.Go(func() { w.Write([]byte(closeWire)) })
		synctest.Wait()
		writers.Go(func() { assert.ErrorIs(t, batch(w), net.ErrClosed) })
		synctest.Wait()
		let()
		writers.Wait()
		assert.Equal(t, closeWire, c.all())
	})
}

// What was written in part has to be the last: the far side would take the next frame
// for the rest of it.
func TestNothingFollowsAWriteThatFailed(t *testing.T) {
	errReset := errors.New("reset")
	tests := map[string]struct {
		err  error // of the write
		want error
	}{
		"an error":                         {errReset, errReset},
		"a deadline":                       {os.ErrDeadlineExceeded, os.ErrDeadlineExceeded},
		"a short write that tells of none": {nil, io.ErrShortWrite},
	}
	for name, tt := range tests {
		for _, first := range []func(ws.Wire) error{batch, pong} {
			t.Run(name, func(t *testing.T) {
				c := new(tape)
				c.write = func(p []byte) (int, error) { return c.put(p[:3]), tt.err }
				w := ws.NewWire(c, time.Minute)
				require.ErrorIs(t, first(w), tt.want)
				begun := c.all()
				require.Len(t, begun, 3)
				c.write = nil
				assert.ErrorIs(t, batch(w), tt.want)
				assert.ErrorIs(t, pong(w), tt.want)
				_, err := w.Write([]byte(closeWire))
				assert.ErrorIs(t, err, tt.want)
				_, err = w.Ping()
				assert.ErrorIs(t, err, tt.want)
				assert.Equal(t, begun, c.all())
			})
		}
	}
}

// Closing is what ends a write that is stuck, so it waits for nobody.
func TestCloseEndsAStuckWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		w := ws.NewWire(near, time.Hour)
		began := time.Now()
		var writers sync.WaitGroup
		writers.Go(func() { assert.ErrorIs(t, batch(w), io.ErrClosedPipe) })
		writers.Go(func() { assert.Error(t, pong(w)) })
		synctest.Wait()
		assert.NoError(t, w.Close())
		writers.Wait()
		assert.Zero(t, time.Since(began))
	})
}

// Each write has its own time: neither the deadline of a batch ends a pong, nor that
// of a pong a batch.
func TestNoDeadlineIsLeftForTheNextWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		w := ws.NewWire(near, 10*time.Second)
		var reader sync.WaitGroup
		reader.Go(func() { io.Copy(io.Discard, far) })
		for range 3 {
			for _, write := range []func(ws.Wire) error{batch, pong, ping} {
				assert.NoError(t, write(w))
				time.Sleep(time.Minute)
			}
		}
		near.Close()
		reader.Wait()
	})
}

func ping(w ws.Wire) error {
	_, err := w.Ping()
	return err
}

func TestEveryWriteHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		for name, write := range map[string]func(ws.Wire) error{"batch": batch, "pong": pong, "ping": ping} {
			began := time.Now()
			assert.ErrorIs(t, write(ws.NewWire(near, 10*time.Second)), os.ErrDeadlineExceeded, name)
			assert.Equal(t, 10*time.Second, time.Since(began), name)
		}
	})
}

// A write that is under way has its own time limit, so a ping need not wait for it.
func TestAPingDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, let := halves()
		w := ws.NewWire(c, time.Minute)
		var writers sync.WaitGroup
		writers.Go(func() { assert.NoError(t, batch(w)) })
		synctest.Wait()
		sent, err := w.Ping()
		assert.NoError(t, err)
		assert.False(t, sent)
		let()
		writers.Wait()
		sent, err = w.Ping()
		assert.NoError(t, err)
		assert.True(t, sent)
		assert.Equal(t, textWire+textWire+pingWire, c.all())
	})
}
