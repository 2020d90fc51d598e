package serial

import (
	"context"
	"strings"

	"go.bug.st/serial/enumerator"
)

// discover lists the ports that Windows knows. It does not tell the USB interface, so
// each port is a device of its own and has no role.
func discover(_ context.Context, _ System, _ bool) ([]Device, error) {
	ports, err := enumerator.GetDetailedPortsList()
	if err != nil {
		return nil, err
	}
	devices := make([]Device, 0, len(ports))
	for _, p := range ports {
		devices = append(devices, Device{
			Vendor: strings.ToLower(p.VID), Product: strings.ToLower(p.PID), Serial: p.SerialNumber, Name: p.Product,
			TTYs: []TTY{{Path: p.Name, Interface: -1, UART: !p.IsUSB}},
		})
	}
	return devices, nil
}

// holders tells nothing: Windows does not show who has a port open.
func holders(System, string) []Holder { return nil }

func opens(_, _ string) bool { return false }
