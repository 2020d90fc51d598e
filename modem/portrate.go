package modem

import (
	"cmp"
	"context"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

// RateQuery is a way to ask for the rate of the audio port.
type RateQuery int

const (
	// RateFixed does not ask.
	RateFixed RateQuery = iota

	// RateCVOICE asks Huawei's AT^CVOICE? at Open. The answer tells too whether
	// the modem makes calls at all.
	RateCVOICE

	// RateCPCM asks SIMCom's AT+CPCMFRM? and AT+CPCMBANDWIDTH? at Open where the
	// modem refused one of Setup. VoLTE calls may have a rate of their own: then
	// AT+CNSMOD? tells for each call whether it is one, as no other call is on
	// LTE (SIM7600 audio application note).
	RateCPCM
)

const (
	narrowRate = 8000
	wideRate   = 16000
)

// portRates are the rates of an audio port, in samples per second.
type portRates struct {
	volte, other int // in VoLTE calls, and in others
}

// differ tells whether calls have to be told apart.
func (r portRates) differ() bool { return r.volte != r.other }

// findRates finds out which rates the port has, when Setup was sent. usual is that of
// the profile.
func (p *opening) findRates(ctx context.Context, usual int) error {
	a := &p.profile.Audio
	p.rates = portRates{usual, usual}
	refused := false
	for _, cmd := range a.Setup {
		refused = refused || p.caps.refuses(commandName(cmd))
	}
	if a.Query != RateCPCM || !refused {
		return nil
	}
	for _, cmd := range []string{"AT+CPCMFRM?", "AT+CPCMBANDWIDTH?"} {
		lines, err := p.try(ctx, cmd)
		if err != nil {
			return err
		}
		for _, line := range lines {
			if r, ok := parsePortRates(line); ok {
				p.rates = portRates{max(p.rates.volte, r.volte), max(p.rates.other, r.other)}
			}
		}
	}
	return nil
}

// parsePortRates reads "+CPCMFRM: 1", which is 16 kHz in all calls and 0 is 8, and
// "+CPCMBANDWIDTH: 0,1", where 0 is 16 kHz and 1 is 8: of VoLTE calls, and of others
// (SIM7600 audio application note).
func parsePortRates(line string) (portRates, bool) {
	name, args := atcmd.Parse(line)
	rate := func(wide bool) int {
		if wide {
			return wideRate
		}
		return narrowRate
	}
	switch n, ok := ints(args, 1); {
	case !ok || n[0] < 0 || n[0] > 1:
	case name == "+CPCMFRM":
		r := rate(n[0] == 1)
		return portRates{r, r}, true
	case name == "+CPCMBANDWIDTH":
		if n, ok := ints(args, 2); ok && n[1] >= 0 && n[1] <= 1 {
			return portRates{rate(n[0] == 0), rate(n[1] == 0)}, true
		}
	}
	return portRates{}, false
}

// withRate sets the port to the rate of a call for which audio was switched on, and
// goes on.
func (o *owner) withRate(c *call, then func()) {
	rates := o.m.link().rates
	if !rates.differ() {
		then()
		return
	}
	o.m.job(c, atcmd.Command{Text: "AT+CNSMOD?"}, func(resp atcmd.Response, _ error) {
		o.audio.rate = rates.other
		for _, line := range resp.Lines {
			if isOnLTE(line) {
				o.audio.rate = rates.volte
			}
		}
		if o.audioPort != nil {
			o.audioPort.setFormat(voice.Format{Rate: o.audio.rate})
		}
		then()
	})
}

// rate returns the rate of the port as it is now.
func (o *owner) rate() int { return cmp.Or(o.audio.rate, o.m.link().caps.AudioRate) }

// isOnLTE reads "+CNSMOD: <n>,<mode>" (SIM7600 manual).
func isOnLTE(line string) bool {
	const lte = 8
	name, args := atcmd.Parse(line)
	n, ok := ints(args, 2)
	return ok && name == "+CNSMOD" && n[1] == lte
}
