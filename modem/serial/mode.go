//go:build linux || darwin || freebsd || openbsd || windows

package serial

import bugst "go.bug.st/serial"

// mode is 8 data bits, no parity, 1 stop bit.
func mode(baud int) *bugst.Mode {
	if baud == 0 {
		baud = usualBaud
	}
	return &bugst.Mode{BaudRate: baud, DataBits: 8}
}
