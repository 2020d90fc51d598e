package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/serial"
)

// modemManager is the name of ModemManager's process.
const modemManager = "ModemManager"

// useRule is what to do with the rule that is printed.
const useRule = "put the udev rule of this report into /etc/udev/rules.d/99-callstack.rules, run sudo udevadm control --reload, and plug the modem in again"

// explain tells what the error of a port means, and what to do about it.
func (p patient) explain(tty serial.TTY, a answer) finding {
	err := a.err
	if held, ok := errors.AsType[*serial.HeldError](err); ok {
		return heldBy(tty.Path, held)
	}
	if denied, ok := errors.AsType[*serial.PermissionError](err); ok {
		return p.denied(tty.Path, denied)
	}
	if missing, ok := errors.AsType[*serial.MissingError](err); ok {
		return notThere(tty.Path, missing)
	}
	for _, v := range verdicts {
		if errors.Is(err, v.err) {
			text := v.text
			if a.all {
				text += "; all usual rates were tried"
			}
			return finding{fault, v.id, tty.Path, text, cmp.Or(p.elsewhere(tty), v.remedy(p.ownUSB()))}
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return finding{fault, "slow", tty.Path, "not all was answered in time", "give it more by -timeout; if that is no better, restart the modem"}
	case errors.Is(err, atcmd.ErrClosed):
		return finding{fault, "gone", tty.Path, "it went away while it was asked", "check the cable, and the power supply: a modem draws 2 A for moments"}
	}
	return finding{fault, "unusable", tty.Path, strings.TrimPrefix(err.Error(), "modem: probe: AT port: "), "check that this is a serial port"}
}

// verdict is one of them.
type verdict struct {
	err       error
	id, text  string
	usb, uart string // the remedies; an empty one for a UART is the same
}

// verdicts are what a port can be that does not answer.
var verdicts = []verdict{
	{
		modem.ErrDataMode, "data_mode", "it carries a data connection (PPP), and takes no commands",
		"end the program that uses it (pppd, NetworkManager, ModemManager); a connection that nobody uses any more, the library ends when it opens the port", "",
	},
	{
		modem.ErrDiagnosticPort, "diagnostic", "it is the modem's port for diagnosis, not the one for commands",
		"on most modems the port for commands has a number two higher", "",
	},
	{
		modem.ErrPositionPort, "positions", "it sends positions (NMEA), and takes no commands",
		"on most modems the port for commands has a number one higher", "",
	},
	{
		modem.ErrBaudRate, "wrong_baud", "what comes is no text, as at a wrong baud rate",
		"it is another port of the modem: try the others", "give the modem's rate by -baud; if that is no better, check ground and levels of the wires",
	},
	{
		modem.ErrNoAnswer, "silent", "nothing answers AT",
		"this may be another port of the modem, such as its audio port: try the others; if none answers, unplug the modem and plug it in again",
		"this may be another port of the modem, such as its audio port: try the others. Of a modem that is wired to a serial port, check that it is on (some want their power key pressed), that TX and RX are crossed, and that no console runs on the port",
	},
	{
		modem.ErrNotModem, "not_modem", "something talks there, but does not answer AT",
		"try the modem's other ports", "check that it is a modem that is connected there, and that no console runs on the port",
	},
}

func (v verdict) remedy(usb bool) string {
	if usb || v.uart == "" {
		return v.usb
	}
	return v.uart
}

// elsewhere names the port for commands of the same modem, where that is known and
// another one was asked for.
func (p patient) elsewhere(tty serial.TTY) string {
	at, ok := p.device.Find(serial.RoleAT)
	if !ok || !p.byHand || samePort(at.Path, tty.Path) {
		return ""
	}
	return "use " + at.Path + ", which is known as the one for commands"
}

// heldBy names who has a port.
func heldBy(path string, e *serial.HeldError) finding {
	switch {
	case e.PID == 0:
		return finding{fault, "held", path, "another program has it, which only root can see", "see which: sudo fuser -v " + path + "; and end it"}
	case e.Command == modemManager:
		return finding{
			fault, "held", path, fmt.Sprintf("held by pid %d (%s)", e.PID, e.Command),
			"keep ModemManager away: " + useRule + "; or stop it: sudo systemctl stop ModemManager",
		}
	}
	return finding{
		fault, "held", path, fmt.Sprintf("held by pid %d (%s)", e.PID, e.Command),
		fmt.Sprintf("end that program first: kill %d", e.PID),
	}
}

// denied tells who may open a port.
func (p patient) denied(path string, e *serial.PermissionError) finding {
	f := finding{fault, "permission", path, "this user may not open it", ""}
	switch {
	case e.Group != "":
		f.Text += ": it belongs to group " + e.Group
		f.Remedy = "sudo usermod -aG " + e.Group + " $USER, and log in again"
	case p.device.USB != "":
		f.Remedy = "give it to group dialout: " + useRule
	default:
		f.Remedy = "give it to a group that you are in: sudo chgrp dialout " + path + " && sudo chmod g+rw " + path
	}
	return f
}

// notThere tells what is there instead of a port.
func notThere(path string, e *serial.MissingError) finding {
	f := finding{fault, "missing", path, "there is no such port", "check the cable, the modem's power, and that the system has a driver for it (sudo dmesg tells)"}
	if len(e.There) > 0 {
		f.Text += "; there are " + strings.Join(e.There, ", ")
		f.Remedy = "name one of those, or check the cable and the modem's power"
	}
	return f
}

// wrongPort tells that another port answers than the one for commands, the first.
func (p patient) wrongPort(i int) []finding {
	if i == 0 {
		return nil
	}
	return []finding{{note, "other_port", p.ports[i].Path, "it answers in place of " + p.ports[0].Path, "use it, as the Go line of this report does"}}
}

// wrongRate tells that a modem answers at another rate than the one given.
func wrongRate(path string, given, right int) []finding {
	if given == 0 || given == right {
		return nil
	}
	return []finding{{
		fault, "wrong_baud", path, fmt.Sprintf("the modem talks at %d baud, not at %d", right, given),
		fmt.Sprintf("use -baud %d, and in Go Baud: %d", right, right),
	}}
}

// managed tells that ModemManager will take the modem.
func (p patient) managed() []finding {
	byIt := func(f finding) bool { return f.ID == "held" && strings.Contains(f.Text, modemManager) }
	if !p.device.ModemManager || slices.ContainsFunc(p.Findings, byIt) {
		return nil
	}
	return []finding{{
		fault, "modemmanager", p.ports[0].Path, "ModemManager runs, and takes the ports of this modem for itself, for half a minute after each plugging in at least",
		useRule,
	}}
}

// nobody tells what to do where there is no modem.
func nobody(devices []device) finding {
	var paths []string
	for _, d := range devices {
		for _, p := range d.Ports {
			paths = append(paths, p.Path)
		}
	}
	if len(paths) == 0 {
		return finding{
			fault, "nothing", "", "there is no serial port",
			"plug a modem in. If one is: see whether lsusb lists it and sudo dmesg tells of it; a modem that shows a disk instead wants usb_modeswitch; " +
				"on a bare kernel try sudo modprobe option; in a container, give it the device. " +
				"Without hardware, go run ./examples/virtual-modem makes a port to try",
		}
	}
	return finding{
		fault, "nothing", "", "no port is known to be a modem's",
		"if one of these is a modem, ask it: callstack doctor -at " + paths[0] + strings.Join(append([]string{""}, paths[1:]...), ", or -at "),
	}
}
