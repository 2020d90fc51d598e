package modem

import (
	"context"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

// synchronise gets the modem to answer. The first line sets what later ones
// rely on: echo off, result codes on, and as words (ITU-T V.250, 6.2).
func (p *opening) synchronise(ctx context.Context) error {
	const settings = "ATE0Q0V1"
	p.caps = Capabilities{}
	for escaped := false; ; {
		if !escaped && p.wire.isData() {
			escaped = true
			if err := p.leaveData(ctx); err != nil {
				return err
			}
		}
		_, err := p.conn.Exec(ctx, atcmd.Command{Text: settings, Timeout: time.Second, Urgent: true})
		switch {
		case err == nil && !p.inStep(ctx): // that was the answer to what another has asked
		case err == nil:
			p.known = p.starts.Load()
			return p.quieten(ctx)
		case isRefusal(err):
			p.known = p.starts.Load()
			return p.need(ctx, "ATE0", "the modem refuses to switch its echo off")
		case isConnectionLost(err):
			return err
		case ctx.Err() != nil:
			return p.wire.verdict()
		}
	}
}

// leaveData ends the data mode that another program has left a port in: "+++"
// between two pauses makes the modem listen to commands (ITU-T V.250 leaves that to
// makers, who keep to Hayes), ATH gives the connection up.
func (p *opening) leaveData(ctx context.Context) error {
	const guard = 1100 * time.Millisecond
	p.m.log.WarnContext(ctx, "the port is in data mode: ending the connection that was left there")
	if pause(ctx, guard) != nil {
		return ErrDataMode
	}
	if _, err := p.wire.Write([]byte("+++")); err != nil {
		return err
	}
	if pause(ctx, guard) != nil {
		return ErrDataMode
	}
	_, err := p.conn.Exec(ctx, atcmd.Command{Text: "ATH", Timeout: 2 * time.Second})
	if isConnectionLost(err) {
		return err
	}
	return nil
}

// inStep tells whether the modem answers what it is asked now. An OK may have been
// left by whoever used the port before, and every later answer would be taken for
// that of another command.
func (p *opening) inStep(ctx context.Context) bool {
	_, err := p.conn.Exec(ctx, atcmd.Command{Text: "AT+CMEE?", Prefix: "+CMEE", Answers: true, Timeout: time.Second})
	return err == nil || isRefusal(err)
}

// quieten makes the settings of the second AT port, as far as it takes them.
func (p *opening) quieten(ctx context.Context) error {
	if p.reports == nil {
		return nil
	}
	for _, cmd := range []string{"ATE0Q0V1", "AT+CLIP=1", "AT+CREG=2"} {
		_, err := p.reports.Exec(ctx, atcmd.Command{Text: cmd, Timeout: time.Second})
		if isConnectionLost(err) || ctx.Err() != nil {
			return err
		}
	}
	return nil
}
