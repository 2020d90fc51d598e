package modem_test

import (
	"slices"
	"time"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

// family is a profile, and what such a modem does in calls with 202-555-0100.
type family struct {
	profile  modem.Profile
	own      bool // it is of the program: the library does not know it
	model    string
	rings    []string // how it announces a caller, beside +CRING and +CLIP
	answered string   // what comes in place of the result of ATA
	key      string   // 5 is pressed
	tone     string   // 5 is sent, for 200 ms
	over     []string // the far side hangs up
	hangup   string   // the first command
	refuses  string   // a command that it refuses, and calls go on all the same

	dialled  []string      // how a dialled call gets on until it is answered; none if only AT+CLCC tells
	states   []voice.State // what that makes of it
	cleared  []string      // the far side hangs up the dialled call
	talked   time.Duration // what those lines say of its length, if they do
	unlisted bool          // the reports alone tell: AT+CLCC is refused in dialled calls
}

// dialAlertTalk are the states of a call whose modem tells all of them.
var dialAlertTalk = []voice.State{voice.Dialing, voice.Alerting, voice.Active}

// known returns the library's profile of a name.
func known(name string) modem.Profile {
	all := modem.Profiles()
	return all[slices.IndexFunc(all, func(p modem.Profile) bool { return p.Name == name })]
}

// families are those of which there are manuals, drivers or logs.
var families = map[string]family{
	"SIMCom SIM7600": {
		profile: known("SIM7600"),
		model:   "SIMCOM_SIM7600G-H", answered: "VOICE CALL: BEGIN", key: "+RXDTMF: 5", tone: "AT+VTS=5,2",
		over: []string{"VOICE CALL: END: 000008"}, hangup: "AT+CHUP",
		dialled: []string{dialledAs("2"), dialledAs("3"), "VOICE CALL: BEGIN", dialledAs("0")}, states: dialAlertTalk,
		cleared: []string{dialledAs("6"), "VOICE CALL: END: 000007", "NO CARRIER"}, talked: 7 * time.Second, unlisted: true,
	},
	"SIMCom A76xx": {
		profile: known("A76xx"),
		model:   "A7670E-FASE", answered: "VOICE CALL: BEGIN", key: "+RXDTMF: 5", tone: "AT+VTS=5,2",
		over: []string{"VOICE CALL: END: 000008"}, hangup: "AT+CHUP",
		dialled: []string{dialledAs("2"), dialledAs("3"), "VOICE CALL: BEGIN", dialledAs("0")}, states: dialAlertTalk,
		cleared: []string{dialledAs("6"), "VOICE CALL: END: 000007", "NO CARRIER"}, talked: 7 * time.Second, unlisted: true,
	},
	"SIMCom SIM800": {
		profile: known("SIM800"),
		model:   "SIMCOM_SIM868", answered: "OK", key: "+DTMF: 5,40", tone: "AT+VTS=5,2", over: []string{"NO CARRIER"}, hangup: "AT+CHUP",
		dialled: []string{dialledAs("2"), "MO RING", dialledAs("3"), dialledAs("0"), "MO CONNECTED"}, states: dialAlertTalk,
		cleared: []string{"NO CARRIER"}, unlisted: true,
	},
	"SIMCom SIM800 without its list": {
		profile: known("SIM800"),
		model:   "SIM900", answered: "OK", key: "+DTMF: 5", tone: "AT+VTS=5,2", over: []string{"NO CARRIER"}, hangup: "AT+CHUP",
		dialled: []string{"MO RING", "MO CONNECTED"}, states: dialAlertTalk,
		cleared: []string{"NO CARRIER"}, unlisted: true,
	},
	"Quectel EC2x": {
		profile: known("EC2x"),
		model:   "EC25", answered: "OK", key: "+QTONEDET: 53", tone: "AT+VTS=5,2", refuses: "AT+QPCMV=1,0",
		rings: []string{`+QIND: "ccinfo",1,1,4,0,0,"+12025550100",145`}, hangup: "AT+CHUP",
		over: []string{`+QIND: "ccinfo",1,1,-1,0,0,"+12025550100",145`, "NO CARRIER"},
		dialled: []string{
			`+QIND: "csq",20,99`, `+QIND: "ccinfo",1,0,2,0,0,"+12025550123",145`,
			`+QIND: "ccinfo",1,0,3,0,0,"+12025550123",145`, `+QIND: "ccinfo",1,0,0,0,0,"+12025550123",145`,
		},
		states: dialAlertTalk, cleared: []string{`+QIND: "ccinfo",1,0,-1,0,0,"+12025550123",145`}, unlisted: true,
	},
	"Quectel EC2x, ^DSCI": {
		profile: known("EC2x"),
		model:   "EG25", answered: "OK", key: "+QTONEDET: 53", tone: "AT+VTS=5,2",
		rings: []string{"^DSCI: 1,1,4,0,+12025550100,145"}, hangup: "AT+CHUP",
		over:    []string{"^DSCI: 1,1,6,0,+12025550100,145", "NO CARRIER"},
		dialled: []string{"^DSCI: 1,0,2,0,+12025550123,145,0", "^DSCI: 1,0,7,0,+12025550123,145,0", "^DSCI: 1,0,3,0,+12025550123,145,0"},
		states:  dialAlertTalk, cleared: []string{"^DSCI: 1,0,6,0,+12025550123,145,0"}, unlisted: true,
	},
	"Quectel EC200": {
		profile: known("EC200"),
		model:   "EC200U", answered: "OK", key: "+QTONEDET: 5", tone: "AT+VTS=5,2", refuses: "AT^DSCI=1",
		hangup: "AT+CHUP", over: []string{"NO CARRIER"}, states: dialAlertTalk, cleared: []string{"NO CARRIER"},
	},
	"Huawei": {
		profile: known("Huawei"),
		model:   "E1750", answered: "^CONN:1,0", key: "^DDTMF: 5", tone: "AT^DTMF=1,5", over: []string{"^CEND:1,8,29,16"}, hangup: "AT+CHUP",
		dialled: []string{"^ORIG:1,0", "^CONF:1", "^CONN:1,0"}, states: dialAlertTalk,
		cleared: []string{"^CEND:1,7,25,16", "NO CARRIER"}, talked: 7 * time.Second, unlisted: true,
	},
	"Huawei module": {
		profile: known("Huawei module"),
		model:   "MU709s-2", answered: "^CONN:1,0", key: "^DDTMF: 5", tone: "AT+VTS=5,2", over: []string{"^CEND:1,8,255"}, hangup: "AT+CHUP",
		dialled: []string{"^ORIG: 1,0", "^CONF: 1", "^CONN: 1,0"}, states: dialAlertTalk,
		cleared: []string{"^CEND: 1,7,255", "NO CARRIER"}, talked: 7 * time.Second, unlisted: true,
	},
	"Telit": {
		profile: known("Telit"),
		model:   "HE910-D", answered: "OK", key: "#DTMFEV: 5", tone: "AT+VTS=5,20", hangup: "AT+CHUP",
		rings: []string{`#ECAM: 0,6,1,,,`}, over: []string{"NO CARRIER", "#ECAM: 0,0,1,,,"},
		dialled: []string{`#ECAM: 0,1,1,,,"+12025550123",145`, "#ECAM: 0,2,1,,,", "#ECAM: 0,3,1,,,"}, states: []voice.State{voice.Dialing, voice.Active},
		cleared: []string{"#ECAM: 0,0,1,,,"}, unlisted: true,
	},
	"u-blox": {
		profile: known("u-blox"),
		model:   "SARA-U201", answered: "OK", key: "+UUDTMFD: 5", tone: "AT+VTS=5", hangup: "AT+CHUP",
		rings: []string{"+UCALLSTAT: 1,4"}, over: []string{"+UCALLSTAT: 1,6", "NO CARRIER"},
		dialled: []string{"+UCALLSTAT: 1,2", "+UCALLSTAT: 1,3", "+UCALLSTAT: 1,7", "+UCALLSTAT: 1,0"}, states: dialAlertTalk,
		cleared: []string{"+UCALLSTAT: 1,6"}, unlisted: true,
	},
	"Infineon": {
		own: true,
		profile: modem.Profile{
			Name: "Infineon", Models: []string{"X-GOLD"}, Init: []string{"AT+XCALLSTAT=1"},
			Calls: []modem.CallReport{{Name: "+XCALLSTAT", Grammar: modem.GrammarCallState}},
			Keys:  []modem.KeyReport{{Name: "+DTMF"}},
		},
		model: "X-GOLD 618", answered: "OK", key: "+DTMF: 5", tone: "AT+VTS=5", hangup: "AT+CHUP",
		rings: []string{"+XCALLSTAT: 1,4"}, over: []string{"+XCALLSTAT: 1,6"},
		dialled: []string{"+XCALLSTAT: 1,2", "+XCALLSTAT: 1,3", "+XCALLSTAT: 1,0"}, states: dialAlertTalk,
		cleared: []string{"+XCALLSTAT: 1,6"}, unlisted: true,
	},
	"Cinterion": {
		own: true,
		profile: modem.Profile{
			Name: "Cinterion", Models: []string{"PLS8", "EHS"}, Init: []string{"AT^SLCC=1"},
			Calls: []modem.CallReport{{Name: "^SLCC", Grammar: modem.GrammarSLCC}},
			Keys:  []modem.KeyReport{{Name: "+DTMF"}}, Noise: []string{"^SYSSTART", "^SBC"},
		},
		model: "PLS8-E", answered: "OK", key: "+DTMF: 5", tone: "AT+VTS=5", hangup: "AT+CHUP",
		rings: []string{`^SLCC: 1,1,4,0,0,1,"+12025550100",145`, "^SLCC: "}, over: []string{"^SLCC: ", "NO CARRIER"},
		dialled: []string{
			`^SLCC: 1,0,2,0,0,0,"+12025550123",145`, "^SLCC: ", `^SLCC: 1,0,3,0,0,1,"+12025550123",145`, "^SLCC: ",
			`^SLCC: 1,0,0,0,0,1,"+12025550123",145,"Alice"`, "^SLCC: ",
		},
		states: dialAlertTalk, cleared: []string{"^SLCC: ", "NO CARRIER"}, unlisted: true,
	},
	"plain 27.007": {
		own:     true,
		profile: modem.Profile{Name: "plain", Keys: []modem.KeyReport{{Name: "+DTMF"}}},
		model:   "EM7345", answered: "OK", key: "+DTMF: 5", tone: "AT+VTS=5", over: []string{"NO CARRIER"}, hangup: "AT+CHUP",
		states: dialAlertTalk, cleared: []string{"NO CARRIER"},
	},
}
