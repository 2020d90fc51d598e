package modem

import "errors"

// troubles are the words by which the feed tells why a modem is lost or failed, or a
// SIM cannot be used. The texts of errors are not for it: they name devices, and
// change.
var troubles = []struct {
	err  error
	word string
}{
	{errSIMBack, "sim_changed"},
	{ErrRestarted, "restarted"},
	{ErrUnresponsive, "unresponsive"},
	{ErrAudioSilent, "audio_silent"},
	{ErrSIMMissing, "sim_missing"},
	{ErrSIMBusy, "sim_busy"},
	{ErrPINRequired, "pin_required"},
	{ErrPINWrong, "pin_wrong"},
	{ErrPINAttempts, "pin_attempts"},
	{ErrPINNoted, "pin_noted"},
	{errPINState, "pin_state"},
	{ErrPUKRequired, "puk_required"},
	{ErrSIMFailure, "sim_failed"},
	{ErrDataMode, "data_mode"},
	{ErrDiagnosticPort, "wrong_port"},
	{ErrPositionPort, "wrong_port"},
	{ErrNotModem, "wrong_port"},
	{ErrBaudRate, "baud_rate"},
	{ErrNoAnswer, "no_answer"},
}

// troubleOf returns the word for err, "" for nil. "port" means that a port is gone or
// held, "other" what has no word.
func troubleOf(err error) string {
	for _, r := range troubles {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	switch {
	case err == nil:
		return ""
	case isOfPort(err), isConnectionLost(err):
		return "port"
	}
	return "other"
}
