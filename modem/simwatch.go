package modem

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
)

// simAgain is how often a SIM is asked for that cannot be used.
const simAgain = 5 * time.Second

// SIMState is whether the SIM can be used.
type SIMState int

const (
	// SIMReady means that it can.
	SIMReady SIMState = iota
	// SIMMissing means that there is none: ErrSIMMissing.
	SIMMissing
	// SIMBusy means that it is not ready yet: ErrSIMBusy.
	SIMBusy
	// SIMLocked means that it wants its PIN, or its PUK: one of the errors whose
	// names begin with ErrPIN or ErrPUK, or that the PIN could not be noted in
	// Config.PINState and so was not sent.
	SIMLocked
	// SIMFailed means that it does not work, ErrSIMFailure, or that it could not be asked.
	SIMFailed
)

var simStateNames = [...]string{"ready", "missing", "busy", "locked", "failed"}

// String returns the state's name in lower case, as the feed shows it.
func (s SIMState) String() string {
	if s >= 0 && int(s) < len(simStateNames) {
		return simStateNames[s]
	}
	return "SIMState(" + strconv.Itoa(int(s)) + ")"
}

// SIMChanged is published when the SIM can be used no more, or again: it was taken
// out, put in, or locked. On the feed it is "sim.state".
type SIMChanged struct {
	events.Header
	State SIMState // the new one
	// Err is why it cannot be used, and what to do about it; nil if it can.
	Err error
}

// EventName returns "sim.state".
func (SIMChanged) EventName() string { return "sim.state" }

// PublicData returns the event for the feed: the state, and a word for Err if there
// is one, such as "pin_required", "pin_wrong" or "puk_required". The error's text is
// not for it.
func (e SIMChanged) PublicData(events.Privacy) any {
	return struct {
		State  string `json:"state"`
		Reason string `json:"reason,omitempty"`
	}{e.State.String(), troubleOf(e.Err)}
}

// LogValue returns the state and the error.
func (e SIMChanged) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("state", e.State.String())}
	if e.Err != nil {
		attrs = append(attrs, slog.Any("err", e.Err))
	}
	return slog.GroupValue(attrs...)
}

// simWatch is what the owner knows of the SIM.
type simWatch struct {
	refused error // why it cannot be used; nil if it can
	timer   *time.Timer
	busy    bool // it is being asked for
}

// simStateOf returns the state that goes with an error of unlocking.
func simStateOf(err error) SIMState {
	switch {
	case err == nil:
		return SIMReady
	case errors.Is(err, ErrSIMMissing):
		return SIMMissing
	case errors.Is(err, ErrSIMBusy):
		return SIMBusy
	}
	for _, locked := range []error{ErrPINRequired, ErrPINAttempts, ErrPINNoted, ErrPINWrong, ErrPUKRequired, errPINState} {
		if errors.Is(err, locked) {
			return SIMLocked
		}
	}
	return SIMFailed
}

// handleSIM takes the reports about the SIM: after each it is asked for.
func (m *Modem) handleSIM(l *link) {
	m.handle(l, "+CPIN", func(string) { m.own.askSIM() })
	for _, name := range l.profile.SIM {
		m.handle(l, name, func(string) { m.own.askSIM() })
	}
}

// setSIM takes whether the SIM can be used, and tells if that is another. While it
// cannot, it is asked for again and again, as not every modem reports it.
func (o *owner) setSIM(refused error) {
	before := simStateOf(o.sim.refused)
	o.sim.refused = refused
	if now := simStateOf(refused); now != before {
		o.m.log.Warn("SIM", slog.String("state", now.String()))
		events.Publish(o.m.cfg.Events, SIMChanged{Header: o.m.header(), State: now, Err: refused})
	}
	if refused != nil {
		o.askSIMIn(simAgain)
	}
}

func (o *owner) askSIMIn(d time.Duration) {
	if o.sim.timer != nil {
		o.sim.timer.Stop()
	}
	turn := o.turn
	o.sim.timer = o.m.after(d, func() {
		if o.turn == turn {
			o.askSIM()
		}
	})
}

// askSIM asks AT+CPIN?, unless nothing may be sent.
func (o *owner) askSIM() {
	if !o.ready || o.setup > 0 || o.sim.busy {
		o.askSIMIn(simPoll)
		return
	}
	o.sim.busy = true
	o.m.job(nil, simQuery, func(resp atcmd.Response, err error) {
		o.sim.busy = false
		outOfStep := errors.Is(err, atcmd.ErrNoLine)
		state, err := readSIM(resp, err)
		switch {
		case outOfStep:
			o.askSIMIn(simPoll)
		case err == nil, errors.Is(err, ErrSIMMissing), errors.Is(err, ErrSIMFailure):
			o.simTold(state, err)
		case o.sim.refused != nil: // it did not tell
			o.askSIMIn(simAgain)
		}
	})
}

// simTold takes what AT+CPIN? told. A SIM that is back, or is another one, needs
// all that Open does for it: the link is made anew, when there is no call.
func (o *owner) simTold(state string, err error) {
	locked := simStateOf(o.sim.refused) == SIMLocked
	mayUnlock := o.m.cfg.PIN != "" && !o.m.pinRefused.Load() && !locked
	switch back := state == simReady && o.sim.refused != nil || state == simWantsPIN && mayUnlock; {
	case err != nil:
		o.setSIM(err)
	case back && o.beside(nil):
		o.askSIMIn(simAgain)
	case back:
		o.distrust(errSIMBack, false)
	case state == simReady:
	case state == simWantsPIN && !locked && o.m.cfg.PIN != "":
		o.setSIM(ErrPINWrong)
	case state == simWantsPIN && !locked:
		o.setSIM(ErrPINRequired)
	case state == simWantsPUK:
		o.setSIM(ErrPUKRequired)
	case state == "":
		o.setSIM(ErrSIMBusy)
		o.askSIMIn(simPoll)
	case state != simWantsPIN:
		o.setSIM(fmt.Errorf("%w: it is in state %q", ErrSIMFailure, state))
	default:
		o.askSIMIn(simAgain)
	}
}

// errSIMBack is why a link is made anew for a SIM.
var errSIMBack = fmt.Errorf("%w: the SIM was changed", ErrRestarted)
