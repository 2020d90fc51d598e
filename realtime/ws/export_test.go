package ws

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

const (
	PerMinute   = perMinute
	WriteBuffer = writeBuffer
)

var (
	ErrForeign = errForeign
	AppendText = appendText
	WhyEnded   = whyEnded
	SendError  = sendError
)

// Wire is a wire for tests of it alone.
type Wire struct{ *wire }

// NewWire returns a wire over a connection.
func NewWire(c net.Conn, timeout time.Duration) Wire {
	w := newWire(timeout)
	w.Conn = c
	return Wire{&w}
}

func (w Wire) Batch(frames []byte) error { return w.batch(frames) }
func (w Wire) Ping() (bool, error)       { return w.ping() }

// Upgrade returns what coder takes the connection from, and the wire that it fills in.
func Upgrade(w http.ResponseWriter) (http.ResponseWriter, Wire) {
	made := newWire(time.Minute)
	hijacker, _ := hijackerOf(w)
	return &upgrade{ResponseWriter: w, hijacker: hijacker, wire: &made}, Wire{&made}
}

// Accept upgrades a request as the handler does, without a hub, and returns coder's
// side and the wire below it.
func Accept(w http.ResponseWriter, r *http.Request) (*websocket.Conn, Wire, error) {
	c := newConn(&handler{cfg: (*Config)(nil).withDefaults()}, "test")
	hijacker, _ := hijackerOf(w)
	conn, err := websocket.Accept(&upgrade{ResponseWriter: w, hijacker: hijacker, wire: &c.wire}, r, c.options())
	return conn, Wire{&c.wire}, err
}

// Quota returns a function that counts messages.
func Quota() func(time.Time) bool {
	q := &quota{most: perMinute}
	return func(now time.Time) bool { return q.take(now, 1) }
}

// MostBytes is how many bytes a client may send in a minute.
var MostBytes = mostBytes

// Write has coder write a message, which nothing in the package does.
func Write(c *websocket.Conn, text string) error {
	return c.Write(context.Background(), websocket.MessageText, []byte(text))
}
