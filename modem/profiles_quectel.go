package modem

import "time"

// quectelInit are the settings of Quectel's LTE modules that have to do with calls.
// None of them is stored in the module. Where the reports of calls are refused, as by
// some modules without Qualcomm's chips, the list of calls tells.
var quectelInit = []string{
	"AT+CVHU=0",
	`AT+QURCCFG="urcport","usbat"`, // reports on the AT port of USB, anew at each start (pinephone)
	"AT^DSCI=1",                    // states of calls
	`AT+QINDCFG="ccinfo",1`,        // the same in another form; one of the two may be missing
	"AT+QSIMSTAT=1",                // a SIM that is put in or taken out
}

// quectelCalls are those reports. chan_quectel reads both.
var quectelCalls = []CallReport{
	{Name: "^DSCI", Grammar: GrammarDSCI},
	{Name: "+QIND", Grammar: GrammarCallInfo},
}

// quectelKeys tells keys by their ASCII code (EC25 manual, AT+QTONEDET). One log has
// the key itself, which is told apart by its length.
var quectelKeys = []KeyReport{{Name: "+QTONEDET", Code: true}}

// quectelNoise is what the modules report beside; of +QIND only "ccinfo" is read.
var quectelNoise = []string{"+QUSIM", "+QNWINFO", "+QSPN", "+QLTS", "+CFUN", "+CGEV"}

// ec2x are Quectel's modules with Qualcomm's chips, from the EC2x/EG9x AT command
// manual, the voice over USB application note, chan_quectel and callpilot. The voice
// leaves on what else is the port of GPS, switched before a call is set up; the
// UAC form of it (AT+QPCMV=1,2) is a sound card and no audio port.
var ec2x = Profile{
	Name: "EC2x",
	Models: []string{
		"EC20", "EC21", "EC25", "EG21", "EG25", "EG91", "EG95", "EM05", "EM06", "EG06", "EG12", "EG18", "RM5",
	},
	Init:   quectelInit,
	Calls:  quectelCalls,
	Hangup: []string{"AT+CHUP", "ATH", "AT+QHUP=16"}, // 16: normal call clearing
	Audio: AudioProfile{
		Rate: 8000,
		Setup: []string{
			"AT+QAUDMOD=3",                // audio over USB
			`AT+QGPSCFG="outport","none"`, // the port is free of GPS
		},
		Before: []string{"AT+QPCMV=0", "AT+QPCMV=1,0"},
		Off:    []string{"AT+QPCMV=0"},
		Flow:   "+QPCMV",
	},
	KeysOn:   "AT+QTONEDET=1",
	Keys:     quectelKeys,
	ToneUnit: 100 * time.Millisecond,
	Noise:    quectelNoise,
	Started:  []string{"RDY"},
	Reset:    []string{"AT+CFUN=1,1"},
	SIM:      []string{"+QSIMSTAT"},
}

// ec200 are Quectel's modules with ASR's and UNISOC's chips, from their AT command
// manuals and chan_quectel. They have no audio port. Their restarts write to flash
// memory: the EC200U's manual allows 30 a day. That the settings of EC2x are taken or
// refused without harm is a guess.
var ec200 = Profile{
	Name:     "EC200",
	Models:   []string{"EC200", "EC100", "EC600", "EC800", "EG800", "EG810", "EG912", "EG915"},
	Init:     quectelInit,
	Calls:    quectelCalls,
	Hangup:   []string{"AT+CHUP", "ATH"},
	KeysOn:   "AT+QTONEDET=1",
	Keys:     quectelKeys,
	ToneUnit: 100 * time.Millisecond,
	Noise:    quectelNoise,
	Started:  []string{"RDY"},
	Reset:    []string{"AT+CFUN=1,1"},
	SIM:      []string{"+QSIMSTAT"},
}
