package modem

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

const (
	// pinAttempts is how many a SIM gives (ETSI TS 102 221, 9.5.2).
	pinAttempts = 3

	// pinTimeout bounds AT+CPIN=: manuals say 5 to 15 s.
	pinTimeout = 15 * time.Second
)

// pinReady notes that the SIM is ready: a PIN that was sent was right. That Open has to
// tell if it cannot be noted; later it costs no calls.
func (p *opening) pinReady(ctx context.Context) error {
	p.m.pinForced.Store(false)
	err := pinNote(p.m.cfg.PINState).remove()
	if err != nil && p.again {
		p.m.log.WarnContext(ctx, "the note of an attempt at the PIN stays", slog.Any("err", err))
		return nil
	}
	return err
}

// enterPIN sends Config.PIN, unless that could lock the SIM.
func (p *opening) enterPIN(ctx context.Context) error {
	cfg := p.m.cfg
	switch {
	case cfg.PIN == "":
		return ErrPINRequired
	case p.m.pinRefused.Load():
		return ErrPINWrong
	}
	note := pinNote(cfg.PINState)
	if !cfg.PINForce || p.m.pinForced.Swap(true) {
		if err := p.mayTry(ctx, note); err != nil {
			return err
		}
	}
	if err := note.write(); err != nil {
		return err
	}
	_, err := p.conn.Exec(ctx, atcmd.Command{Text: `AT+CPIN="` + cfg.PIN + `"`, Timeout: pinTimeout})
	if isRefusal(err) && !isBusy(err) {
		p.m.pinRefused.Store(true)
		return ErrPINWrong
	}
	return err
}

// mayTry tells why the PIN must not be sent. A SIM that has all its attempts left
// may be tried, whatever was before.
func (p *opening) mayTry(ctx context.Context, note pinNote) error {
	left, known := attemptsLeft(ctx, p.conn)
	switch {
	case known && left < pinAttempts:
		return ErrPINAttempts
	case known:
		return nil
	case note == "":
		return ErrPINAttempts
	}
	return note.check()
}

// attemptQueries ask how many attempts are left for the PIN. prefix is that of the
// answer, and at the place of the number behind it, counted from zero.
var attemptQueries = []struct {
	cmd, prefix string
	name        string // of the code that the line is about, where there is one
	at          int
}{
	{`AT+CPINR="SIM PIN"`, "+CPINR", "SIM PIN", 1}, // 3GPP TS 27.007, 8.65
	{"AT+SPIC", "+SPIC", "", 0},                    // SIMCom's manuals
	{`AT+QPINC="SC"`, "+QPINC", "SC", 1},           // Quectel's manuals
	{"AT^CPIN?", "^CPIN", "", 3},                   // Huawei's manuals: ^CPIN: <state>,<times>,<puk>,<pin>,...
	{"AT#PCT", "#PCT", "", 0},                      // Telit's manuals
}

// attemptsLeft asks how many attempts the SIM gives for its PIN. A query that the
// modem does not know costs nothing.
func attemptsLeft(ctx context.Context, conn *atcmd.Conn) (n int, known bool) {
	for _, q := range attemptQueries {
		resp, err := conn.Exec(ctx, atcmd.Command{Text: q.cmd, Prefix: q.prefix})
		if err != nil {
			continue
		}
		for _, line := range resp.Lines {
			prefix, args := atcmd.Parse(line)
			if prefix != q.prefix || len(args) <= q.at || q.name != "" && !strings.EqualFold(args[0].Text, q.name) {
				continue
			}
			if n, ok := args[q.at].Int(); ok {
				return n, true
			}
		}
	}
	return 0, false
}
