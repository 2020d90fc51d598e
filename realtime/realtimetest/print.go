package realtimetest

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
)

// What the feed brings may hold texts and, under events.Full, numbers and digits;
// headers hold keys. So messages show their place in the feed, and all else how
// much there is.

// LogValue returns the type and the place in the feed, not the data.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("type", m.Type),
		slog.String("id", m.ID),
		slog.Uint64("seq", m.Seq),
		slog.Uint64("dropped", m.Dropped),
	)
}

// String returns what LogValue does.
func (m Message) String() string { return m.LogValue().String() }

// GoString returns what String does.
func (m Message) GoString() string { return m.String() }

// Format writes what String returns, whatever the verb.
func (m Message) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.String()) }

// LogValue counts the messages, and tells whether the Conn is closed.
func (c *Conn) LogValue() slog.Value {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slog.GroupValue(
		slog.Int("messages", len(c.kept)),
		slog.Bool("stalled", c.stalled),
		slog.Bool("closed", c.closed),
	)
}

// String returns what LogValue does.
func (c *Conn) String() string { return "realtimetest.Conn" + c.LogValue().String() }

// GoString returns what String does.
func (c *Conn) GoString() string { return c.String() }

// Format writes what String returns, whatever the verb.
func (c *Conn) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns how far the client has come, and how much it has not taken yet.
func (c *Client) LogValue() slog.Value {
	return slog.GroupValue(slog.String("last_id", c.LastID()), slog.Any("conn", &c.conn))
}

// String returns what LogValue does.
func (c *Client) String() string { return "realtimetest.Client" + c.LogValue().String() }

// GoString returns what String does.
func (c *Client) GoString() string { return c.String() }

// Format writes what String returns, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue returns the filter and the names of the headers.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Any("events", c.Events),
		slog.String("since", c.Since),
		slog.Any("headers", slices.Sorted(maps.Keys(c.Header))),
	)
}

// String returns what LogValue does.
func (c Config) String() string { return c.LogValue().String() }

// GoString returns what String does.
func (c Config) GoString() string { return c.String() }

// Format writes what String returns, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }
