package modemtest

// lines27007 is what any modem of 3GPP TS 27.007 and 27.005 over ITU-T V.250
// sends.
var lines27007 = resultLines.with(identityLines).with(simLines).with(networkLines).with(callLines).with(messageLines)

// Result codes: V.250, 5.7 and 6.2.6; 27.007, 9.2; 27.005, 3.2.5.
var resultLines = lines{
	"OK":             {{"\r\nOK\r\n", "finals_errors-001"}},
	"OK V0":          {{"0\r", "V.250, 5.7.1"}},
	"ERROR":          {{"\r\nERROR\r\n", "finals_errors-002"}},
	"ERROR V0":       {{"4\r", "V.250, 5.7.1"}},
	"CONNECT":        {{"\r\nCONNECT\r\n", "V.250, 5.7.1"}},
	"CONNECT V0":     {{"1\r", "V.250, 5.7.1"}},
	"NO CARRIER":     {{"\r\nNO CARRIER\r\n", "finals_errors-029"}},
	"NO CARRIER V0":  {{"3\r", "V.250, 5.7.1"}},
	"BUSY":           {{"\r\nBUSY\r\n", "finals_errors-031"}},
	"BUSY V0":        {{"7\r", "V.250, 5.7.1"}},
	"NO ANSWER":      {{"\r\nNO ANSWER\r\n", "finals_errors-032"}},
	"NO ANSWER V0":   {{"8\r", "V.250, 5.7.1"}},
	"RING":           {{"\r\nRING\r\n", "calls-046"}, {"RING\r\n", "calls-045"}},
	"RING V0":        {{"2\r", "V.250, 5.7.1"}},
	"+CME ERROR":     {{"\r\n+CME ERROR: %d\r\n", "finals_errors-003"}},
	"+CME ERROR two": {{"\r\n+CME ERROR: %s\r\n", "finals_errors-004"}},
	"+CMS ERROR":     {{"\r\n+CMS ERROR: %d\r\n", "finals_errors-010"}},
}

// Identity: 27.007, 5.
var identityLines = lines{
	"I":      {{"\r\n%s\r\n%s\r\nRevision: %s\r\n", "identity-012"}},
	"+CGMI":  {{"\r\n%s\r\n", "27.007, 5.1"}},
	"+CGMM":  {{"\r\n%s\r\n", "27.007, 5.2"}},
	"+CGMR":  {{"\r\n%s\r\n", "27.007, 5.3"}},
	"+CGSN":  {{"\r\n%s\r\n", "27.007, 5.4"}},
	"+CIMI":  {{"\r\n%s\r\n", "27.007, 5.6"}},
	"+GCAP":  {{"\r\n+GCAP: +CGSM\r\n", "V.250, 6.1.9"}},
	"+CCID":  {{"\r\n+CCID: %s\r\n", "driver: ModemManager"}},
	"+CSCS?": {{"\r\n+CSCS: \"%s\"\r\n", "27.007, 5.5"}},
	"+CSCS=?": {
		{"\r\n+CSCS: (\"IRA\",\"GSM\",\"UCS2\")\r\n", "27.007, 5.5"},
	},
	"+CMEE?":  {{"\r\n+CMEE: %d\r\n", "27.007, 9.1"}},
	"+CMEE=?": {{"\r\n+CMEE: (0-2)\r\n", "27.007, 9.1"}},
	"E?":      {{"\r\n%d\r\n", "V.250, 5.3.2"}},
	"S?":      {{"\r\n%03d\r\n", "V.250, 5.3.2"}},
}

// Power and the SIM: 27.007, 8.
var simLines = lines{
	"+CFUN?":      {{"\r\n+CFUN: %d\r\n", "27.007, 8.2"}},
	"+CFUN=?":     {{"\r\n+CFUN: (0,1,4),(0,1)\r\n", "27.007, 8.2"}},
	"+CPINR":      {{"\r\n+CPINR: %s,%d,%d\r\n", "27.007, 8.65"}},
	"+CPIN READY": {{"\r\n+CPIN: READY\r\n", "27.007, 8.3"}},
	"+CPIN PIN":   {{"\r\n+CPIN: SIM PIN\r\n", "27.007, 8.3"}},
	"+CPIN PUK":   {{"\r\n+CPIN: SIM PUK\r\n", "27.007, 8.3"}},
}

// The network: 27.007, 7.2, 7.3, 8.5, 10.1.20, 10.1.22.
var networkLines = lines{
	"+CREG":        {{"\r\n+CREG: %d\r\n", "27.007, 7.2"}},
	"+CREG cell":   {{"\r\n+CREG: %d,\"%s\",\"%s\",%d\r\n", "27.007, 7.2"}},
	"+CREG?":       {{"\r\n+CREG: %d,%d\r\n", "27.007, 7.2"}},
	"+CREG? cell":  {{"\r\n+CREG: %d,%d,\"%s\",\"%s\",%d\r\n", "27.007, 7.2"}},
	"+CREG=?":      {{"\r\n+CREG: (0-2)\r\n", "27.007, 7.2"}},
	"+CGREG":       {{"\r\n+CGREG: %d\r\n", "27.007, 10.1.20"}},
	"+CGREG cell":  {{"\r\n+CGREG: %d,\"%s\",\"%s\",%d\r\n", "27.007, 10.1.20"}},
	"+CGREG?":      {{"\r\n+CGREG: %d,%d\r\n", "27.007, 10.1.20"}},
	"+CGREG? cell": {{"\r\n+CGREG: %d,%d,\"%s\",\"%s\",%d\r\n", "27.007, 10.1.20"}},
	"+CGREG=?":     {{"\r\n+CGREG: (0-2)\r\n", "27.007, 10.1.20"}},
	"+CEREG":       {{"\r\n+CEREG: %d\r\n", "27.007, 10.1.22"}},
	"+CEREG cell":  {{"\r\n+CEREG: %d,\"%s\",\"%s\",%d\r\n", "27.007, 10.1.22"}},
	"+CEREG?":      {{"\r\n+CEREG: %d,%d\r\n", "27.007, 10.1.22"}},
	"+CEREG? cell": {{"\r\n+CEREG: %d,%d,\"%s\",\"%s\",%d\r\n", "27.007, 10.1.22"}},
	"+CEREG=?":     {{"\r\n+CEREG: (0-2)\r\n", "27.007, 10.1.22"}},
	"+CGATT?":      {{"\r\n+CGATT: %d\r\n", "27.007, 10.1.9"}},
	"+CGATT=?":     {{"\r\n+CGATT: (0,1)\r\n", "27.007, 10.1.9"}},
	"+COPS?":       {{"\r\n+COPS: %d,%d,\"%s\",%d\r\n", "27.007, 7.3"}},
	"+COPS? none":  {{"\r\n+COPS: %d\r\n", "27.007, 7.3"}},
	"+COPS=?": {{
		"\r\n+COPS: (2,\"Virtual Mobile\",\"Virtual\",\"00101\",7)," +
			"(3,\"Other Mobile\",\"Other\",\"00102\",7),,(0,1,2,3,4),(0,1,2)\r\n", "27.007, 7.3",
	}},
	"+CSQ":   {{"\r\n+CSQ: %d,%d\r\n", "27.007, 8.5"}},
	"+CSQ=?": {{"\r\n+CSQ: (0-31,99),(0-7,99)\r\n", "27.007, 8.5"}},
}

// Calls: 27.007, 6.5, 7.6 to 7.13, 7.17, 7.18, 7.30, 8.10, 8.23, C.2.11.
var callLines = lines{
	"+CRING":        {{"\r\n+CRING: VOICE\r\n", "27.007, 6.11"}},
	"+CRC?":         {{"\r\n+CRC: %d\r\n", "27.007, 6.11"}},
	"+CRC=?":        {{"\r\n+CRC: (0,1)\r\n", "27.007, 6.11"}},
	"+CLIP":         {{"\r\n+CLIP: \"%s\",%d,,,,%d\r\n", "27.007, 7.6"}},
	"+CLIP?":        {{"\r\n+CLIP: %d,1\r\n", "27.007, 7.6"}},
	"+CLIP=?":       {{"\r\n+CLIP: (0,1)\r\n", "27.007, 7.6"}},
	"+COLP":         {{"\r\n+COLP: \"%s\",%d,,,\r\n", "calls-080"}},
	"+COLP?":        {{"\r\n+COLP: %d,1\r\n", "27.007, 7.8"}},
	"+COLP=?":       {{"\r\n+COLP: (0,1)\r\n", "27.007, 7.8"}},
	"+CNAP":         {{"\r\n+CNAP: \"%s\",0\r\n", "27.007, 7.30"}},
	"+CNAP?":        {{"\r\n+CNAP: %d,1\r\n", "27.007, 7.30"}},
	"+CNAP=?":       {{"\r\n+CNAP: (0,1)\r\n", "27.007, 7.30"}},
	"+CCWA":         {{"\r\n+CCWA: \"%s\",%d,1\r\n", "27.007, 7.12"}},
	"+CCWA status":  {{"\r\n+CCWA: %d,1\r\n", "27.007, 7.12"}},
	"+CCWA?":        {{"\r\n+CCWA: %d\r\n", "27.007, 7.12"}},
	"+CCWA=?":       {{"\r\n+CCWA: (0,1)\r\n", "27.007, 7.12"}},
	"+CLCC":         {{"\r\n+CLCC: %d,%d,%d,0,%d,\"%s\",%d\r\n", "framing-024"}},
	"+CLCC data":    {{"\r\n+CLCC: %d,0,0,1,0,\"\",128\r\n", "27.007, 7.18"}},
	"+CHLD=?":       {{"\r\n+CHLD: (0,1,1x,2,2x)\r\n", "27.007, 7.13"}},
	"+CSSN?":        {{"\r\n+CSSN: %d,%d\r\n", "27.007, 7.17"}},
	"+CSSN=?":       {{"\r\n+CSSN: (0,1),(0,1)\r\n", "27.007, 7.17"}},
	"+CVHU?":        {{"\r\n+CVHU: %d\r\n", "27.007, 6.20"}},
	"+CVHU=?":       {{"\r\n+CVHU: (0-2)\r\n", "27.007, 6.20"}},
	"+VTD?":         {{"\r\n+VTD: %d\r\n", "27.007, C.2.12"}},
	"+VTD=?":        {{"\r\n+VTD: (0-255)\r\n", "27.007, C.2.12"}},
	"+VTS=?":        {{"\r\n+VTS: (0-9,*,#,A,B,C,D),,(0-255)\r\n", "27.007, C.2.11"}},
	"+CLVL?":        {{"\r\n+CLVL: %d\r\n", "27.007, 8.23"}},
	"+CLVL=?":       {{"\r\n+CLVL: (0-5)\r\n", "27.007, 8.23"}},
	"+CEER none":    {{"\r\n+CEER: No cause information available\r\n", "27.007, 8.10"}},
	"+CEER normal":  {{"\r\n+CEER: \"Normal call clearing\"\r\n", "24.008, 10.5.4.11: 16"}},
	"+CEER busy":    {{"\r\n+CEER: \"User busy\"\r\n", "24.008, 10.5.4.11: 17"}},
	"+CEER silent":  {{"\r\n+CEER: \"User alerting, no answer\"\r\n", "24.008, 10.5.4.11: 19"}},
	"+CEER refused": {{"\r\n+CEER: \"Call rejected\"\r\n", "24.008, 10.5.4.11: 21"}},
	"+CEER service": {{"\r\n+CEER: \"Network out of order\"\r\n", "24.008, 10.5.4.11: 38"}},
}

// Settings for short messages: 27.005, 3. The messages themselves (+CMTI,
// +CMT, +CMGR, +CMGS and its prompt) join here with a store.
var messageLines = lines{
	"+CMGF?":  {{"\r\n+CMGF: %d\r\n", "27.005, 3.2.3"}},
	"+CMGF=?": {{"\r\n+CMGF: (0,1)\r\n", "27.005, 3.2.3"}},
	"+CNMI?":  {{"\r\n+CNMI: %d,%d,%d,%d,%d\r\n", "27.005, 3.4.1"}},
	"+CNMI=?": {{"\r\n+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)\r\n", "27.005, 3.4.1"}},
	"+CPMS": {{
		"\r\n+CPMS: 0,%d,0,%d,0,%d\r\n", "27.005, 3.2.2",
	}},
	"+CPMS?": {{
		"\r\n+CPMS: \"%s\",0,%d,\"%s\",0,%d,\"%s\",0,%d\r\n", "27.005, 3.2.2",
	}},
	"+CPMS=?": {{
		"\r\n+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")\r\n", "27.005, 3.2.2",
	}},
	"+CSMS":   {{"\r\n+CSMS: 1,1,1\r\n", "27.005, 3.2.1"}},
	"+CSMS?":  {{"\r\n+CSMS: %d,1,1,1\r\n", "27.005, 3.2.1"}},
	"+CSMS=?": {{"\r\n+CSMS: (0,1)\r\n", "27.005, 3.2.1"}},
	"+CMGL=?": {{"\r\n+CMGL: (0-4)\r\n", "27.005, 3.4.2"}},
}
