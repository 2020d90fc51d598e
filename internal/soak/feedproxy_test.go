//go:build linux

package soak_test

import (
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// cutter is a TCP proxy between a feed and those who follow it, which loses
// connections: the nth that it takes after so many bytes as the nth budget says, in
// the middle of a frame or of a handshake if it falls there, and all when it is told
// to. Connections beyond the budgets last.
type cutter struct {
	target   string
	listener net.Listener
	budgets  []int64
	wg       sync.WaitGroup

	mu    sync.Mutex
	down  bool // new ones are lost at once
	taken int
	open  map[net.Conn]bool // both ends of each
}

// newCutter puts one before an address, until the end of the test.
func newCutter(t *testing.T, target string, budgets ...int64) *cutter {
	t.Helper()
	c := &cutter{target: target, budgets: budgets, open: map[net.Conn]bool{}}
	var err error
	c.listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c.wg.Go(c.accept)
	t.Cleanup(func() {
		c.listener.Close()
		c.cut(true)
		c.wg.Wait()
	})
	return c
}

func (c *cutter) addr() string { return c.listener.Addr().String() }

// cut loses all connections, and new ones too for as long as it is down.
func (c *cutter) cut(down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = down
	for conn := range c.open {
		lose(conn)
	}
}

// up lets connections through again.
func (c *cutter) up() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = false
}

// lose ends a connection as a network does that is gone: without a farewell.
func lose(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.wg.Go(func() { c.carry(client) })
	}
}

// carry carries bytes both ways until either end is gone or the budget is spent.
func (c *cutter) carry(client net.Conn) {
	defer lose(client)
	host, err := net.Dial("tcp", c.target)
	if err != nil {
		return
	}
	defer lose(host)
	budget, ok := c.take(client, host)
	if !ok {
		return
	}
	defer c.forget(client, host)
	c.wg.Go(func() {
		_, _ = io.Copy(host, client)
		lose(host)
	})
	if budget == 0 {
		_, _ = io.Copy(client, host)
		return
	}
	_, _ = io.CopyN(client, host, budget)
}

// take notes a connection and tells its budget, 0 for none, unless all are lost now.
func (c *cutter) take(ends ...net.Conn) (budget int64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return 0, false
	}
	if c.taken < len(c.budgets) {
		budget = c.budgets[c.taken]
	}
	c.taken++
	for _, conn := range ends {
		c.open[conn] = true
	}
	return budget, true
}

func (c *cutter) forget(ends ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range ends {
		delete(c.open, conn)
	}
}

// connections tells how many there were.
func (c *cutter) connections() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken
}
