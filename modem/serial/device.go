package serial

import (
	"cmp"
	"fmt"
	"slices"
)

// Device is a device with serial ports: a modem on USB, an adapter, or a UART of the
// machine itself. It prints without its serial number.
type Device struct {
	// USB is the socket that the device is in, as Linux names it: "1-1.2" is port 2
	// of the hub in port 1 of bus 1. Empty for what is not on USB, and where the
	// system does not tell.
	USB string
	// Vendor and Product are the USB numbers, four digits of hexadecimal in lower
	// case, or empty.
	Vendor, Product string
	// Serial is the USB serial number, or empty. Many modems have none, the same one
	// for all, or their IMEI.
	Serial string
	// Maker and Name are what the device calls itself, such as "SimTech,
	// Incorporated"; empty if it does not.
	Maker, Name string
	// ModemManager tells that ModemManager runs, and that no udev rule tells it to
	// leave all of this device alone: it asks the ports for some 30 s after the device
	// was plugged in, and keeps what it takes for a modem.
	ModemManager bool
	// TTYs are the device's ports, by interface number.
	TTYs []TTY
}

// TTY is one serial port of a [Device].
type TTY struct {
	// Path is the name to open, such as "/dev/ttyUSB2". It may be another one after
	// the device was unplugged or reset.
	Path string
	// Links are names that stay, in /dev/serial/by-id and by-path. Those by id have
	// the serial number in them, so a TTY prints without.
	Links []string
	// Interface is the USB interface number, or -1.
	Interface int
	// Class is the USB class, subclass and protocol of the interface, such as
	// "ff/02/01", or empty.
	Class string
	// Driver is the kernel's driver, such as "option", or empty.
	Driver string
	// Role is what the port is for, as far as it is known.
	Role Role
	// Why is how the role is known, in words.
	Why string
	// Voice tells that the voice of calls goes over this port: its role is
	// [RoleAudio], or the modem can be told to use it for that.
	Voice bool
	// UART tells that the port is a UART or an adapter to one, so that the rate
	// matters. On a modem's own USB ports it does not.
	UART bool
	// Holders are the processes that have the port open, as far as this user can
	// see.
	Holders []Holder
}

// Holder is a process that has a port open.
type Holder struct {
	// PID is the process's number.
	PID int
	// Command is its name, up to 15 characters.
	Command string
}

// Modem tells whether the device is known to be a modem: a port of it has a role.
func (d Device) Modem() bool {
	return slices.ContainsFunc(d.TTYs, func(t TTY) bool { return t.Role != RoleUnknown })
}

// Find returns the first port with a role.
func (d Device) Find(r Role) (TTY, bool) {
	i := slices.IndexFunc(d.TTYs, func(t TTY) bool { return t.Role == r })
	if i < 0 {
		return TTY{}, false
	}
	return d.TTYs[i], true
}

// Audio returns the port for the voice of calls: the one that is there for it, or
// the one that the modem can be told to use.
func (d Device) Audio() (TTY, bool) {
	if t, ok := d.Find(RoleAudio); ok {
		return t, true
	}
	i := slices.IndexFunc(d.TTYs, func(t TTY) bool { return t.Voice })
	if i < 0 {
		return TTY{}, false
	}
	return d.TTYs[i], true
}

// at returns the port with an interface number.
func (d Device) at(iface int) (TTY, bool) {
	i := slices.IndexFunc(d.TTYs, func(t TTY) bool { return t.Interface == iface })
	if i < 0 {
		return TTY{}, false
	}
	return d.TTYs[i], true
}

// Ports returns what names this device for modem.Open: by its USB socket where its
// ports have roles, else by the path of its first port, by a lasting name where
// there is one.
func (d Device) Ports() *Ports {
	_, known := d.Find(RoleAT)
	switch {
	case d.USB != "" && known:
		return &Ports{USB: d.USB}
	case len(d.TTYs) == 0:
		return &Ports{}
	}
	t := d.TTYs[0]
	if len(t.Links) > 0 {
		return &Ports{AT: t.Links[0]}
	}
	return &Ports{AT: t.Path}
}

// named describes the ports of devices, for people.
func named(devices []Device) []string {
	var out []string
	for _, d := range devices {
		for _, t := range d.TTYs {
			out = append(out, fmt.Sprintf("%s (%s)", t.Path, d.about(t)))
		}
	}
	return out
}

// about tells the role of a port and the device that it is of.
func (d Device) about(t TTY) string {
	switch {
	case d.USB != "":
		return fmt.Sprintf("%v, %s:%s at %s", t.Role, d.Vendor, d.Product, d.USB)
	case d.Vendor != "":
		return fmt.Sprintf("%v, %s:%s", t.Role, d.Vendor, d.Product)
	}
	return cmp.Or(t.Driver, "UART")
}
