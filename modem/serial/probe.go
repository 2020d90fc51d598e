package serial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// usualBauds are the rates that modems on a UART are set to, the usual ones first.
var usualBauds = []int{115200, 9600, 19200, 57600, 230400, 460800, 921600}

// ProbeConfig holds the optional settings of [Probe]. The zero value is ready for
// use.
type ProbeConfig struct {
	// Bauds are the rates to try, in bits per second, until the modem answers. Empty
	// means 115200, 9600, 19200, 57600, 230400, 460800 and 921600, or only 115200 for
	// a USB port of a modem, which pays no attention to it.
	Bauds []int
	// Tries is how often AT is sent at each rate. Zero means 5: a modem that finds out
	// the rate by itself (autobaud) needs some.
	Tries int
	// Wait is how long the answer to each AT is awaited. Zero means 300 ms.
	Wait time.Duration
	// Listen is how long a port that has said nothing, or nothing clear, is listened to
	// in the end, at the first rate or the one at which something came. Zero means 3.5 s: the far side of a data connection
	// repeats itself every 3 s (RFC 1661, 4.6). Less than zero means not at all.
	Listen time.Duration
	// IMEI asks a modem that answers for its identity (AT+CGSN).
	IMEI bool
	// System is where devices are looked for; nil means the running system.
	System *System
}

// Probed is what [Probe] found out. It prints without the IMEI.
type Probed struct {
	// Verdict is who is there.
	Verdict Verdict
	// Baud is the rate at which that was found, in bits per second.
	Baud int
	// IMEI is the modem's identity, if it was asked and told.
	IMEI string
}

// Probe opens a port, sends AT at one rate after the other until something answers,
// and tells who is there. Nothing else is sent, except AT+CGSN if asked to; nothing is
// changed but the port's rate. A silent port takes as long as the settings say: with
// none, 5 seconds on USB, 14 for a UART. The errors are those of Ports.OpenAT. A nil cfg means
// no settings.
func Probe(ctx context.Context, path string, cfg *ProbeConfig) (Probed, error) {
	var c ProbeConfig
	if cfg != nil {
		c = *cfg
	}
	f, err := (&Ports{System: c.System}).finder(ctx)
	if err != nil {
		return Probed{}, err
	}
	if len(c.Bauds) == 0 && f.named(path).isOwnUSB() {
		c.Bauds = []int{usualBaud}
	}
	return f.probe(ctx, path, c)
}

// isOwnUSB tells whether a port is on USB and no adapter to a UART.
func (t target) isOwnUSB() bool { return t.device.USB != "" && !t.tty.UART }

// ask finds out quickly whether a modem takes commands on a USB port.
func (f *finder) ask(ctx context.Context, path string, imei bool) (Probed, error) {
	return f.probe(ctx, path, ProbeConfig{Bauds: []int{usualBaud}, Tries: 3, Listen: -1, IMEI: imei})
}

// probe opens a port and asks.
func (f *finder) probe(ctx context.Context, path string, c ProbeConfig) (Probed, error) {
	c = c.withDefaults()
	port, err := f.open(ctx, path, settings{baud: c.Bauds[0], bound: time.Second, discard: true})
	if err != nil {
		return Probed{}, err
	}
	got, err := c.talk(ctx, port)
	return got, errors.Join(err, port.Close())
}

func (c ProbeConfig) withDefaults() ProbeConfig {
	if len(c.Bauds) == 0 {
		c.Bauds = usualBauds
	}
	if c.Tries == 0 {
		c.Tries = 5
	}
	if c.Wait == 0 {
		c.Wait = 300 * time.Millisecond
	}
	if c.Listen == 0 {
		c.Listen = 3500 * time.Millisecond
	}
	return c
}

// talk tries the rates. If nobody answers it tells the most telling of what came.
func (c ProbeConfig) talk(ctx context.Context, p *port) (Probed, error) {
	best := Probed{Baud: c.Bauds[0]}
	for _, baud := range c.Bauds {
		if err := p.setBaud(baud); err != nil {
			continue // the port cannot do this one
		}
		got, err := c.at(ctx, p)
		if err != nil {
			return Probed{}, err
		}
		if got == Answers {
			return c.identify(ctx, p, Probed{Verdict: Answers, Baud: baud})
		}
		if got > best.Verdict {
			best = Probed{Verdict: got, Baud: baud}
		}
	}
	if best.Verdict > Talks || c.Listen < 0 {
		return best, nil
	}
	return c.listen(ctx, p, best)
}

// listen waits for what speaks by itself only, where nothing clear has come.
func (c ProbeConfig) listen(ctx context.Context, p *port, best Probed) (Probed, error) {
	if len(c.Bauds) > 1 {
		if err := p.setBaud(best.Baud); err != nil {
			return Probed{}, err
		}
	}
	came, err := c.receive(ctx, p, c.Listen)
	best.Verdict = max(best.Verdict, judge(came))
	return best, err
}

// at sends AT at the present rate until there is an answer, or no more to expect.
func (c ProbeConfig) at(ctx context.Context, p *port) (Verdict, error) {
	var came []byte
	for range c.Tries {
		data, err := c.exchange(ctx, p, "AT\r")
		if err != nil {
			return Silent, err
		}
		came = append(came, data...)
		if verdict := judge(came); verdict == Answers {
			return verdict, nil
		}
	}
	return judge(came), nil
}

// identify asks for the IMEI.
func (c ProbeConfig) identify(ctx context.Context, p *port, got Probed) (Probed, error) {
	if !c.IMEI {
		return got, nil
	}
	for range 2 { // the first may meet what was left of the answers to AT
		data, err := c.exchange(ctx, p, "AT+CGSN\r")
		if err != nil {
			return Probed{}, err
		}
		if imei, ok := parseIMEI(data); ok {
			got.IMEI = imei
			break
		}
	}
	return got, nil
}

// exchange sends a command and returns what comes until a final result, for the time
// to wait at most. A port that takes nothing is silent.
func (c ProbeConfig) exchange(ctx context.Context, p *port, command string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := p.Write([]byte(command)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, err
	}
	return c.receive(ctx, p, c.Wait)
}

// receive returns what comes within a time, until a final result.
func (c ProbeConfig) receive(ctx context.Context, p *port, wait time.Duration) ([]byte, error) {
	var came []byte
	buf := make([]byte, 512)
	for end := time.Now().Add(wait); len(came) < longestAnswer && ctx.Err() == nil; {
		n, err := p.readWithin(buf, time.Until(end))
		came = append(came, buf[:n]...)
		if hasFinal(came) || errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("serial: %s: while AT was answered: %w", p.path, err)
		}
	}
	return came, ctx.Err()
}

// longestAnswer is how much of one answer is looked at, in bytes. A port that sends
// without end has been understood by then.
const longestAnswer = 16 << 10

// adapt finds the rate at which the modem answers, the one of last time first. If it
// does not answer, the port stays at the usual rate: whoever talks to it next finds
// out more.
func (p *Ports) adapt(ctx context.Context, port *port) error {
	c := ProbeConfig{Listen: -1}.withDefaults()
	if p.baud != 0 {
		c.Bauds = append([]int{p.baud}, slices.DeleteFunc(slices.Clone(c.Bauds), func(b int) bool { return b == p.baud })...)
	}
	got, err := c.talk(ctx, port)
	if err != nil {
		return err
	}
	if got.Verdict != Answers {
		return port.setBaud(usualBaud)
	}
	p.baud = got.Baud
	return nil
}
