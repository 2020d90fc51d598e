package modemtest

// linesEC200 is what Quectel modems send, beyond and instead of the standards.
var linesEC200 = lines27007.with(lines{
	"+QCCID": {{"\r\n+QCCID: %s\r\n", "EC25 manual, AT+QCCID"}},
	"+QPINC": {{"\r\n+QPINC: \"%s\",%d,%d\r\n", "EC25 manual, AT+QPINC"}},

	"start":     {{"\r\nRDY\r\n", "framing-014"}},
	"+CFUN on":  {{"\r\n+CFUN: 1\r\n", "framing-014"}},
	"+QUSIM":    {{"\r\n+QUSIM: 1\r\n", "framing-014"}},
	"SMS DONE":  {{"\r\n+QIND: SMS DONE\r\n", "framing-014"}},
	"PB DONE":   {{"\r\n+QIND: PB DONE\r\n", "framing-014"}},
	"SIM gone":  {{"\r\n+CPIN: NOT READY\r\n", "driver: ModemManager"}},
	"+QSIMSTAT": {{"\r\n+QSIMSTAT: %d,%d\r\n", "EC25 manual, AT+QSIMSTAT"}},

	"digit":        {{"\r\n+QTONEDET: %d\r\n", "dtmf-031"}},
	"+QTONEDET?":   {{"\r\n+QTONEDET: %d\r\n", "EC25 manual, AT+QTONEDET"}},
	"+QTONEDET=?":  {{"\r\n+QTONEDET: (0,1)\r\n", "EC25 manual, AT+QTONEDET"}},
	"+QSIMSTAT?":   {{"\r\n+QSIMSTAT: %d,%d\r\n", "EC25 manual, AT+QSIMSTAT"}},
	"+QSIMSTAT=?":  {{"\r\n+QSIMSTAT: (0,1)\r\n", "EC25 manual, AT+QSIMSTAT"}},
	"+VTD?":        {{"\r\n+VTD: %d,%d\r\n", "EC25 manual, AT+VTD"}},
	"+VTD=?":       {{"\r\n+VTD: (0-255),(0-255)\r\n", "EC25 manual, AT+VTD"}},
	"+QHUP=?":      {{"\r\n+QHUP: (1,16,17,18,21,27,31,88),(1-7)\r\n", "EC25 manual, AT+QHUP"}},
	"+QNWINFO":     {{"\r\n+QNWINFO: \"FDD LTE\",\"00101\",\"LTE BAND 3\",1300\r\n", "EC25 manual, AT+QNWINFO"}},
	"+QNWINFO off": {{"\r\n+QNWINFO: No Service\r\n", "EC25 manual, AT+QNWINFO"}},

	"QIND csq": {{"\r\n+QIND: \"csq\",%d,%d\r\n", "EC25 manual, AT+QINDCFG"}},
	"+QINDCFG": {{"\r\n+QINDCFG: \"%s\",%d\r\n", "EC25 manual, AT+QINDCFG"}},
	"+QURCCFG": {{"\r\n+QURCCFG: \"urcport\",\"%s\"\r\n", "EC25 manual, AT+QURCCFG"}},
	"+QURCCFG=?": {{
		"\r\n+QURCCFG: \"urcport\",(\"usbat\",\"usbmodem\",\"uart1\",\"all\")\r\n", "EC25 manual, AT+QURCCFG",
	}},
})

// linesEC25 has the lines about calls and audio too.
var linesEC25 = linesEC200.with(lines{
	// The last form is that of another firmware for the same chip.
	"^DSCI": {
		{"\r\n^DSCI: %d,%d,%d,0,%s,%d\r\n", "calls-052"},
		{"\r\n^DSCI: %d,%d,%d,0,%s,%d,0\r\n", "calls-054"},
		{"\r\n^DSCI: %d,%d,%d,0,0,\"%s\",%d,,,0,\"\",0\r\n", "calls-055"},
	},
	"^DSCI?":  {{"\r\n^DSCI: %d\r\n", "driver: chan_quectel"}},
	"^DSCI=?": {{"\r\n^DSCI: (0-1)\r\n", "driver: chan_quectel"}},
	"ccinfo":  {{"\r\n+QIND: \"ccinfo\",%d,%d,%d,0,0,\"%s\",%d\r\n", "calls-056"}},

	"audio pause": {{"\r\n+QPCMV: 0,0\r\n", "calls-087"}},
	"audio ready": {{"\r\n+QPCMV: 1,0\r\n", "calls-088"}},
	"+QPCMV?":     {{"\r\n+QPCMV: %d,%d\r\n", "calls-089"}},
	"+QPCMV=?":    {{"\r\n+QPCMV: (0,1),(0-2)\r\n", "driver: chan_quectel"}},
	"+QAUDMOD?":   {{"\r\n+QAUDMOD: %d\r\n", "EC25 manual, AT+QAUDMOD"}},
	"+QAUDMOD=?":  {{"\r\n+QAUDMOD: (0-3)\r\n", "EC25 manual, AT+QAUDMOD"}},
	"+QGPSCFG":    {{"\r\n+QGPSCFG: \"outport\",\"%s\"\r\n", "EC25 GNSS application note, AT+QGPSCFG"}},
})
