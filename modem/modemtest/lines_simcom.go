package modemtest

// linesA7670 is what a SIMCom A7670 sends: of calls and digits what the SIM7600
// does, of identity its own.
var linesA7670 = lines27007.with(lines{
	"RING":       {{"\r\nRING\r\n", "calls-046"}, {"RING\r\n", "calls-045"}},
	"+SIMCOMATI": linesSIM7600["+SIMCOMATI"],
	"+SIMCOMATI data": {{
		"\r\nManufacturer: %s\r\nModel: %s\r\nRevision: %s\r\n%s\r\nIMEI: %s\r\n", "identity-004",
	}},
	"I":       {{"\r\nManufacturer: %s\r\nModel: %s\r\nRevision: %s\r\n%s\r\nIMEI: %s\r\n", "identity-004"}},
	"+CGMR":   {{"\r\n%s\r\n%s\r\n", "identity-005"}},
	"+CICCID": linesSIM7600["+CICCID"],
	"+SPIC":   linesSIM7600["+SPIC"],

	"start":     {{"\r\n*ATREADY: 1\r\n", "framing-012"}},
	"SMS DONE":  {{"\r\nSMS DONE\r\n", "framing-012"}},
	"PB DONE":   {{"\r\nPB DONE\r\n", "framing-012"}},
	"+CGEV":     {{"\r\n+CGEV: EPS PDN ACT 1\r\n", "A76XX manual, AT+CGEREP"}},
	"+CLCC?":    linesSIM7600["+CLCC?"],
	"+CLCC=?":   linesSIM7600["+CLCC=?"],
	"+DDET?":    linesSIM7600["+DDET?"],
	"+DDET=?":   linesSIM7600["+DDET=?"],
	"+CNSMOD":   linesSIM7600["+CNSMOD"],
	"+CNSMOD?":  linesSIM7600["+CNSMOD?"],
	"+CNSMOD=?": linesSIM7600["+CNSMOD=?"],

	"call begins":    linesSIM7600["call begins"],
	"call ends":      linesSIM7600["call ends"],
	"call ends here": linesSIM7600["call ends here"],
	"call missed":    linesSIM7600["call missed"],
	"digit":          linesSIM7600["digit"][:2], // not the SIM7600 manual's spelling
})

// linesSIM868 is what a SIMCom SIM868 sends.
var linesSIM868 = lines27007.with(lines{
	"+CLIP":   {{"\r\n+CLIP: \"%s\",%d,\"\",0,\"\",%d\r\n", "calls-025"}},
	"+CLCC":   {{"\r\n+CLCC: %d,%d,%d,0,%d,\"%s\",%d,\"\"\r\n", "calls-012"}},
	"+CLCC?":  {{"\r\n+CLCC: %d\r\n", "SIM800 manual, AT+CLCC"}},
	"+CLCC=?": {{"\r\n+CLCC: (0-1)\r\n", "SIM800 manual, AT+CLCC"}},
	"I":       {{"\r\n%s %s\r\n", "SIM800 manual, ATI"}},
	"+CGMI":   {{"\r\n%s\r\n", "identity-009"}},
	"+CGMM":   {{"\r\n%s\r\n", "identity-011"}},
	"+CGMR":   {{"\r\nRevision:%s\r\n", "identity-007"}},
	"+CCID":   {{"\r\n%s\r\n", "SIM800 manual, AT+CCID"}},
	"+SPIC":   {{"\r\n+SPIC: %d,3,%d,10\r\n", "SIM800 manual, AT+SPIC"}}, // PIN, PIN2, PUK, PUK2

	"start":        {{"\r\nRDY\r\n", "framing-013"}},
	"+CFUN on":     {{"\r\n+CFUN: 1\r\n", "framing-013"}},
	"Call Ready":   {{"\r\nCall Ready\r\n", "framing-013"}},
	"SMS DONE":     {{"\r\nSMS Ready\r\n", "framing-013"}},
	"undervoltage": {{"\r\nUNDER-VOLTAGE WARNNING\r\n", "framing-017"}},

	"MO RING":      {{"\r\nMO RING\r\n", "SIM800 manual, AT+MORING"}},
	"MO CONNECTED": {{"\r\nMO CONNECTED\r\n", "SIM800 manual, AT+MORING"}},
	"+MORING?":     {{"\r\n+MORING: %d\r\n", "SIM800 manual, AT+MORING"}},
	"+MORING=?":    {{"\r\n+MORING: (0,1)\r\n", "SIM800 manual, AT+MORING"}},

	"digit":       {{"\r\n+DTMF: %c\r\n", "dtmf-021"}, {"\r\n+DTMF:%c\r\n", "dtmf-020"}},
	"digit timed": {{"\r\n+DTMF: %c,%d\r\n", "dtmf-011"}, {"\r\n+DTMF:%c,%d\r\n", "SIM800 manual, AT+DDET"}},
	"+DDET?":      {{"\r\n+DDET: %d,%d,%d,%d\r\n", "SIM800 manual, AT+DDET"}},
	"+DDET=?":     {{"\r\n+DDET: (0,1),(0-10000),(0,1),(0,1)\r\n", "SIM800 manual, AT+DDET"}},
	"+IPR?":       {{"\r\n+IPR: %d\r\n", "SIM800 manual, AT+IPR"}},
	"+IPR=?": {{
		"\r\n+IPR: (0,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800)\r\n", "SIM800 manual, AT+IPR",
	}},
})
