package modem

import "time"

// telit is from Telit's AT command manuals (GM862, UC864, HE910). It has no audio
// port: the voice is analog, or PCM on pins.
var telit = Profile{
	Name:     "Telit",
	Models:   []string{"HE910", "LE910", "LE866", "ME910", "UC864", "UE910", "UL865", "UE866", "GE864", "GE865", "GE910", "GL865", "GC864", "GM862"},
	Makers:   []string{"Telit"},
	Init:     []string{"AT+CVHU=0", "AT#ECAM=1", "AT#QSS=1"},
	Calls:    []CallReport{{Name: "#ECAM", Grammar: GrammarECAM}},
	Hangup:   []string{"AT+CHUP", "ATH"},
	KeysOn:   "AT#DTMF=1", // 2 would tell of each key twice
	Keys:     []KeyReport{{Name: "#DTMFEV"}},
	ToneUnit: 10 * time.Millisecond, // not 100 ms, as the standard has it
	Reset:    []string{"AT#REBOOT", "AT+CFUN=1,1"},
	SIM:      []string{"#QSS"},
}

// ublox is from u-blox' AT command manual and ModemManager. It has no audio port. Its
// command for a tone has no length here, since the manuals of its models do not
// agree about the unit. AT+CFUN=16 restarts modem and SIM (recalled from the manual).
var ublox = Profile{
	Name:   "u-blox",
	Models: []string{"SARA", "LISA", "TOBY", "LARA", "LEON", "MPCI"},
	Makers: []string{"u-blox"},
	Init:   []string{"AT+CVHU=0", "AT+UCALLSTAT=1"},
	Calls:  []CallReport{{Name: "+UCALLSTAT", Grammar: GrammarCallState}},
	Hangup: []string{"AT+CHUP", "ATH"},
	KeysOn: "AT+UDTMFD=1,2",
	Keys:   []KeyReport{{Name: "+UUDTMFD"}},

	ToneTime: 300 * time.Millisecond, // a guess, on the long side
	Reset:    []string{"AT+CFUN=16", "AT+CFUN=1,1"},
}
