package ws_test

import (
	"bytes"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// tape is a connection that keeps what is written to it. What is read from it ends
// at once.
type tape struct {
	// write, if set, is what Write does. As many goroutines are in it as write.
	write func(p []byte) (int, error)

	mu        sync.Mutex
	writes    [][]byte
	deadlines []time.Time
	closed    bool
}

func (c *tape) Write(p []byte) (int, error) {
	if c.write != nil {
		return c.write(p)
	}
	return c.put(p), nil
}

// put records a part of a write.
func (c *tape) put(p []byte) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = append(c.writes, slices.Clone(p))
	return len(p)
}

// all returns what is on the tape.
func (c *tape) all() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(bytes.Join(c.writes, nil))
}

func (c *tape) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadlines = append(c.deadlines, t)
	return nil
}

func (c *tape) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return nil
}

func (c *tape) Read([]byte) (int, error)        { return 0, io.EOF }
func (c *tape) SetDeadline(time.Time) error     { return nil }
func (c *tape) SetReadDeadline(time.Time) error { return nil }
func (c *tape) LocalAddr() net.Addr             { return &net.TCPAddr{} }
func (c *tape) RemoteAddr() net.Addr            { return &net.TCPAddr{} }

// halves is a tape that takes a write in two pieces, the second when it is let: a
// writer that is let in meanwhile leaves its bytes between them.
func halves() (c *tape, let func()) {
	c = new(tape)
	gate := make(chan struct{})
	c.write = func(p []byte) (int, error) {
		half := len(p) / 2
		n := c.put(p[:half])
		<-gate
		return n + c.put(p[half:]), nil
	}
	return c, sync.OnceFunc(func() { close(gate) })
}
