package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// crowd is the clients of one hub.
type crowd struct {
	conns    []net.Conn
	readers  sync.WaitGroup
	late     histogram    // from each event's publishing to its receipt
	received atomic.Int64 // events, by all
	bytes    atomic.Int64 // by all, frames included
	gone     atomic.Int64 // clients that were cut off
}

// dialers is how many clients connect at the same time.
const dialers = 20

// connect makes the clients of a hub, of which the first ones never read.
func connect(ctx context.Context, addr string, size crowdSize) (*crowd, error) {
	c := &crowd{conns: make([]net.Conn, size.clients)}
	errs := make([]error, dialers)
	var wg sync.WaitGroup
	for d := range dialers {
		wg.Go(func() {
			for i := d; i < size.clients && errs[d] == nil; i += dialers {
				c.conns[i], errs[d] = dial(ctx, addr, i < size.stalled)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		c.close()
		return nil, err
	}
	for _, conn := range c.conns[size.stalled:] {
		c.readers.Go(func() { c.read(conn) })
	}
	return c, nil
}

// close drops all connections and waits for their readers.
func (c *crowd) close() {
	for _, conn := range c.conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
	c.readers.Wait()
}

// dial connects one client by hand (RFC 6455, 4.1). One that is to stall has the
// smallest receive buffer. The server may also answer with a stream.
func dial(ctx context.Context, addr string, stalls bool) (net.Conn, error) {
	d := net.Dialer{}
	if stalls {
		d.Control = smallReceiveBuffer
	}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", addr)
	var head []byte
	for one := make([]byte, 1); err == nil && !bytes.HasSuffix(head, []byte("\r\n\r\n")); head = append(head, one[0]) {
		_, err = conn.Read(one) // byte by byte: what follows is the reader's
	}
	status, _, _ := strings.Cut(string(head), "\r\n")
	if err == nil && !strings.Contains(status, " 101 ") && !strings.Contains(status, " 200 ") {
		err = fmt.Errorf("/ws: %s", status)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func smallReceiveBuffer(_, _ string, raw syscall.RawConn) error {
	var err error
	outer := raw.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2048)
	})
	return errors.Join(outer, err)
}

// published is the key before the time of an event's publishing, which has stampLen
// digits of Unix nanoseconds.
const (
	published = `"ts":`
	stampLen  = 19
)

// read counts and times events until the connection ends. It only looks for their
// key, so that the clients cost as little as can be, and any framing counts alike.
func (c *crowd) read(conn net.Conn) {
	buf := make([]byte, 2048)
	kept := 0
	for {
		n, err := conn.Read(buf[kept:])
		if err != nil {
			c.gone.Add(1)
			return
		}
		c.bytes.Add(int64(n))
		kept = copy(buf, c.scan(buf[:kept+n], time.Now().UnixNano()))
	}
}

// scan counts and times the events in b and returns the rest, in which one may have
// begun.
func (c *crowd) scan(b []byte, now int64) []byte {
	for {
		i := bytes.Index(b, []byte(published))
		if i < 0 {
			return b[max(0, len(b)-len(published)+1):]
		}
		digits := i + len(published)
		if len(b) < digits+stampLen {
			return b[i:]
		}
		var at int64
		for _, d := range b[digits : digits+stampLen] {
			at = at*10 + int64(d-'0')
		}
		c.late.add(now - at)
		c.received.Add(1)
		b = b[digits+stampLen:]
	}
}

// wait waits until n events were received in all.
func (c *crowd) wait(ctx context.Context, n int64, most time.Duration) error {
	return poll(ctx, most, 200*time.Microsecond, func() (bool, error) { return c.received.Load() >= n, nil })
}
