package modem

import "time"

// What SIMCom's LTE modules have in common: the reports of calls of the SIM7500 and
// SIM7600 AT command manual, which the A76xx manual has too.
var (
	simcomCalls = []CallReport{
		{Name: "VOICE CALL", Grammar: GrammarVoiceCall},
		{Name: "MISSED_CALL", Grammar: GrammarMissed},
		{Name: "REMOTE CALL END", Grammar: GrammarOver}, // with Qualcomm's AT$QCRCIND=1
	}
	simcomNoise = []string{
		"SMS DONE", "PB DONE", "OPL DONE", "PNN DONE", // the SIM's files were read
		"OPL UPDATING", "PNN UPDATING",
		"+VOICEMAIL", "+CGEV", "+CNSMOD", "^CIEV",
	}
)

// sim7600 is from the SIM7500/SIM7600 AT command manual, its audio application
// note, chan_quectel and ModemManager. Two things are told by logs only: that the
// audio port of some firmware goes dead after the first call until AT+CRESET
// (callpilot), and that RDY is sent at the start.
var sim7600 = Profile{
	Name:   "SIM7600",
	Models: []string{"SIM7600", "SIM7500", "SIM7800"},
	Init: []string{
		"AT+CVHU=0", // so that ATH hangs up a voice call
		"AT+CSSN=0,0",
		"AT+CLCC=1", // the list by itself at each change
		"AT+CATR=0", // reports on all ports: 1 is the UART alone, whatever port this is
	},
	Answered: []string{"VOICE CALL: BEGIN"},
	Over:     []string{"VOICE CALL: END"},
	Calls:    simcomCalls,
	Hangup:   []string{"AT+CHUP", "ATH"},
	Audio: AudioProfile{
		Rate: 8000,
		Setup: []string{
			"AT+CPCMFRM=0",         // 8 kHz
			"AT+CPCMBANDWIDTH=1,1", // also for VoLTE, whose default is 16 kHz
		},
		Query:      RateCPCM,
		On:         []string{"AT+CPCMREG=1"},
		Retry:      500 * time.Millisecond,
		Within:     12 * time.Second,
		Off:        []string{"AT+CPCMREG=0"},
		ResetCures: true,
	},
	KeysOn:   "AT+DDET=1",
	Keys:     []KeyReport{{Name: "+RXDTMF"}, {Name: "RXDTMF"}, {Name: "+DTMF"}},
	ToneUnit: 100 * time.Millisecond,
	Noise:    simcomNoise,
	Started:  []string{"RDY", "START"}, // START is of one log
	Reset:    []string{"AT+CRESET", "AT+CFUN=1,1"},
	SIM:      []string{"+SIMCARD"}, // "+SIMCARD: NOT AVAILABLE", in drivers
}

// a76xx are SIMCom's modules with ASR's chips, such as the A7670E, from the A7600
// series AT command manual and the logs of boards with them (LilyGo). Their voice
// is analog: they have no audio port. Some firmware (-LNXY-UBL, SIM7670G, SIM7672)
// is for data only; Open finds that out. That keys are reported by all firmware
// with voice is a guess.
var a76xx = Profile{
	Name:     "A76xx",
	Models:   []string{"A7600", "A7602", "A7608", "A7670", "A7672", "A7677", "A7678", "A7680", "A7682", "SIM7670", "SIM7672"},
	Init:     []string{"AT+CVHU=0", "AT+CSSN=0,0", "AT+CLCC=1"},
	Answered: []string{"VOICE CALL: BEGIN"},
	Over:     []string{"VOICE CALL: END"},
	Calls:    simcomCalls,
	Hangup:   []string{"AT+CHUP", "ATH"},
	KeysOn:   "AT+DDET=1",
	Keys:     []KeyReport{{Name: "+RXDTMF"}, {Name: "+DTMF"}},
	ToneUnit: 100 * time.Millisecond,
	Noise:    append([]string{"*ISIMAID"}, simcomNoise...),
	Started:  []string{"*ATREADY"},
	Reset:    []string{"AT+CRESET", "AT+CFUN=1,1"},
	SIM:      []string{"+SIMCARD"}, // as the SIM7600; not seen in a log of an A76xx
}

// sim800 are SIMCom's GSM modules, from the SIM800 AT command manual and from logs of
// their users. Their voice is analog. RDY comes where the rate of the UART is fixed;
// a modem that finds the rate by itself starts in silence.
var sim800 = Profile{
	Name:   "SIM800",
	Models: []string{"SIM800", "SIM808", "SIM840", "SIM868", "SIM900", "SIM908"},
	Init: []string{
		"AT+CVHU=0",
		"AT+CLCC=1",
		"AT+MORING=1", // tells when the far side rings, and answers
	},
	Calls: []CallReport{
		{Name: "MO RING", Grammar: GrammarProgress},
		{Name: "MO CONNECTED", Grammar: GrammarProgress},
	},
	Hangup:   []string{"AT+CHUP", "ATH"},
	KeysOn:   "AT+DDET=1",
	Keys:     []KeyReport{{Name: "+DTMF"}},
	ToneUnit: 100 * time.Millisecond,
	Noise: []string{
		"Call Ready", "SMS Ready", "+CFUN", "+CIEV", "DST", "*PSUTTZ", "*PSNWID", "+CMTE", "+CSQN",
		"UNDER-VOLTAGE WARNNING", "OVER-VOLTAGE WARNNING", // with two N
	},
	Started: []string{"RDY"},
	Reset:   []string{"AT+CFUN=1,1"},
}
