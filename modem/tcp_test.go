package modem_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/transporttest"
)

// tcpServer is what serves one port of a modem, as ser2net does: the newest
// connection counts.
type tcpServer struct {
	t       *testing.T
	address string
	wg      sync.WaitGroup

	mu       sync.Mutex
	cond     *sync.Cond
	listener net.Listener
	conn     net.Conn
	accepted int
}

func serveTCP(t *testing.T) *tcpServer {
	s := &tcpServer{t: t, address: "127.0.0.1:0"}
	s.cond = sync.NewCond(&s.mu)
	s.start()
	t.Cleanup(func() { s.stop(); s.wg.Wait() })
	return s
}

func (s *tcpServer) start() {
	l, err := (&net.ListenConfig{}).Listen(s.t.Context(), "tcp", s.address)
	if err != nil {
		assert.NoError(s.t, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listener, s.address = l, l.Addr().String()
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			if s.conn != nil {
				s.conn.Close()
			}
			s.conn = conn
			s.accepted++
			s.cond.Broadcast()
			s.mu.Unlock()
		}
	})
}

// stop closes the listener and the connection.
func (s *tcpServer) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listener.Close()
	if s.conn != nil {
		s.conn.Close()
	}
	s.conn = nil
	s.cond.Broadcast()
}

// far returns the server's end of the connection that was dialled as number n.
func (s *tcpServer) far(n int) net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.accepted < n {
		s.cond.Wait()
	}
	return s.conn
}

// counting counts what a transport opens, so that the far end of a connection can be
// told from that of the one before.
type counting struct {
	*modem.TCP
	at, audio, reports int
}

func (c *counting) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	return count(c.TCP.OpenAT, ctx, &c.at)
}

func (c *counting) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	return count(c.TCP.OpenAudio, ctx, &c.audio)
}

func (c *counting) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) {
	return count(c.TCP.OpenReports, ctx, &c.reports)
}

func count(open func(context.Context) (io.ReadWriteCloser, error), ctx context.Context, n *int) (io.ReadWriteCloser, error) {
	rw, err := open(ctx)
	if err == nil {
		*n++
	}
	return rw, err
}

func TestTCPIsATransport(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		Quiet: 20 * time.Millisecond,
		New: func(t *testing.T) *transporttest.Subject {
			servers := []*tcpServer{serveTCP(t), serveTCP(t), serveTCP(t)}
			c := &counting{TCP: &modem.TCP{AT: servers[0].address, Audio: servers[1].address, Reports: servers[2].address}}
			far := func(s *tcpServer, n *int) *transporttest.Far {
				return &transporttest.Far{
					Send:    func(p []byte) error { _, err := s.far(*n).Write(p); return err },
					Receive: func(p []byte) (int, error) { return s.far(*n).Read(p) },
				}
			}
			return &transporttest.Subject{
				Transport: c,
				AT:        far(servers[0], &c.at), Audio: far(servers[1], &c.audio), Reports: far(servers[2], &c.reports),
				Break: func() {
					for i, n := range []int{c.at, c.audio, c.reports} {
						servers[i].far(n) // what was dialled is accepted before it is cut
						servers[i].stop()
					}
				},
				Restore: func() {
					for _, s := range servers {
						s.start()
					}
				},
			}
		},
	})
}

func TestTCPPortsThatAreNotNamed(t *testing.T) {
	tcp := &modem.TCP{}
	_, err := tcp.OpenAT(t.Context())
	require.EqualError(t, err, "modem: TCP.AT is empty: it wants the host:port of the AT port")
	_, err = tcp.OpenAudio(t.Context())
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = tcp.OpenReports(t.Context())
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.EqualError(t, err, "modem: TCP without reports port: unsupported operation")
}

func TestTCPDialsThisMachineOnly(t *testing.T) {
	for _, address := range []string{"192.0.2.1:2000", "[2001:db8::1]:2000", "0.0.0.0:2000", "[::ffff:192.0.2.1]:2000", "[fe80::1]:2000"} {
		_, err := (&modem.TCP{AT: address}).OpenAT(t.Context())
		require.ErrorIs(t, err, modem.ErrRemote, address)
		require.ErrorContains(t, err, "AllowRemote", "it says what to do")
	}
	for _, tcp := range []*modem.TCP{{}, {AllowRemote: true}} {
		may := modem.TCPDialer(tcp).ControlContext
		for address, loopback := range map[string]bool{
			"127.0.0.1:1": true, "127.255.0.9:1": true, "[::1]:1": true, "[::ffff:127.0.0.1]:1": true,
			"192.0.2.1:1": false, "10.0.0.1:1": false, "[2001:db8::1]:1": false, "[fe80::1%eth0]:1": false, "[::]:1": false,
		} {
			err := may(t.Context(), "tcp", address, nil)
			if loopback || tcp.AllowRemote {
				require.NoError(t, err, address)
			} else {
				require.ErrorIs(t, err, modem.ErrRemote, address)
			}
		}
	}
	require.Error(t, modem.TCPDialer(&modem.TCP{}).ControlContext(t.Context(), "tcp", "what is this", nil))
}

// A name is resolved, and what it stands for is checked: localhost passes.
func TestTCPChecksWhatANameStandsFor(t *testing.T) {
	s := serveTCP(t)
	_, port, err := net.SplitHostPort(s.address)
	require.NoError(t, err)
	rw, err := (&modem.TCP{AT: net.JoinHostPort("localhost", port)}).OpenAT(t.Context())
	require.NoError(t, err)
	require.NoError(t, rw.Close())
	require.NoError(t, rw.Close(), "closing twice is a no-op")
}

func TestTCPTellsThatNothingListens(t *testing.T) {
	s := serveTCP(t)
	s.stop()
	_, err := (&modem.TCP{AT: s.address}).OpenAT(t.Context())
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.ErrorContains(t, err, "modem: AT port: dial tcp "+s.address)
	require.ErrorContains(t, err, "nothing listens there; start what serves the modem's port, such as ser2net")
}

func TestTCPTellsHowAnAddressIsWritten(t *testing.T) {
	_, err := (&modem.TCP{AT: "127.0.0.1"}).OpenAT(t.Context())
	require.ErrorContains(t, err, "name it as host:port")
}

func TestTCPSettings(t *testing.T) {
	d := modem.TCPDialer(&modem.TCP{})
	assert.Equal(t, 10*time.Second, d.Timeout)
	assert.Equal(t, net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}, d.KeepAliveConfig)
	d = modem.TCPDialer(&modem.TCP{DialTimeout: time.Second, KeepAlive: time.Minute})
	assert.Equal(t, time.Second, d.Timeout)
	assert.Equal(t, net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 30 * time.Second, Count: 3}, d.KeepAliveConfig)
	d = modem.TCPDialer(&modem.TCP{KeepAlive: -1})
	assert.False(t, d.KeepAliveConfig.Enable)
	assert.Negative(t, d.KeepAlive)
}

func TestTCPDialingIsBounded(t *testing.T) {
	_, err := (&modem.TCP{AT: serveTCP(t).address, DialTimeout: time.Nanosecond}).OpenAT(t.Context())
	timeout, ok := errors.AsType[net.Error](err)
	require.True(t, ok && timeout.Timeout(), "%v", err)
}

func TestTCPWriteThatIsNotTaken(t *testing.T) {
	s := serveTCP(t)
	rw, err := (&modem.TCP{AT: s.address, WriteTimeout: 50 * time.Millisecond}).OpenAT(t.Context())
	require.NoError(t, err)
	defer rw.Close()
	s.far(1)
	start := time.Now()
	for err == nil && time.Since(start) < 30*time.Second {
		_, err = rw.Write(make([]byte, 1<<20))
	}
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.ErrorContains(t, err, "modem: AT port: the far side takes nothing for 50ms")
}

func TestTCPKnowsTelnet(t *testing.T) {
	tests := map[string]struct {
		pieces []string
		telnet bool
	}{
		"WILL echo":           {[]string{"\xff\xfb\x01\xff\xfb\x03"}, true},
		"DO COM port":         {[]string{"\xff\xfd\x2c"}, true},
		"in pieces":           {[]string{"\xff", "\xfb", "\x01"}, true},
		"with text":           {[]string{"\xff\xfe\x22ser2net"}, true},
		"an answer":           {[]string{"\r\nOK\r\n"}, false},
		"noise":               {[]string{"\xff\xff\xff\xfb\x01\r\n"}, false},
		"no such option":      {[]string{"\xff\xfb\xff"}, false},
		"not a negotiation":   {[]string{"\xff\xf1\x01"}, false},
		"later on":            {[]string{"OK\r\n", "\xff\xfb\x01"}, false},
		"pieces of no telnet": {[]string{"\xff", "OK\r\n"}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := serveTCP(t)
			tcp := &modem.TCP{AT: s.address, Audio: s.address}
			for i, open := range []func(context.Context) (io.ReadWriteCloser, error){tcp.OpenAT, tcp.OpenAudio} {
				rw, err := open(t.Context())
				require.NoError(t, err)
				defer rw.Close()
				err = readPieces(t, rw, s.far(i+1), tt.pieces)
				if tt.telnet && i == 0 {
					require.ErrorIs(t, err, modem.ErrTelnet)
					require.ErrorContains(t, err, "modem: AT port: the far side speaks telnet: make it a raw port")
				} else {
					require.NoError(t, err, "samples may be anything")
				}
			}
		})
	}
}

// readPieces has the far side send pieces, and reads each.
func readPieces(t *testing.T, rw io.Reader, far io.Writer, pieces []string) error {
	for _, piece := range pieces {
		_, err := io.WriteString(far, piece)
		require.NoError(t, err)
		buf := make([]byte, len(piece))
		if _, err := io.ReadFull(rw, buf); err != nil {
			return err
		}
		require.Equal(t, piece, string(buf))
	}
	return nil
}

// bridge puts a port of a virtual modem on a server's connection.
func bridge(t *testing.T, s *tcpServer, open func(context.Context) (io.ReadWriteCloser, error)) {
	s.wg.Go(func() {
		conn := s.far(1)
		port, err := open(t.Context())
		if !assert.NoError(t, err) {
			return
		}
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = io.Copy(port, conn); port.Close() })
		_, _ = io.Copy(conn, port)
		conn.Close()
		wg.Wait()
	})
}

// In real time, as sockets are.
func TestACallOverTCP(t *testing.T) {
	sim := modemtest.New(&modemtest.Config{Calm: true})
	at, audio := serveTCP(t), serveTCP(t)
	bridge(t, at, sim.OpenAT)
	bridge(t, audio, sim.OpenAudio)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	m, err := modem.Open(ctx, &modem.TCP{AT: at.address, Audio: audio.address}, nil)
	require.NoError(t, err)
	assert.True(t, m.Capabilities().Audio)
	call, err := m.Place(ctx, "+12025550142", nil)
	require.NoError(t, err)
	callee, err := sim.WaitDialled(ctx)
	require.NoError(t, err)
	callee.Answer()
	require.NoError(t, call.WaitAnswered(ctx))
	callee.Hangup()
	<-call.Done()
	require.NoError(t, m.Close())
	require.NoError(t, sim.Close())
}
