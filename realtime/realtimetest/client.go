package realtimetest

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/callstack-go/callstack/realtime"
)

// sendTimeout is that of the transports of package realtime: a client that is stalled
// for longer is closed as too slow.
const sendTimeout = 10 * time.Second

// Config holds what a client asks for. The zero value asks for all events, from
// now on.
type Config struct {
	// Events are the names of those to get. None means all.
	Events []string
	// Since is a position to go on from: [Client.LastID] of an earlier client.
	Since string
	// Header holds the request's headers, for example Authorization.
	Header http.Header
	// Request, if set, may change the request before the hub sees it. It is one of a
	// program on the same machine: GET http://localhost/feed from 127.0.0.1.
	Request func(*http.Request)
}

// Client follows a feed as a program does that reads all that comes at once: it
// keeps what [Client.Next] has not taken yet, without bound. Its methods may be
// called from any goroutine; one message goes to one caller.
type Client struct {
	conn   Conn
	client *realtime.Client
	hello  Message

	mu   sync.Mutex
	last string // the ID of the last message that was taken
}

// ClosedError means that the feed has ended for a client, and all that came before
// was taken.
type ClosedError struct {
	// Code is why: realtime.CloseGoingAway, or another of the close codes.
	Code int
	// Reason is the hub's, for humans.
	Reason string
}

// Error tells the code and the reason.
func (e *ClosedError) Error() string {
	return fmt.Sprintf("realtimetest: the feed ended: %d %s", e.Code, e.Reason)
}

// Dial admits a client to a hub, attaches it and waits for the hello. cfg may be nil.
// If the hub refuses it, the error is a *realtime.RefusedError; if it ends before the
// hello, a [*ClosedError]. ctx bounds Dial only. The caller must Close the client.
func Dial(ctx context.Context, hub *realtime.Hub, cfg *Config) (*Client, error) {
	r, err := cfg.request(ctx)
	if err != nil {
		return nil, err
	}
	admission, err := hub.Admit(r)
	if err != nil {
		return nil, err
	}
	c := &Client{conn: Conn{Timeout: sendTimeout}}
	c.client = hub.Attach(&c.conn, admission)
	if c.hello, err = c.Next(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// request makes what an HTTP server would make of the request of such a client.
func (c *Config) request(ctx context.Context) (*http.Request, error) {
	if c == nil {
		c = &Config{}
	}
	query := url.Values{}
	if len(c.Events) > 0 {
		query.Set("events", strings.Join(c.Events, ","))
	}
	if c.Since != "" {
		query.Set("since", c.Since)
	}
	target := url.URL{Scheme: "http", Host: "localhost", Path: "/feed", RawQuery: query.Encode()}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("realtimetest: %w", err)
	}
	r.RemoteAddr, r.RequestURI = "127.0.0.1:49152", target.RequestURI()
	if c.Header != nil {
		r.Header = c.Header.Clone()
	}
	if c.Request != nil {
		c.Request(r)
	}
	return r, nil
}

// Hello returns the first message: what the hub carries, what was selected, and,
// with Config.Since, whether all that was missed follows.
func (c *Client) Hello() Message { return c.hello }

// Next takes the next message, waiting for it if need be. When the feed has ended,
// and nothing that came before is left, it returns a [*ClosedError].
func (c *Client) Next(ctx context.Context) (Message, error) {
	for {
		if ctx.Err() != nil {
			return Message{}, fmt.Errorf("realtimetest: no message: %w", context.Cause(ctx))
		}
		raw, changed, closed := c.conn.pop()
		switch {
		case raw != nil:
			return c.took(raw)
		case closed:
			code, reason, _ := c.conn.Closed()
			return Message{}, &ClosedError{Code: code, Reason: reason}
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (c *Client) took(raw []byte) (Message, error) {
	msg, err := parse(raw)
	c.mu.Lock()
	defer c.mu.Unlock()
	if msg.ID != "" {
		c.last = msg.ID
	}
	return msg, err
}

// Await takes messages until one is of the given type, an event's name, "overflow" or
// "heartbeat", and returns that. Those before it are gone.
func (c *Client) Await(ctx context.Context, typ string) (Message, error) {
	for {
		msg, err := c.Next(ctx)
		if err != nil {
			return Message{}, fmt.Errorf("realtimetest: awaiting %s: %w", typ, err)
		}
		if msg.Type == typ {
			return msg, nil
		}
	}
}

// All takes messages as they come, until ctx is done or the feed has ended.
func (c *Client) All(ctx context.Context) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for {
			msg, err := c.Next(ctx)
			if err != nil || !yield(msg) {
				return
			}
		}
	}
}

// LastID returns the ID of the last message that was taken, the hello among them: as
// Config.Since it makes another client go on behind it.
func (c *Client) LastID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Stall makes the client read nothing. The hub queues for it then, and after 10 s in
// which a message could not be sent closes it with realtime.CloseTooSlow.
func (c *Client) Stall() { c.conn.Stall() }

// Resume ends a Stall.
func (c *Client) Resume() { c.conn.Resume() }

// Done returns a channel that is closed when the hub has let go of the client.
func (c *Client) Done() <-chan struct{} { return c.client.Done() }

// Close ends the connection as a client does that goes away, and waits until the hub
// has let go of it. Closing twice is a no-op. What came can still be taken.
func (c *Client) Close() {
	c.client.Close(realtime.CloseNormal, "")
	<-c.client.Done()
}
