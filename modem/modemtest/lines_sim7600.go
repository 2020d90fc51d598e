package modemtest

// linesSIM7600 is what a SIMCom SIM7600 sends, beyond and instead of the
// standards. Its framing has a second carriage return in some firmwares.
var linesSIM7600 = lines27007.with(lines{
	"RING":       {{"\r\nRING\r\n", "calls-046"}, {"RING\r\r\n", "calls-047"}, {"RING\r\n", "calls-045"}},
	"NO CARRIER": {{"\r\nNO CARRIER\r\n", "framing-024"}, {"NO CARRIER\r\r\n", "calls-051"}},
	"+CRING": {
		{"\r\n+CRING: VOICE\r\n", "calls-044"},
		{"\r\r\n+CRING: VOICE\r\r\n", "calls-043"},
	},

	"I": {{
		"\r\nManufacturer: %s\r\nModel: %s\r\nRevision: %s\r\nIMEI: %s\r\n+GCAP: +CGSM\r\n",
		"SIM7600 manual, ATI",
	}},
	"+SIMCOMATI": {{
		"\r\nManufacturer: %s\r\nModel: %s\r\nRevision: %s\r\n%s\r\nQCN:\r\nIMEI: %s\r\nMEID:\r\n" +
			"+GCAP: +CGSM,+FCLASS,+DS\r\nDeviceInfo:\r\n",
		"identity-005",
	}},
	"+CGMI":   {{"\r\n%s\r\n", "identity-008"}},
	"+CGMM":   {{"\r\n%s\r\n", "identity-010"}},
	"+CGMR":   {{"\r\n+CGMR: %s\r\n", "identity-006"}},
	"+GCAP":   {{"\r\n+GCAP:+CGSM\r\n", "SIM7600 manual, AT+GCAP"}},
	"+CICCID": {{"\r\n+ICCID: %s\r\n", "SIM7600 manual, AT+CICCID"}},
	"+SPIC":   {{"\r\n+SPIC: %d,%d,3,10\r\n", "SIM7600 manual, AT+SPIC"}},

	"SIM gone": {
		{"\r\n+CPIN: SIM REMOVED\r\n", "SIM7600 manual, AT+CPIN"},
		{"\r\n+CPIN: NOT INSERTED\r\n", "driver: ModemManager"},
	},
	"start":    {{"\r\nRDY\r\n", "framing-011"}},
	"SMS DONE": {{"\r\nSMS DONE\r\n", "framing-011"}},
	"PB DONE":  {{"\r\nPB DONE\r\n", "framing-012"}},

	"call begins": {
		{"\r\nVOICE CALL: BEGIN\r\n", "framing-023"},
		{"\r\nVOICE CALL:BEGIN\r\n", "framing-022"},
	},
	"call ends": {
		{"\r\nVOICE CALL: END: %s\r\n", "framing-024"},
		{"\r\nVOICE CALL: END%.0s\r\n", "calls-035"},
		{"\r\nVOICE CALL:END:%s\r\n", "calls-038"},
	},
	"call ends here": {
		{"\r\nVOICE CALL: END: %s\r\n", "framing-019"},
		{"\r\nVOICE CALL:END: %s\r\n", "framing-020"},
	},
	"call missed": {{"\r\nMISSED_CALL: %s %s\r\n", "calls-042"}},
	"digit": {
		{"\r\n+RXDTMF: %c\r\n", "dtmf-002"},
		{"\r\r\n+RXDTMF: %c\r\r\n", "dtmf-001"},
		{"\r\nRXDTMF: %c\r\n", "dtmf-023"},
	},
	"+CLCC?":   {{"\r\n+CLCC: %d\r\n", "SIM7600 manual, AT+CLCC"}},
	"+CLCC=?":  {{"\r\n+CLCC: (0,1)\r\n", "SIM7600 manual, AT+CLCC"}},
	"+DDET?":   {{"\r\n+DDET: %d\r\n", "SIM7600 manual, AT+DDET"}},
	"+DDET=?":  {{"\r\n+DDET: (0,1)\r\n", "SIM7600 manual, AT+DDET"}},
	"+CATR?":   {{"\r\n+CATR: %d\r\n", "SIM7600 manual, AT+CATR"}},
	"+CATR=?":  {{"\r\n+CATR: (0-7)\r\n", "SIM7600 manual, AT+CATR"}},
	"+CSDVC?":  {{"\r\n+CSDVC: %d\r\n", "SIM7600 manual, AT+CSDVC"}},
	"+CSDVC=?": {{"\r\n+CSDVC: (1,3)\r\n", "SIM7600 manual, AT+CSDVC"}},

	"+AUTOCSQ?":  {{"\r\n+AUTOCSQ: %d,%d\r\n", "SIM7600 manual, AT+AUTOCSQ"}},
	"+AUTOCSQ=?": {{"\r\n+AUTOCSQ: (0-1),(0-1)\r\n", "SIM7600 manual, AT+AUTOCSQ"}},
	"+CNSMOD":    {{"\r\n+CNSMOD: %d\r\n", "SIM7600 manual, AT+CNSMOD"}},
	"+CNSMOD?":   {{"\r\n+CNSMOD: %d,%d\r\n", "SIM7600 manual, AT+CNSMOD"}},
	"+CNSMOD=?":  {{"\r\n+CNSMOD: (0-1)\r\n", "SIM7600 manual, AT+CNSMOD"}},

	"+CPCMREG?":        {{"\r\n+CPCMREG: %d\r\n", "SIM7600 audio application note, AT+CPCMREG"}},
	"+CPCMREG=?":       {{"\r\n+CPCMREG: (0-1)\r\n", "SIM7600 audio application note, AT+CPCMREG"}},
	"+CPCMFRM?":        {{"\r\n+CPCMFRM: %d\r\n", "SIM7600 audio application note, AT+CPCMFRM"}},
	"+CPCMFRM=?":       {{"\r\n+CPCMFRM: (0-1)\r\n", "SIM7600 audio application note, AT+CPCMFRM"}},
	"+CPCMBANDWIDTH?":  {{"\r\n+CPCMBANDWIDTH: %d,%d\r\n", "SIM7600 audio application note, AT+CPCMBANDWIDTH"}},
	"+CPCMBANDWIDTH=?": {{"\r\n+CPCMBANDWIDTH: (0-1),(0-1)\r\n", "SIM7600 audio application note, AT+CPCMBANDWIDTH"}},
})
