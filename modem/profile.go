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

	// Makers are beginnings of what AT+CGMI answers, in any case. A modem whose
	// model no family has is of the family that has its maker.
	Makers []string

	// Init are the commands that Open sends after the ones that all modems
	// get. Each is optional: one that the modem refuses is noted in
	// Capabilities.Refused.
	Init []string

	// Answered and Over are lines by which ATA is done before its final
	// result, or without it: the call is up, or over.
	Answered, Over []string

	// Calls are the family's own reports of calls. Each is checked against
	// AT+CLCC unless it leads on from what is known.
	Calls []CallReport

	// Hangup are the commands that end all calls, each tried while the call
	// is still there after the one before. None means AT+CHUP, then ATH.
	Hangup []string

	// SparesDialling keeps AT+CHLD=1x (3GPP TS 27.007, 7.13), which ends one call of
	// several, from a call whose far side does not ring yet: after it, Huawei's
	// sticks answer no command any more (chan_dongle).
	SparesDialling bool

	// Audio says how the voice of a call is switched and paced.
	Audio AudioProfile

	// KeysOn is the command that switches on the reports of keys that the far
	// side pressed. Where it is refused, or empty, Capabilities.Keys is false;
	// reports that come all the same are taken.
	KeysOn string

	// Keys are those reports.
	Keys []KeyReport

	// Tone is the command that sends one tone to the far side. It has {key} in
	// the place of the key, and may have {call}, the call's number in AT+CLCC,
	// and {duration}, the length in ToneUnit: Huawei's is
	// "AT^DTMF={call},{key}" (chan_dongle). Empty means AT+VTS={key} (3GPP TS
	// 27.007, C.11), with the duration behind it unless ToneUnit is zero.
	Tone string

	// ToneUnit is the unit of a tone's duration: 100 ms in 3GPP TS 27.007, C.11,
	// 10 ms in Telit's manual. Zero means that the command has none.
	ToneUnit time.Duration

	// ToneTime is how long a tone is where its command has no length, so that the
	// next one waits for it. Zero means not longer than the one that is asked for.
	ToneTime time.Duration

	// Noise are the names of reports that mean nothing to this library: what
	// stands before the colon, or the whole line where there is none.
	Noise []string

	// Started are beginnings of the lines that the modem sends when it has
	// started, such as "RDY": it has lost its settings and its calls then, and
	// gets the former anew.
	Started []string

	// Reset are commands that restart the modem, each tried if it refuses the
	// one before. Its ports may be gone for up to 40 s. None means AT+CFUN=1,1
	// (3GPP TS 27.007, 8.2).
	Reset []string

	// SIM are the names of reports about the SIM, such as "+QSIMSTAT", beside
	// "+CPIN": after each the SIM is asked for its state.
	SIM []string
}

// KeyReport is an unsolicited line about a key, such as "+RXDTMF: 5".
type KeyReport struct {
	// Name is the line up to the colon, such as "+RXDTMF".
	Name string
	// Code tells that the key comes as its ASCII code in decimal, as in
	// Quectel's "+QTONEDET: 56" for 8.
	Code bool
}

// AudioProfile says how a family switches the voice of a call to its audio port,
// and when that port takes a frame.
type AudioProfile struct {
	// Rate is in samples per second, 8000 or 16000. Zero means that the family
	// has no audio port of its own.
	Rate int

	// Setup are optional commands at Open.
	Setup []string

	// Query is how the modem is asked for the rate that its port really has. Zero
	// means that it is not, and Rate is it.
	Query RateQuery

	// Before are sent one after the other before each ATD and ATA, as Quectel's
	// EC2x needs AT+QPCMV=1,0 for audio on its NMEA port (chan_quectel). One
	// that the modem refuses does not keep the next one, or the call, back.
	// Off follows them even if the call was never answered.
	Before []string

	// On are the commands that switch audio on when a call is active. Where a
	// modem refuses them they are sent again while the call is up.
	On []string

	// Retry is the time from one attempt at On to the next, and Within for how long
	// attempts are made. A Retry of zero means 500 ms; a Within of zero means that
	// there is one attempt.
	Retry, Within time.Duration

	// Off are the commands that switch audio off after the call.
	Off []string

	// Pace says when a frame of 20 ms is written to the port.
	Pace Pace

	// Flow names the report by which the modem stops and starts what is written
	// to the port, whatever the pace: Quectel's "+QPCMV", of which "+QPCMV: 0,0"
	// means to pause and "+QPCMV: 1,0" to go on. The frames are not lost, they
	// come later. As a lost report must not silence the rest of a call, a pause
	// ends by itself after a second. Empty means that there is no such report.
	Flow string

	// ResetCures tells that a restart of the modem brings the audio back when
	// calls stay silent though it was switched on without an error: a fault of
	// SIM7600 firmware in the second call.
	ResetCures bool
}

// check tells what is out of range.
func (p *Profile) check() error {
	a := &p.Audio
	switch {
	case a.Rate != 0 && a.Rate != 8000 && a.Rate != 16000:
		return fmt.Errorf("modem: Config.Profile.Audio.Rate is %d, not 8000 or 16000", a.Rate)
	case a.Retry < 0 || a.Within < 0:
		return errors.New("modem: Config.Profile.Audio: Retry or Within is negative")
	case a.Query < RateFixed || a.Query > RateCPCM:
		return fmt.Errorf("modem: Config.Profile.Audio.Query is %d, none of the constants", a.Query)
	case a.Pace != PaceClock && a.Pace != PaceReceived:
		return fmt.Errorf("modem: Config.Profile.Audio.Pace is %d, none of the constants", a.Pace)
	}
	for _, r := range p.Calls {
		if !r.Grammar.known() {
			return fmt.Errorf("modem: Config.Profile.Calls: the grammar of %q is %d, none of the constants", r.Name, r.Grammar)
		}
	}
	for _, cmd := range slices.Concat(p.Init, p.Hangup, p.Reset, a.Setup, a.Before, a.On, a.Off, []string{p.KeysOn, p.Tone}) {
		if strings.ContainsFunc(cmd, unicode.IsControl) {
			return fmt.Errorf("modem: Config.Profile: the command %q holds more than a line", cmd)
		}
	}
	return p.checkTone()
}
