package modem

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// maxExec is how long a command of a program may take: the longest, a search for
// operators, is given up to 3 minutes by manuals.
const maxExec = 3 * time.Minute

// Modem is one open modem. All methods may be called from any goroutine.
type Modem struct {
	cfg       *Config
	log       *slog.Logger
	transport Transport
	present   atomic.Pointer[link] // never nil

	inbox *queue // for the owner's goroutine: all that concerns calls
	jobs  *queue // for the worker's goroutine: the commands that the owner wants sent
	own   *owner // touched on the owner's goroutine only
	wg    sync.WaitGroup

	jitter     func(below time.Duration) time.Duration // by chance; may be called from several goroutines
	faults     chan fault                              // capacity 1: from the owner to the supervisor
	live       context.Context                         // of opening again; canceled by Close
	die        context.CancelFunc
	pinRefused atomic.Bool   // by the SIM: it is not sent again
	pinForced  atomic.Bool   // it was sent by Config.PINForce, and is not known to be right
	supervised chan struct{} // closed when the supervisor has ended; nil before it begins

	handlers   sync.WaitGroup // starts them; the owner counts them
	handlerCtx context.Context
	cancel     context.CancelFunc

	mu       sync.Mutex
	sessions []*voice.CallSession // of calls that are not over
	state    State
	err      error
	done     chan struct{} // closed with Failed and Closed

	closing  atomic.Bool   // set by the first Close
	closed   chan struct{} // closed when it is through
	closeErr error         // set before
}

// Events returns the bus on which the modem and its calls publish.
func (m *Modem) Events() *events.Bus { return m.cfg.Events }

// Identity returns who the modem says it is, as it was asked when its ports were
// opened last.
func (m *Modem) Identity() Identity { return m.link().identity }

// Capabilities returns what the modem can do, as far as opening found out.
func (m *Modem) Capabilities() Capabilities {
	c := m.link().caps
	c.Refused = slices.Clone(c.Refused)
	return c
}

// OnCall sets the handler of incoming calls; nil means none. Each call is handed
// over once, when its number is known or 2 s after its first ring. A call that
// rings already is handed over too.
func (m *Modem) OnCall(h voice.Handler) { m.post(func() { m.own.setHandler(h) }) }

// OnCallFunc sets a function as the handler of incoming calls, see [Modem.OnCall].
func (m *Modem) OnCallFunc(f func(context.Context, *voice.CallSession) error) {
	if f == nil {
		m.OnCall(nil)
		return
	}
	m.OnCall(voice.HandlerFunc(f))
}

// Calls returns the calls that are not over, oldest first.
func (m *Modem) Calls() []*voice.CallSession {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.sessions)
}

// State returns where the modem stands.
func (m *Modem) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

// Done is closed when the modem was closed or given up. A lost connection is not
// the end: the modem is looked for and opened again.
func (m *Modem) Done() <-chan struct{} { return m.done }

// Err returns nil until Done is closed, and then why: [ErrClosed], or what the
// modem was given up for.
func (m *Modem) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// Exec sends a command line, such as "AT+CGMR", and returns the lines of its
// answer. It is for what this library has no method for; the command is the
// caller's responsibility. A line that does not begin with AT, or has a CR, LF,
// ESC or 0x1A, is refused with atcmd.ErrBadCommand. The answer may take as long
// as ctx has a deadline for, but 3 minutes at most, and 5 s without one; nothing
// else can be sent meanwhile, a hang-up included. Errors wrap those of package
// atcmd; [ErrLost] while the connection is lost, and after Close [ErrClosed].
func (m *Modem) Exec(ctx context.Context, cmd string) ([]string, error) {
	if _, ok := cutPrefixFold(cmd, "AT"); !ok {
		return nil, fmt.Errorf("modem: %w: it must begin with AT", atcmd.ErrBadCommand)
	}
	c := atcmd.Command{Text: cmd}
	if _, ok := ctx.Deadline(); ok {
		c.Timeout = maxExec
	}
	resp, err := m.exec(ctx, c)
	if err != nil {
		return nil, m.failed("", err)
	}
	return resp.Lines, nil
}

// exec sends a command on the present link.
func (m *Modem) exec(ctx context.Context, cmd atcmd.Command) (atcmd.Response, error) {
	return m.link().conn.Exec(ctx, cmd)
}

// failed tells what a method could not do: by ErrClosed after Close, and by ErrLost
// while the connection is lost.
func (m *Modem) failed(what string, err error) error {
	switch {
	case !isConnectionLost(err):
		return fmt.Errorf("modem: %s%w", what, err)
	case m.closing.Load():
		return ErrClosed
	case m.Err() != nil:
		return fmt.Errorf("modem: %s%w", what, m.Err())
	}
	return fmt.Errorf("%w (%w)", ErrLost, err)
}

// String names the modem's family and state.
func (m *Modem) String() string {
	return fmt.Sprintf("modem %s (%s), %s", m.cfg.Name, m.link().profile.Name, m.State())
}

// GoString is String.
func (m *Modem) GoString() string { return m.String() }

// Format writes String, whatever the verb.
func (m *Modem) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(m.String())) }

// LogValue returns the modem's name, identity and state.
func (m *Modem) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("name", m.cfg.Name),
		slog.Any("identity", m.Identity()),
		slog.String("state", m.State().String()),
	)
}

// post runs f on the owner's goroutine, some time soon. It never waits. After
// Close it does nothing.
func (m *Modem) post(f func()) bool { return m.inbox.add(f) }

// ask runs f on the owner's goroutine and waits for it. It is for the goroutines
// of the program and the worker; the owner would wait for itself, and the
// reporting of lines must not wait. It reports false if the modem was closed and
// f does not run.
func (m *Modem) ask(f func()) bool {
	done := make(chan struct{})
	if !m.post(func() { defer close(done); f() }) {
		return false
	}
	<-done
	return true
}

// after posts f after d, unless the timer is stopped before.
func (m *Modem) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() { m.post(f) })
}

// job has the worker send a command, and posts what came of it to then. If the
// command is about a call, c, and that is over when its turn comes, it is not
// sent, since it could hit the next call; the error is voice.ErrEnded then. Of a
// command whose link was lost nobody hears any more. The owner calls it.
func (m *Modem) job(c *call, cmd atcmd.Command, then func(atcmd.Response, error)) {
	l, turn := m.link(), m.own.turn
	m.own.asked++
	m.jobs.add(func() {
		var resp atcmd.Response
		err := voice.ErrEnded
		if c == nil || m.isUp(c) {
			resp, err = l.conn.Exec(context.Background(), cmd)
		}
		m.post(func() {
			if m.own.turn == turn {
				m.own.noteAnswer(err)
				m.own.noteHealth(l, err)
				then(resp, err)
			}
		})
	})
}

// isUp asks the owner whether c is not over, behind all that was posted before.
func (m *Modem) isUp(c *call) bool {
	up := false
	return m.ask(func() { up = !c.over }) && up
}

// setState moves the modem to s and tells of it, unless it is there. From Closed nothing leads on,
// and from Failed only Closed does.
func (m *Modem) setState(s State, err error) {
	m.mu.Lock()
	if m.state == s || m.state == Closed || m.state == Failed && s != Closed {
		m.mu.Unlock()
		return
	}
	ended := m.state == Failed
	m.state = s
	if (s == Failed || s == Closed) && !ended {
		m.err = err
		close(m.done)
	}
	m.mu.Unlock()
	if s == Closed {
		err = nil
	}
	m.log.Debug("modem state", slog.String("state", s.String()))
	events.Publish(m.cfg.Events, StateChanged{Header: m.header(), State: s, Err: err})
}

func (m *Modem) header() events.Header {
	return events.Header{Time: time.Now(), Source: m.cfg.Name}
}

// isConnectionLost tells whether err means that the connection is gone.
func isConnectionLost(err error) bool { return errors.Is(err, atcmd.ErrClosed) }
