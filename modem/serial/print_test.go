package serial_test

import (
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/modem/serial"
)

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	secrets := map[string]string{"IMEI": "490154203237518", "serial number": "7C31E9A405BD"}
	tty := serial.TTY{
		Path: "/dev/ttyUSB2", Links: []string{"/dev/serial/by-id/usb-SimTech_" + secrets["serial number"] + "-if02-port0"},
		Interface: 2, Role: serial.RoleAT, Why: "the table", Holders: []serial.Holder{{PID: 7, Command: "minicom"}},
	}
	values := map[string]any{
		"Ports": &serial.Ports{IMEI: secrets["IMEI"], Audio: serial.Sibling},
		"Device": serial.Device{
			USB: "1-1.2", Vendor: "1e0e", Product: "9001", Serial: secrets["serial number"], TTYs: []serial.TTY{tty},
		},
		"TTY":             tty,
		"Holder":          tty.Holders[0],
		"Probed":          serial.Probed{Verdict: serial.Answers, Baud: 9600, IMEI: secrets["IMEI"]},
		"ProbeConfig":     serial.ProbeConfig{IMEI: true, System: &serial.System{}},
		"DiscoverConfig":  serial.DiscoverConfig{System: &serial.System{}},
		"System":          serial.System{Sys: "/sys"},
		"HeldError":       &serial.HeldError{Path: "/dev/ttyUSB2", PID: 7, Command: "minicom"},
		"PermissionError": &serial.PermissionError{Path: "/dev/ttyUSB2", Group: "dialout"},
		"MissingError":    &serial.MissingError{What: "a modem with the IMEI given", Tried: []error{fs.ErrPermission}},
	}
	missing, err := printing.Missing(".", values)
	require.NoError(t, err)
	assert.Empty(t, missing, "every exported struct is printed here")
	assert.Empty(t, printing.Unheld(values, secrets))
	for name, v := range values {
		assert.Empty(t, printing.Leaks(v, secrets), name)
	}
}

func TestWhatIsLogged(t *testing.T) {
	var b strings.Builder
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	d := serial.Device{USB: "1-1.2", Vendor: "1e0e", Product: "9001", Serial: "7C31E9A405BD", ModemManager: true}
	log.Info("found", slog.Any("device", d), slog.Any("port", serial.TTY{
		Path: "/dev/ttyUSB2", Role: serial.RoleAT, Why: "table", Interface: 2, Driver: "option",
	}))
	log.Info("asked", slog.Any("ports", &serial.Ports{IMEI: "490154203237518"}), slog.Any("got", serial.Probed{Baud: 9600}))
	assert.Equal(t, "level=INFO msg=found device.usb=1-1.2 device.vendor=1e0e device.product=9001 device.ports=0 device.modemmanager=true "+
		"port.path=/dev/ttyUSB2 port.role=at port.why=table port.interface=2 port.driver=option\n"+
		"level=INFO msg=asked ports.at=\"\" ports.usb=\"\" ports.imei=true ports.audio=\"\" ports.reports=\"\" ports.baud=0 "+
		"got.verdict=silent got.baud=9600 got.imei=false\n", b.String())
}

func TestWhatIsPrinted(t *testing.T) {
	d := serial.Device{
		USB: "1-1.2", Vendor: "1e0e", Product: "9001", Serial: "7C31E9A405BD",
		TTYs: []serial.TTY{{Path: "/dev/ttyUSB2", Role: serial.RoleAT}, {Path: "/dev/ttyUSB3"}},
	}
	assert.Equal(t, `1e0e:9001 at "1-1.2", serial number ****: [/dev/ttyUSB2 (at) /dev/ttyUSB3 (unknown)]`, fmt.Sprint(d))
	uart := serial.Device{TTYs: []serial.TTY{{Path: "/dev/ttyS0"}}}
	assert.Equal(t, "not on USB: [/dev/ttyS0 (unknown)]", fmt.Sprint(uart))
	assert.Equal(t, "answers at 9600 baud, IMEI none", fmt.Sprint(serial.Probed{Verdict: serial.Answers, Baud: 9600}))
	assert.Equal(t, `serial.Ports{AT: "", USB: "1-1.2", IMEI: none, Audio: "", Reports: "", Baud: 0}`, fmt.Sprintf("%#v", d.Ports()))
}
