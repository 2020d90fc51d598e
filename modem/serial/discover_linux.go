package serial

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// discover reads the devices from sysfs, and if asked who has them from procfs.
func discover(ctx context.Context, sys System, who bool) ([]Device, error) {
	folder := filepath.Join(sys.Sys, "class", "tty")
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	seen := surroundings(sys, who)
	byPlace := map[string]*Device{}
	var places []string
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, ok := readNode(sys, e.Name())
		if !ok {
			continue
		}
		d := byPlace[n.place]
		if d == nil {
			d = &Device{}
			n.describe(d)
			byPlace[n.place] = d
			places = append(places, n.place)
		}
		d.ModemManager = d.ModemManager || seen.manages(n)
		t := n.tty(sys)
		t.Links = seen.links[t.Path]
		t.Holders = seen.holders[realPath(t.Path)]
		d.TTYs = append(d.TTYs, t)
	}
	devices := make([]Device, 0, len(places))
	for _, p := range places {
		devices = append(devices, *byPlace[p])
	}
	return devices, nil
}

// around is what the system tells of ports elsewhere than in sysfs.
type around struct {
	sys     System
	holders map[string][]Holder // by the file that is open
	links   map[string][]string // by port
	manager bool                // ModemManager runs
}

func surroundings(sys System, who bool) around {
	a := around{sys: sys, links: lasting(sys)}
	if who {
		a.holders, a.manager = openFiles(sys)
	}
	return a
}

// manages tells whether ModemManager will ask a port: it looks at USB only, and leaves
// alone what a rule of udev tells it to ignore, the device or this port.
func (a around) manages(n node) bool {
	ignored := func(number string) bool {
		data, err := os.ReadFile(filepath.Join(a.sys.Run, "udev", "data", "c"+number))
		return err == nil && slices.Contains(strings.Split(string(data), "\n"), "E:ID_MM_DEVICE_IGNORE=1")
	}
	return a.manager && n.device != "" &&
		!ignored(attribute(n.device, "dev")) && !ignored(attribute(n.dir, "dev"))
}

// lasting reads the links that udev makes, by the port that they lead to.
func lasting(sys System) map[string][]string {
	out := map[string][]string{}
	for _, by := range []string{"by-id", "by-path"} {
		folder := filepath.Join(sys.Dev, "serial", by)
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue // no udev, or nothing on USB
		}
		for _, e := range entries {
			link := filepath.Join(folder, e.Name())
			if names := namesOf(link); len(names) > 1 {
				out[names[1]] = append(out[names[1]], link)
			}
		}
	}
	return out
}
