package main

import (
	"errors"
	"fmt"

	"github.com/callstack-go/callstack/modem"
)

// troubles tells what is wrong with a modem that answers.
func troubles(f modem.Probed, hasAudio bool) []finding {
	found := simTroubles(f)
	if f.SIMErr == nil { // or the network is what follows from it
		found = append(found, networkTroubles(f)...)
	}
	caps := f.Capabilities
	switch {
	case !caps.Voice:
		found = append(found, finding{
			fault, "no_voice", "", "its firmware has no voice calls",
			"it needs other firmware, or is another variant of the model; Huawei's sticks may have their voice locked",
		})
	case caps.AudioRate == 0:
		found = append(found, finding{
			note, "no_audio", "", "modems of this kind have no audio port: calls are without sound", "use a sound card that is wired to the modem, see the maker's manual",
		})
	case !hasAudio:
		found = append(found, finding{note, "no_audio_port", "", "it has an audio port, but it is not known which: calls are without sound", "name it with -audio"})
	}
	return found
}

// fullPINAttempts is how many a SIM gives (ETSI TS 102 221, 9.5.2).
const fullPINAttempts = 3

// simTroubles tells what is wrong with the SIM.
func simTroubles(f modem.Probed) []finding {
	few := f.PINAttempts >= 0 && f.PINAttempts < fullPINAttempts
	switch err := f.SIMErr; {
	case err == nil && few:
		return []finding{{note, "pin_attempts", "", fmt.Sprintf("%s left for the PIN: a wrong one was entered", attempts(f.PINAttempts)), "enter the right one once, in a phone, and all are back"}}
	case err == nil:
		return nil
	case errors.Is(err, modem.ErrSIMMissing):
		return []finding{{fault, "sim_missing", "", "there is no SIM", "put one in, or check its holder and contacts"}}
	case errors.Is(err, modem.ErrSIMBusy):
		return []finding{{fault, "sim_busy", "", "the SIM is not ready yet", "wait half a minute and ask again"}}
	case errors.Is(err, modem.ErrPUKRequired):
		return []finding{{fault, "sim_puk", "", "the SIM is locked, and wants its PUK", "unlock it in a phone: ten wrong PUKs end it for good"}}
	case errors.Is(err, modem.ErrPINRequired) && few:
		return []finding{{
			fault, "sim_pin", "", fmt.Sprintf("the SIM wants its PIN, and has %s left", attempts(f.PINAttempts)),
			"check the PIN in a phone, which brings the attempts back: the library sends none while any are missing",
		}}
	case errors.Is(err, modem.ErrPINRequired):
		return []finding{{fault, "sim_pin", "", "the SIM wants its PIN", "give it to the program (modem.Config.PIN, and PINState), or switch it off in a phone"}}
	}
	return []finding{{fault, "sim_failed", "", f.SIMErr.Error(), "try it in a phone, and clean its contacts"}}
}

func attempts(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return fmt.Sprintf("%d attempts", n)
}

// standings are what is wrong with a registration without calls.
var standings = map[modem.RegistrationStatus]finding{
	modem.NotRegistered:       {fault, "not_registered", "", "it is not registered, and does not look for a network", "its radio may be off (AT+CFUN) or its network chosen by hand (AT+COPS): restart the modem"},
	modem.Searching:           {fault, "searching", "", "it looks for a network", "give it a minute; then check the antenna and the place, and that it has the bands of the operator"},
	modem.Denied:              {fault, "denied", "", "the network refuses the SIM", "try the SIM in a phone, and ask its operator: it may be blocked, unpaid, or not for this kind of modem"},
	modem.RegistrationUnknown: {fault, "network_unknown", "", "it does not tell how it stands to the network", "give it a minute; then check the antenna"},
	modem.SMSOnlyHome:         {fault, "sms_only", "", "it is registered for messages only: LTE without VoLTE, and without a network to fall back to for calls", "have the operator enable VoLTE for the SIM, and the modem its IMS; or let it use 2G or 3G where they still are"},
	modem.EmergencyOnly:       {fault, "emergency_only", "", "the network takes emergency calls only", "try the SIM in a phone: it is not admitted here"},
}

// sameStanding are those for which the same can be done.
var sameStanding = map[modem.RegistrationStatus]modem.RegistrationStatus{
	modem.SMSOnlyRoaming: modem.SMSOnlyHome,
	modem.EmergencyRLOS:  modem.EmergencyOnly,
}

// networkTroubles tells what is wrong with registration and signal.
func networkTroubles(f modem.Probed) []finding {
	if !f.Registration.Voice() {
		status := f.Registration.Status
		if same, ok := sameStanding[status]; ok {
			status = same
		}
		if found, ok := standings[status]; ok {
			return []finding{found}
		}
		return []finding{{fault, "network_unknown", "", "its registration is " + f.Registration.String(), ""}}
	}
	if f.Signal.Known && f.Signal.Bars() <= 1 {
		return []finding{{note, "weak_signal", "", fmt.Sprintf("the signal is weak: %v", f.Signal), "check the antenna and the place"}}
	}
	return nil
}
