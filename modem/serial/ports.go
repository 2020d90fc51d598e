package serial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// What Ports.Audio and Ports.Reports may say instead of a path.
const (
	// None means that there is no such port, and none is to be looked for.
	None = "none"
	// Sibling means the port that has this role on the device which the AT port is of.
	Sibling = "sibling"
)

// Ports names the ports of one modem, and opens them: a *Ports is a modem.Transport,
// a modem.ReportTransport and a modem.Finder. Exactly one of AT, USB and IMEI says
// which modem it is. The fields must not change once a port was opened; the methods
// may be called from any goroutine, one at a time does its work. It prints without
// the IMEI.
type Ports struct {
	// AT is the name of the port for commands: "/dev/ttyUSB2", or better one that
	// stays, such as those in /dev/serial/by-id or of a udev rule of your own. When
	// the modem comes back under another name, it is looked for at the USB socket
	// that it was in, then by the IMEI that Found told, among devices of the same
	// vendor and product, then by name. A name that is a link is followed anew each
	// time, as whoever made the link knows best.
	AT string
	// USB is the USB socket that the modem is in, such as "1-1.2" (see Device.USB);
	// its ports are chosen by their roles. If none is known for commands, those of
	// which nothing is known are asked with AT, in their order.
	USB string
	// IMEI is the modem's identity, 14 to 16 digits. Devices on USB that are known to be
	// modems, or are of a maker of nothing else, are asked for theirs (AT, AT+CGSN), the
	// one that had it last first.
	IMEI string

	// Audio is the path of the port for the voice of calls, or Sibling or None. Empty
	// means Sibling, or None where nothing is known of the device.
	Audio string
	// Reports is the path of a second port for commands, where the modem sends its
	// reports too or only; or Sibling, which is the port of the role RoleAT2, or
	// None. Empty means None.
	Reports string

	// Baud is the rate, in bits per second. Zero means 115200, except that on a UART
	// the rates of ProbeConfig.Bauds are tried until the modem answers; if it does not,
	// the port is opened at 115200. A modem's own USB ports pay no attention to it.
	Baud int
	// AnyBaud tries the rates on every kind of port. It excludes Baud.
	AnyBaud bool

	// WriteTimeout is how long a Write may wait for the device to take what is
	// written; then it fails with os.ErrDeadlineExceeded. Zero means 5 seconds. On
	// Windows the port is closed then.
	WriteTimeout time.Duration

	// System is where devices are looked for; nil means the running system.
	System *System

	mu      sync.Mutex // held while a port is opened
	at      place
	audio   place
	reports place
	baud    int    // the rate at which the modem answered, or 0
	imei    string // as Found told it
}

// OpenAT finds the modem and opens its port for commands, for this program alone. ctx
// bounds the finding. The errors are *[HeldError], *[PermissionError],
// *[MissingError], of ctx, or those of the system. What it returns also has a method
// SetDTR(bool) error.
func (p *Ports) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.check(); err != nil {
		return nil, err
	}
	f, err := p.finder(ctx)
	if err != nil {
		return nil, err
	}
	found, err := p.findAT(ctx, f)
	if err != nil {
		return nil, err
	}
	port, err := p.open(ctx, f, found, settings{baud: p.Baud, bound: p.WriteTimeout})
	if err != nil {
		return nil, err
	}
	if p.AnyBaud || p.Baud == 0 && found.tty.UART {
		if err := p.adapt(ctx, port); err != nil {
			return nil, errors.Join(err, port.Close())
		}
	}
	p.remember(f, found)
	return port, nil
}

// OpenAudio opens the port for the voice of calls, of the device that OpenAT found
// last. Where there is none, the error is errors.ErrUnsupported. What is still
// unsent when it is closed is dropped.
func (p *Ports) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	return p.openOther(ctx, "audio", p.Audio, &p.audio, Device.Audio)
}

// OpenReports opens the second port for commands, of the device that OpenAT found
// last. Where there is none, the error is errors.ErrUnsupported.
func (p *Ports) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) {
	name := p.Reports
	if name == "" {
		name = None
	}
	return p.openOther(ctx, "reports", name, &p.reports, func(d Device) (TTY, bool) { return d.Find(RoleAT2) })
}

// openOther opens a port beside the AT port.
func (p *Ports) openOther(ctx context.Context, what, name string, at *place, of func(Device) (TTY, bool)) (io.ReadWriteCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.check(); err != nil {
		return nil, err
	}
	if name == None || name == "" && !p.at.onUSB() {
		return nil, fmt.Errorf("serial: no port for %s: %w", what, errors.ErrUnsupported)
	}
	f, err := p.finder(ctx)
	if err != nil {
		return nil, err
	}
	var found target
	if name == "" || name == Sibling {
		found, err = f.sibling(p.at, what, of)
	} else {
		found, err = f.byPath(name, *at, nil)
	}
	if err != nil {
		return nil, err
	}
	port, err := p.open(ctx, f, found, settings{baud: p.Baud, bound: p.WriteTimeout, discard: true})
	if err != nil {
		return nil, err
	}
	*at = found.place()
	return port, nil
}

// Found tells the IMEI of the modem that answered on the port which OpenAT opened
// last. When AT names the modem, it is found again by it.
func (p *Ports) Found(imei string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.imei = imei
}

// check refuses settings that contradict each other.
func (p *Ports) check() error {
	var names []string
	for _, f := range []struct{ name, value string }{{"AT", p.AT}, {"USB", p.USB}, {"IMEI", p.IMEI}} {
		if f.value != "" {
			names = append(names, f.name)
		}
	}
	switch {
	case len(names) == 0:
		return errors.New("serial: Ports names no modem: set one of AT, USB and IMEI")
	case len(names) > 1:
		return fmt.Errorf("serial: Ports names a modem by %s and by %s: set one of them", names[0], names[1])
	case p.Baud < 0:
		return fmt.Errorf("serial: Ports.Baud is %d", p.Baud)
	case p.Baud > 0 && p.AnyBaud:
		return errors.New("serial: Ports.Baud and Ports.AnyBaud exclude each other")
	case p.WriteTimeout < 0:
		return fmt.Errorf("serial: Ports.WriteTimeout is %v", p.WriteTimeout)
	case p.IMEI != "" && !isIMEI(p.IMEI):
		return errors.New("serial: Ports.IMEI is not 14 to 16 digits")
	}
	return nil
}

// open opens what was found.
func (p *Ports) open(ctx context.Context, f *finder, t target, s settings) (*port, error) {
	if s.baud == 0 {
		s.baud = p.baud
	}
	return f.open(ctx, t.path, s)
}

// remember notes where the AT port is, and moves the other ports along with it.
func (p *Ports) remember(f *finder, found target) {
	was, is := p.at, found.place()
	for _, other := range []struct {
		at   *place
		path string
	}{{&p.audio, p.Audio}, {&p.reports, p.Reports}} {
		switch {
		case other.at.onUSB() && other.at.usb == was.usb:
			other.at.usb = is.usb
		case !was.onUSB() && other.path != "" && other.path != None && other.path != Sibling:
			*other.at = f.named(other.path).place()
		}
	}
	p.at = is
}
