package serial

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// holders returns the other processes that have a port open, as far as this user may
// see.
func holders(sys System, path string) []Holder {
	open, _ := openFiles(sys)
	return open[realPath(path)]
}

// openFiles lists who has which device open, by its name, this process left out. It
// tells too whether ModemManager runs.
//
// A process that has the master of a pseudo-terminal is left out as well: it is the
// far side of one, and may have both ends open.
func openFiles(sys System) (open map[string][]Holder, manager bool) {
	open = map[string][]Holder{}
	processes, err := os.ReadDir(sys.Proc)
	if err != nil {
		return open, false
	}
	for _, p := range processes {
		pid, err := strconv.Atoi(p.Name())
		if err != nil {
			continue
		}
		h := Holder{PID: pid, Command: attribute(filepath.Join(sys.Proc, p.Name()), "comm")}
		manager = manager || h.Command == modemManager
		if pid == os.Getpid() {
			continue
		}
		files, master := devicesOf(filepath.Join(sys.Proc, p.Name(), "fd"))
		if master {
			continue
		}
		for name := range files {
			open[name] = append(open[name], h)
		}
	}
	return open, manager
}

// devicesOf returns the open files of a process, whose descriptors a folder has as
// links, and whether a master of pseudo-terminals is among them.
func devicesOf(folder string) (found map[string]bool, master bool) {
	found = map[string]bool{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return found, false // another user's, or it has ended
	}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(folder, e.Name()))
		if err != nil || !strings.HasPrefix(target, "/") {
			continue
		}
		master = master || filepath.Base(target) == "ptmx"
		found[strings.TrimSuffix(target, " (deleted)")] = true
	}
	return found, master
}

// opens tells whether a device is among the open files of a process.
func opens(folder, device string) bool {
	found, _ := devicesOf(folder)
	return found[device]
}
