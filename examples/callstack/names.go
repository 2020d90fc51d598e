package main

import (
	"fmt"
	"strings"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem/serial"
)

// goLine is the expression that names the modem for modem.Open: by its USB socket
// where its ports are the ones known for it, else by names that stay, if there are
// any.
func (p patient) goLine(c checkup) string {
	at, _ := p.device.Find(serial.RoleAT)
	audio, _ := p.device.Audio()
	if p.device.USB != "" && samePort(c.AT, at.Path) && (c.Audio == "" || samePort(c.Audio, audio.Path)) {
		return fmt.Sprintf("&serial.Ports{USB: %q}", p.device.USB)
	}
	fields := []string{fmt.Sprintf("AT: %q", p.name(c.AT))}
	if c.Audio != "" {
		fields = append(fields, fmt.Sprintf("Audio: %q", p.name(c.Audio)))
	}
	if c.UART && c.Answers && c.Baud != usualBaud {
		fields = append(fields, fmt.Sprintf("Baud: %d", c.Baud))
	}
	return "&serial.Ports{" + strings.Join(fields, ", ") + "}"
}

// name is the best name for a port: the one it was given by hand, if that is a link,
// or one that stays.
func (p patient) name(path string) string {
	for _, tty := range p.device.TTYs {
		if tty.Path == path {
			return lastingOr(tty)
		}
	}
	return path
}

// masked shows the ends of an identity, as all numbers are shown.
func masked(id string) string {
	if id == "" {
		return ""
	}
	return events.Number(id).String()
}
