package peers

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// upgrade takes the connection over by hand, as RFC 6455, 4.2.2, has it, and checks
// nothing.
func upgrade(w http.ResponseWriter, r *http.Request) (net.Conn, error) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return c, err
}

// frame returns the event of a number in a text frame of 126 to 65535 bytes.
func frame(seq uint64) []byte {
	b := encode(seq)
	f := append(make([]byte, 0, 4+len(b)), 0x81, 126)
	f = binary.BigEndian.AppendUint16(f, uint16(len(b)))
	return append(f, b...)
}

// rawSyncHub is the floor of one write for each delivery, without any queue.
type rawSyncHub struct {
	set[net.Conn]

	kicked atomic.Int64
}

func newRawSyncHub() *rawSyncHub { return &rawSyncHub{set: newSet[net.Conn]()} }

// Losses is how many clients were cut off.
func (h *rawSyncHub) Losses() (dropped, kicked int64) { return 0, h.kicked.Load() }

// Publish writes to one client after the other.
func (h *rawSyncHub) Publish(seq uint64) {
	f := frame(seq)
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		if _, err := c.Write(f); err != nil {
			delete(h.clients, c)
			h.kicked.Add(1)
			_ = c.Close()
		}
	}
}

// ServeHTTP takes a client.
func (h *rawSyncHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c, err := upgrade(w, r); err == nil {
		h.add(c)
	}
}

// rawCoalesceHub is the floor of a hub whose backlogs leave in one write: a bounded
// queue for each client, of which a writer goroutine takes all that is there.
type rawCoalesceHub struct {
	registry[[]byte]

	readers sync.WaitGroup
}

// Publish queues one frame for all.
func (h *rawCoalesceHub) Publish(seq uint64) { h.broadcast(frame(seq)) }

// ServeHTTP takes a client.
func (h *rawCoalesceHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := upgrade(w, r)
	if err != nil {
		return
	}
	cl := h.add(func() { _ = c.Close() })
	done := make(chan struct{})
	h.readers.Go(func() {
		defer close(done)
		in := bufio.NewReaderSize(c, 64)
		for {
			if _, err := in.Discard(1); err != nil {
				return
			}
		}
	})
	h.wg.Go(func() { h.pump(c, cl, done) })
}

// pump writes all that is queued at a time, until the client is gone.
func (h *rawCoalesceHub) pump(c net.Conn, cl *client[[]byte], done <-chan struct{}) {
	defer c.Close()
	defer h.remove(cl)
	batch := make([][]byte, 0, 64)
	for {
		select {
		case m := <-cl.queue:
			batch = take(append(batch[:0], m), cl.queue)
			out := net.Buffers(batch)
			if _, err := out.WriteTo(c); err != nil {
				return
			}
		case <-done:
			return
		}
	}
}

// take adds what is queued to a batch, up to its capacity.
func take(batch [][]byte, queue <-chan []byte) [][]byte {
	for len(batch) < cap(batch) {
		select {
		case m := <-queue:
			batch = append(batch, m)
		default:
			return batch
		}
	}
	return batch
}
