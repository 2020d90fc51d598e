package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/callstack-go/callstack/modem/serial"
)

// examine finds out all there is to say.
func (s *settings) examine(ctx context.Context) *report {
	r := &report{Version: version, Devices: []device{}, Modems: []checkup{}, Findings: []finding{}}
	devices, err := serial.Discover(ctx, &serial.DiscoverConfig{System: s.system})
	if err != nil {
		r.add(finding{note, "no_list", "", "the ports of this machine cannot be listed: " + err.Error(), "name the modem's port with -at"})
	}
	targets := s.targets(devices)
	for _, d := range devices {
		if s.at == "" || isOf(d, targets[0].device) {
			r.Devices = append(r.Devices, describe(d))
		}
	}
	there := false
	for _, t := range targets {
		p := patient{settings: s, target: t, report: r}
		there = p.checkUp(ctx) || there
		if ctx.Err() != nil {
			r.add(finding{fault, "interrupted", "", "interrupted before all was looked at", ""})
			break
		}
	}
	if len(targets) == 0 {
		r.add(nobody(r.Devices))
	}
	r.conclude(there)
	return r
}

// isOf tells whether two are the same device, and there is one.
func isOf(d, e serial.Device) bool {
	return len(e.TTYs) > 0 && d.TTYs[0].Path == e.TTYs[0].Path
}

// target is what may be a modem.
type target struct {
	device serial.Device
	byHand bool         // it was named by -at
	ports  []serial.TTY // to ask for commands, the first one first
	voice  serial.TTY   // with an empty path if there is none
}

// targets are the modem of -at, or all that are known to be modems.
func (s *settings) targets(devices []serial.Device) []target {
	if s.at != "" {
		return []target{s.named(devices)}
	}
	var out []target
	for _, d := range devices {
		if !d.Modem() {
			continue
		}
		t := target{device: d}
		for _, role := range []serial.Role{serial.RoleAT, serial.RoleAT2, serial.RolePPP} {
			for _, tty := range d.TTYs {
				if tty.Role == role {
					t.ports = append(t.ports, tty)
				}
			}
		}
		t.voice, _ = d.Audio()
		if len(t.ports) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// named is the modem of -at, with what is known of it.
func (s *settings) named(devices []serial.Device) target {
	d, tty := lookUp(devices, s.at)
	t := target{device: d, byHand: true, ports: []serial.TTY{tty}}
	if s.audio != "" {
		_, t.voice = lookUp(devices, s.audio)
	} else {
		t.voice, _ = d.Audio()
	}
	return t
}

// lookUp finds what is known of the port that a path names. The path stays.
func lookUp(devices []serial.Device, path string) (serial.Device, serial.TTY) {
	for _, d := range devices {
		for _, tty := range d.TTYs {
			if samePort(path, tty.Path) {
				tty.Path = path
				return d, tty
			}
		}
	}
	return serial.Device{}, serial.TTY{Path: path, Interface: -1}
}

func samePort(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	realA, errA := filepath.EvalSymlinks(a)
	realB, errB := filepath.EvalSymlinks(b)
	return errA == nil && errB == nil && realA == realB
}

// ownUSB tells whether a port is a modem's own on USB, which takes any rate.
func (t target) ownUSB() bool { return t.device.USB != "" && !t.ports[0].UART }

// patient is a target that is examined.
type patient struct {
	*settings
	target
	*report
}

// checkUp asks the modem, and reports it. It tells whether there is such a port.
func (p patient) checkUp(ctx context.Context) bool {
	c := checkup{AT: p.ports[0].Path, ATWhy: p.why(p.ports[0]), UART: !p.ownUSB()}
	there := p.askEach(ctx, &c)
	c.Audio, c.AudioWhy = p.voice.Path, p.whyVoice()
	p.add(p.tryAudio(ctx)...)
	p.add(p.managed()...)
	if c.Answers || !p.byHand {
		c.Go = p.goLine(c)
	}
	if p.device.USB != "" {
		c.Udev = p.device.UdevRule()
	}
	p.Modems = append(p.Modems, c)
	return there
}

// askEach asks one port after the other until one answers, or cannot be asked.
func (p patient) askEach(ctx context.Context, c *checkup) (there bool) {
	asking, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	for i, tty := range p.ports {
		a := p.ask(asking, tty)
		switch {
		case a.err == nil:
			c.Opened, c.Answers, c.Modem = true, true, vitalsOf(a.found)
			c.AT, c.ATWhy, c.Baud = tty.Path, p.why(tty), a.baud
			p.add(p.wrongPort(i)...)
			p.add(wrongRate(tty.Path, p.baud, a.baud)...)
			p.add(troubles(a.found, p.voice.Path != "")...)
			return true
		case ctx.Err() != nil:
			return true // and nothing more is known
		}
		p.add(p.explain(tty, a))
		c.Opened = c.Opened || isVerdict(a.err)
		if !isVerdict(a.err) || asking.Err() != nil {
			return !errors.Is(a.err, fs.ErrNotExist)
		}
	}
	return true
}

// why tells how the port for commands is known.
func (p patient) why(tty serial.TTY) string {
	switch {
	case p.byHand && tty.Role != serial.RoleUnknown:
		return "named by -at; known as " + tty.Role.String() + ": " + tty.Why
	case p.byHand:
		return "named by -at"
	}
	return tty.Why
}

func (p patient) whyVoice() string {
	switch {
	case p.voice.Path == "":
		return ""
	case p.audio != "":
		return "named by -audio"
	case p.voice.Role != serial.RoleAudio:
		return "the port for positions, over which the voice goes when the modem is told so"
	}
	return p.voice.Why
}

// describe takes what is told of a device.
func describe(d serial.Device) device {
	out := device{
		USB: d.USB, Vendor: d.Vendor, Product: d.Product, Maker: d.Maker, Name: d.Name,
		Modem: d.Modem(), ModemManager: d.ModemManager, Ports: []port{},
	}
	for _, t := range d.TTYs {
		p := port{Path: t.Path, Lasting: lasting(t), Driver: t.Driver, Role: t.Role.String(), Why: t.Why, UART: t.UART}
		if t.Interface >= 0 {
			p.Interface = &t.Interface
		}
		p.Group, p.Mode, p.Access = access(t.Path)
		for _, h := range t.Holders {
			p.Holders = append(p.Holders, holder{h.PID, h.Command})
		}
		out.Ports = append(out.Ports, p)
	}
	return out
}

// lasting returns a name of a port that stays. Those by id are left out: they have
// the serial number in them, which may be the modem's IMEI.
func lasting(t serial.TTY) string {
	i := slices.IndexFunc(t.Links, func(link string) bool { return filepath.Base(filepath.Dir(link)) == "by-path" })
	if i < 0 {
		return ""
	}
	return t.Links[i]
}

// lastingOr returns it, or the path.
func lastingOr(t serial.TTY) string { return cmp.Or(lasting(t), t.Path) }
