package modem

import (
	"errors"
	"slices"
	"strings"
)

// Errors of Open. What Open returns wraps them and says more.
var (
	// ErrNoAnswer means that nothing answered on the AT port.
	ErrNoAnswer = errors.New("no answer to AT: check that it is the modem's AT port, that the modem is on, the baud rate, and that no other program uses the port")

	// ErrNotModem means that something talks on the AT port, but not as a modem.
	ErrNotModem = errors.New("this is no AT port: it sends data but does not answer AT; try the modem's other ports")

	// ErrDataMode means that the port carries a data connection that another program
	// has left behind, and that could not be ended.
	ErrDataMode = errors.New("the port is in data mode: it carries a PPP connection; end the program that uses it (pppd, ModemManager, NetworkManager), or restart the modem")

	// ErrDiagnosticPort means that the port is the one for the maker's diagnosis.
	ErrDiagnosticPort = errors.New("this is the modem's diagnostic port: use its AT port, often the one with a number two higher")

	// ErrPositionPort means that the port sends positions, in lines of NMEA 0183.
	ErrPositionPort = errors.New("this is the modem's port for positions (NMEA): use its AT port, often the next one")

	// ErrBaudRate means that what comes is no text, as when the other side sends
	// at another rate.
	ErrBaudRate = errors.New("only garbage comes: the baud rate is wrong; set the modem's, such as 115200 or 9600")

	// ErrSIMMissing means that the modem has no SIM.
	ErrSIMMissing = errors.New("no SIM: put one in, and check the holder and its contacts")

	// ErrPINRequired means that the SIM wants its PIN and Config.PIN is empty.
	ErrPINRequired = errors.New("the SIM wants its PIN: set Config.PIN, or switch the PIN off in a phone")

	// ErrPINAttempts means that the PIN was not sent, because a wrong one could
	// lock the SIM: attempts were used up already, or the modem cannot say how
	// many are left, and Config.PINState does not keep it from being tried twice.
	ErrPINAttempts = errors.New("the PIN is not sent: attempts are missing or not readable; check it in a phone, then set Config.PINState or Config.PINForce")

	// ErrPINNoted means that the PIN was not sent, because the file of
	// Config.PINState has a note of an attempt that was not right.
	ErrPINNoted = errors.New("the PIN is not sent: it was tried before and was not right; check it in a phone, then remove the file of Config.PINState")

	// ErrPINWrong means that the SIM refused Config.PIN. It is not sent again.
	ErrPINWrong = errors.New("the SIM refused the PIN: correct Config.PIN; it is not tried again")

	// ErrPUKRequired means that the SIM is locked and wants its PUK.
	ErrPUKRequired = errors.New("the SIM is locked and wants its PUK: unlock it in a phone")

	// ErrSIMBusy means that the SIM is not ready yet, as just after it was put in.
	ErrSIMBusy = errors.New("the SIM is not ready yet: wait")

	// ErrSIMFailure means that the SIM does not work, or is locked to
	// something else than a PIN.
	ErrSIMFailure = errors.New("the SIM cannot be used")
)

// errNoTransport is that of a program which has none.
var errNoTransport = errors.New("the transport is nil: pass &serial.Ports{...}, &modem.TCP{...} or a modemtest.Modem")

// Errors of a Modem.
var (
	// ErrClosed means that the modem was closed.
	ErrClosed = errors.New("modem: closed")

	// ErrLost means that the connection to the modem is lost. The modem is looked
	// for, and opened again when it is back: see StateChanged.
	ErrLost = errors.New("modem: the connection is lost: it is being opened again")

	// ErrUnresponsive is why a connection was given up over which the modem did not
	// answer any more.
	ErrUnresponsive = errors.New("modem: it does not answer any more")

	// ErrRestarted is why a connection was given up whose modem has restarted: it
	// had lost its calls and its settings.
	ErrRestarted = errors.New("modem: it has restarted")

	// ErrAudioSilent is why a modem was restarted whose calls had become silent.
	ErrAudioSilent = errors.New("modem: its calls are without sound")

	// ErrShutdown means that the modem takes no new calls, after Shutdown.
	ErrShutdown = errors.New("modem: shutting down: no new calls")

	// ErrBadNumber means that a number to dial is not an optional + and 1 to 20
	// digits. Letters, *, # and pauses are refused, because a dialled code can
	// change the subscriber's settings.
	ErrBadNumber = errors.New("modem: not a number to dial: use an optional + and 1 to 20 digits, without spaces")

	// ErrLineBusy means that there is a call already, and the modem would put
	// it on hold for another one.
	ErrLineBusy = errors.New("modem: there is another call: end it first")

	// ErrNoVoice means that a call could not be dialled on a modem which, by its
	// Capabilities, makes none: its firmware is for data only, or its voice is
	// locked.
	ErrNoVoice = errors.New("modem: the modem's firmware has no voice calls: it needs other firmware, or a modem with voice")

	// ErrNoNetwork means that a call could not be dialled while the modem was in no
	// network with calls, such as one for messages only, or LTE without VoLTE and
	// without GSM or UMTS beside it.
	ErrNoNetwork = errors.New("modem: no network with calls: check the antenna, the SIM's contract, and whether the network has VoLTE for this modem")

	// ErrHandlersRunning means that handlers had not returned 10 s after Close
	// hung up and canceled their contexts.
	ErrHandlersRunning = errors.New("modem: call handlers are still running: they must return when their context is done, and not call Close")
)

// OpenError tells at which step Open failed.
type OpenError struct {
	// Step is what Open was doing, such as "AT port", "identify", "SIM" or the
	// name of a command.
	Step string
	// Err is the cause.
	Err error
	// Remedy is what to do about it, where Err does not say it.
	Remedy string
}

// Error names the step, the cause and the remedy.
func (e *OpenError) Error() string {
	text := "modem: open: " + atStep(e.Step, e.Err)
	if e.Remedy != "" {
		text += "; " + e.Remedy
	}
	return text
}

// atStep is the text of an error at a step. That of this package's own errors begins
// with its name, and that of a TCP with the port, which have been said then.
func atStep(step string, err error) string {
	text := strings.TrimPrefix(err.Error(), "modem: ")
	text = strings.ReplaceAll(text, ": modem: ", ": ")
	return step + ": " + strings.TrimPrefix(text, step+": ")
}

// saysWhatToDo are the errors whose text does.
var saysWhatToDo = []error{
	ErrNoAnswer, ErrNotModem, ErrDataMode, ErrDiagnosticPort, ErrPositionPort, ErrBaudRate, ErrSIMMissing, ErrPINRequired, ErrPINAttempts, ErrPINNoted, ErrPINWrong, ErrPUKRequired, errPINState,
}

// remedy returns what is to be done about err at a step of Open, unless err says
// it, or the connection is lost, which is another matter.
func remedy(usual string, err error) string {
	says := func(target error) bool { return errors.Is(err, target) }
	if isConnectionLost(err) || slices.ContainsFunc(saysWhatToDo, says) {
		return ""
	}
	return usual
}

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }
