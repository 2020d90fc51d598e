package ws

import (
	"cmp"
	"log/slog"
	"time"
)

// Config holds the settings of a Handler. The zero value is fine.
type Config struct {
	// PingInterval is how often a client is pinged, a tenth more or less by chance, so
	// that clients that came together are not pinged together. Zero means 25 s, which
	// keeps most proxies from taking the connection for idle; negative means never.
	PingInterval time.Duration

	// PongTimeout is how long a pong may take. Without one the client is closed. Zero or
	// less means 10 s.
	PongTimeout time.Duration

	// WriteTimeout is how long the connection may take to accept what is written to it at
	// once, at most 16 KiB or one message. Beyond it the client is too slow, and closed.
	// Zero or less means 10 s.
	WriteTimeout time.Duration

	// ReadLimit is how many bytes a message of the client may have. Zero or less means
	// 4 KiB.
	ReadLimit int64

	// Logger takes faults of this package, at Warn. Nil means none.
	Logger *slog.Logger
}

const (
	defaultPingInterval = 25 * time.Second
	defaultPongTimeout  = 10 * time.Second
	defaultWriteTimeout = 10 * time.Second
	defaultReadLimit    = 4 << 10
)

// withDefaults returns a copy with all that is zero filled in; c may be nil.
func (c *Config) withDefaults() Config {
	var d Config
	if c != nil {
		d = *c
	}
	d.PingInterval = cmp.Or(d.PingInterval, defaultPingInterval)
	d.PongTimeout = cmp.Or(max(d.PongTimeout, 0), defaultPongTimeout)
	d.WriteTimeout = cmp.Or(max(d.WriteTimeout, 0), defaultWriteTimeout)
	d.ReadLimit = cmp.Or(max(d.ReadLimit, 0), defaultReadLimit)
	d.Logger = cmp.Or(d.Logger, slog.New(slog.DiscardHandler))
	return d
}
