package modem

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// defaultProbeWait is longer than a peer of PPP that hears no answer waits before it
// sends again: 3 s (RFC 1661, 4.6).
const defaultProbeWait = 4 * time.Second

// ProbeConfig holds the optional settings of [Probe]. The zero value is ready for
// use.
type ProbeConfig struct {
	// Identify asks for what tells this modem and its SIM from all others: IMEI, IMSI
	// and ICCID. Without it they are not asked for.
	Identify bool

	// Wait is for how long AT is sent, once a second, until the modem answers. Zero
	// means 4 s, which is enough to see that a port is in data mode.
	Wait time.Duration

	// Logger takes the dialogue at Debug, by names and without contents. Nil means no
	// logging.
	Logger *slog.Logger
}

// Probed is what [Probe] found out. It prints and logs without IMEI, IMSI and ICCID.
type Probed struct {
	// Identity is who the modem says it is. Its IMEI is there if it was asked for.
	Identity Identity

	// SIM is whether the SIM can be used.
	SIM SIMState

	// SIMErr is why not, and what to do about it: ErrSIMMissing, ErrSIMBusy,
	// ErrSIMFailure, ErrPINRequired or ErrPUKRequired. It is nil if it can.
	SIMErr error

	// PINAttempts is how many attempts are left for the PIN, or -1 where the modem
	// does not tell.
	PINAttempts int

	// Registration is how the modem is registered, RegistrationUnknown where it does
	// not tell.
	Registration Registration

	// Signal is the strength of the network's signal.
	Signal Signal

	// Capabilities are what the modem can do as far as it tells without being set:
	// Voice and Messages are those that Open will find, unless the SIM cannot be used
	// and they are taken for granted; Audio and AudioRate tell of a port that the
	// family has, and not whether the transport has it; Keys tells that the family
	// has reports of keys. Refused is empty.
	Capabilities Capabilities

	// IMSI and ICCID are the numbers of the subscriber and of the SIM, empty where
	// they were not asked for or not told.
	IMSI, ICCID string
}

// Probe asks the modem on the AT port of a transport who and how it is, and changes
// nothing: it sends queries only. It opens the AT port alone, for as long as it takes.
// To learn why a SIM cannot be used it may have to switch numbered errors on
// (AT+CMEE=1), and switches them off again. It never sends a PIN, dials, or ends a data
// connection. It is for programs that look after modems; [Open] needs none of it.
//
// An error means that there is no modem to ask, or not any more: ErrNoAnswer,
// ErrNotModem, ErrDataMode, ErrDiagnosticPort, ErrPositionPort, ErrBaudRate, or that
// of the transport or of ctx; it comes with what was found out before. What a modem
// refuses to tell is no error. A nil cfg means no settings.
func Probe(ctx context.Context, t Transport, cfg *ProbeConfig) (Probed, error) {
	var c ProbeConfig
	if cfg != nil {
		c = *cfg
	}
	if c.Wait <= 0 {
		c.Wait = defaultProbeWait
	}
	p := newProbing(c)
	rw, err := t.OpenAT(ctx)
	if err != nil {
		return p.found, &probeError{step: stepPort, err: err}
	}
	if err := p.over(ctx, rw); err != nil {
		return p.found, &probeError{step: "AT", err: err}
	}
	return p.found, nil
}

// probeError tells at which step Probe failed.
type probeError struct {
	step string
	err  error
}

func (e *probeError) Error() string { return "modem: probe: " + atStep(e.step, e.err) }

func (e *probeError) Unwrap() error { return e.err }

// String names the modem and tells how it is.
func (p Probed) String() string {
	return fmt.Sprintf("%v, SIM %v, network %v, signal %v", p.Identity, p.SIM, p.Registration, p.Signal)
}

// GoString is String.
func (p Probed) GoString() string { return p.String() }

// Format writes String, whatever the verb.
func (p Probed) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.String())) }

// LogValue returns all but the identities.
func (p Probed) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Any("identity", p.Identity),
		slog.String("sim", p.SIM.String()),
		slog.Any("sim_err", p.SIMErr),
		slog.Int("pin_attempts", p.PINAttempts),
		slog.String("registration", p.Registration.String()),
		slog.String("signal", p.Signal.String()),
		slog.Any("capabilities", p.Capabilities),
	)
}
