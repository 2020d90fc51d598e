package modem

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/callstack-go/callstack/atcmd"
)

// RegistrationStatus is how a modem stands to the network: <stat> of 3GPP TS
// 27.007, 7.2.
type RegistrationStatus int

// The values of <stat>. Ordinary voice calls are possible with four of them:
// RegisteredHome, RegisteredRoaming, NoCSFBHome and NoCSFBRoaming.
const (
	// NotRegistered means no network, and that the modem does not look for one:
	// it was told not to, or its radio is off. No calls.
	NotRegistered RegistrationStatus = 0

	// RegisteredHome is the network of the SIM's operator. Voice calls.
	RegisteredHome RegistrationStatus = 1

	// Searching means that there is no network yet, and that the modem looks for
	// one: it is on for seconds, or where no network reaches. No calls.
	Searching RegistrationStatus = 2

	// Denied means that the network refused the SIM: it is blocked, not paid for,
	// or not admitted there. Waiting does not help. No calls.
	Denied RegistrationStatus = 3

	// RegistrationUnknown is the modem's own word for not knowing, for example
	// out of the reach of LTE. It may pass by itself. No calls until it does.
	RegistrationUnknown RegistrationStatus = 4

	// RegisteredRoaming is another operator's network. Voice calls, at its prices.
	RegisteredRoaming RegistrationStatus = 5

	// SMSOnlyHome is the home network over LTE with short messages but without
	// a way for calls: neither VoLTE nor a fallback to GSM or UMTS. No calls.
	SMSOnlyHome RegistrationStatus = 6

	// SMSOnlyRoaming is as SMSOnlyHome, in another operator's network. No calls.
	SMSOnlyRoaming RegistrationStatus = 7

	// EmergencyOnly means that the network takes emergency calls and nothing else,
	// as it does from a modem without a SIM. No ordinary calls.
	EmergencyOnly RegistrationStatus = 8

	// NoCSFBHome is the home network over LTE that would rather not have its calls
	// fall back to GSM or UMTS ("CSFB not preferred"), which it can do all the
	// same. Voice calls.
	NoCSFBHome RegistrationStatus = 9

	// NoCSFBRoaming is as NoCSFBHome, in another operator's network. Voice calls.
	NoCSFBRoaming RegistrationStatus = 10

	// EmergencyRLOS is access to restricted local operator services, which a
	// network may offer to a modem that it does not admit otherwise. No
	// ordinary calls.
	EmergencyRLOS RegistrationStatus = 11
)

var registrationNames = [...]string{
	"not_registered", "home", "searching", "denied", "unknown", "roaming", "sms_only_home",
	"sms_only_roaming", "emergency_only", "home_no_csfb", "roaming_no_csfb", "emergency_rlos",
}

// String returns the status' name, such as "home".
func (s RegistrationStatus) String() string {
	if s >= 0 && int(s) < len(registrationNames) {
		return registrationNames[s]
	}
	return "status_" + strconv.Itoa(int(s))
}

// AccessTechnology is the kind of network: <AcT> of 3GPP TS 27.007, 7.2, plus one,
// so that the zero value is unknown.
type AccessTechnology int

var accessNames = [...]string{
	"", "GSM", "GSM Compact", "UTRAN", "EDGE", "HSDPA", "HSUPA", "HSPA", "LTE", "EC-GSM-IoT",
	"NB-IoT", "LTE (5GCN)", "NR (5GCN)", "NG-RAN", "EN-DC",
}

// String returns the technology's name, such as "LTE", or "" if it is unknown.
func (a AccessTechnology) String() string {
	if a >= 0 && int(a) < len(accessNames) {
		return accessNames[a]
	}
	return "access_" + strconv.Itoa(int(a)-1)
}

// Registration is how a modem is registered to the network.
type Registration struct {
	// Status is where the modem stands to the network. See Voice for what it
	// means for calls. Values beyond the named ones are the modem's own.
	Status RegistrationStatus

	// Access is the kind of network, zero where the modem does not tell it.
	Access AccessTechnology

	// Area and Cell are the location or tracking area and the cell, in
	// hexadecimal as the modem gives them; empty where they are not known.
	Area, Cell string
}

// Voice tells whether ordinary calls are possible.
func (r Registration) Voice() bool {
	switch r.Status {
	case RegisteredHome, RegisteredRoaming, NoCSFBHome, NoCSFBRoaming:
		return true
	default:
		return false
	}
}

// String names the status and, if known, the technology.
func (r Registration) String() string {
	if r.Access == 0 {
		return r.Status.String()
	}
	return r.Status.String() + ", " + r.Access.String()
}

// Registration asks the modem how it is registered: AT+CREG?, and AT+CEREG? where
// the first knows no network, as on LTE without circuit-switched calls.
func (m *Modem) Registration(ctx context.Context) (Registration, error) {
	best, err := m.askRegistration(ctx, "AT+CREG?")
	if err == nil && best.Voice() {
		return m.noteRegistration(best), nil
	}
	eps, epsErr := m.askRegistration(ctx, "AT+CEREG?")
	switch {
	case err != nil && epsErr != nil:
		return Registration{}, m.failed("registration: ", err)
	case err != nil || epsErr == nil && eps.Voice():
		best = eps
	}
	return m.noteRegistration(best), nil
}

func (m *Modem) noteRegistration(r Registration) Registration {
	m.post(func() { m.own.registration(r) })
	return r
}

func (m *Modem) askRegistration(ctx context.Context, cmd string) (Registration, error) {
	resp, err := m.exec(ctx, atcmd.Command{Text: cmd, Answers: true})
	if err != nil {
		return Registration{}, err
	}
	for _, line := range resp.Lines {
		if r, ok := parseRegistration(line); ok {
			return r, nil
		}
	}
	return Registration{}, errNoLine
}

// errNoLine means that a command was answered OK without the line it is for.
var errNoLine = errors.New("the answer lacks its line")

// parseRegistration reads "+CREG: [<n>,]<stat>[,<lac>,<ci>[,<AcT>[,...]]]" (3GPP
// TS 27.007, 7.2), and +CGREG and +CEREG, which are the same but for a routing area
// that some modems have before the cell. The read form has <n>, the report has not;
// some modems send it there too.
func parseRegistration(line string) (Registration, bool) {
	name, args := atcmd.Parse(line)
	if name != "+CREG" && name != "+CGREG" && name != "+CEREG" || len(args) == 0 {
		return Registration{}, false
	}
	if hasMode(args) {
		args = args[1:]
	}
	stat, ok := args[0].Int()
	if !ok || stat < 0 {
		return Registration{}, false
	}
	r := Registration{Status: RegistrationStatus(stat)}
	args = args[1:]
	if hasRoutingArea(args) {
		args = slices.Delete(args, 1, 2)
	}
	for i, into := range []*string{&r.Area, &r.Cell} {
		if len(args) > i && isHex(args[i].Text) {
			*into = args[i].Text
		}
	}
	if len(args) > 2 {
		if act, ok := args[2].Int(); ok && act >= 0 {
			r.Access = AccessTechnology(act + 1)
		}
	}
	return r, true
}

// hasMode reports whether the first of args is <n>: 0 to 5, before a <stat>. That is
// one of two plain small numbers, unless they stand before a cell alone; and one of
// any two plain numbers before an area in quotes.
func hasMode(args []atcmd.Arg) bool {
	if len(args) < 2 || args[1].Quoted {
		return false
	}
	n, ok1 := args[0].Int()
	_, ok2 := args[1].Int()
	if !ok1 || !ok2 || n < 0 || n > 5 {
		return false
	}
	if len(args) > 2 && args[2].Quoted {
		return true
	}
	return len(args[1].Text) <= 2 && len(args) != 3
}

// hasRoutingArea reports whether a routing area of one octet stands between the area
// and the cell, as Novatel's modems have it: then the technology, a small number,
// does not stand behind the second value but behind the third.
func hasRoutingArea(args []atcmd.Arg) bool {
	return len(args) > 3 && !args[1].Quoted && len(args[1].Text) <= 2 && len(args[2].Text) > 2
}

func isHex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
