package serial

import (
	"os"
	"syscall"
	"unsafe"
)

// keepLinesAtClose lets DTR stay up when the port is closed, because a modem that
// sees it drop may end its call. It is a wish: what cannot do it goes without.
func keepLinesAtClose(f *os.File) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		var t syscall.Termios
		if !termios(fd, syscall.TCGETS, &t) {
			return
		}
		t.Cflag &^= syscall.HUPCL
		termios(fd, syscall.TCSETS, &t)
	})
}

// termios reads or sets the settings of a terminal.
func termios(fd uintptr, request uintptr, t *syscall.Termios) bool {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(t)))
	return errno == 0
}
