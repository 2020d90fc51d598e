package atcmd

import (
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Config holds the optional settings of a [Conn]. The zero value is ready.
type Config struct {
	// Timeout is how long a command waits for its final result if
	// [Command.Timeout] does not say it. It also bounds the wait for a prompt.
	// Zero means 5 seconds.
	Timeout time.Duration

	// OnOverflow, if not nil, is told that URCs were lost because the handlers
	// were too slow, and how many, so that the program can ask the modem for
	// its state. It is called like a handler, after the URCs that came before
	// the gap.
	OnOverflow func(dropped uint64)

	// Logger receives the dialogue at level Debug, without parameters and
	// texts. Nil means no logging.
	Logger *slog.Logger

	// Trace, if not nil, sees all bytes as they are written, and as they are
	// looked at after reading, PINs and numbers included. It must neither keep
	// p nor block, nor call the Conn.
	Trace func(written bool, p []byte)
}

func (c *Config) withDefaults() Config {
	var out Config
	if c != nil {
		out = *c
	}
	if out.Timeout <= 0 {
		out.Timeout = 5 * time.Second
	}
	if out.Logger == nil {
		out.Logger = slog.New(slog.DiscardHandler)
	}
	return out
}

// closeLimit is how long Close waits for the goroutines.
const closeLimit = time.Second

// Conn is a dialogue with one modem. Make one with [New]. All its methods may
// be called from any goroutine, and from handlers.
type Conn struct {
	cfg Config
	rw  io.ReadWriteCloser

	in    inbox         // reader to owner
	calls callQueue     // Exec to owner
	wake  chan struct{} // capacity 1: the owner has something to look at
	fired atomic.Bool   // the owner's timer has
	urcs  deliveries    // owner to dispatcher
	stats counters
	clock clock
	pool  sync.Pool // of *request; not shared, so that a Conn can live in a test's bubble

	tableMu sync.Mutex // held to replace table
	table   atomic.Pointer[table]

	wg        sync.WaitGroup
	running   atomic.Int32
	finished  chan struct{} // closed by the last goroutine
	closePort func() error  // closes rw once
	watchdog  watchdog      // ends the connection when a Write is stuck

	done  chan struct{}
	endMu sync.Mutex
	err   error // why done is closed
}

// New starts a dialogue over rw, which it owns: it alone reads from it and
// writes to it, and closes it. Closing rw must end a Read and a Write that are
// waiting. New does nothing on the wire.
func New(rw io.ReadWriteCloser, cfg *Config) *Conn {
	c := &Conn{
		cfg:       cfg.withDefaults(),
		rw:        rw,
		wake:      make(chan struct{}, 1),
		finished:  make(chan struct{}),
		closePort: sync.OnceValue(rw.Close),
		done:      make(chan struct{}),
		clock:     clock{born: time.Now()},
	}
	c.urcs.init()
	c.table.Store(&table{byName: map[string]*handler{}})
	c.watchdog.init(c.clock, c.stalled)
	c.start(c.read, c.own, c.dispatch)
	return c
}

// start runs the connection's goroutines.
func (c *Conn) start(loops ...func()) {
	c.running.Store(int32(len(loops)))
	for _, loop := range loops {
		c.wg.Go(func() {
			loop()
			if c.running.Add(-1) == 0 {
				close(c.finished)
			}
		})
	}
}

// Done returns a channel that is closed when the connection has ended: by
// Close, by an error of the stream, or at its end.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err returns why the connection ended: an error that wraps [ErrClosed] and the
// cause, or ErrClosed itself after Close. It returns nil before.
func (c *Conn) Err() error {
	c.endMu.Lock()
	defer c.endMu.Unlock()
	return c.err
}

// Close ends the connection and closes the stream. Commands that wait return
// [ErrClosed] at once, URCs that wait are not delivered. Close waits for the
// connection's goroutines, and so for a handler that is running, for at most a
// second: a handler that itself calls Close pays that second. Closing again
// returns the same error.
func (c *Conn) Close() error {
	c.end(ErrClosed)
	c.urcs.end(true)
	err := c.closePort()
	limit := time.NewTimer(closeLimit)
	defer limit.Stop()
	select {
	case <-c.finished:
	case <-limit.C:
	}
	return err
}

// end records why the connection ended, once, and lets everybody know.
func (c *Conn) end(cause error) {
	c.endMu.Lock()
	defer c.endMu.Unlock()
	if c.err == nil {
		c.err = cause
		close(c.done)
		c.poke()
	}
}

func (c *Conn) hasEnded() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// stalled is called when a Write has been stuck for too long.
func (c *Conn) stalled() {
	c.end(&endError{op: "write", cause: ErrStalled})
	_ = c.closePort()
}

// poke tells the owner to look. It never blocks.
func (c *Conn) poke() {
	select {
	case c.wake <- struct{}{}:
	default: // it is told already
	}
}

// Stats counts what happened on a connection.
type Stats struct {
	Lines       uint64 // lines read, URCs included
	Dropped     uint64 // URCs lost because the handlers were too slow
	TooLong     uint64 // lines over 8 KiB, discarded
	StrayFinals uint64 // final results while no command waited
	Echoes      uint64 // lines that repeated a command: echo is on (ATE1)
	Resyncs     uint64 // times that the dialogue had to be found again
}

// counters is Stats as it is counted, by the owner.
type counters struct {
	lines, dropped, tooLong, strayFinals, echoes, resyncs atomic.Uint64
}

// Stats returns what was counted so far.
func (c *Conn) Stats() Stats {
	s := &c.stats
	return Stats{
		Lines:       s.lines.Load(),
		Dropped:     s.dropped.Load(),
		TooLong:     s.tooLong.Load(),
		StrayFinals: s.strayFinals.Load(),
		Echoes:      s.echoes.Load(),
		Resyncs:     s.resyncs.Load(),
	}
}
