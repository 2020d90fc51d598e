package serial

import (
	"cmp"
	"context"
	"slices"
)

// DiscoverConfig holds the optional settings of [Discover].
type DiscoverConfig struct {
	// System is where to look; nil means the running system.
	System *System
}

// Discover lists the devices of this machine that have serial ports, modems or not,
// by their USB socket, and then what is not on USB. It sends no byte and opens no
// port: what it tells, it has from what the system shows. ctx is looked at between two
// devices. A nil cfg means no settings.
func Discover(ctx context.Context, cfg *DiscoverConfig) ([]Device, error) {
	var sys *System
	if cfg != nil {
		sys = cfg.System
	}
	return list(ctx, sys.withDefaults(), true)
}

// list lists the devices. Who has them open takes a look at every process of the
// machine, and is told if it is asked for.
func list(ctx context.Context, sys System, who bool) ([]Device, error) {
	devices, err := discover(ctx, sys, who)
	if err != nil {
		return nil, err
	}
	for i := range devices {
		d := &devices[i]
		slices.SortFunc(d.TTYs, func(a, b TTY) int {
			return cmp.Or(cmp.Compare(a.Interface, b.Interface), natural(a.Path, b.Path))
		})
		d.assign()
	}
	slices.SortStableFunc(devices, func(a, b Device) int {
		if (a.USB == "") != (b.USB == "") {
			return cmp.Compare(len(b.USB), len(a.USB))
		}
		return cmp.Or(natural(a.USB, b.USB), natural(a.first(), b.first()))
	})
	return devices, nil
}

// first is the name of the device's first port.
func (d *Device) first() string {
	if len(d.TTYs) == 0 {
		return ""
	}
	return d.TTYs[0].Path
}

// natural compares names as people do: ttyUSB2 comes before ttyUSB10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, restA := number(a)
		y, restB := number(b)
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); x != "" && y != "" && c != 0 {
			return c
		}
		if x == "" || y == "" {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			restA, restB = a[1:], b[1:]
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

// number cuts the digits off the start of a name, without leading zeros.
func number(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	digits, rest = s[:i], s[i:]
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits, rest
}
