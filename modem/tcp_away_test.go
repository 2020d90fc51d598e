package modem_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
)

const atOnce = "accepted and closed at once: is the modem plugged in?"

// deviceAway listens, and ends what it accepts after having done something, as socat
// and ser2net do when there is no device to open.
func deviceAway(t *testing.T, first func(net.Conn)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			first(conn)
			conn.Close()
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String()
}

// noSooner reads a line, so that what was written is there when the connection ends.
func noSooner(conn net.Conn) { _, _ = bufio.NewReader(conn).ReadString('\r') }

// reset ends a connection with a reset, as the end of one with unread bytes does.
func reset(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }

func TestTCPTellsThatTheDeviceIsAway(t *testing.T) {
	for name, first := range map[string]func(net.Conn){
		"at once":        func(net.Conn) {},
		"after AT":       noSooner,
		"with a reset":   reset,
		"reset after AT": func(conn net.Conn) { noSooner(conn); reset(conn) },
	} {
		t.Run(name, func(t *testing.T) {
			tcp := &modem.TCP{AT: deviceAway(t, first)}
			_, err := modem.Open(t.Context(), tcp, nil)
			require.ErrorContains(t, err, atOnce)
			assert.Equal(t, 1, strings.Count(err.Error(), "modem: "), "%v", err)
			_, err = modem.Probe(t.Context(), tcp, nil)
			require.ErrorContains(t, err, atOnce)
			assert.Equal(t, 1, strings.Count(err.Error(), "modem: "), "%v", err)
		})
	}
}

func TestTCPPortsThatEndAtOnce(t *testing.T) {
	address := deviceAway(t, func(net.Conn) {})
	tcp := &modem.TCP{AT: address, Audio: address}
	at, err := tcp.OpenAT(t.Context())
	require.NoError(t, err)
	defer at.Close()
	_, err = at.Read(make([]byte, 10))
	require.ErrorIs(t, err, io.EOF)
	require.EqualError(t, err, "modem: AT port: "+atOnce+" (EOF)")
	audio, err := tcp.OpenAudio(t.Context())
	require.NoError(t, err)
	defer audio.Close()
	_, err = audio.Read(make([]byte, 10))
	require.EqualError(t, err, "modem: audio port: "+atOnce+" (EOF)")
}

// TestTCPPortsThatEndOtherwise: after a byte, late, or by this side, it is another matter.
func TestTCPPortsThatEndOtherwise(t *testing.T) {
	for name, tt := range map[string]struct {
		first func(net.Conn)
		here  func(net.Conn)
		want  error
	}{
		"after a byte": {first: func(conn net.Conn) { _, _ = io.WriteString(conn, "x") }, want: io.EOF},
		"late":         {first: func(net.Conn) { <-time.After(1100 * time.Millisecond) }, want: io.EOF},
		"closed here":  {first: noSooner, here: func(conn net.Conn) { conn.Close() }, want: net.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port, err := (&modem.TCP{AT: deviceAway(t, tt.first)}).OpenAT(t.Context())
			require.NoError(t, err)
			defer port.Close()
			if tt.here != nil {
				tt.here(modem.TCPConn(port))
			}
			for err == nil {
				_, err = port.Read(make([]byte, 10))
			}
			require.ErrorIs(t, err, tt.want)
			assert.NotContains(t, err.Error(), "plugged in")
		})
	}
}

// TestErrorsNameThePortOnce, and the library.
func TestErrorsNameThePortOnce(t *testing.T) {
	s := serveTCP(t)
	s.stop()
	tcp := &modem.TCP{AT: s.address}
	_, err := modem.Open(t.Context(), tcp, nil)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	assert.True(t, strings.HasPrefix(err.Error(), "modem: open: AT port: dial tcp "+s.address), "%v", err)
	_, err = modem.Probe(t.Context(), tcp, nil)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	assert.True(t, strings.HasPrefix(err.Error(), "modem: probe: AT port: dial tcp "+s.address), "%v", err)
	for text, e := range map[string]*modem.OpenError{
		"modem: open: ready: closed":                                       {Step: "ready", Err: modem.ErrClosed},
		"modem: open: SIM: " + modem.ErrPINWrong.Error():                   {Step: "SIM", Err: modem.ErrPINWrong},
		"modem: open: AT port: TCP.AT is empty: it wants the host:port of": {Step: "AT port", Err: emptyTCP(t)},
	} {
		assert.True(t, strings.HasPrefix(e.Error(), text), "%v", e)
	}
}

func emptyTCP(t *testing.T) error {
	t.Helper()
	_, err := (&modem.TCP{}).OpenAT(t.Context())
	require.Error(t, err)
	return err
}
