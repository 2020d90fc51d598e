package ws_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime/ws"
)

// hijacked is a ResponseWriter over a connection, whose reader and writer are as
// net/http's: of 4 KiB, and over the bare connection.
type hijacked struct {
	http.ResponseWriter
	conn    net.Conn
	early   string // came with the request
	written int    // of WriteHeaderNow
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r := bufio.NewReader(io.MultiReader(strings.NewReader(h.early), h.conn))
	if h.early != "" {
		r.Peek(1)
	}
	return h.conn, bufio.NewReadWriter(r, bufio.NewWriter(h.conn)), nil
}

func (h *hijacked) WriteHeaderNow() { h.written++ }

// What coder writes through the writer that it is given has to pass the wire, where
// net/http's own would pass it by.
func TestTheWriterOfAHijackIsOverTheWire(t *testing.T) {
	c := new(tape)
	w, wire := ws.Upgrade(&hijacked{ResponseWriter: httptest.NewRecorder(), conn: c})
	conn, buf, err := w.(http.Hijacker).Hijack()
	require.NoError(t, err)
	assert.Equal(t, ws.WriteBuffer, buf.Writer.Size())

	longest := "\x8A\x7D" + strings.Repeat("p", 125)
	_, err = buf.WriteString(longest)
	require.NoError(t, err)
	require.NoError(t, buf.Flush())
	assert.Equal(t, longest, c.all())
	assert.Len(t, c.writes, 1, "the longest control frame is one write")

	_, err = conn.Write([]byte(closeWire))
	require.NoError(t, err)
	assert.ErrorIs(t, batch(wire), net.ErrClosed, "the wire has seen the Close frame")
	_, err = buf.WriteString(textWire)
	require.NoError(t, err)
	assert.ErrorIs(t, buf.Flush(), ws.ErrForeign)
	assert.Equal(t, longest+closeWire, c.all())
}

func TestTheBuffersOfNetHTTPAreGivenBack(t *testing.T) {
	h := &hijacked{ResponseWriter: httptest.NewRecorder(), conn: new(tape)}
	w, _ := ws.Upgrade(h)
	_, buf, err := w.(http.Hijacker).Hijack()
	require.NoError(t, err)
	assert.LessOrEqual(t, buf.Reader.Size()+buf.Writer.Size(), 512)
	assert.Zero(t, buf.Reader.Buffered())
}

// What a client sends right behind its request is already in net/http's buffer.
func TestWhatCameWithTheHandshakeIsRead(t *testing.T) {
	early := strings.Repeat("early ", 600) // more than the new reader holds
	near, far := net.Pipe()
	w, _ := ws.Upgrade(&hijacked{ResponseWriter: httptest.NewRecorder(), conn: near, early: early})
	_, buf, err := w.(http.Hijacker).Hijack()
	require.NoError(t, err)
	go func() {
		far.Write([]byte("and late"))
		far.Close()
	}()
	got, err := io.ReadAll(buf)
	require.NoError(t, err)
	assert.Equal(t, early+"and late", string(got))
}

// A middleware may hand over a connection with the deadlines of a server's timeouts.
func TestDeadlinesEndWithTheUpgrade(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	require.NoError(t, near.SetDeadline(time.Unix(1, 0)))
	w, _ := ws.Upgrade(&hijacked{ResponseWriter: httptest.NewRecorder(), conn: near})
	_, buf, err := w.(http.Hijacker).Hijack()
	require.NoError(t, err)
	go far.Write([]byte("x"))
	b, err := buf.ReadByte()
	assert.NoError(t, err)
	assert.Equal(t, byte('x'), b)
}

// Coder's own ways to write data end in an error, and nothing is written.
func TestCoderCannotWriteDataPastTheWire(t *testing.T) {
	for name, text := range map[string]string{"short": "{}", "long": `"` + strings.Repeat("x", 300) + `"`} {
		t.Run(name, func(t *testing.T) {
			c := new(tape)
			conn, _ := accepted(t, &hijacked{ResponseWriter: httptest.NewRecorder(), conn: c})
			assert.ErrorIs(t, ws.Write(conn, text), ws.ErrForeign)
			assert.Empty(t, c.all())
		})
	}
}

// accepted upgrades a request over w.
func accepted(t *testing.T, w http.ResponseWriter) (*websocket.Conn, ws.Wire) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(handshake("/ws"))))
	require.NoError(t, err)
	conn, wire, err := ws.Accept(w, r)
	require.NoError(t, err)
	t.Cleanup(func() { conn.CloseNow() })
	return conn, wire
}

// Gin writes the answer to a handshake only when it is told so.
func TestGinIsToldToAnswer(t *testing.T) {
	h := &hijacked{ResponseWriter: httptest.NewRecorder(), conn: new(tape)}
	accepted(t, h)
	assert.Equal(t, 1, h.written)
}

// Coder writes a Close frame as one whole frame: as little of it as may be is taken for
// granted, and this is it.
func TestCoderWritesControlFramesWhole(t *testing.T) {
	c := new(tape)
	conn, _ := accepted(t, &hijacked{ResponseWriter: httptest.NewRecorder(), conn: c})
	began := time.Now()
	conn.Close(websocket.StatusGoingAway, strings.Repeat("r", 123))
	assert.Less(t, time.Since(began), 5*time.Second)
	require.Len(t, c.writes, 1)
	assert.Equal(t, "\x88\x7D\x03\xE9"+strings.Repeat("r", 123), c.all())
	assert.True(t, c.closed)
}
