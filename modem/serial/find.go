package serial

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// place is where a port was, so that it is found there again under another name. The
// zero place is nowhere on USB.
type place struct {
	usb             string
	iface           int
	vendor, product string
}

func (p place) onUSB() bool { return p.usb != "" }

// target is a port that was found, with the device that it is of, where that is
// known.
type target struct {
	path   string
	lasts  bool // the name is a link, which follows the device by itself
	device Device
	tty    TTY
}

// place returns where the port is.
func (t target) place() place {
	if t.device.USB == "" {
		return place{}
	}
	return place{t.device.USB, t.tty.Interface, t.device.Vendor, t.device.Product}
}

// finder looks for ports among the devices that there are now.
type finder struct {
	sys     System
	devices []Device
}

// finder lists the devices. Where the system cannot, ports are found by name.
func (p *Ports) finder(ctx context.Context) (*finder, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sys := p.System.withDefaults()
	devices, err := list(ctx, sys, false)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return &finder{sys, devices}, nil
}

// findAT finds the port for commands.
func (p *Ports) findAT(ctx context.Context, f *finder) (target, error) {
	switch {
	case p.USB != "":
		return f.byUSB(ctx, p.USB)
	case p.IMEI != "":
		return f.byIMEI(ctx, p.IMEI, p.at, f.devices)
	}
	return f.byPath(p.AT, p.at, func(same []Device) (target, error) {
		if p.imei == "" {
			return target{}, errNotKnown
		}
		return f.byIMEI(ctx, p.imei, p.at, same)
	})
}

// errNotKnown means that nothing is known to find a modem by.
var errNotKnown = errors.New("nothing known to find it by")

// byPath finds a port by its name, where it was before, or by asking who is there.
func (f *finder) byPath(path string, was place, ask func([]Device) (target, error)) (target, error) {
	t := f.named(path)
	if !was.onUSB() || t.lasts && exists(path) {
		return t, nil
	}
	if there, ok := f.again(was); ok {
		return there, nil
	}
	same := slices.DeleteFunc(slices.Clone(f.devices), func(d Device) bool { return d.Vendor != was.vendor || d.Product != was.product })
	if ask != nil {
		if there, err := ask(same); !errors.Is(err, errNotKnown) {
			return there, err
		}
	}
	if p := t.place(); p.onUSB() && (p.vendor != was.vendor || p.product != was.product || p.iface != was.iface) {
		return target{}, f.missing(path + ", which is a port of another device now")
	}
	return t, nil
}

// named finds what is known of the port that a path names.
func (f *finder) named(path string) target {
	for i, name := range namesOf(path) {
		for _, d := range f.devices {
			for _, t := range d.TTYs {
				if t.Path == name {
					return target{path: path, lasts: i > 0, device: d, tty: t}
				}
			}
		}
	}
	return target{path: path}
}

// again finds the port that is now where one was.
func (f *finder) again(was place) (target, bool) {
	for _, d := range f.devices {
		if d.USB != was.usb || d.Vendor != was.vendor || d.Product != was.product {
			continue
		}
		if t, ok := d.at(was.iface); ok {
			return target{path: t.Path, device: d, tty: t}, true
		}
	}
	return target{}, false
}

// byUSB finds the port for commands of the device in a socket.
func (f *finder) byUSB(ctx context.Context, usb string) (target, error) {
	i := slices.IndexFunc(f.devices, func(d Device) bool { return d.USB == usb })
	if i < 0 {
		return target{}, f.missing("a modem at USB path " + usb)
	}
	d := f.devices[i]
	if t, ok := d.Find(RoleAT); ok {
		return target{path: t.Path, device: d, tty: t}, nil
	}
	var tried []error
	for _, t := range d.TTYs {
		if !mayTakeCommands(t.Role) {
			continue
		}
		got, err := f.ask(ctx, t.Path, false)
		if ctx.Err() != nil {
			return target{}, ctx.Err()
		}
		if err == nil && got.Verdict == Answers {
			return target{path: t.Path, device: d, tty: t}, nil
		}
		tried = append(tried, err)
	}
	return target{}, f.missing("a port for commands of the device at USB path "+usb, tried...)
}

// mayTakeCommands tells whether a port is worth being asked.
func mayTakeCommands(r Role) bool {
	return r == RoleAT || r == RoleAT2 || r == RolePPP || r == RoleUnknown
}

// byIMEI asks modems for their identity, the one at a place first.
func (f *finder) byIMEI(ctx context.Context, imei string, first place, among []Device) (target, error) {
	var tried []error
	for _, t := range candidates(first, among) {
		got, err := f.ask(ctx, t.path, true)
		switch {
		case ctx.Err() != nil:
			return target{}, ctx.Err()
		case err != nil:
			tried = append(tried, err)
		case sameIMEI(got.IMEI, imei):
			return t, nil
		}
	}
	return target{}, f.missing("a modem with the IMEI given", tried...)
}

// makers are vendors of nothing but modems: a device of theirs is one though the
// roles of its ports are not known. They are SIMCom, Quectel, Fibocom, Telit, Huawei
// and ZTE.
var makers = []string{"1e0e", "2c7c", "2cb7", "1bc7", huawei, "19d2"}

// candidates are the ports to ask for an identity: one of each modem on USB, or all of
// one whose ports are not known.
func candidates(first place, among []Device) []target {
	var out []target
	for _, d := range among {
		if d.USB == "" {
			continue
		}
		for _, t := range d.forCommands() {
			out = append(out, target{path: t.Path, device: d, tty: t})
		}
	}
	slices.SortStableFunc(out, func(a, b target) int {
		switch first.usb {
		case a.device.USB:
			return -1
		case b.device.USB:
			return 1
		}
		return 0
	})
	return out
}

// sibling finds a port of the device that another port is of.
func (f *finder) sibling(at place, what string, of func(Device) (TTY, bool)) (target, error) {
	if !at.onUSB() {
		return target{}, fmt.Errorf("serial: no port for %s is known beside the AT port: %w", what, errors.ErrUnsupported)
	}
	for _, d := range f.devices {
		if d.USB != at.usb {
			continue
		}
		if t, ok := of(d); ok {
			return target{path: t.Path, device: d, tty: t}, nil
		}
		return target{}, fmt.Errorf("serial: %s:%s at %s has no port known for %s: %w",
			d.Vendor, d.Product, d.USB, what, errors.ErrUnsupported)
	}
	return target{}, f.missing("the modem at USB path " + at.usb)
}

// forCommands returns the port that takes commands best, or those of which nothing is
// known, if the device must be a modem.
func (d Device) forCommands() []TTY {
	for _, r := range []Role{RoleAT, RoleAT2, RolePPP} {
		if t, ok := d.Find(r); ok {
			return []TTY{t}
		}
	}
	if !slices.Contains(makers, d.Vendor) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.TTYs), func(t TTY) bool { return t.Role != RoleUnknown })
}

// missing makes the error of what is not there.
func (f *finder) missing(what string, tried ...error) error {
	return &MissingError{
		What: what, There: named(f.devices),
		Tried: slices.DeleteFunc(tried, func(err error) bool { return err == nil }),
	}
}
