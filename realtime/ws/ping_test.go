package ws_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// quiet is a hub without heartbeats.
var quiet = realtime.Config{Heartbeat: -1}

func TestClientsArePingedAllTheTime(t *testing.T) {
	inBubble(t, settings{hub: quiet}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		last, lengths := time.Now(), map[time.Duration]bool{}
		for range 100 {
			f, err := p.next()
			require.NoError(t, err)
			require.EqualValues(t, opPing, f.op)
			since := time.Since(last)
			assert.InDelta(t, 25, since.Seconds(), 2.5)
			lengths[since] = true
			time.Sleep(9 * time.Second)
			require.NoError(t, p.send(opPong, string(f.payload)))
			last = time.Now()
		}
		assert.Greater(t, len(lengths), 90, "no two clients are pinged together for long")
	})
}

func TestAClientWithoutPongIsClosed(t *testing.T) {
	inBubble(t, settings{hub: quiet}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		f, err := p.next()
		require.NoError(t, err)
		require.EqualValues(t, opPing, f.op)
		began := time.Now()
		go p.send(opText, "I am there") // which is no pong
		f, err = p.next()
		require.NoError(t, err)
		assert.Equal(t, 10*time.Second, time.Since(began))
		code, _ := closeCode(f)
		assert.Equal(t, realtime.CloseGoingAway, code)
		require.NoError(t, p.send(opClose, string(f.payload)))
		_, err = p.next()
		assert.ErrorIs(t, err, io.EOF)
		synctest.Wait()
		assert.Zero(t, r.hub.Stats().Clients)
	})
}

// timeless is a connection whose reading has no deadlines.
type timeless struct{ net.Conn }

func (timeless) SetReadDeadline(time.Time) error { return os.ErrNoDeadline }

// handing is a middleware's ResponseWriter that hands over a connection of its own.
type handing struct{ http.ResponseWriter }

func (h handing) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, buf, err := h.ResponseWriter.(http.Hijacker).Hijack()
	return timeless{c}, buf, err
}

func TestAConnectionWithoutReadDeadlinesIsCut(t *testing.T) {
	wrap := around(func(w http.ResponseWriter) http.ResponseWriter { return handing{w} })
	inBubble(t, settings{hub: quiet, wrap: wrap}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		f, err := p.next()
		require.NoError(t, err)
		require.EqualValues(t, opPing, f.op)
		began := time.Now()
		_, err = p.next()
		assert.ErrorIs(t, err, io.EOF)
		assert.Equal(t, 10*time.Second, time.Since(began))
		synctest.Wait()
		assert.Zero(t, r.hub.Stats().Clients)
	})
}

// A machine that lost its power takes what the buffers hold, and answers nothing.
func TestAMachineThatIsGoneIsNoticed(t *testing.T) {
	inBubble(t, settings{hub: quiet}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		time.Sleep(28*time.Second + 10*time.Second)
		synctest.Wait()
		assert.Zero(t, r.hub.Stats().Clients)
	})
}

func TestAPongThatWasNotAskedForChangesNothing(t *testing.T) {
	inBubble(t, settings{hub: quiet}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		began := time.Now()
		for range 20 {
			time.Sleep(time.Second)
			require.NoError(t, p.send(opPong, "unasked"))
		}
		f, err := p.next()
		require.NoError(t, err)
		assert.EqualValues(t, opPing, f.op)
		assert.InDelta(t, 25, time.Since(began).Seconds(), 2.5)
	})
}

func TestPingsCanBeSwitchedOff(t *testing.T) {
	inBubble(t, settings{hub: quiet, ws: ws.Config{PingInterval: -1}}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		time.Sleep(24 * time.Hour)
		r.publish(1, 0)
		assert.Equal(t, 1, p.text(t).Data.N)
	})
}

func TestTheTimesOfPingsAreTheHosts(t *testing.T) {
	cfg := ws.Config{PingInterval: time.Minute, PongTimeout: 3 * time.Second}
	inBubble(t, settings{hub: quiet, ws: cfg}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		began := time.Now()
		_, err := p.next()
		require.NoError(t, err)
		assert.InDelta(t, 60, time.Since(began).Seconds(), 6)
		began = time.Now()
		_, err = p.next()
		require.NoError(t, err)
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}
