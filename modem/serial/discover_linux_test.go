package serial_test

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
)

func discover(t *testing.T, tr *tree) []serial.Device {
	t.Helper()
	devices, err := serial.Discover(t.Context(), &serial.DiscoverConfig{System: tr.system()})
	require.NoError(t, err)
	return devices
}

func TestDiscover(t *testing.T) {
	tr := newTree(t)
	tr.write("sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/idVendor", "05e3\n") // the hub between
	tr.uart("ttyS0", "serial8250", "0")
	tr.uart("ttyAMA0", "uart-pl011", "33")
	tr.console("tty1")
	tr.plug("1-1.10", adapter, 9)
	tr.plug("1-1.2", sim7600, 0)
	tr.link("dev/serial/by-path/platform-usb-0:1.2:1.2-port0", "dev/ttyUSB2")
	tr.process(4711, "minicom", tr.path("dev/ttyUSB2"))
	tr.process(4712, "bash", "/dev/pts/3")
	tr.write("dev/ttyUSB2", "")
	got := discover(t, tr)
	require.Len(t, got, 3)

	sim := got[0]
	assert.Equal(t, "1-1.2", sim.USB)
	assert.Equal(t, "1e0e", sim.Vendor)
	assert.Equal(t, "9001", sim.Product)
	assert.Equal(t, "0123456789ABCDEF", sim.Serial)
	assert.Equal(t, "SimTech, Incorporated", sim.Maker)
	assert.False(t, sim.ModemManager)
	require.Len(t, sim.TTYs, 5)
	at, ok := sim.Find(serial.RoleAT)
	require.True(t, ok)
	assert.Equal(t, serial.TTY{
		Path: tr.path("dev/ttyUSB2"), Links: []string{tr.path("dev/serial/by-path/platform-usb-0:1.2:1.2-port0")},
		Interface: 2, Class: "ff/ff/ff", Driver: "option",
		Role: serial.RoleAT, Why: "interface 2 of 1e0e:9001 in the table of roles",
		Holders: []serial.Holder{{PID: 4711, Command: "minicom"}},
	}, at)

	assert.Equal(t, "1-1.10", got[1].USB)
	assert.True(t, got[1].TTYs[0].UART)
	assert.Equal(t, "ftdi_sio", got[1].TTYs[0].Driver)
	assert.False(t, got[1].Modem())

	assert.Equal(t, serial.Device{TTYs: []serial.TTY{{
		Path: tr.path("dev/ttyAMA0"), Interface: -1, Driver: "uart-pl011", UART: true,
	}}}, got[2])
}

// A port of the class for modems hangs on its interface itself, and has a second
// one for its data.
func TestDiscoverACM(t *testing.T) {
	tr := newTree(t)
	const device = "sys/devices/pci0000:00/0000:00:14.0/usb2/2-1"
	const at = device + "/2-1:1.2"
	tr.write(device+"/idVendor", "1bc7\n")
	tr.write(device+"/idProduct", "1101\n")
	tr.write(at+"/bInterfaceNumber", "0a\n")
	tr.write(at+"/bInterfaceClass", "02\n")
	tr.write(at+"/bInterfaceSubClass", "02\n")
	tr.write(at+"/bInterfaceProtocol", "01\n")
	tr.link(at+"/driver", "sys/bus/usb/drivers/cdc_acm")
	tr.write(at+"/tty/ttyACM0/dev", "166:0\n")
	tr.link(at+"/tty/ttyACM0/device", at)
	tr.link("sys/class/tty/ttyACM0", at+"/tty/ttyACM0")
	got := discover(t, tr)
	require.Len(t, got, 1)
	assert.Equal(t, "2-1", got[0].USB)
	assert.Equal(t, "1bc7", got[0].Vendor)
	assert.Equal(t, []serial.TTY{{
		Path: tr.path("dev/ttyACM0"), Interface: 10, Class: "02/02/01", Driver: "cdc_acm",
	}}, got[0].TTYs)
}

func TestDiscoverSendsNothing(t *testing.T) {
	tr := newTree(t)
	var ports []*far
	for _, node := range tr.plug("1-1.2", sim7600, 0) {
		ports = append(ports, newFar(t).node(node))
	}
	before := openOf(t, ports[2].path)
	require.Len(t, discover(t, tr), 1)
	for _, p := range ports {
		assert.Zero(t, waiting(t, p.File))
	}
	assert.Equal(t, before, openOf(t, ports[2].path))
}

func TestModemManagerIsSeen(t *testing.T) {
	const ignore = "E:ID_BUS=usb\nE:ID_MM_DEVICE_IGNORE=1\n"
	tests := map[string]struct {
		process, udev, rule string // udev: the numbers of devices, with the same rule each
		want                bool
	}{
		"running":                 {"ModemManager", "", "", true},
		"not running":             {"NetworkManager", "", "", false},
		"a rule for the device":   {"ModemManager", "c189:0", ignore, false},
		"a rule for all ports":    {"ModemManager", "c188:0 c188:1 c188:2", ignore, false},
		"a rule for one port":     {"ModemManager", "c188:0", ignore, true},
		"another rule":            {"ModemManager", "c188:2", "E:ID_MM_CANDIDATE=1\n", true},
		"the rule, switched off":  {"ModemManager", "c189:0", "E:ID_MM_DEVICE_IGNORE=0\n", true},
		"a rule for another one":  {"ModemManager", "c189:7", ignore, true},
		"a longer name than that": {"ModemManager", "c189:0", "E:ID_MM_DEVICE_IGNORE=10\n", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tr := newTree(t)
			tr.plug("1-1.2", model{"1e0e", "9001", "", "", "", []iface{{number: 0}, {number: 1}, {number: 2}}}, 0)
			tr.uart("ttyAMA0", "uart-pl011", "33")
			tr.process(700, tt.process)
			for number := range strings.FieldsSeq(tt.udev) {
				tr.write("run/udev/data/"+number, tt.rule)
			}
			got := discover(t, tr)
			require.Len(t, got, 2)
			assert.Equal(t, tt.want, got[0].ModemManager)
			assert.False(t, got[1].ModemManager, "it does not look at UARTs")
		})
	}
}

func TestDiscoverWithoutSysfs(t *testing.T) {
	_, err := serial.Discover(t.Context(), &serial.DiscoverConfig{System: &serial.System{Sys: t.TempDir()}})
	require.ErrorIs(t, err, fs.ErrNotExist)
	tr := newTree(t)
	assert.Empty(t, discover(t, tr))
	tr.plug("1-1", ec25, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = serial.Discover(ctx, &serial.DiscoverConfig{System: tr.system()})
	require.ErrorIs(t, err, context.Canceled)
}

func TestDiscoverOnThisMachine(t *testing.T) {
	devices, err := serial.Discover(t.Context(), nil)
	require.NoError(t, err)
	for _, d := range devices {
		assert.NotEmpty(t, d.TTYs)
		for _, p := range d.TTYs {
			assert.True(t, strings.HasPrefix(p.Path, "/dev/"), p.Path)
		}
	}
}

// FuzzPrintable holds that a text is one that can be shown, and stays as it is.
func FuzzPrintable(f *testing.F) {
	for _, s := range []string{" Sim\x00Tech\xff\n", strings.Repeat("é", 200), "\u202egpj.exe", "a \x01 b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := serial.Printable(s)
		assert.LessOrEqual(t, utf8.RuneCountInString(got), 126)
		assert.Equal(t, got, serial.Printable(got))
		for _, r := range got {
			assert.True(t, unicode.IsPrint(r), "%q", r)
			assert.Contains(t, s, string(r))
		}
	})
}

// FuzzSysfs holds that whatever a device says of itself, what is told of it is text, and
// is told of a device whose numbers are numbers only.
func FuzzSysfs(f *testing.F) {
	f.Add("1e0e", "9001", "02", "ff", "Sim\x00Tech\xff", "188:2")
	f.Add("1E0E", "", "zz", "\n", strings.Repeat("x", 5000), "")
	f.Add("../..", "9001", "0a", "ff/ff", "\x1b[2J\r\n", "../../etc/passwd")
	f.Fuzz(func(t *testing.T, vendor, product, number, class, name, dev string) {
		tr := newTree(t)
		tr.plug("1-1", ec25, 0)
		const dir = "sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/"
		for file, text := range map[string]string{
			"idVendor": vendor, "idProduct": product, "manufacturer": name, "serial": name, "dev": dev,
			"1-1:1.2/bInterfaceNumber": number, "1-1:1.2/bInterfaceClass": class,
		} {
			require.NoError(t, os.WriteFile(tr.path(dir+file), []byte(text), 0o600))
		}
		n := 0
		for _, d := range discover(t, tr) {
			n += len(d.TTYs)
			if d.USB != "" {
				assert.Regexp(t, `^[0-9a-f]{4}$`, d.Vendor)
				assert.Regexp(t, `^([0-9a-f]{4})?$`, d.Product)
			}
			for _, text := range []string{d.Maker, d.Serial, d.TTYs[0].Class} {
				assert.True(t, utf8.ValidString(text))
				assert.NotContains(t, text, "\x1b")
				assert.LessOrEqual(t, utf8.RuneCountInString(text), 2*126+2)
			}
			for _, p := range d.TTYs {
				assert.GreaterOrEqual(t, p.Interface, -1)
				assert.LessOrEqual(t, p.Interface, 255)
			}
		}
		assert.Equal(t, 4, n, "no port is lost")
	})
}
