package ws_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

func TestAClientThatNeverReadsIsTooSlow(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		began := time.Now()
		r.publish(1, 0)
		time.Sleep(9 * time.Second)
		synctest.Wait()
		assert.Equal(t, 1, r.hub.Stats().Clients)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, 10*time.Second, time.Since(began))
		assert.Zero(t, r.hub.Stats().Clients)
		assert.EqualValues(t, 1, r.hub.Stats().Slow)
		assert.Equal(t, map[int]uint64{realtime.CloseTooSlow: 1}, r.hub.Stats().Ended)
		closing, err := p.end()
		assert.ErrorIs(t, err, io.EOF)
		assert.Empty(t, closing.payload, "nothing can follow what may have been cut")
	})
}

func TestAStalledClientCostsTheOthersNothing(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		stalled, p := r.connect(t), r.connect(t)
		stalled.hello(t)
		p.hello(t)
		began := time.Now()
		for i := range 1000 {
			r.publish(1, 100)
			assert.Equal(t, i+1, p.text(t).Data.N)
		}
		assert.Zero(t, time.Since(began))
	})
}

// A client that takes its time, but takes what it gets within it, stays; the pings
// that fall into its pauses do not count against it.
func TestASlowClientThatReadsIsNotCut(t *testing.T) {
	inBubble(t, settings{hub: quiet}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		for i := range 20 {
			r.publish(1, 100)
			time.Sleep(9 * time.Second)
			assert.Equal(t, i+1, p.text(t).Data.N)
		}
	})
}

// A client that never reads holds what its queue may hold, and no more. What waits is
// shared by all of them.
func TestTheMemoryOfStalledClientsIsBounded(t *testing.T) {
	const clients, queue = 100, 64 << 10
	cfg := quiet
	cfg.QueueBytes, cfg.QueueEvents, cfg.ReplayEvents = queue, 1<<20, -1
	inBubble(t, settings{hub: cfg}, func(t *testing.T, r *rig) {
		for range clients {
			r.connect(t).hello(t)
		}
		before := heap()
		for range 200 {
			r.publish(50, 1000)
			synctest.Wait()
		}
		assert.Equal(t, clients, r.hub.Stats().Clients)
		assert.Positive(t, r.hub.Stats().Dropped)
		assert.Less(t, heap()-before, int64(clients*(queue+16<<10)), "10,000 events of 1 KB for each of them")
	})
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// The Close frame cannot get past a write that is stuck. Coder gives up after 5 s.
func TestClosingStalledClientsIsBounded(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		for range 20 {
			r.connect(t).hello(t)
		}
		r.publish(1, 0)
		synctest.Wait()
		began := time.Now()
		assert.NoError(t, r.hub.Close())
		assert.LessOrEqual(t, time.Since(began), 5*time.Second, "all at once")
	})
}

// A pong that a client makes wait behind a batch is coder's to give up.
func TestAStalledClientThatPingsIsCut(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		r.publish(1, 0)
		synctest.Wait()
		require.NoError(t, p.send(opPing, "?"))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Zero(t, r.hub.Stats().Clients)
	})
}

func TestAClientThatDoesNotAnswerACloseIsCut(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		began := time.Now()
		var closing sync.WaitGroup
		closing.Go(func() { r.hub.Close() })
		f, err := p.next()
		require.NoError(t, err)
		assert.EqualValues(t, opClose, f.op)
		_, err = p.next()
		assert.ErrorIs(t, err, io.EOF)
		closing.Wait()
		assert.Equal(t, 5*time.Second, time.Since(began))
	})
}

// Coder waits without limit for the rest of a message that it gave up. A client that
// promises a long one must not keep its place by that.
func TestAnEndlessMessageEndsInTime(t *testing.T) {
	tests := map[string]func(p *peer){
		"that stalls": func(*peer) {},
		"that goes on": func(p *peer) {
			for {
				if _, err := p.Write(make([]byte, 1000)); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		},
	}
	for name, goOn := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, settings{}, func(t *testing.T, r *rig) {
				p := r.connect(t)
				p.hello(t)
				began := time.Now()
				var writer sync.WaitGroup
				writer.Go(func() {
					head := append(binary.BigEndian.AppendUint64([]byte{0x82, 0x80 | 127}, 1<<40), 1, 2, 3, 4)
					p.Write(append(head, make([]byte, 5000)...))
					goOn(p)
				})
				closing, err := p.end()
				assert.ErrorIs(t, err, io.EOF)
				code, _ := closeCode(closing)
				assert.Equal(t, 1009, code)
				assert.LessOrEqual(t, time.Since(began), 15*time.Second)
				synctest.Wait()
				assert.Zero(t, r.hub.Stats().Clients)
				writer.Wait()
			})
		})
	}
}

func TestAFloodOfPingsIsCutOff(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		var flood sync.WaitGroup
		flood.Go(func() {
			for range 10 * ws.PerMinute {
				if p.send(opPing, "?") != nil {
					return
				}
			}
		})
		start, pongs, code := time.Now(), 0, 0
		for {
			f, err := p.next()
			if err != nil {
				break
			}
			switch f.op {
			case opPong:
				pongs++
			case opClose:
				code, _ = closeCode(f)
			}
		}
		assert.Equal(t, ws.PerMinute, pongs)
		assert.Equal(t, realtime.ClosePolicy, code)
		assert.Zero(t, time.Since(start), "not only when the next ping has no pong")
		flood.Wait()
	})
}

func TestTheQuotaIsByTheMinute(t *testing.T) {
	take, now := ws.Quota(), time.Now()
	for range 3 {
		for range ws.PerMinute {
			require.True(t, take(now))
		}
		assert.False(t, take(now))
		now = now.Add(time.Minute)
	}
}

// sized keeps the lengths of what is written to a connection.
type sized struct {
	net.Conn
	writes *[]int
}

func (c sized) Write(p []byte) (int, error) {
	*c.writes = append(*c.writes, len(p))
	return c.Conn.Write(p)
}

// A pong or a Close waits for one batch at most, so a batch is bounded, whatever waits.
func TestABacklogLeavesInBatchesOf16KiB(t *testing.T) {
	var writes []int
	tap := func(c net.Conn) net.Conn { return sized{c, &writes} }
	inBubble(t, settings{tap: tap}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		r.publish(1, 0)
		synctest.Wait() // it is being written, and all else waits
		r.publish(200, 1000)
		synctest.Wait()
		writes = nil
		for range 201 {
			p.text(t)
		}
		synctest.Wait()
		assert.Less(t, len(writes), 201/10, "many messages leave in one write")
		for _, n := range writes {
			assert.LessOrEqual(t, n, 16<<10+4*16, "and the heads of 16 messages")
		}
	})
}

// panicking panics in Read when it is told.
type panicking struct {
	net.Conn
	now chan struct{}
}

func (c panicking) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	select {
	case <-c.now:
		panic("secret " + string(p[:n]))
	default:
		return n, err
	}
}

// The handler has returned, and net/http's recover with it.
func TestAPanicEndsOneClientOnly(t *testing.T) {
	var log bytes.Buffer
	now := make(chan struct{})
	s := settings{
		tap: func(c net.Conn) net.Conn { return panicking{c, now} },
		ws:  ws.Config{Logger: slog.New(slog.NewJSONHandler(&log, nil))},
	}
	inBubble(t, s, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		close(now)
		go p.send(opText, "a word of the client")
		closing, err := p.end()
		assert.ErrorIs(t, err, io.EOF)
		assert.Empty(t, closing.payload)
		synctest.Wait()
		assert.Zero(t, r.hub.Stats().Clients)
		assert.Contains(t, log.String(), "a panic was caught")
		assert.NotContains(t, log.String(), "secret")
		assert.NotContains(t, log.String(), "a word")
	})
}

// Coder's connection has a finalizer that closes it, so something has to hold it.
func TestAnIdleConnectionOutlivesTheCollector(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		for range 3 {
			runtime.GC()
		}
		time.Sleep(time.Second)
		r.publish(1, 0)
		assert.Equal(t, 1, p.text(t).Data.N)
	})
}

// The handler does not stay, so a server's Shutdown neither waits for the connection
// nor ends it: it is the hub's.
func TestTheHandlerReturns(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		const clients = 50
		peers := make([]*peer, clients)
		for i := range peers {
			peers[i] = r.connect(t)
			peers[i].hello(t)
		}
		synctest.Wait()
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		assert.Equal(t, clients, bytes.Count(stacks, []byte("websocket.(*Conn).Reader(")), "one goroutine for each client")
		assert.NotContains(t, string(stacks), "net/http.(*conn).serve(", "and none of the server's")
		assert.NotContains(t, string(stacks), "realtime.(*Client).drain(", "and none of the hub's")
		require.NoError(t, r.server.Shutdown(t.Context()))
		r.publish(1, 0)
		for _, p := range peers {
			assert.Equal(t, 1, p.text(t).Data.N)
		}
	})
}

func TestErrorsNameNoAddress(t *testing.T) {
	op := &net.OpError{Op: "write", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7)}, Err: errors.New("broken pipe")}
	err := ws.SendError(op)
	assert.EqualError(t, err, "realtime/ws: connection lost: broken pipe")
	assert.NoError(t, ws.SendError(nil))
}
