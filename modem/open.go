package modem

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

// Open opens a modem and makes it ready for calls: it synchronises the dialogue,
// identifies the modem, chooses its profile, checks and unlocks the SIM, switches
// the reports on, and opens the audio port. ctx and Config.OpenTimeout bound
// opening only. A nil cfg means no settings.
//
// The errors are *[OpenError]: they tell at which step, and wrap one of the
// errors of this package, of atcmd or of the transport. A setting that is out of
// range is told before anything is opened. Nothing stays open after an error.
//
// The Modem owns the ports; the caller must call Close.
func Open(ctx context.Context, t Transport, cfg *Config) (*Modem, error) {
	c := cfg.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.OpenTimeout)
	defer cancel()
	rw, err := t.OpenAT(ctx)
	if err != nil {
		return nil, &OpenError{Step: "AT port", Err: err}
	}
	sniff := &sniffer{ReadWriteCloser: rw}
	m := start(sniff, c)
	m.setState(Opening, nil)
	if err := m.open(ctx, t, sniff); err != nil {
		m.log.DebugContext(ctx, "open failed", slog.Any("err", err))
		return nil, errors.Join(err, m.abandon(err))
	}
	return m, nil
}

// start makes a Modem over an open port, with its goroutines.
func start(rw *sniffer, cfg Config) *Modem {
	m := &Modem{
		cfg: &cfg, log: cfg.Logger, profile: &generic, identity: &Identity{},
		inbox: newQueue(), jobs: newQueue(), done: make(chan struct{}), closed: make(chan struct{}), state: -1,
	}
	if cfg.Profile != nil {
		m.profile = cfg.Profile
	}
	m.handlerCtx, m.cancel = context.WithCancel(context.Background())
	m.own = newOwner(m)
	m.conn = atcmd.New(rw, &atcmd.Config{
		Logger: cfg.Logger, Trace: cfg.Trace,
		OnOverflow: func(uint64) { m.post(m.own.reread) },
	})
	m.wg.Go(m.inbox.run)
	m.wg.Go(m.jobs.run)
	m.wg.Go(m.watch)
	m.handleStandard()
	return m
}

// abandon undoes start.
func (m *Modem) abandon(err error) error {
	m.cancel()
	m.ask(func() { m.own.closing = true })
	return m.teardown(Failed, err)
}

// open takes the steps of Open, in their order.
func (m *Modem) open(ctx context.Context, t Transport, sniff *sniffer) error {
	steps := []struct {
		name, remedy string
		run          func(context.Context) error
	}{
		{"AT", "restart the modem", func(ctx context.Context) error { return m.synchronise(ctx, sniff) }},
		{"identify", "", m.identify},
		{"SIM", "try it in a phone, restart the modem, or give it more time by Config.OpenTimeout", m.unlock},
		{"initialise", "", m.initialise},
		{"audio port", "", func(ctx context.Context) error { return m.openAudio(ctx, t) }},
	}
	for _, s := range steps {
		if err := s.run(ctx); err != nil {
			return &OpenError{Step: s.name, Err: m.whyNot(ctx, err), Remedy: remedy(s.remedy, err)}
		}
	}
	var lost error // the connection, behind the last step's command
	m.ask(func() {
		if lost = m.Err(); lost == nil {
			m.own.begin()
		}
	})
	if lost != nil {
		return &OpenError{Step: "ready", Err: lost}
	}
	return nil
}

// whyNot prefers the reason that opening was given up for to what it interrupted.
func (m *Modem) whyNot(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w (%w)", err, context.Cause(ctx))
	}
	return err
}

// begin takes calls from now on, those too that came while Open ran.
func (o *owner) begin() {
	o.ready = true
	o.m.setState(Ready, nil)
	for _, c := range o.calls {
		o.handOver(c)
	}
	o.pollNow() // a call may be there since before the reports were on
	o.askNetworkIn(0)
}

// synchronise gets the modem to answer. The first line sets what later ones
// rely on: echo off, result codes on, and as words (ITU-T V.250, 6.2).
func (m *Modem) synchronise(ctx context.Context, sniff *sniffer) error {
	const settings = "ATE0Q0V1"
	for {
		_, err := m.conn.Exec(ctx, atcmd.Command{Text: settings, Timeout: time.Second, Urgent: true})
		switch {
		case err == nil:
			return nil
		case isRefusal(err):
			return m.need(ctx, "ATE0", "the modem refuses to switch its echo off")
		case isConnectionLost(err):
			return err
		case ctx.Err() != nil:
			return sniff.verdict()
		}
	}
}

// need sends a command without which nothing works.
func (m *Modem) need(ctx context.Context, cmd, without string) error {
	if _, err := m.conn.Exec(ctx, atcmd.Command{Text: cmd}); err != nil {
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
func (m *Modem) try(ctx context.Context, cmd string) ([]string, error) {
	resp, err := m.conn.Exec(ctx, atcmd.Command{Text: cmd})
	for start := time.Now(); isBusy(err) && time.Since(start) < busyFor; {
		if err := pause(ctx, simPoll); err != nil {
			return nil, err
		}
		resp, err = m.conn.Exec(ctx, atcmd.Command{Text: cmd})
	}
	if err == nil {
		return resp.Lines, nil
	}
	if isConnectionLost(err) || ctx.Err() != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(cmd, "=")
	m.caps.Refused = append(m.caps.Refused, name)
	m.log.DebugContext(ctx, "optional command refused", slog.String("command", name), slog.Any("err", err))
	return nil, nil
}

// identify asks who the modem is, and chooses its profile.
func (m *Modem) identify(ctx context.Context) error {
	if _, err := m.try(ctx, "AT+CMEE=1"); err != nil { // errors with their numbers
		return err
	}
	id := m.identity
	for _, q := range []struct {
		cmd, label string
		into       *string
	}{
		{"AT+CGMI", "Manufacturer:", &id.Manufacturer},
		{"AT+CGMM", "Model:", &id.Model},
		{"AT+CGMR", "Revision:", &id.Revision},
		{"AT+CGSN", "IMEI:", &id.IMEI},
	} {
		lines, err := m.try(ctx, q.cmd)
		if err != nil {
			return err
		}
		*q.into = plain(lines, strings.TrimPrefix(q.cmd, "AT")+":", q.label)
	}
	for _, cmd := range []string{"ATI", "AT+SIMCOMATI"} {
		if id.Model != "" {
			break
		}
		lines, err := m.try(ctx, cmd)
		if err != nil {
			return err
		}
		id.fill(lines)
	}
	if m.cfg.Profile == nil {
		m.profile = profileFor(id)
	}
	id.Profile = m.profile.Name
	m.handleProfile()
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
func (m *Modem) initialise(ctx context.Context) error {
	commands := slices.Concat(standardInit, m.profile.Init)
	if m.cfg.CallWaiting {
		commands = append(commands, "AT+CCWA=1") // the report only, not the service
	}
	for _, cmd := range commands {
		if _, err := m.try(ctx, cmd); err != nil {
			return err
		}
	}
	if cmd := m.profile.KeysOn; cmd != "" {
		before := len(m.caps.Refused)
		if _, err := m.try(ctx, cmd); err != nil {
			return err
		}
		m.caps.Keys = len(m.caps.Refused) == before
	}
	return nil
}

// openAudio opens the port for the voice of calls, where there is one.
func (m *Modem) openAudio(ctx context.Context, t Transport) error {
	p := &m.profile.Audio
	if p.Rate == 0 {
		return nil
	}
	rw, err := t.OpenAudio(ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		m.log.DebugContext(ctx, "the transport has no audio port")
		return nil
	}
	if err != nil {
		return err
	}
	for _, cmd := range p.Setup {
		if _, err := m.try(ctx, cmd); err != nil {
			return errors.Join(err, rw.Close())
		}
	}
	m.caps.Audio, m.caps.AudioRate = true, p.Rate
	port := newAudioPort(rw, voice.Format{Rate: p.Rate}, p.Pace, m.log, m.audioGone)
	m.ask(func() { m.audio = port }) // the owner has calls by now, perhaps
	return nil
}

// audioGone is told when the audio port breaks.
func (m *Modem) audioGone(err error) {
	m.log.Warn("the audio port is gone: calls go on without audio", slog.Any("err", err))
}
