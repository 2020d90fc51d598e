package ws

import (
	"errors"
	"io"
	"math"
	"net"
	"time"
)

// errForeign means that something wrote to the connection that must not.
var errForeign = errors.New("realtime/ws: only whole control frames may be written past Send")

// wire is a connection with two writers. Coder writes control frames by itself: pongs,
// the answer to a Close, and what its Close sends. Send writes batches of data frames
// that coder knows nothing of. The wire lets no frame into another, nothing after a
// Close frame, and nothing after a write that may have ended within a frame.
type wire struct {
	net.Conn // Close is its own, without the lock: it is what ends a stuck write

	timeout time.Duration // of each write
	early   []byte        // came with the handshake, for Read
	quota   quota         // of the bytes that come

	turn   chan struct{} // a lock: full during one control frame, or one whole batch
	closed bool          // a Close frame went out
	broken error         // of the first write that failed
}

// newWire returns a wire without its connection, on which as much may come as can. Its lock is a channel, whose waiters
// testing/synctest takes for what they are, unlike those of a sync.Mutex.
func newWire(timeout time.Duration) wire {
	return wire{timeout: timeout, turn: make(chan struct{}, 1), quota: quota{most: math.MaxInt64}}
}

func (w *wire) lock()   { w.turn <- struct{}{} }
func (w *wire) unlock() { <-w.turn }

// Read is coder's.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.early) > 0 {
		n := copy(p, w.early)
		w.early = w.early[n:]
		return n, nil
	}
	w.early = nil
	n, err := w.Conn.Read(p)
	if n > 0 && !w.quota.take(time.Now(), int64(n)) {
		return 0, errFlood
	}
	return n, err
}

// Write is coder's. It takes one whole control frame: coder flushes each, and its
// buffer holds it. Anything else is refused, so that neither another version of coder
// nor a use of its Write can tear a batch.
func (w *wire) Write(frame []byte) (int, error) {
	if !control(frame) {
		return 0, errForeign
	}
	w.lock()
	defer w.unlock()
	err := w.send(frame)
	w.closed = w.closed || frame[0] == closeFrame
	if err != nil {
		return 0, err
	}
	return len(frame), nil
}

// batch writes whole frames.
func (w *wire) batch(frames []byte) error {
	w.lock()
	defer w.unlock()
	return w.send(frames)
}

// ping writes a ping, unless something is being written: then it returns false, since
// the time limit of that tells as much.
func (w *wire) ping() (bool, error) {
	select {
	case w.turn <- struct{}{}:
	default:
		return false, nil
	}
	defer w.unlock()
	return true, w.send([]byte{pingFrame, 0})
}

// send writes under the lock. The deadline is set for each write, as that of the one
// before is still there.
func (w *wire) send(p []byte) error {
	switch {
	case w.broken != nil:
		return w.broken
	case w.closed:
		return net.ErrClosed
	}
	err := w.SetWriteDeadline(time.Now().Add(w.timeout))
	if err == nil {
		var n int
		n, err = w.Conn.Write(p)
		if err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
	}
	w.broken = err
	return err
}
