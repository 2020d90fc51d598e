package serial

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// errNotSerial means that a path names something else than a serial port.
var errNotSerial = errors.New("not a serial port")

// HeldError means that another program has the port, or this one has it already. ModemManager
// and terminal programs are the usual ones.
type HeldError struct {
	// Path is the port's name, as it was given.
	Path string
	// PID is the process that has the port, or 0 if the system does not tell.
	PID int
	// Command is the name of that process, or empty.
	Command string
	// Err is what opening the port said, or nil if it was not tried.
	Err error
}

// Error names the holder, and tells how to get the port from it.
func (e *HeldError) Error() string {
	switch {
	case e.PID == os.Getpid():
		return fmt.Sprintf("serial: %s: held by this program already: close it first", e.Path)
	case e.PID == 0:
		return fmt.Sprintf("serial: %s: held by another program, which only root can see: end it first", e.Path)
	case e.Command == modemManager:
		return fmt.Sprintf("serial: %s: held by pid %d (%s): tell it to leave the modem alone by a udev rule "+
			"with ENV{ID_MM_DEVICE_IGNORE}=\"1\" (Device.UdevRule gives one), or stop it: systemctl stop ModemManager",
			e.Path, e.PID, e.Command)
	}
	return fmt.Sprintf("serial: %s: held by pid %d (%s): end it first", e.Path, e.PID, e.Command)
}

// Unwrap returns what opening the port said.
func (e *HeldError) Unwrap() error { return e.Err }

// PermissionError means that this user must not open the port.
type PermissionError struct {
	// Path is the port's name, as it was given.
	Path string
	// Group is the name of the group whose members may open it; empty if none may
	// or the system does not tell.
	Group string
}

// Error tells how to get the permission.
func (e *PermissionError) Error() string {
	if e.Group == "" {
		return fmt.Sprintf("serial: %s: permission denied: give the port to a group by a udev rule (Device.UdevRule gives one)", e.Path)
	}
	return fmt.Sprintf("serial: %s: permission denied: it belongs to group %s: run sudo usermod -aG %s $USER, and log in again",
		e.Path, e.Group, e.Group)
}

// Unwrap returns fs.ErrPermission.
func (e *PermissionError) Unwrap() error { return fs.ErrPermission }

// MissingError means that there is no such port or device.
type MissingError struct {
	// What is what was looked for: a path, "a modem at USB path 1-1.2", "a modem
	// with the IMEI given".
	What string
	// There are the ports that were found instead, such as
	// "/dev/ttyUSB5 (at, 1e0e:9001 at 1-1.2)".
	There []string
	// Tried are the errors of ports that might have been it but could not be asked.
	Tried []error
}

// Error tells what there is instead.
func (e *MissingError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "serial: %s: not there; ", e.What)
	if len(e.There) == 0 {
		b.WriteString("no serial port is: check the cable, the modem's power, and that the system has a driver for it")
	} else {
		b.WriteString("there are: " + strings.Join(e.There, ", "))
	}
	for _, err := range e.Tried {
		b.WriteString("; not asked: " + strings.TrimPrefix(err.Error(), "serial: "))
	}
	return b.String()
}

// Unwrap returns fs.ErrNotExist and the errors of the ports that could not be asked.
func (e *MissingError) Unwrap() []error { return append([]error{fs.ErrNotExist}, e.Tried...) }
