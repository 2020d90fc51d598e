package pty

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// keepOpen is whether the program's end has to be kept open. Linux tells at the
// modem's end whether somebody has it open, and keeps its settings.
const keepOpen = false

const (
	getRequest = syscall.TCGETS
	setRequest = syscall.TCSETS
)

// flush drops what the program has not read: first what the modem's end has sent
// and is still on its way, then what has arrived.
func flush(master, slave *os.File) error {
	const request, input, output = 0x540b, 0, 1 // TCFLSH, TCIFLUSH, TCOFLUSH
	return errors.Join(ioctl(master, request, output), ioctl(slave, request, input))
}

// rates are the rates of CBAUD in termios(3).
var rates = map[uint32]int{
	syscall.B1200: 1200, syscall.B2400: 2400, syscall.B4800: 4800, syscall.B9600: 9600,
	syscall.B19200: 19200, syscall.B38400: 38400, syscall.B57600: 57600, syscall.B115200: 115200,
	syscall.B230400: 230400, syscall.B460800: 460800, syscall.B921600: 921600,
}

// rate returns the rate that the program has set, or 0 for one that is not known.
// The modem's end has the settings of the program's.
func (t *terminal) rate() int {
	const cbaud = 0o10017
	var tio syscall.Termios
	if err := ioctl(t.master, getRequest, uintptr(unsafe.Pointer(&tio))); err != nil {
		return 0
	}
	return rates[tio.Cflag&cbaud]
}
