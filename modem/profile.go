package modem

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Profile says in data what is special about a family of modems. A program can
// pass its own in Config.Profile. A Profile is not changed after Open.
type Profile struct {
	// Name names the family, such as "SIM7600".
	Name string

	// Models are beginnings of what AT+CGMM answers, after a maker's prefix
	// such as "SIMCOM_", in any case. A modem fits if one of them does.
	Models []string

	// Init are the commands that Open sends after the ones that all modems
	// get. Each is optional: one that the modem refuses is noted in
	// Capabilities.Refused.
	Init []string

	// Answered and Over are lines by which ATA is done before its final
	// result, or without it: the call is up, or over.
	Answered, Over []string

	// Calls are the family's own reports of calls.
	Calls []CallReport

	// Hangup are the commands that end all calls, each tried while the call
	// is still there after the one before. None means AT+CHUP, then ATH.
	Hangup []string

	// Audio says how the voice of a call is switched.
	Audio AudioProfile

	// KeysOn is the command that switches on the reports of keys that the far
	// side pressed. Where it is refused, or empty, Capabilities.Keys is false;
	// reports that come all the same are taken.
	KeysOn string

	// Keys are those reports.
	Keys []KeyReport

	// ToneUnit is the unit of the duration in AT+VTS: 100 ms in 3GPP TS 27.007,
	// C.11. Zero means that the family takes no duration there.
	ToneUnit time.Duration

	// Noise are beginnings of reports that mean nothing to this library.
	Noise []string
}

// CallReport is an unsolicited line about a call.
type CallReport struct {
	// Name is the line up to its first colon, such as "VOICE CALL".
	Name string
	// Grammar says how to read the rest.
	Grammar CallGrammar
}

// CallGrammar is a way to spell reports about calls.
type CallGrammar int

const (
	// GrammarVoiceCall is SIMCom's "VOICE CALL: BEGIN" and "VOICE CALL: END:
	// 000117", with the duration as HHMMSS.
	GrammarVoiceCall CallGrammar = iota
	// GrammarMissed is a line that says that a caller gave up, and may end with
	// the number: SIMCom's "MISSED_CALL: 11:01AM 07712345678".
	GrammarMissed
	// GrammarOver is a line that says that a call is over, and no more, such
	// as "REMOTE CALL END".
	GrammarOver
)

// KeyReport is an unsolicited line about a key, such as "+RXDTMF: 5".
type KeyReport struct {
	// Name is the line up to the colon, such as "+RXDTMF".
	Name string
	// Code tells that the key comes as its ASCII code in decimal, as in
	// Quectel's "+QTONEDET: 56" for 8.
	Code bool
}

// AudioProfile says how a family switches the voice of a call to its audio port.
type AudioProfile struct {
	// Rate is in samples per second, 8000 or 16000. Zero means that the family
	// has no audio port of its own.
	Rate int

	// Setup are optional commands at Open.
	Setup []string

	// On are the commands that switch audio on when a call is active. Where a
	// modem refuses them they are sent again every Retry, for Within, while
	// the call is up. A Retry of zero means 500 ms, a Within of zero once.
	On            []string
	Retry, Within time.Duration

	// Off are the commands that switch audio off after the call.
	Off []string
}

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

// check tells what is out of range.
func (p *Profile) check() error {
	a := &p.Audio
	switch {
	case a.Rate != 0 && a.Rate != 8000 && a.Rate != 16000:
		return fmt.Errorf("modem: Config.Profile.Audio.Rate is %d, not 8000 or 16000", a.Rate)
	case a.Retry < 0 || a.Within < 0:
		return errors.New("modem: Config.Profile.Audio: Retry or Within is negative")
	case p.ToneUnit < 0:
		return errors.New("modem: Config.Profile.ToneUnit is negative")
	}
	for _, cmd := range slices.Concat(p.Init, p.Hangup, a.Setup, a.On, a.Off, []string{p.KeysOn}) {
		if strings.ContainsFunc(cmd, unicode.IsControl) {
			return fmt.Errorf("modem: Config.Profile: the command %q holds more than a line", cmd)
		}
	}
	return nil
}
