package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

// probing is a [Probe] at work.
type probing struct {
	cfg      ProbeConfig
	wire     *sniffer
	conn     *atcmd.Conn
	found    Probed
	profile  *Profile
	numbered bool // errors come with their numbers
}

func newProbing(cfg ProbeConfig) *probing {
	return &probing{cfg: cfg, profile: &generic, found: Probed{
		PINAttempts: -1, Registration: Registration{Status: RegistrationUnknown},
	}}
}

// over asks over an AT port, and closes it.
func (p *probing) over(ctx context.Context, rw io.ReadWriteCloser) error {
	p.wire = &sniffer{ReadWriteCloser: rw}
	p.conn = atcmd.New(p.wire, &atcmd.Config{Logger: p.cfg.Logger})
	err := p.run(ctx)
	return errors.Join(err, p.conn.Close())
}

func (p *probing) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		p.wake, p.identity, p.sim, p.attempts, p.network, p.capabilities, p.numbers,
	} {
		if err := step(ctx); err != nil {
			return whyNot(ctx, err)
		}
	}
	return nil
}

// wake gets the modem to answer. A port that is in data mode is left alone.
func (p *probing) wake(ctx context.Context) error {
	for end := time.Now().Add(p.cfg.Wait); ; {
		_, err := p.conn.Exec(ctx, atcmd.Command{Text: "AT", Timeout: min(time.Second, p.cfg.Wait)})
		switch {
		case err == nil || isRefusal(err):
			if p.inStep(ctx) {
				return nil
			}
		case isConnectionLost(err):
			return err
		}
		if ctx.Err() != nil || !time.Now().Before(end) || p.wire.isData() {
			return p.wire.verdict()
		}
	}
}

// inStep tells whether the modem answers what it is asked now, see opening.inStep,
// and learns how it spells errors (3GPP TS 27.007, 9.1).
func (p *probing) inStep(ctx context.Context) bool {
	resp, err := p.conn.Exec(ctx, atcmd.Command{Text: "AT+CMEE?", Prefix: "+CMEE", Answers: true, Timeout: time.Second})
	for _, line := range resp.Lines {
		_, args := atcmd.Parse(line)
		n, ok := ints(args, 1)
		p.numbered = ok && n[0] != 0
	}
	return err == nil || isRefusal(err)
}

// ask sends a query. An answer that is no answer has no lines; the error is for a
// modem that is gone.
func (p *probing) ask(ctx context.Context, cmd, prefix string) (lines []string, told, gone error) {
	resp, err := p.conn.Exec(ctx, atcmd.Command{Text: cmd, Prefix: prefix})
	if isConnectionLost(err) || ctx.Err() != nil {
		return nil, err, err
	}
	if err != nil {
		return nil, err, nil
	}
	return resp.Lines, nil, nil
}

// identity asks who the modem is.
func (p *probing) identity(ctx context.Context) error {
	id := &p.found.Identity
	questions := id.questions()
	if !p.cfg.Identify {
		questions = questions[:len(questions)-1]
	}
	for _, q := range questions {
		lines, _, gone := p.ask(ctx, q.cmd, "")
		if gone != nil {
			return gone
		}
		q.take(lines)
	}
	for _, cmd := range []string{"ATI", "AT+SIMCOMATI"} {
		if id.Model != "" {
			break
		}
		lines, _, gone := p.ask(ctx, cmd, "")
		if gone != nil {
			return gone
		}
		id.fill(lines)
	}
	if !p.cfg.Identify {
		id.IMEI = "" // some tell it without being asked
	}
	p.profile = profileFor(id)
	id.Profile = p.profile.Name
	return nil
}

// sim asks for the SIM. Without numbers all its troubles are one ERROR.
func (p *probing) sim(ctx context.Context) error {
	resp, err := p.conn.Exec(ctx, simQuery)
	if errors.Is(err, atcmd.ErrRejected) && !p.numbered {
		resp, err = p.withNumbers(ctx, simQuery)
	}
	if isConnectionLost(err) || ctx.Err() != nil {
		return err
	}
	state, err := readSIM(resp, err)
	switch {
	case errors.Is(err, ErrSIMMissing), errors.Is(err, ErrSIMFailure):
	case err != nil:
		err = fmt.Errorf("%w: %w", ErrSIMFailure, err)
	case state == "":
		err = ErrSIMBusy
	case state == simWantsPIN:
		err = ErrPINRequired
	case state == simWantsPUK:
		err = ErrPUKRequired
	case state != simReady:
		err = fmt.Errorf("%w: it is in state %q", ErrSIMFailure, state)
	}
	p.found.SIM, p.found.SIMErr = simStateOf(err), err
	return nil
}

// withNumbers sends a command while errors have numbers, and then takes them away
// again, whatever happens in between.
func (p *probing) withNumbers(ctx context.Context, cmd atcmd.Command) (atcmd.Response, error) {
	if _, err := p.conn.Exec(ctx, atcmd.Command{Text: "AT+CMEE=1"}); err != nil {
		return atcmd.Response{}, atcmd.ErrRejected
	}
	resp, err := p.conn.Exec(ctx, cmd)
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, failed := p.conn.Exec(back, atcmd.Command{Text: "AT+CMEE=0"}); failed != nil {
		return resp, errors.Join(err, failed)
	}
	return resp, err
}

// attempts asks how many attempts are left for the PIN.
func (p *probing) attempts(ctx context.Context) error {
	if p.found.SIM == SIMMissing {
		return nil
	}
	if n, known := attemptsLeft(ctx, p.conn); known {
		p.found.PINAttempts = n
	}
	return p.gone(ctx)
}

// gone tells that the modem can be asked no more.
func (p *probing) gone(ctx context.Context) error {
	if err := p.conn.Err(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// network asks for registration, as Modem.Registration does, and signal.
func (p *probing) network(ctx context.Context) error {
	for _, cmd := range []string{"AT+CREG?", "AT+CEREG?"} {
		if p.found.Registration.Voice() {
			break
		}
		lines, _, gone := p.ask(ctx, cmd, "")
		if gone != nil {
			return gone
		}
		for _, line := range lines {
			r, ok := parseRegistration(line)
			if known := p.found.Registration.Status != RegistrationUnknown; ok && (r.Voice() || !known) {
				p.found.Registration = r
			}
		}
	}
	lines, _, gone := p.ask(ctx, "AT+CSQ", "")
	for _, line := range lines {
		if s, ok := parseCSQ(line); ok {
			p.found.Signal = s
		}
	}
	return gone
}

// capabilities asks what Open finds out by setting it.
func (p *probing) capabilities(ctx context.Context) error {
	caps := &p.found.Capabilities
	*caps = Capabilities{Voice: true, Messages: true, AudioRate: p.profile.Audio.Rate, Keys: p.profile.KeysOn != ""}
	for _, q := range []struct {
		cmd  string
		lost *bool
	}{{"AT+CMGF?", &caps.Messages}, {"AT+CLIP=?", &caps.Voice}} {
		_, told, gone := p.ask(ctx, q.cmd, "")
		if gone != nil {
			return gone
		}
		if errors.Is(told, atcmd.ErrRejected) && p.found.SIM == SIMReady {
			*q.lost = false
		}
	}
	caps.Voice = caps.Voice && caps.Messages
	if p.profile.Audio.Query == RateCVOICE {
		lines, told, gone := p.ask(ctx, "AT^CVOICE?", "")
		if gone != nil {
			return gone
		}
		caps.takeVoice(lines, told != nil)
	}
	caps.Audio = caps.AudioRate > 0
	return nil
}

// iccidQueries ask for the number of the SIM, with the prefixes of their answers.
var iccidQueries = []struct{ cmd, prefix string }{
	{"AT+CCID", "+CCID"},    // ModemManager, SIM800 manual
	{"AT+CICCID", "+ICCID"}, // SIM7600 manual
	{"AT+QCCID", "+QCCID"},  // Quectel's manuals
	{"AT^ICCID?", "^ICCID"}, // Huawei's manuals
	{"AT#CCID", "#CCID"},    // Telit's manuals
}

// numbers asks for those of subscriber and SIM, if that is wanted.
func (p *probing) numbers(ctx context.Context) error {
	if !p.cfg.Identify || p.found.SIM != SIMReady {
		return nil
	}
	lines, _, gone := p.ask(ctx, "AT+CIMI", "")
	p.found.IMSI = plain(lines, "+CIMI:")
	for _, q := range iccidQueries {
		if p.found.ICCID != "" || gone != nil {
			break
		}
		lines, _, gone = p.ask(ctx, q.cmd, q.prefix)
		p.found.ICCID = strings.TrimSpace(plain(lines, q.prefix+":"))
	}
	return gone
}
