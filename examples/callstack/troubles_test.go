package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/serial"
)

// well is a modem of which there is nothing to say.
func well() modem.Probed {
	return modem.Probed{
		PINAttempts:  3,
		Registration: modem.Registration{Status: modem.RegisteredHome},
		Signal:       modem.Signal{Known: true, DBm: -73},
		Capabilities: modem.Capabilities{Voice: true, Messages: true, Audio: true, AudioRate: 8000},
	}
}

func TestWhatIsWrongWithAModem(t *testing.T) {
	tests := map[string]struct {
		change   func(*modem.Probed)
		severity string
		id       string
		remedy   string
	}{
		"no SIM":           {func(p *modem.Probed) { p.SIMErr = modem.ErrSIMMissing; p.PINAttempts = -1 }, fault, "sim_missing", "contacts"},
		"SIM busy":         {func(p *modem.Probed) { p.SIMErr = modem.ErrSIMBusy }, fault, "sim_busy", "wait"},
		"SIM wants PIN":    {func(p *modem.Probed) { p.SIMErr = modem.ErrPINRequired }, fault, "sim_pin", "modem.Config.PIN"},
		"not countable":    {func(p *modem.Probed) { p.SIMErr = modem.ErrPINRequired; p.PINAttempts = -1 }, fault, "sim_pin", "PINState"},
		"attempts used":    {func(p *modem.Probed) { p.SIMErr = modem.ErrPINRequired; p.PINAttempts = 1 }, fault, "sim_pin", "sends none while any are missing"},
		"PUK":              {func(p *modem.Probed) { p.SIMErr = modem.ErrPUKRequired; p.PINAttempts = 0 }, fault, "sim_puk", "in a phone"},
		"SIM broken":       {func(p *modem.Probed) { p.SIMErr = modem.ErrSIMFailure }, fault, "sim_failed", "try it in a phone"},
		"a wrong PIN once": {func(p *modem.Probed) { p.PINAttempts = 2 }, note, "pin_attempts", "all are back"},
		"radio off":        {status(modem.NotRegistered), fault, "not_registered", "restart the modem"},
		"searching":        {status(modem.Searching), fault, "searching", "antenna"},
		"denied":           {status(modem.Denied), fault, "denied", "ask its operator"},
		"unknown":          {status(modem.RegistrationUnknown), fault, "network_unknown", "antenna"},
		"SMS only":         {status(modem.SMSOnlyHome), fault, "sms_only", "VoLTE"},
		"SMS only, abroad": {status(modem.SMSOnlyRoaming), fault, "sms_only", "VoLTE"},
		"emergency":        {status(modem.EmergencyOnly), fault, "emergency_only", "not admitted"},
		"RLOS":             {status(modem.EmergencyRLOS), fault, "emergency_only", "not admitted"},
		"a maker's own":    {status(42), fault, "network_unknown", ""},
		"weak signal":      {func(p *modem.Probed) { p.Signal.DBm = -105 }, note, "weak_signal", "antenna"},
		"data only":        {func(p *modem.Probed) { p.Capabilities = modem.Capabilities{} }, fault, "no_voice", "other firmware"},
		"no audio port":    {func(p *modem.Probed) { p.Capabilities.AudioRate = 0 }, note, "no_audio", "sound card"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := well()
			tt.change(&p)
			found := troubles(p, true)
			require.Len(t, found, 1, "one cause, one finding")
			assert.Equal(t, tt.severity, found[0].Severity)
			assert.Equal(t, tt.id, found[0].ID)
			assert.Contains(t, found[0].Remedy, tt.remedy)
			assert.NotEmpty(t, found[0].Text)
		})
	}
	assert.Empty(t, troubles(well(), true))
	assert.Equal(t, "no_audio_port", troubles(well(), false)[0].ID)
	weak := well()
	weak.Signal.Known = false
	assert.Empty(t, troubles(weak, true), "in a call some do not tell it")
}

func status(s modem.RegistrationStatus) func(*modem.Probed) {
	return func(p *modem.Probed) { p.Registration.Status = s }
}

// p is on USB, with a port for commands at interface 2.
func onUSB(uart bool) patient {
	d := serial.Device{USB: "1-1", Vendor: "1e0e", Product: "9001", TTYs: []serial.TTY{
		{Path: "/dev/ttyUSB0", Role: serial.RoleDiag, UART: uart},
		{Path: "/dev/ttyUSB2", Role: serial.RoleAT, Interface: 2, UART: uart, Links: []string{"/dev/serial/by-id/usb-004999010640000-if02", "/dev/serial/by-path/usb-1-1-if02"}},
		{Path: "/dev/ttyUSB4", Role: serial.RoleAudio, Interface: 4, Voice: true, UART: uart},
	}}
	return patient{settings: &settings{}, target: target{device: d, ports: d.TTYs[1:2]}}
}

func TestWhatIsWrongWithAPort(t *testing.T) {
	diag := serial.TTY{Path: "/dev/ttyUSB0"}
	tests := map[string]struct {
		err        error
		id         string
		text       string
		remedy     string
		uartRemedy string
	}{
		"held":            {&serial.HeldError{PID: 4711, Command: "minicom"}, "held", "held by pid 4711 (minicom)", "kill 4711", ""},
		"held by a ghost": {&serial.HeldError{}, "held", "which only root can see", "sudo fuser -v /dev/ttyUSB0", ""},
		"ModemManager":    {&serial.HeldError{PID: 1, Command: "ModemManager"}, "held", "(ModemManager)", "systemctl stop ModemManager", ""},
		"group":           {&serial.PermissionError{Group: "dialout"}, "permission", "it belongs to group dialout", "sudo usermod -aG dialout $USER", ""},
		"no group":        {&serial.PermissionError{}, "permission", "this user may not open it", "give it to group dialout", ""},
		"missing":         {&serial.MissingError{}, "missing", "there is no such port", "check the cable", ""},
		"silent":          {modem.ErrNoAnswer, "silent", "nothing answers", "unplug", "TX and RX"},
		"audio port":      {modem.ErrNoAnswer, "silent", "nothing answers", "such as its audio port", ""},
		"no modem":        {modem.ErrNotModem, "not_modem", "something talks", "other ports", "no console"},
		"noise":           {modem.ErrBaudRate, "wrong_baud", "no text", "try the others", "-baud"},
		"diagnosis":       {modem.ErrDiagnosticPort, "diagnostic", "port for diagnosis", "a number two higher", ""},
		"positions":       {modem.ErrPositionPort, "positions", "NMEA", "a number one higher", ""},
		"data":            {modem.ErrDataMode, "data_mode", "PPP", "pppd", ""},
		"pulled out":      {&atcmd.CommandError{Err: atcmd.ErrClosed}, "gone", "went away", "power supply", ""},
		"no port":         {errors.New("serial: /dev/null: not a serial port"), "unusable", "not a serial port", "check that this is a serial port", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, uart := range []bool{false, true} {
				f := onUSB(uart).explain(diag, answer{err: fmt.Errorf("modem: probe: AT port: %w", tt.err)})
				assert.Equal(t, fault, f.Severity)
				assert.Equal(t, tt.id, f.ID)
				assert.Equal(t, diag.Path, f.Port)
				assert.Contains(t, f.Text, tt.text)
				want := tt.remedy
				if uart && tt.uartRemedy != "" {
					want = tt.uartRemedy
				}
				assert.Contains(t, f.Remedy, want)
			}
		})
	}
	p := onUSB(false)
	p.byHand = true
	f := p.explain(diag, answer{err: modem.ErrDiagnosticPort})
	assert.Equal(t, "use /dev/ttyUSB2, which is known as the one for commands", f.Remedy)
	f = patient{}.denied("/dev/ttyAMA0", &serial.PermissionError{})
	assert.Contains(t, f.Remedy, "chgrp dialout /dev/ttyAMA0", "there is no rule for what is not on USB")
}

func TestHowAModemIsNamedInGo(t *testing.T) {
	tests := map[string]struct {
		c    checkup
		uart bool
		want string
	}{
		"by its socket":      {checkup{AT: "/dev/ttyUSB2", Audio: "/dev/ttyUSB4"}, false, `&serial.Ports{USB: "1-1"}`},
		"without audio":      {checkup{AT: "/dev/ttyUSB2"}, false, `&serial.Ports{USB: "1-1"}`},
		"another audio port": {checkup{AT: "/dev/ttyUSB2", Audio: "/dev/ttyUSB1"}, false, `&serial.Ports{AT: "/dev/serial/by-path/usb-1-1-if02", Audio: "/dev/ttyUSB1"}`},
		"another AT port":    {checkup{AT: "/dev/ttyUSB3"}, false, `&serial.Ports{AT: "/dev/ttyUSB3"}`},
		"a rate":             {checkup{AT: "/dev/ttyUSB3", UART: true, Answers: true, Baud: 9600}, true, `&serial.Ports{AT: "/dev/ttyUSB3", Baud: 9600}`},
		"the usual rate":     {checkup{AT: "/dev/ttyUSB3", UART: true, Answers: true, Baud: 115200}, true, `&serial.Ports{AT: "/dev/ttyUSB3"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, onUSB(tt.uart).goLine(tt.c))
		})
	}
}

func TestFindingsAreToldOnce(t *testing.T) {
	var r report
	f := finding{fault, "held", "/dev/ttyUSB2", "held", ""}
	r.add(f, f)
	r.add(f)
	assert.Len(t, r.Findings, 1)
	r.conclude(true)
	assert.Equal(t, exitTrouble, r.code())
	r.conclude(false)
	assert.Equal(t, exitNothing, r.code())
	r.Findings[0].Severity = note
	r.conclude(true)
	assert.Equal(t, exitHealthy, r.code(), "a note is no trouble")
}

func TestWrap(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"short":     {"a b", "a b\n"},
		"empty":     {"", "\n"},
		"long":      {strings.Repeat("word ", 25), strings.Repeat("word ", 19) + "word\n      word word word word word\n"},
		"no spaces": {strings.Repeat("x", 120), strings.Repeat("x", 120) + "\n"},
	}
	for name, tt := range tests {
		assert.Equal(t, tt.want, wrap(tt.text), name)
	}
}
