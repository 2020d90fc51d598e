package serial

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// node is a serial port as sysfs shows it: a folder below that of the interface and
// of the device which it is of.
type node struct {
	name   string // ttyUSB2
	dir    string // its own folder
	iface  string // the folder of its USB interface, or empty
	device string // the folder of its USB device, or empty
	place  string // what ports of the same device have in common
}

// readNode finds a port's folders. ok is false for what is no serial port with
// something behind it: consoles, ptys, UARTs that the board does not have.
func readNode(sys System, name string) (n node, ok bool) {
	dir, err := filepath.EvalSymlinks(filepath.Join(sys.Sys, "class", "tty", name))
	if err != nil {
		return node{}, false
	}
	if _, err := os.Stat(filepath.Join(dir, "device")); err != nil {
		return node{}, false // it has no hardware
	}
	if attribute(dir, "type") == "0" {
		return node{}, false // PORT_UNKNOWN: the driver found no UART
	}
	n = node{name: name, dir: dir, place: dir}
	root := realPath(sys.Sys)
	for up := filepath.Dir(dir); strings.HasPrefix(up, root) && up != root; up = filepath.Dir(up) {
		if n.iface == "" && attribute(up, "bInterfaceNumber") != "" {
			n.iface = up
		}
		if isUSBNumber(attribute(up, "idVendor")) {
			n.device, n.place = up, up
			break
		}
	}
	return n, true
}

// describe tells what is known of the device.
func (n node) describe(d *Device) {
	if n.device == "" {
		return
	}
	d.USB = filepath.Base(n.device)
	d.Vendor = strings.ToLower(attribute(n.device, "idVendor"))
	if id := strings.ToLower(attribute(n.device, "idProduct")); isUSBNumber(id) {
		d.Product = id
	}
	d.Serial = attribute(n.device, "serial")
	d.Maker = attribute(n.device, "manufacturer")
	d.Name = attribute(n.device, "product")
}

// adapters are the drivers of adapters from USB to a UART.
var adapters = []string{"ch341", "ch341-uart", "cp210x", "ftdi_sio", "pl2303", "xr_serial", "mct_u232", "ark3116"}

// tty tells what is known of the port.
func (n node) tty(sys System) TTY {
	t := TTY{Path: filepath.Join(sys.Dev, n.name), Interface: -1}
	if n.iface == "" {
		t.Driver = driver(filepath.Join(n.dir, "device"))
		t.UART = n.device == ""
		return t
	}
	if number, err := strconv.ParseUint(attribute(n.iface, "bInterfaceNumber"), 16, 8); err == nil {
		t.Interface = int(number)
	}
	t.Driver = driver(n.iface)
	t.UART = slices.Contains(adapters, t.Driver)
	class := []string{
		attribute(n.iface, "bInterfaceClass"), attribute(n.iface, "bInterfaceSubClass"), attribute(n.iface, "bInterfaceProtocol"),
	}
	if !slices.Contains(class, "") {
		t.Class = strings.ToLower(strings.Join(class, "/"))
	}
	return t
}

// driver returns the name of the driver that a folder is bound to, or "".
func driver(dir string) string {
	target, err := os.Readlink(filepath.Join(dir, "driver"))
	if err != nil {
		return ""
	}
	return printable(filepath.Base(target))
}

// longestAttribute is how much of an attribute counts: USB strings have at most 126
// characters (USB 2.0, 9.6.7).
const longestAttribute = 126

// attribute reads a file of sysfs, or "" if there is none.
func attribute(dir, name string) string {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return printable(string(data))
}

// printable makes a text of what a device calls itself, which may be anything.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
	if runes := []rune(s); len(runes) > longestAttribute {
		s = string(runes[:longestAttribute])
	}
	return strings.TrimSpace(s)
}

// isUSBNumber tells whether a text is a vendor's or product's number.
func isUSBNumber(s string) bool {
	if len(s) != 4 {
		return false
	}
	_, err := strconv.ParseUint(s, 16, 16)
	return err == nil
}
