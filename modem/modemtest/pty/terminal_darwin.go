package pty

import (
	"os"
	"syscall"
	"unsafe"
)

// keepOpen is whether the program's end has to be kept open: darwin forgets its
// settings when the last who has it open closes it. So the modem's port is open
// all the time, and what it sends waits, as far as there is room.
const keepOpen = true

const (
	getRequest = syscall.TIOCGETA
	setRequest = syscall.TIOCSETA
)

// flush drops what the program has not read.
func flush(_, slave *os.File) error {
	input := int32(1) // FREAD
	return ioctl(slave, syscall.TIOCFLUSH, uintptr(unsafe.Pointer(&input)))
}

// rate returns the rate that the program has set. It is a number there.
func (t *terminal) rate() int {
	var tio syscall.Termios
	if err := ioctl(t.held, getRequest, uintptr(unsafe.Pointer(&tio))); err != nil {
		return 0
	}
	return int(tio.Ospeed)
}
