package serial

import (
	"fmt"
	"io"
	"log/slog"
)

// What names a device or a subscriber prints without its identity. A struct that
// holds one that does prints itself too, because fmt does not see inside a pointer
// or a slice the way its holder wants.

// String names the device and its ports.
func (d Device) String() string {
	ports := make([]string, len(d.TTYs))
	for i, t := range d.TTYs {
		ports[i] = t.String()
	}
	if d.Vendor == "" && d.USB == "" {
		return fmt.Sprintf("not on USB: %v", ports)
	}
	return fmt.Sprintf("%s:%s at %q, serial number %s: %v", d.Vendor, d.Product, d.USB, hidden(d.Serial), ports)
}

// GoString is String.
func (d Device) GoString() string { return d.String() }

// Format writes String, whatever the verb.
func (d Device) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// LogValue returns what names the device, without its serial number.
func (d Device) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("usb", d.USB), slog.String("vendor", d.Vendor), slog.String("product", d.Product),
		slog.Int("ports", len(d.TTYs)), slog.Bool("modemmanager", d.ModemManager),
	)
}

// String names the port and its role.
func (t TTY) String() string { return fmt.Sprintf("%s (%v)", t.Path, t.Role) }

// GoString is String.
func (t TTY) GoString() string { return t.String() }

// Format writes String, whatever the verb.
func (t TTY) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue returns all but the links.
func (t TTY) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("path", t.Path), slog.String("role", t.Role.String()), slog.String("why", t.Why),
		slog.Int("interface", t.Interface), slog.String("driver", t.Driver),
	)
}

// String tells how the modem is named, without its IMEI.
func (p *Ports) String() string {
	return fmt.Sprintf("serial.Ports{AT: %q, USB: %q, IMEI: %s, Audio: %q, Reports: %q, Baud: %d}",
		p.AT, p.USB, hidden(p.IMEI), p.Audio, p.Reports, p.Baud)
}

// GoString is String.
func (p *Ports) GoString() string { return p.String() }

// Format writes String, whatever the verb.
func (p *Ports) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue tells how the modem is named, without its IMEI.
func (p *Ports) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("at", p.AT), slog.String("usb", p.USB), slog.Bool("imei", p.IMEI != ""),
		slog.String("audio", p.Audio), slog.String("reports", p.Reports), slog.Int("baud", p.Baud),
	)
}

// String tells who is there, without the IMEI.
func (p Probed) String() string {
	return fmt.Sprintf("%v at %d baud, IMEI %s", p.Verdict, p.Baud, hidden(p.IMEI))
}

// GoString is String.
func (p Probed) GoString() string { return p.String() }

// Format writes String, whatever the verb.
func (p Probed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns all but the IMEI.
func (p Probed) LogValue() slog.Value {
	return slog.GroupValue(slog.String("verdict", p.Verdict.String()), slog.Int("baud", p.Baud), slog.Bool("imei", p.IMEI != ""))
}

// hidden stands for an identity.
func hidden(id string) string {
	if id == "" {
		return "none"
	}
	return "****"
}
