package modem

import (
	"slices"
	"strings"
	"time"
)

// profiles are the known families; the first whose model fits is taken.
var profiles = []*Profile{&sim7600}

// sim7600 is from the SIM7500/SIM7600 AT command manual, chan_quectel and
// ModemManager.
var sim7600 = Profile{
	Name:   "SIM7600",
	Models: []string{"SIM7600", "SIM7500", "SIM7800"},
	Init: []string{
		"AT+CVHU=0", // so that ATH hangs up a voice call
		"AT+CSSN=0,0",
		"AT+CLCC=1", // the list by itself at each change
		"AT+CATR=1", // reports on the port of the commands only
	},
	Answered: []string{"VOICE CALL: BEGIN"},
	Over:     []string{"VOICE CALL: END"},
	Calls: []CallReport{
		{Name: "VOICE CALL", Grammar: GrammarVoiceCall},
		{Name: "MISSED_CALL", Grammar: GrammarMissed},
		{Name: "REMOTE CALL END", Grammar: GrammarOver},
	},
	Hangup: []string{"AT+CHUP", "ATH"},
	Audio: AudioProfile{
		Rate: 8000,
		Setup: []string{
			"AT+CPCMFRM=0",         // 8 kHz
			"AT+CPCMBANDWIDTH=1,1", // also for VoLTE, whose default is 16 kHz
		},
		On:     []string{"AT+CPCMREG=1"},
		Retry:  500 * time.Millisecond,
		Within: 12 * time.Second,
		Off:    []string{"AT+CPCMREG=0"},
	},
	KeysOn:   "AT+DDET=1",
	Keys:     []KeyReport{{Name: "+RXDTMF"}, {Name: "RXDTMF"}, {Name: "+DTMF"}},
	ToneUnit: 100 * time.Millisecond,
	Noise:    []string{"SMS DONE", "PB DONE", "OPL DONE", "PNN DONE", "+VOICEMAIL"},
}

// generic keeps to 3GPP TS 27.007. It is for modems that nobody knows.
var generic = Profile{
	Name:   "generic",
	Hangup: []string{"AT+CHUP", "ATH"},
	Keys:   []KeyReport{{Name: "+RXDTMF"}, {Name: "+DTMF"}},
}

// profileFor returns the family of a model.
func profileFor(model string) *Profile {
	for _, p := range profiles {
		if p.fits(model) {
			return p
		}
	}
	return &generic
}

// fits tells whether a model is of the family, with or without a maker's prefix.
func (p *Profile) fits(model string) bool {
	_, bare, _ := strings.Cut(model, "_")
	return slices.ContainsFunc(p.Models, func(prefix string) bool {
		_, whole := cutPrefixFold(model, prefix)
		_, behind := cutPrefixFold(bare, prefix)
		return whole || behind
	})
}
