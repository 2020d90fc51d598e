package modem

import (
	"context"
	"slices"

	"github.com/callstack-go/callstack/atcmd"
)

// Capabilities tell what a modem can do for this library, as far as Open found out by
// asking it. There are modems whose firmware is for data only: Open does not fail on
// one, as a program may have use for it all the same.
type Capabilities struct {
	// Voice tells that the modem makes calls. It is false where the modem says that
	// it does not (Huawei's AT^CVOICE?), or refuses what every modem with calls
	// takes: AT+CLIP=1, or AT+CMGF=0, as firmware for data only does. It is a finding
	// and no lock: dialling is tried all the same, and wraps ErrNoVoice if it fails.
	Voice bool
	// Messages tells that the modem takes short messages: it takes AT+CMGF=0.
	Messages bool
	// Audio tells that calls carry audio.
	Audio bool
	// AudioRate is in samples per second, 0 without Audio. Where it differs from
	// call to call it is that of most.
	AudioRate int
	// Keys tells that the modem reports keys that the far side presses.
	Keys bool
	// Refused are the optional commands that the modem refused, without their
	// parameters.
	Refused []string
}

// refuses tells whether the modem refused an optional command of that name.
func (c *Capabilities) refuses(cmd string) bool { return slices.Contains(c.Refused, cmd) }

// findCapabilities finds out what the modem can do, from what it refused and from
// what the family has for asking.
func (p *opening) findCapabilities(ctx context.Context) error {
	p.caps.Messages = !p.caps.refuses("AT+CMGF")
	p.caps.Voice = p.caps.Messages && !p.caps.refuses("AT+CLIP")
	p.caps.AudioRate = p.profile.Audio.Rate
	if p.profile.Audio.Query != RateCVOICE {
		return nil
	}
	lines, err := p.try(ctx, "AT^CVOICE?")
	if err != nil {
		return err
	}
	p.caps.takeVoice(lines, p.caps.refuses("AT^CVOICE?"))
	return nil
}

// takeVoice takes what AT^CVOICE? was answered.
func (c *Capabilities) takeVoice(lines []string, refused bool) {
	if refused {
		c.Voice, c.AudioRate = false, 0
	}
	for _, line := range lines {
		if rate, ok := parseVoicePort(line); ok {
			c.Voice, c.AudioRate = c.Voice && rate > 0, rate
		}
	}
}

// parseVoicePort reads Huawei's "^CVOICE:0,8000,16,20": the voice is enabled, with its
// rate, bits of a sample and milliseconds of a frame (chan_dongle). The rate is 0 where
// the voice is not enabled, or is in a form that the library does not have.
func parseVoicePort(line string) (rate int, ok bool) {
	name, args := atcmd.Parse(line)
	n, ok := ints(args, 1)
	if !ok || name != "^CVOICE" {
		return 0, false
	}
	if n[0] != 0 {
		return 0, true
	}
	n, ok = ints(args, 4)
	if !ok || n[1] != 8000 && n[1] != 16000 || n[2] != 16 {
		return 0, true
	}
	return n[1], true
}
