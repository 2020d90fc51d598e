package modemtest

// linesHuawei is what a Huawei stick sends. Some firmwares leave out what stands
// before the lines of calls.
var linesHuawei = lines27007.with(lines{
	"unknown command":     {{"\r\nCOMMAND NOT SUPPORT\r\n", "finals_errors-022"}},
	"too many parameters": {{"\r\nTOO MANY PARAMETERS\r\n", "finals_errors-024"}},

	"I": {{
		"\r\nManufacturer: %s\r\nModel: %s\r\nRevision: %s\r\nIMEI: %s\r\n+GCAP: +CGSM,+FCLASS,+DS\r\n", "identity-001",
	}},
	"+CGMI":  {{"\r\n%s\r\n", "identity-016"}},
	"+CGMM":  {{"\r\n%s\r\n", "identity-017"}},
	"+CGMR":  {{"\r\n%s\r\n", "identity-018"}},
	"+GCAP":  {{"\r\n+GCAP: +CGSM,+FCLASS,+DS\r\n", "identity-001"}},
	"^ICCID": {{"\r\n^ICCID: %s\r\n", "ME909 manual, AT^ICCID"}},
	"^CPIN": {
		{"\r\n^CPIN: %s,%s,%d,%d,10,3\r\n", "MU509 manual, AT^CPIN"},
		{"\r\n^CPIN:%s,%s,%d,%d,10,3\r\n", "MU509 manual, AT^CPIN"},
	},
	"^SYSINFO": {{"\r\n^SYSINFO:%d,%d,0,5,%d\r\n", "MU509 manual, AT^SYSINFO"}},

	"+CRING":       {{"\r\n+CRING: VOICE\r\n", "framing-028"}},
	"+CLIP":        {{"\r\n+CLIP: \"%s\",%d,,,,%d\r\n", "framing-028"}},
	"+CLIP hidden": {{"\r\n+CLIP:,%d,,,,%d\r\n", "calls-022"}},
	"^ORIG":        {{"\r\n^ORIG:%d,0\r\n", "framing-027"}, {"^ORIG:%d,0\r\n", "calls-058"}},
	"^CONF":        {{"\r\n^CONF:%d\r\n", "framing-027"}, {"^CONF:%d\r\n", "calls-059"}},
	"^CONN":        {{"\r\n^CONN:%d,0\r\n", "calls-061"}, {"^CONN:%d,0\r\n", "calls-060"}},
	"^CEND": {
		{"\r\n^CEND:%d,%d,%d,%d\r\n", "framing-027"},
		{"^CEND:%d,%d,%d,%d\r\n", "calls-064"},
		{"\r\n^CEND: %d,%d,%d,%d\r\n", "calls-066"},
	},
	"^CEND early": {{"\r\n^CEND:%d,%d,%d\r\n", "calls-065"}},

	"digit":      {{"\r\n^DDTMF: %c\r\n", "dtmf-025"}},
	"^CVOICE?":   {{"\r\n^CVOICE:%d,8000,16,20\r\n", "calls-067"}},
	"^CVOICE=?":  {{"\r\n^CVOICE:(0,1)\r\n", "driver: chan_dongle"}},
	"^DDSETEX?":  {{"\r\n^DDSETEX:%d\r\n", "driver: chan_dongle"}},
	"^DDSETEX=?": {{"\r\n^DDSETEX:(0-2)\r\n", "driver: chan_dongle"}},
	"^CURC?":     {{"\r\n^CURC: %d\r\n", "ME909 manual, AT^CURC"}},
	"^CURC=?":    {{"\r\n^CURC: (0,1)\r\n", "ME909 manual, AT^CURC"}},

	// What comes by itself, wanted or not. How often is known from drivers.
	"^BOOT":      {{"\r\n^BOOT:%d,0,0,0,20\r\n", "driver: gammu"}},
	"^RSSI":      {{"\r\n^RSSI:%d\r\n", "driver: ModemManager"}},
	"^MODE":      {{"\r\n^MODE:5,4\r\n", "driver: ModemManager"}},
	"^DSFLOWRPT": {{"\r\n^DSFLOWRPT:%08X,00000000,00000000,0000000000000000,0000000000000000,00000000,00000000\r\n", "driver: ModemManager"}},
	"SIM gone":   {{"\r\n^SIMST:255\r\n", "driver: ModemManager"}},
	"^SIMST":     {{"\r\n^SIMST:%d\r\n", "driver: ModemManager"}},
	"^SRVST":     {{"\r\n^SRVST:%d\r\n", "driver: ModemManager"}},
})
