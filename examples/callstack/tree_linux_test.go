package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
	"github.com/callstack-go/callstack/modem/serial"
)

// tree is a system of its own, laid out as Linux does: sysfs, device nodes,
// processes and udev's database.
type tree struct {
	t    *testing.T
	root string
}

func newTree(t *testing.T) *tree {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	tr := &tree{t, root}
	for _, dir := range []string{"sys/class/tty", "dev/serial/by-path", "proc", "run/udev/data"} {
		require.NoError(t, os.MkdirAll(tr.path(dir), 0o755))
	}
	return tr
}

func (tr *tree) path(name string) string { return filepath.Join(tr.root, name) }

func (tr *tree) system() *serial.System {
	return &serial.System{Sys: tr.path("sys"), Dev: tr.path("dev"), Proc: tr.path("proc"), Run: tr.path("run")}
}

func (tr *tree) write(name, text string) {
	tr.t.Helper()
	require.NoError(tr.t, os.MkdirAll(filepath.Dir(tr.path(name)), 0o755))
	require.NoError(tr.t, os.WriteFile(tr.path(name), []byte(text), 0o600))
}

func (tr *tree) link(name, target string) {
	tr.t.Helper()
	require.NoError(tr.t, os.MkdirAll(filepath.Dir(tr.path(name)), 0o755))
	require.NoError(tr.t, os.Symlink(target, tr.path(name)))
}

// plug puts a USB device with so many ports into socket 1-1: ttyUSB0 and so on, whose
// nodes lead nowhere yet.
func (tr *tree) plug(vendor, product string, ports int, driver string) {
	tr.t.Helper()
	const dir = "sys/devices/pci0000:00/usb1/1-1"
	for name, text := range map[string]string{
		"idVendor": vendor, "idProduct": product, "dev": "189:1", "manufacturer": "SimTech, Incorporated",
		"product": "SimTech, Incorporated", "serial": "004999010640000",
	} {
		tr.write(dir+"/"+name, text+"\n")
	}
	for i := range ports {
		name := fmt.Sprintf("ttyUSB%d", i)
		at := fmt.Sprintf("%s/1-1:1.%d", dir, i)
		for attr, text := range map[string]string{
			"bInterfaceClass": "ff", "bInterfaceSubClass": "ff", "bInterfaceProtocol": "ff", "bInterfaceNumber": fmt.Sprintf("%02x", i),
		} {
			tr.write(at+"/"+attr, text+"\n")
		}
		tr.link(at+"/driver", tr.path("sys/bus/usb/drivers/"+driver))
		tr.write(at+"/"+name+"/tty/"+name+"/dev", fmt.Sprintf("188:%d\n", i))
		tr.link(at+"/"+name+"/tty/"+name+"/device", tr.path(at+"/"+name))
		tr.link("sys/class/tty/"+name, tr.path(at+"/"+name+"/tty/"+name))
	}
}

// node has a port of the tree be one of the virtual modem's.
func (tr *tree) node(name, target string) {
	tr.t.Helper()
	terminal, err := filepath.EvalSymlinks(target)
	require.NoError(tr.t, err)
	tr.link("dev/"+name, terminal)
}

// process puts a process there that has devices open.
func (tr *tree) process(pid int, command string, devices ...string) {
	tr.t.Helper()
	dir := fmt.Sprintf("proc/%d", pid)
	tr.write(dir+"/comm", command+"\n")
	require.NoError(tr.t, os.MkdirAll(tr.path(dir+"/fd"), 0o755))
	for i, d := range devices {
		tr.link(fmt.Sprintf("%s/fd/%d", dir, i), d)
	}
}

// serve puts a virtual modem on terminals.
func serve(t *testing.T, cfg *modemtest.Config, terminals *pty.Config) (*modemtest.Modem, *pty.Server) {
	t.Helper()
	if cfg == nil {
		cfg = &modemtest.Config{Calm: true}
	}
	if terminals == nil {
		terminals = &pty.Config{}
	}
	terminals.Dir = t.TempDir()
	sim := modemtest.New(cfg)
	t.Cleanup(func() { sim.Close() })
	server, err := pty.Serve(sim, terminals)
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	return sim, server
}

// sim7600 is a tree with a virtual SIM7600 on USB.
func sim7600(t *testing.T, cfg *modemtest.Config) (*tree, *modemtest.Modem, *pty.Server) {
	t.Helper()
	tr := newTree(t)
	sim, server := serve(t, cfg, nil)
	tr.plug("1e0e", "9001", 5, "option")
	tr.node("ttyUSB2", server.AT())
	tr.node("ttyUSB4", server.Audio())
	return tr, sim, server
}
