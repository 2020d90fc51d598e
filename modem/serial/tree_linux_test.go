package serial_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/serial"
)

// tree is a system of its own: a sysfs, device nodes, processes and udev's database,
// laid out as Linux does.
type tree struct {
	t    testing.TB
	root string
}

// newTree makes a system without devices.
func newTree(t testing.TB) *tree {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	tr := &tree{t, root}
	for _, dir := range []string{"sys/class/tty", "sys/devices", "dev", "proc", "run/udev/data"} {
		require.NoError(t, os.MkdirAll(tr.path(dir), 0o755))
	}
	return tr
}

func (tr *tree) path(name string) string { return filepath.Join(tr.root, name) }

// system is what a program is told of it.
func (tr *tree) system() *serial.System {
	return &serial.System{Sys: tr.path("sys"), Dev: tr.path("dev"), Proc: tr.path("proc"), Run: tr.path("run")}
}

// write makes a file and the folders above it.
func (tr *tree) write(name, text string) {
	tr.t.Helper()
	require.NoError(tr.t, os.MkdirAll(filepath.Dir(tr.path(name)), 0o755))
	require.NoError(tr.t, os.WriteFile(tr.path(name), []byte(text), 0o600))
}

// link makes a link inside the tree, relative as the kernel's are.
func (tr *tree) link(name, target string) {
	tr.t.Helper()
	require.NoError(tr.t, os.MkdirAll(filepath.Dir(tr.path(name)), 0o755))
	rel, err := filepath.Rel(filepath.Dir(tr.path(name)), tr.path(target))
	require.NoError(tr.t, err)
	require.NoError(tr.t, os.Symlink(rel, tr.path(name)))
}

// iface is an interface of a model that has a port.
type iface struct {
	number int
	class  string // class/subclass/protocol; empty means ff/ff/ff
	driver string // empty means option
}

// model is a kind of USB device.
type model struct {
	vendor, product, serial, maker, name string
	ifaces                               []iface
}

// Models of the tests.
var (
	sim7600 = model{
		"1e0e", "9001", "0123456789ABCDEF", "SimTech, Incorporated", "SimTech, Incorporated",
		[]iface{{number: 0}, {number: 1}, {number: 2}, {number: 3}, {number: 4}},
	}
	ec25    = model{"2c7c", "0125", "", "Quectel", "EC25", []iface{{number: 0}, {number: 1}, {number: 2}, {number: 3}}}
	unknown = model{"2c7c", "0901", "", "Quectel", "EG915U", []iface{{number: 0}, {number: 2}}}
	adapter = model{"0403", "6001", "A50285BI", "FTDI", "FT232R USB UART", []iface{{number: 0, driver: "ftdi_sio"}}}
)

// plug puts a device into a socket such as "1-1.2". Its ports are ttyUSB from first
// on; the names of their nodes are returned, which lead nowhere yet.
func (tr *tree) plug(socket string, m model, first int) []string {
	tr.t.Helper()
	dir := "sys/devices/pci0000:00/0000:00:14.0/usb1/" + above(socket)
	tr.write(dir+"/idVendor", m.vendor+"\n")
	tr.write(dir+"/idProduct", m.product+"\n")
	tr.write(dir+"/dev", fmt.Sprintf("189:%d\n", first))
	for name, text := range map[string]string{"serial": m.serial, "manufacturer": m.maker, "product": m.name} {
		if text != "" {
			tr.write(dir+"/"+name, text+"\n")
		}
	}
	var nodes []string
	for i, f := range m.ifaces {
		name := fmt.Sprintf("ttyUSB%d", first+i)
		tr.port(dir, fmt.Sprintf("%s:1.%d", socket, f.number), name, f)
		tr.write(dir+"/"+fmt.Sprintf("%s:1.%d", socket, f.number)+"/"+name+"/tty/"+name+"/dev", fmt.Sprintf("188:%d\n", first+i))
		nodes = append(nodes, tr.path("dev/"+name))
	}
	return nodes
}

// port makes the folders of one interface with its port.
func (tr *tree) port(device, at, name string, f iface) {
	tr.t.Helper()
	dir := device + "/" + at
	class := strings.Split(f.class, "/")
	if f.class == "" {
		class = []string{"ff", "ff", "ff"}
	}
	for i, attr := range []string{"bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol"} {
		tr.write(dir+"/"+attr, class[i]+"\n")
	}
	tr.write(dir+"/bInterfaceNumber", fmt.Sprintf("%02x\n", f.number))
	driver := f.driver
	if driver == "" {
		driver = "option"
	}
	tr.link(dir+"/driver", "sys/bus/usb/drivers/"+driver)
	tr.write(dir+"/"+name+"/tty/"+name+"/dev", "188:0\n")
	tr.link(dir+"/"+name+"/tty/"+name+"/device", dir+"/"+name)
	tr.link("sys/class/tty/"+name, dir+"/"+name+"/tty/"+name)
}

// above returns the folders of a socket below its bus: those of the hubs, then its
// own.
func above(socket string) string {
	var dirs []string
	for i, c := range socket {
		if c == '.' {
			dirs = append(dirs, socket[:i])
		}
	}
	return strings.Join(append(dirs, socket), "/")
}

// uart puts a UART of the machine itself there; kind is the driver's idea of the chip,
// "0" for one that the board does not have.
func (tr *tree) uart(name, driver, kind string) string {
	tr.t.Helper()
	dir := "sys/devices/platform/soc/" + name + ".serial"
	tr.write(dir+"/tty/"+name+"/dev", "204:64\n")
	tr.write(dir+"/tty/"+name+"/type", kind+"\n")
	tr.link(dir+"/driver", "sys/bus/amba/drivers/"+driver)
	tr.link(dir+"/tty/"+name+"/device", dir)
	tr.link("sys/class/tty/"+name, dir+"/tty/"+name)
	return tr.path("dev/" + name)
}

// console puts a terminal there that has no hardware.
func (tr *tree) console(name string) {
	tr.t.Helper()
	tr.write("sys/devices/virtual/tty/"+name+"/dev", "4:1\n")
	tr.link("sys/class/tty/"+name, "sys/devices/virtual/tty/"+name)
}

// unplug takes everything out again, but for what links lead to a port by its id.
func (tr *tree) unplug() {
	tr.t.Helper()
	for _, dir := range []string{"sys/class/tty", "sys/devices"} {
		require.NoError(tr.t, os.RemoveAll(tr.path(dir)))
		require.NoError(tr.t, os.MkdirAll(tr.path(dir), 0o755))
	}
	nodes, err := filepath.Glob(tr.path("dev/tty*"))
	require.NoError(tr.t, err)
	for _, n := range nodes {
		require.NoError(tr.t, os.Remove(n))
	}
}

// process puts a process there that has devices open.
func (tr *tree) process(pid int, command string, devices ...string) {
	tr.t.Helper()
	dir := fmt.Sprintf("proc/%d", pid)
	tr.write(dir+"/comm", command+"\n")
	require.NoError(tr.t, os.MkdirAll(tr.path(dir+"/fd"), 0o755))
	for i, d := range devices {
		require.NoError(tr.t, os.Symlink(d, tr.path(fmt.Sprintf("%s/fd/%d", dir, i))))
	}
}
