package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

// The steps of opening in which the transport is asked for a port.
const (
	stepPort    = "AT port"
	stepReports = "second AT port"
	stepAudio   = "audio port"
)

// Open opens a modem and makes it ready for calls: it synchronises the dialogue,
// identifies the modem, chooses its profile, checks and unlocks the SIM, switches
// the reports on, hangs up calls that an earlier program has left up, and opens the
// audio port. ctx and Config.OpenTimeout bound opening only. A nil cfg means no settings.
//
// The errors are *[OpenError]: they tell at which step, and wrap one of the
// errors of this package, of atcmd or of the transport. A setting that is out of
// range is told before anything is opened. Nothing stays open after an error.
//
// The Modem owns the ports; the caller must call Close. When the connection is lost
// later, or the modem restarts, the Modem opens the ports again by itself, see
// [StateChanged].
func Open(ctx context.Context, t Transport, cfg *Config) (*Modem, error) {
	return open(ctx, t, cfg, rand.N)
}

// open is Open with what draws lots.
func open(ctx context.Context, t Transport, cfg *Config, jitter func(time.Duration) time.Duration) (*Modem, error) {
	c := cfg.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.OpenTimeout)
	defer cancel()
	if t == nil {
		return nil, &OpenError{Step: stepPort, Err: errNoTransport}
	}
	rw, err := t.OpenAT(ctx)
	if err != nil {
		return nil, &OpenError{Step: stepPort, Err: err}
	}
	m := start(t, c)
	m.jitter = jitter
	l, err := m.connect(ctx, rw, nil)
	if err != nil {
		return nil, errors.Join(err, m.abandon(err))
	}
	m.supervised = make(chan struct{})
	m.wg.Go(func() { m.supervise(l) })
	return m, nil
}

// start makes a Modem with its goroutines.
func start(t Transport, cfg Config) *Modem {
	m := &Modem{
		cfg: &cfg, log: cfg.Logger, transport: t, inbox: newQueue(), jobs: newQueue(),
		faults: make(chan fault, 1), done: make(chan struct{}), closed: make(chan struct{}), state: -1,
	}
	m.handlerCtx, m.cancel = context.WithCancel(context.Background())
	m.live, m.die = context.WithCancel(context.Background())
	m.own = newOwner(m)
	m.wg.Go(m.inbox.run)
	m.wg.Go(m.jobs.run)
	return m
}

// abandon undoes start.
func (m *Modem) abandon(err error) error {
	m.cancel()
	m.ask(func() { m.own.closing = true })
	return m.teardown(Failed, err)
}

// opening is a link in the making.
type opening struct {
	*link
	m       *Modem
	again   bool  // it was open before
	known   int64 // how often the modem had started when its settings were made
	cleared bool  // calls that were left up were hung up
}

// connect makes a link over an open AT port, which it closes if that fails. before,
// if not nil, is called with the link when nothing was sent yet.
func (m *Modem) connect(ctx context.Context, rw io.ReadWriteCloser, before func(*link)) (*link, error) {
	again := m.link() != nil
	p := m.newOpening(rw)
	p.again = again
	if !again {
		m.setState(Opening, nil)
	}
	if before != nil {
		before(p.link)
	}
	err := p.openReports(ctx)
	for err == nil {
		if err = p.run(ctx); err != nil {
			break
		}
		ready := false
		m.ask(func() { ready, err = m.own.begin(p) })
		if ready {
			return p.link, nil
		}
	}
	m.log.DebugContext(ctx, "open failed", slog.Any("err", err))
	if again {
		m.unmake(p.link, err)
	}
	return nil, err
}

// newOpening begins a link.
func (m *Modem) newOpening(rw io.ReadWriteCloser) *opening {
	p := &opening{m: m, link: &link{wire: &sniffer{ReadWriteCloser: rw}, starts: new(atomic.Int64), profile: &generic}}
	if before := m.link(); before != nil {
		p.profile = before.profile // most likely, until it is asked
	}
	if m.cfg.Profile != nil {
		p.profile = m.cfg.Profile
	}
	p.conn = m.dialogue(p.wire)
	m.ask(func() {
		m.own.turn++
		p.turn = m.own.turn
		m.own.forgetRejected()
		p.publish(m)
	})
	return p
}

// dialogue begins to talk AT over a port.
func (m *Modem) dialogue(rw io.ReadWriteCloser) *atcmd.Conn {
	return atcmd.New(rw, &atcmd.Config{
		Logger: m.cfg.Logger, Trace: m.cfg.Trace,
		OnOverflow: func(uint64) { m.post(m.own.reread) },
	})
}

// openReports opens the second AT port where the transport has one, and has the
// reports of either taken.
func (p *opening) openReports(ctx context.Context) error {
	defer p.m.handleStandard(p.link)
	t, ok := p.m.transport.(ReportTransport)
	if !ok {
		return nil
	}
	rw, err := t.OpenReports(ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return &OpenError{Step: stepReports, Err: err}
	}
	p.reports = p.m.dialogue(rw)
	p.publish(p.m)
	return nil
}

// unmake undoes a link that came to nothing.
func (m *Modem) unmake(l *link, err error) {
	var audio *audioPort
	m.ask(func() { audio = m.own.unlink() })
	m.closePorts(l, audio)
	if !m.closing.Load() {
		m.setState(Lost, err)
	}
}

// run takes the steps of opening, in their order. When the modem is opened again,
// a SIM that cannot be used is no obstacle: it may come back.
func (p *opening) run(ctx context.Context) error {
	steps := []struct {
		name, remedy string
		run          func(context.Context) error
	}{
		{"AT", "restart the modem", p.synchronise},
		{"identify", "", p.identify},
		{"SIM", "try it in a phone, restart the modem, or give it more time by Config.OpenTimeout", func(ctx context.Context) error {
			p.refused = p.unlock(ctx)
			if p.again && ctx.Err() == nil && !isConnectionLost(p.refused) {
				return nil
			}
			return p.refused
		}},
		{"initialise", "", p.initialise},
		{"calls", "", p.clearCalls},
		{stepAudio, "", p.openAudio},
	}
	for _, s := range steps {
		if err := s.run(ctx); err != nil {
			return &OpenError{Step: s.name, Err: whyNot(ctx, err), Remedy: remedy(s.remedy, err)}
		}
		p.m.setState(Opening, nil) // it answers: a port alone is no modem that is back
	}
	p.publish(p.m)
	return nil
}

// whyNot prefers the reason that opening was given up for to what it interrupted.
func whyNot(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w (%w)", err, context.Cause(ctx))
	}
	return err
}

// begin takes calls from now on, those too that came while Open ran. It is not
// ready if the modem has restarted meanwhile, or the connection is lost.
func (o *owner) begin(p *opening) (bool, error) {
	switch lost := p.conn.Err(); {
	case lost != nil:
		return false, &OpenError{Step: "ready", Err: lost}
	case o.closing:
		return false, ErrClosed
	case p.starts.Load() != p.known:
		return false, nil
	}
	o.ready = true
	if p.cleared { // of the end of that call, some reports may be under way
		o.lastEnd, o.endedAt = time.Now(), o.now()
	}
	if p.again {
		o.health.begun = time.Now()
	}
	o.health.echoes = p.conn.Stats().Echoes
	o.m.setState(Ready, nil)
	o.setSIM(p.refused)
	for _, c := range o.calls {
		o.handOver(c)
	}
	o.pollNow() // a call may be there since before the reports were on
	o.askNetworkIn(0)
	o.watchIn(o.m.cfg.Watchdog)
	return true, nil
}

// forgetRejected makes an end of what is left of calls that the program rejected and
// the modem was lost before: after a while, who calls from there calls again.
func (o *owner) forgetRejected() {
	o.stuck = slices.DeleteFunc(o.stuck, func(c *call) bool {
		return c.unanswered() && time.Since(o.lastEnd) > ringTimeout
	})
}

// need sends a command without which nothing works.
func (p *opening) need(ctx context.Context, cmd, without string) error {
	if _, err := p.conn.Exec(ctx, atcmd.Command{Text: cmd}); err != nil {
		return fmt.Errorf("%s: %w", without, err)
	}
	return nil
}

// isRefusal tells whether the modem has answered a command with an error.
func isRefusal(err error) bool {
	_, cme := errors.AsType[atcmd.CMEError](err)
	return cme || errors.Is(err, atcmd.ErrRejected)
}

// busyFor is how long a command is repeated that the modem is too busy for, as
// it is at its start.
const busyFor = 10 * time.Second

// isBusy tells whether a command failed because the modem is busy with its SIM
// (14 of 3GPP TS 27.007, 9.2.1) or with its start (515, Huawei's and Qualcomm's).
func isBusy(err error) bool {
	return errors.Is(err, atcmd.CMEError(14)) || errors.Is(err, atcmd.CMEError(515))
}

// try sends a command that can be done without, and notes it if it is refused.
func (p *opening) try(ctx context.Context, cmd string) ([]string, error) {
	resp, err := p.conn.Exec(ctx, atcmd.Command{Text: cmd})
	for start := time.Now(); isBusy(err) && time.Since(start) < busyFor; {
		if err := pause(ctx, simPoll); err != nil {
			return nil, err
		}
		resp, err = p.conn.Exec(ctx, atcmd.Command{Text: cmd})
	}
	if err == nil {
		return resp.Lines, nil
	}
	if isConnectionLost(err) || ctx.Err() != nil {
		return nil, err
	}
	name := commandName(cmd)
	p.caps.Refused = append(p.caps.Refused, name)
	p.m.log.DebugContext(ctx, "optional command refused", slog.String("command", name), slog.Any("err", err))
	return nil, nil
}

// commandName is a command without its parameters.
func commandName(cmd string) string {
	name, _, _ := strings.Cut(cmd, "=")
	return name
}

// identify asks who the modem is, and chooses its profile.
func (p *opening) identify(ctx context.Context) error {
	if _, err := p.try(ctx, "AT+CMEE=1"); err != nil { // errors with their numbers
		return err
	}
	p.identity = Identity{}
	id := &p.identity
	for _, q := range id.questions() {
		lines, err := p.try(ctx, q.cmd)
		if err != nil {
			return err
		}
		q.take(lines)
	}
	for _, cmd := range []string{"ATI", "AT+SIMCOMATI"} {
		if id.Model != "" {
			break
		}
		lines, err := p.try(ctx, cmd)
		if err != nil {
			return err
		}
		id.fill(lines)
	}
	if p.m.cfg.Profile == nil {
		p.profile = profileFor(id)
	}
	id.Profile = p.profile.Name
	p.m.handleProfile(p.link)
	p.publish(p.m)
	if f, ok := p.m.transport.(Finder); ok && id.IMEI != "" {
		f.Found(id.IMEI)
	}
	return nil
}

// standardInit is sent to every modem, before the profile's own.
var standardInit = []string{
	"AT+CLIP=1",  // who calls (3GPP TS 27.007, 7.7)
	"AT+COLP=0",  // or ATD's OK comes only with the answer (7.8)
	"AT+CREG=2",  // registration (7.2)
	"AT+CEREG=2", // the same on LTE (10.1.22)
	"AT+CMGF=0",  // messages as PDUs (TS 27.005, 3.2.3)
}

// initialise switches the reports on.
func (p *opening) initialise(ctx context.Context) error {
	commands := slices.Concat(standardInit, p.profile.Init)
	if p.m.cfg.CallWaiting {
		commands = append(commands, "AT+CCWA=1") // the report only, not the service
	}
	for _, cmd := range commands {
		if _, err := p.try(ctx, cmd); err != nil {
			return err
		}
	}
	if cmd := p.profile.KeysOn; cmd != "" {
		before := len(p.caps.Refused)
		if _, err := p.try(ctx, cmd); err != nil {
			return err
		}
		p.caps.Keys = len(p.caps.Refused) == before
	}
	return p.findCapabilities(ctx)
}
