package serial_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/modem/serial"
)

// with makes a device with ports on these interfaces, all of one class.
func with(vendor, product, class string, numbers ...int) serial.Device {
	d := serial.Device{USB: "1-1", Vendor: vendor, Product: product}
	for _, n := range numbers {
		d.TTYs = append(d.TTYs, serial.TTY{Interface: n, Class: class})
	}
	return serial.Assign(d)
}

func roles(d serial.Device) []serial.Role {
	out := make([]serial.Role, len(d.TTYs))
	for i, t := range d.TTYs {
		out[i] = t.Role
	}
	return out
}

func TestRolesBesideTheTable(t *testing.T) {
	const (
		at, at2, ppp, audio = serial.RoleAT, serial.RoleAT2, serial.RolePPP, serial.RoleAudio
		gps, diag, ignore   = serial.RoleGPS, serial.RoleDiag, serial.RoleIgnore
		none                = serial.RoleUnknown
	)
	tests := map[string]struct {
		device serial.Device
		want   []serial.Role
		audio  int // the interface, or -1
	}{
		"SIM7600":             {with("1e0e", "9001", "", 0, 1, 2, 3, 4), []serial.Role{diag, gps, at, at2, audio}, 4},
		"SIM7600 as RNDIS":    {with("1e0e", "9011", "", 2, 3, 4, 5, 6), []serial.Role{ignore, none, at, ppp, audio}, 6},
		"A7600":               {with("1e0e", "9011", "", 2, 4, 5), []serial.Role{ignore, at, ppp}, -1},
		"EC25":                {with("2c7c", "0125", "", 0, 1, 2, 3), []serial.Role{diag, gps, at, at2}, 1},
		"EC20":                {with("05c6", "9215", "", 0, 1, 2, 3), []serial.Role{diag, gps, at, at2}, 1},
		"RM500Q":              {with("2c7c", "0800", "", 0, 1, 2, 3), []serial.Role{diag, gps, at, at2}, -1},
		"EG915U":              {with("2c7c", "0901", "", 0, 2, 3), []serial.Role{none, none, none}, -1},
		"adapter":             {with("0403", "6001", "", 0), []serial.Role{none}, -1},
		"E1550":               {with("12d1", "1001", "ff/ff/ff", 0, 1, 2), []serial.Role{none, audio, at}, 1},
		"E1750":               {with("12d1", "1436", "ff/ff/ff", 0, 3, 4), []serial.Role{none, audio, at}, 3},
		"E171 with classes":   {with("12d1", "1506", "ff/01/02", 1), []serial.Role{at}, -1},
		"E171's voice":        {with("12d1", "1506", "ff/01/03", 2), []serial.Role{audio}, 2},
		"E173, unlisted":      {with("12d1", "1c05", "ff/ff/ff", 0, 1, 2, 3), []serial.Role{ppp, audio, at, none}, 1},
		"unlisted, new":       {with("12d1", "15c1", "ff/02/02", 0), []serial.Role{at}, -1},
		"unlisted, other":     {with("12d1", "15c1", "ff/03/12", 7), []serial.Role{none}, -1},
		"another's old order": {with("1bbb", "ffff", "ff/ff/ff", 0, 1, 2), []serial.Role{none, none, none}, -1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, roles(tt.device))
			got, ok := tt.device.Audio()
			assert.Equal(t, tt.audio >= 0, ok)
			if ok {
				assert.Equal(t, tt.audio, got.Interface)
				assert.True(t, got.Voice)
			}
			for _, p := range tt.device.TTYs {
				assert.Equal(t, p.Role != none, p.Why != "", "it tells why, for interface %d", p.Interface)
			}
		})
	}
	assert.Equal(t, "unknown", none.String())
	assert.Equal(t, "at2", at2.String())
}

func TestClassesOfHuaweiComeFirst(t *testing.T) {
	d := serial.Assign(serial.Device{Vendor: "12d1", Product: "1001", TTYs: []serial.TTY{
		{Interface: 0, Class: "ff/01/01"},
		{Interface: 1, Class: "ff/01/02"},
		{Interface: 2, Class: "ff/01/03"},
		{Interface: 3, Class: "ff/06/14"},
	}})
	assert.Equal(t, []serial.Role{serial.RolePPP, serial.RoleAT, serial.RoleUnknown, serial.RoleGPS}, roles(d))
}

func TestRuleForAudioOverTheGPSPort(t *testing.T) {
	rule := with("2c7c", "0125", "", 0, 1, 2, 3).UdevRule()
	assert.Contains(t, rule, `ENV{ID_USB_INTERFACE_NUM}=="01", SYMLINK+="modem-audio"`)
	assert.Contains(t, rule, `ENV{ID_USB_INTERFACE_NUM}=="02", SYMLINK+="modem-at"`)
	rule = with("2c7c", "0901", "", 0, 2).UdevRule()
	assert.Contains(t, rule, "ID_MM_DEVICE_IGNORE")
	assert.NotContains(t, rule, "SYMLINK")
}

func TestPortsOfADevice(t *testing.T) {
	d := with("1e0e", "9001", "", 0, 1, 2, 3, 4)
	assert.True(t, d.Modem())
	assert.Equal(t, "1-1", d.Ports().USB)
	assert.Empty(t, d.Ports().AT)

	other := serial.Device{USB: "1-2", TTYs: []serial.TTY{{Path: "/dev/ttyUSB7"}}}
	assert.False(t, other.Modem())
	assert.Equal(t, "/dev/ttyUSB7", other.Ports().AT)
	assert.Empty(t, other.Ports().USB)
	other.TTYs[0].Links = []string{"/dev/serial/by-id/x"}
	assert.Equal(t, "/dev/serial/by-id/x", other.Ports().AT)
	assert.Empty(t, serial.Device{}.Ports().AT)
}
