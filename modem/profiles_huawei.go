package modem

import "time"

// huaweiCalls are the reports of Huawei's MU509 and MC509 manuals, as chan_dongle
// reads them.
var huaweiCalls = []CallReport{
	{Name: "^ORIG", Grammar: GrammarHuawei},
	{Name: "^CONF", Grammar: GrammarHuawei},
	{Name: "^CONN", Grammar: GrammarHuawei},
	{Name: "^CEND", Grammar: GrammarHuawei},
}

// huaweiNoise is what these modems report without end: ^BOOT every 10 to 20 s,
// ^DSFLOWRPT every 2 s (chan_dongle, gammu).
var huaweiNoise = []string{
	"^BOOT", "^RSSI", "^HCSQ", "^MODE", "^SRVST", "^STIN", "^DSFLOWRPT", "^EONS", "^NWTIME", "^NWNAME", "^THERM",
	"^LWURC", "^SMMEMFULL", "^CSNR", "^PDPSTATE", "^ANLEVEL", "^LOCCHD", "^CRSSI", "^NDISSTAT", "^NDISEND", "^DCONN",
	"^CARDLOCK", "+CPIN2",
}

// huaweiAudio is a port that sends and takes 20 ms of audio at a time, and whose own
// clock is the better one (chan_dongle). It is switched on after ATD and ATA; there is
// nothing to switch off.
var huaweiAudio = AudioProfile{
	Rate:   8000,
	Query:  RateCVOICE,
	On:     []string{"AT^DDSETEX=2"},
	Retry:  500 * time.Millisecond,
	Within: 5 * time.Second,
	Pace:   PaceReceived,
}

// huawei are the USB sticks, such as the E1750 and E173, from chan_dongle, python-gsmmodem
// and ModemManager. There are copies that call themselves QUALCOMM INCORPORATED and
// are known by their model. ^DDTMFCFG is of ModemManager; few models report keys.
var huawei = Profile{
	Name: "Huawei",
	Models: []string{
		"E15", "E16", "E17", "E18", "E22", "E27", "E30", "E31", "E33", "E35", "E36", "E37", "E39", "EM770", "EM820", "K3715",
	},
	Makers:   []string{"huawei"},
	Init:     []string{"AT+CVHU=0", "AT^CURC=1"}, // the reports are on (ModemManager)
	Answered: []string{"^CONN"},
	Over:     []string{"^CEND"},
	Calls:    huaweiCalls,
	Hangup:   []string{"AT+CHUP", "ATH"},
	Audio:    huaweiAudio,
	KeysOn:   "AT^DDTMFCFG=0,1",
	Keys:     []KeyReport{{Name: "^DDTMF"}},
	Tone:     "AT^DTMF={call},{key}",
	ToneTime: 300 * time.Millisecond, // a guess: no source tells
	Noise:    huaweiNoise,
	Started:  []string{"^SYSSTART"}, // of Huawei's modules; of sticks there is no log with it
	Reset:    []string{"AT^RESET", "AT+CFUN=1,1"},
	SIM:      []string{"^SIMST"},

	SparesDialling: true,
}

// huaweiModule are the modules, which send tones as the standard says (MU509 and MU709
// manuals). All else is taken to be as on the sticks.
var huaweiModule = Profile{
	Name:     "Huawei module",
	Models:   []string{"MU509", "MU609", "MU709", "ME909", "MC509"},
	Init:     huawei.Init,
	Answered: huawei.Answered,
	Over:     huawei.Over,
	Calls:    huaweiCalls,
	Hangup:   huawei.Hangup,
	Audio:    huaweiAudio,
	KeysOn:   huawei.KeysOn,
	Keys:     huawei.Keys,
	ToneUnit: 100 * time.Millisecond,
	Noise:    huaweiNoise,
	Started:  huawei.Started,
	Reset:    huawei.Reset,
	SIM:      huawei.SIM,

	SparesDialling: true,
}
