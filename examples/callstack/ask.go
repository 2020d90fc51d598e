package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/serial"
)

// usualBaud is the rate at which a port is asked first.
const usualBaud = 115200

// answer is what came of asking a port.
type answer struct {
	found modem.Probed
	baud  int  // the rate at which it was asked
	all   bool // all usual rates were tried
	err   error
}

// ask asks a port for commands: at the rate that was given or is usual, and where
// that brings no answer and rates matter, at the one at which something answers.
func (p patient) ask(ctx context.Context, tty serial.TTY) answer {
	p.say("asking %s", tty.Path)
	a := p.askAt(ctx, tty.Path, cmp.Or(p.baud, usualBaud))
	if p.ownUSB() || !mayBeRate(a.err) || ctx.Err() != nil {
		return a
	}
	p.say("no answer at %d baud: trying the other usual rates", a.baud)
	got, err := serial.Probe(ctx, tty.Path, &serial.ProbeConfig{System: p.system, Wait: p.wait / 10})
	switch {
	case err != nil:
		return a
	case got.Verdict == serial.Answers && got.Baud != a.baud:
		return p.askAt(ctx, tty.Path, got.Baud)
	}
	a.all = true
	if telling, ok := tellings[got.Verdict]; ok {
		a.err = telling
	}
	return a
}

// tellings are what a port can be found to be at another rate, though it did not
// answer at the first.
var tellings = map[serial.Verdict]error{
	serial.Noise:      modem.ErrBaudRate,
	serial.Positions:  modem.ErrPositionPort,
	serial.Diagnostic: modem.ErrDiagnosticPort,
	serial.DataMode:   modem.ErrDataMode,
}

func (p patient) askAt(ctx context.Context, path string, baud int) answer {
	ports := &serial.Ports{AT: path, Audio: serial.None, Baud: baud, System: p.system}
	found, err := modem.Probe(ctx, ports, &modem.ProbeConfig{Identify: p.identify, Wait: p.wait})
	return answer{found: found, baud: baud, err: err}
}

// mayBeRate tells whether a port did not answer because of its rate.
func mayBeRate(err error) bool {
	for _, verdict := range []error{modem.ErrNoAnswer, modem.ErrBaudRate, modem.ErrNotModem} {
		if errors.Is(err, verdict) {
			return true
		}
	}
	return false
}

// isVerdict tells whether an error is about who is at the other end of a port, and
// not about opening it.
func isVerdict(err error) bool {
	for _, verdict := range []error{modem.ErrDataMode, modem.ErrDiagnosticPort, modem.ErrPositionPort} {
		if errors.Is(err, verdict) {
			return true
		}
	}
	return mayBeRate(err)
}

// tryAudio opens the audio port, and closes it without having sent a byte.
func (p patient) tryAudio(ctx context.Context) []finding {
	if p.voice.Path == "" {
		return nil
	}
	rw, err := (&serial.Ports{AT: p.voice.Path, Baud: usualBaud, System: p.system}).OpenAT(ctx)
	if err == nil {
		err = rw.Close()
	}
	if err == nil {
		return nil
	}
	return []finding{p.explain(p.voice, answer{err: err})}
}

// vitalsOf takes what is told of a modem, with its identities masked.
func vitalsOf(f modem.Probed) *vitals {
	v := &vitals{
		Manufacturer: f.Identity.Manufacturer, Model: f.Identity.Model, Revision: f.Identity.Revision,
		Profile: f.Identity.Profile, IMEI: masked(f.Identity.IMEI), IMSI: masked(f.IMSI), ICCID: masked(f.ICCID),
		SIM:          sim{State: f.SIM.String()},
		Registration: registration{f.Registration.Status.String(), f.Registration.Access.String(), f.Registration.Voice()},
		Signal:       signalLevel{f.Signal.Known, f.Signal.DBm, f.Signal.Bars()},
		Capabilities: capabilities{f.Capabilities.Voice, f.Capabilities.Messages, f.Capabilities.Keys, f.Capabilities.AudioRate},
	}
	if f.PINAttempts >= 0 {
		v.SIM.PINAttempts = &f.PINAttempts
	}
	return v
}
