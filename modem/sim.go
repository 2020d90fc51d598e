package modem

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

// simPoll is how often a SIM that is busy is asked again.
const simPoll = 500 * time.Millisecond

// What AT+CPIN? tells (3GPP TS 27.007, 8.3).
const (
	simReady    = "READY"
	simWantsPIN = "SIM PIN"
	simWantsPUK = "SIM PUK"
)

// simQuery asks for the SIM.
var simQuery = atcmd.Command{Text: "AT+CPIN?", Answers: true}

// unlock waits until the SIM is ready, and gives it the PIN if it wants one, at
// most once.
func (p *opening) unlock(ctx context.Context) error {
	tried := false
	for {
		resp, err := p.conn.Exec(ctx, simQuery)
		state, err := readSIM(resp, err)
		switch {
		case err != nil:
			return err
		case state == simReady:
			return p.pinReady(ctx) // of an attempt before, too
		case state == simWantsPIN && tried:
			p.m.pinRefused.Store(true)
			return ErrPINWrong
		case state == simWantsPIN:
			if err := p.enterPIN(ctx); err != nil {
				return err
			}
			tried = true
		case state == simWantsPUK:
			return ErrPUKRequired
		case state != "":
			return fmt.Errorf("%w: it is in state %q", ErrSIMFailure, state)
		}
		if err := pause(ctx, simPoll); err != nil {
			return fmt.Errorf("%w (%w)", ErrSIMBusy, err)
		}
	}
}

// readSIM reads an answer of AT+CPIN?. The state is "" while the SIM is busy.
func readSIM(resp atcmd.Response, err error) (string, error) {
	for _, line := range resp.Lines {
		if state, ok := parsePIN(line); ok {
			switch state {
			case "NOT READY":
				return "", nil
			case "NOT INSERTED", "SIM REMOVED":
				return "", ErrSIMMissing
			}
			return state, nil
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
		return simWantsPIN, nil
	case 12:
		return simWantsPUK, nil
	case 13, 15:
		return "", fmt.Errorf("%w: %w", ErrSIMFailure, err)
	}
	if err == nil {
		err = errNoLine
	}
	return "", err
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
