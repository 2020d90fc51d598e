package modem

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// tcpPort is one port of a TCP.
type tcpPort struct {
	net.Conn
	name    string
	dialled time.Time
	timeout time.Duration // of a Write
	plain   atomic.Bool   // the first bytes are not, or no longer, looked at
	heard   atomic.Bool   // something came
	closed  atomic.Bool

	first []byte // the first bytes that were read; the reader's own
}

// atOnce is how soon a far side without a device ends a connection that it accepted.
const atOnce = time.Second

// Read reads what came. It fails with ErrTelnet if that begins as telnet does.
func (p *tcpPort) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if n > 0 {
		p.heard.Store(true)
	}
	if n > 0 && !p.plain.Load() {
		p.first = append(p.first, b[:min(n, telnetStart-len(p.first))]...)
		if isTelnet(p.first) {
			return 0, fmt.Errorf("modem: %s port: %w", p.name, ErrTelnet)
		}
		p.plain.Store(len(p.first) == telnetStart)
	}
	return n, p.explain(err)
}

// explain tells of a connection that the far side ended before anything came what
// that means with socat, ser2net and the like: they listen without the device, too.
func (p *tcpPort) explain(err error) error {
	if err == nil || p.heard.Load() || isOurs(err) || time.Since(p.dialled) >= atOnce {
		return err
	}
	return fmt.Errorf("modem: %s port: %w (%w)", p.name, errClosedAtOnce, err)
}

// isOurs tells whether a connection's end, or that of a wait, was made on this side.
func isOurs(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded)
}

// telnetStart is the length of a telnet negotiation: IAC, what to do, the option.
const telnetStart = 3

// isTelnet tells whether a stream begins with IAC WILL, WONT, DO or DONT, and one of
// the options that are in use (RFC 854; the last one of them is 49). A modem sends no
// such bytes; noise from opening a port hardly falls into all three ranges.
func isTelnet(b []byte) bool {
	const iac, will, dont, lastOption = 0xFF, 0xFB, 0xFE, 49
	return len(b) == telnetStart && b[0] == iac && b[1] >= will && b[1] <= dont && b[2] <= lastOption
}

// Write writes all of b, or fails when the far side has taken nothing for too long.
func (p *tcpPort) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(p.timeout)); err != nil {
		return 0, err
	}
	n, err := p.Conn.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, fmt.Errorf("modem: %s port: the far side takes nothing for %v: %w", p.name, p.timeout, err)
	}
	return n, p.explain(err)
}

// Close closes the connection. Closing again is a no-op.
func (p *tcpPort) Close() error {
	if p.closed.Swap(true) {
		return nil
	}
	return p.Conn.Close()
}
