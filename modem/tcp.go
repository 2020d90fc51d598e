package modem

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"
)

const (
	defaultDialTimeout  = 10 * time.Second
	defaultWriteTimeout = 5 * time.Second
	defaultKeepAlive    = 10 * time.Second

	// keepAliveProbes is how many go unanswered before a connection is given up.
	keepAliveProbes = 3
)

// Errors of a TCP.
var (
	// ErrRemote means that an address is not one of this machine's own.
	ErrRemote = errors.New("not a loopback address, and whoever reaches the connection can use the modem: go through a tunnel, or set TCP.AllowRemote in a network that you trust")

	// errClosedAtOnce means that the far side took the connection and then had nothing
	// to connect it to.
	errClosedAtOnce = errors.New("accepted and closed at once: is the modem plugged in?")

	// ErrTelnet means that the far side negotiates telnet options, which would get
	// between the modem's bytes.
	ErrTelnet = errors.New("the far side speaks telnet: make it a raw port")
)

// TCP is a [Transport] and [ReportTransport] over ports of a modem that another
// program puts on TCP, as ser2net, socat and terminal servers do. The ports must be
// raw: telnet (RFC 854, RFC 2217) is not spoken. With socat, one port is served by
//
//	socat TCP-LISTEN:7301,bind=127.0.0.1,reuseaddr,fork OPEN:/dev/ttyUSB2,raw,echo=0
//
// where OPEN keeps socat from making a file of that name while the modem is away. It
// goes on listening then: what it accepts, it closes at once, and the errors of the
// port say so.
//
// The connection has no authentication and no encryption. Who can reach it can make
// calls and read messages, so addresses that are not loopback are refused unless
// AllowRemote is set. What counts is the address that is really dialled, when a name
// is resolved.
//
// Opening a port dials. A TCP keeps nothing open by itself and has no goroutines: when
// a connection is lost the Modem opens the port again. The fields must not change
// while it is in use.
type TCP struct {
	// AT is the host:port of the AT port. It is required.
	AT string

	// Audio is that of the audio port. Empty means that there is none.
	Audio string

	// Reports is that of the second AT port. Empty means that there is none.
	Reports string

	// AllowRemote lets addresses be dialled that are not this machine's own.
	AllowRemote bool

	// DialTimeout bounds dialling, names and all their addresses included, beside the
	// context. Zero means 10 s.
	DialTimeout time.Duration

	// WriteTimeout is how long a Write waits for a far side that takes nothing, before
	// it fails with os.ErrDeadlineExceeded. Nothing may be written after that, as part
	// of it may have gone out. Zero means 5 s.
	WriteTimeout time.Duration

	// KeepAlive is after how long without a byte the far machine is asked whether it is
	// still there. It is asked three times, half as long apart, and then given up: a
	// machine that lost its power is noticed after 2.5 times KeepAlive. Systems count
	// in whole seconds. Zero means 10 s, a negative value not to ask.
	KeepAlive time.Duration
}

// OpenAT implements [Transport]. Data goes out at once, without Nagle's delay, as on
// the other ports.
func (t *TCP) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	if t.AT == "" {
		return nil, errors.New("modem: TCP.AT is empty: it wants the host:port of the AT port")
	}
	return t.open(ctx, "AT", t.AT)
}

// OpenAudio implements [Transport].
func (t *TCP) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	return t.open(ctx, "audio", t.Audio)
}

// OpenReports implements [ReportTransport].
func (t *TCP) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) {
	return t.open(ctx, "reports", t.Reports)
}

func (t *TCP) open(ctx context.Context, port, address string) (io.ReadWriteCloser, error) {
	if address == "" {
		return nil, fmt.Errorf("modem: TCP without %s port: %w", port, errors.ErrUnsupported)
	}
	conn, err := t.dialer().DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("modem: %s port: %w%s", port, err, dialRemedy(err))
	}
	p := &tcpPort{Conn: conn, name: port, dialled: time.Now(), timeout: cmp.Or(t.WriteTimeout, defaultWriteTimeout)}
	p.plain.Store(port == "audio") // where any bytes are samples
	return p, nil
}

func (t *TCP) dialer() *net.Dialer {
	idle := cmp.Or(t.KeepAlive, defaultKeepAlive)
	return &net.Dialer{
		Timeout: cmp.Or(t.DialTimeout, defaultDialTimeout),
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: idle > 0, Idle: idle, Interval: idle / 2, Count: keepAliveProbes,
		},
		KeepAlive:      min(idle, 0), // the old field, which could switch it on again
		ControlContext: t.mayDial,
	}
}

// mayDial refuses an address between its resolving and its dialling, so that what is
// checked is what is dialled.
func (t *TCP) mayDial(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	switch {
	case t.AllowRemote:
		return nil
	case err != nil:
		return err
	case !to.Addr().Unmap().IsLoopback():
		return ErrRemote
	}
	return nil
}

// dialRemedy is what can be done about an error of dialling, where it is known.
func dialRemedy(err error) string {
	switch address, ok := errors.AsType[*net.AddrError](err); {
	case errors.Is(err, syscall.ECONNREFUSED):
		return ": nothing listens there; start what serves the modem's port, such as ser2net"
	case errors.Is(err, syscall.ECONNRESET):
		return ": " + errClosedAtOnce.Error()
	case ok && address.Err == "missing port in address":
		return `: name it as host:port, such as "127.0.0.1:7301"`
	}
	return ""
}
