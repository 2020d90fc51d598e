//go:build linux || darwin || freebsd || openbsd || windows

package serial

import bugst "go.bug.st/serial"

// line is a port of go.bug.st/serial, for its settings.
type line struct {
	bugst.Port
}

func (l line) setBaud(baud int) error { return l.SetMode(mode(baud)) }

// mode is 8 data bits, no parity, 1 stop bit.
func mode(baud int) *bugst.Mode {
	if baud == 0 {
		baud = usualBaud
	}
	return &bugst.Mode{BaudRate: baud, DataBits: 8}
}
