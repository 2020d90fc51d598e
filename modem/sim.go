package modem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

const (
	// simPoll is how often a SIM that is busy is asked again.
	simPoll = 500 * time.Millisecond

	// pinAttempts is how many a SIM gives (ETSI TS 102 221, 9.5.2).
	pinAttempts = 3

	// pinTimeout bounds AT+CPIN=: manuals say 5 to 15 s.
	pinTimeout = 15 * time.Second
)

// unlock waits until the SIM is ready, and gives it the PIN if it wants one, at
// most once.
func (m *Modem) unlock(ctx context.Context) error {
	tried := false
	for {
		state, err := m.simState(ctx)
		switch {
		case err != nil:
			return err
		case state == "READY":
			return nil
		case state == "SIM PIN" && tried:
			return ErrPINWrong
		case state == "SIM PIN":
			if err := m.enterPIN(ctx); err != nil {
				return err
			}
			tried = true
		case state == "SIM PUK":
			return ErrPUKRequired
		case state == "NOT INSERTED", state == "SIM REMOVED":
			return ErrSIMMissing
		case state != "": // "" is busy
			return fmt.Errorf("%w: it is in state %q", ErrSIMFailure, state)
		}
		if err := pause(ctx, simPoll); err != nil {
			return err
		}
	}
}

// simState asks AT+CPIN?. It returns "" while the SIM is busy.
func (m *Modem) simState(ctx context.Context) (string, error) {
	resp, err := m.conn.Exec(ctx, atcmd.Command{Text: "AT+CPIN?", Answers: true})
	for _, line := range resp.Lines {
		if _, state, ok := strings.Cut(line, "+CPIN:"); ok {
			if state = strings.TrimSpace(state); state != "NOT READY" {
				return state, nil
			}
			return "", nil
		}
	}
	if isBusy(err) || errors.Is(err, atcmd.ErrNoLine) { // or out of step, for this once
		return "", nil
	}
	code, _ := errors.AsType[atcmd.CMEError](err)
	switch code {
	case 10:
		return "", ErrSIMMissing
	case 11:
		return "SIM PIN", nil
	case 12:
		return "SIM PUK", nil
	case 13, 15:
		return "", fmt.Errorf("%w: %w", ErrSIMFailure, err)
	}
	if err == nil {
		err = errNoLine
	}
	return "", err
}

// enterPIN sends Config.PIN, unless that could lock the SIM.
func (m *Modem) enterPIN(ctx context.Context) error {
	if m.cfg.PIN == "" {
		return ErrPINRequired
	}
	if !m.cfg.PINForce && m.attemptsLeft(ctx) < pinAttempts {
		return ErrPINAttempts
	}
	_, err := m.conn.Exec(ctx, atcmd.Command{Text: `AT+CPIN="` + m.cfg.PIN + `"`, Timeout: pinTimeout})
	if isRefusal(err) {
		return ErrPINWrong
	}
	return err
}

// attemptsLeft asks how many PIN attempts the SIM gives; 0 if nobody knows.
// AT+CPINR is 3GPP TS 27.007, 8.65; AT+SPIC is SIMCom's.
func (m *Modem) attemptsLeft(ctx context.Context) int {
	if resp, err := m.conn.Exec(ctx, atcmd.Command{Text: `AT+CPINR="SIM PIN"`, Prefix: "+CPINR"}); err == nil {
		for _, line := range resp.Lines {
			if _, args := atcmd.Parse(line); len(args) >= 2 && args[0].Text == "SIM PIN" {
				n, _ := args[1].Int()
				return n
			}
		}
	}
	resp, err := m.conn.Exec(ctx, atcmd.Command{Text: "AT+SPIC"})
	if err != nil || len(resp.Lines) == 0 {
		return 0
	}
	_, args := atcmd.Parse(resp.Lines[0])
	if len(args) == 0 {
		return 0
	}
	n, _ := args[0].Int()
	return n
}

// pause waits for d.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
