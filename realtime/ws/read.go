package ws

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/coder/websocket"

	"github.com/callstack-go/callstack/realtime"
)

// read reads until the connection ends, and tells the hub.
func (c *conn) read(client *realtime.Client) {
	defer close(c.gone)
	client.Close(c.discard())
}

// discard drops what the client sends, and returns why it ended. Coder answers pings
// and Close frames meanwhile. Its CloseRead would do the same, but it closes a client
// that sends a message, and holds two contexts. After a panic the code is 0; no frame
// goes out then.
func (c *conn) discard() (code int, reason string) {
	defer c.caught()
	for {
		_, message, err := c.ws.Reader(context.Background())
		if err == nil {
			_, err = io.Copy(io.Discard, message)
		}
		if c.quota.over() || err == nil && !c.quota.take(time.Now(), 1) {
			return realtime.ClosePolicy, "too many messages"
		}
		if err != nil {
			return whyEnded(err)
		}
	}
}

// caught is deferred around calls of coder's: net/http's recover is behind us, and one
// client must not end the program. Its connection is cut. What the panic says is not
// logged, as it may quote the client.
func (c *conn) caught() {
	if recover() == nil {
		return
	}
	c.h.cfg.Logger.Warn("realtime/ws: a panic was caught", slog.String("conn", c.id), slog.String("stack", string(debug.Stack())))
	_ = c.wire.Close() // nothing can be done about an error, and nothing is lost by it
}

// whyEnded returns the code for an error of reading. A reason is never made of the
// error, which may quote what the client sent.
func whyEnded(err error) (code int, reason string) {
	switch _, network := errors.AsType[net.Error](err); {
	case websocket.CloseStatus(err) != -1:
		return realtime.CloseNormal, "closed by the client"
	case errors.Is(err, websocket.ErrMessageTooBig):
		return int(websocket.StatusMessageTooBig), "message too big"
	case errors.Is(err, errFlood):
		return realtime.ClosePolicy, "too much"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return realtime.CloseGoingAway, "no pong"
	case network, errors.Is(err, net.ErrClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return realtime.CloseGoingAway, "connection lost"
	}
	return int(websocket.StatusProtocolError), "protocol error"
}
