package realtime

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// Config holds the settings of a Hub. The zero value is safe, and refuses all
// clients, since it has no Auth. Where a field says so, a negative value takes a
// bound away.
type Config struct {
	// Auth guards every transport. Nil answers 401 to all. [APIKeys], [APIKeyFile] and
	// [LoopbackOnly] are given.
	Auth Auth

	// Origins are patterns, as of path.Match, of the hosts whose pages may follow the
	// feed beside those of the same host: "pbx.example.org", "*.example.org:8443". With
	// a scheme, "https://pbx.example.org", that must fit too. One without a port means
	// the scheme's own. A malformed one fits nothing, and is logged. Programs that are
	// no browsers send no origin, so this guards pages only, and replaces no Auth.
	Origins []string

	// Address tells which address a request is from, to count and slow down clients,
	// where a proxy stands before the host. Nil means the request's RemoteAddr, that of
	// the connection unless middleware has set another: behind a proxy all clients then
	// share the limits of one address, and wait together when one of them fails to log
	// in. The zero Addr counts as an address
	// too. It must not believe a header that the proxy does not set.
	Address func(*http.Request) netip.Addr

	// Events names the host's own events, such as "door.opened", which the feed then
	// carries beside the library's.
	Events []string

	// Buffer is how many events may wait for the hub on the bus. Zero means 1024. Of a
	// burst that is longer the oldest are lost, and all clients are told how many: a
	// host whose own events come by the thousand wants more.
	Buffer int

	// ReplayEvents and ReplayBytes bound what is kept for clients that come back. Zero
	// means 4096 events and 4 MiB, each counted once for each way it shows; a negative
	// one keeps nothing.
	ReplayEvents, ReplayBytes int

	// ReplayAge bounds how long it is kept. Zero means 15 minutes.
	ReplayAge time.Duration

	// QueueEvents and QueueBytes bound what waits for one client. Zero means 256 events
	// and 256 KiB. The newest event is kept whatever its length.
	QueueEvents, QueueBytes int

	// Heartbeat is how often all clients get a heartbeat message. Zero means 30 s; negative
	// means never: nothing then keeps a proxy, many of which wait for 60 s, from taking an
	// event stream in which nothing happens for idle.
	Heartbeat time.Duration

	// Limits bound how many clients there are, and how fast they come.
	Limits Limits

	// Logger takes what happens to connections, by their ids, at Debug and Warn. Nil
	// means none.
	Logger *slog.Logger
}

// Limits bound how many clients there are, and how fast they come. Zero fields
// have defaults; negative ones bound nothing.
type Limits struct {
	Clients      int // in total: 1000; beyond it 503
	PerPrincipal int // of one Principal.ID: 100; beyond it 429
	PerAddress   int // of one address, or of one IPv6 network of 64 bits: 100; beyond it 429
	Handshakes   int // a second, in total, with bursts of as many: 200; beyond it 503
}

const (
	defaultBuffer       = 1024
	defaultReplayEvents = 4096
	defaultReplayBytes  = 4 << 20
	defaultReplayAge    = 15 * time.Minute
	defaultQueueEvents  = 256
	defaultQueueBytes   = 256 << 10
	defaultHeartbeat    = 30 * time.Second
)

// withDefaults returns a copy with all that is zero filled in; c may be nil.
func (c *Config) withDefaults() Config {
	var d Config
	if c != nil {
		d = *c
	}
	d.Buffer = cmp.Or(d.Buffer, defaultBuffer)
	d.ReplayEvents = cmp.Or(d.ReplayEvents, defaultReplayEvents)
	d.ReplayBytes = cmp.Or(d.ReplayBytes, defaultReplayBytes)
	d.ReplayAge = cmp.Or(d.ReplayAge, defaultReplayAge)
	d.QueueEvents = cmp.Or(d.QueueEvents, defaultQueueEvents)
	d.QueueBytes = cmp.Or(d.QueueBytes, defaultQueueBytes)
	d.Heartbeat = cmp.Or(d.Heartbeat, defaultHeartbeat)
	d.Limits.Clients = cmp.Or(d.Limits.Clients, 1000)
	d.Limits.PerPrincipal = cmp.Or(d.Limits.PerPrincipal, 100)
	d.Limits.PerAddress = cmp.Or(d.Limits.PerAddress, 100)
	d.Limits.Handshakes = cmp.Or(d.Limits.Handshakes, 200)
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	return d
}
