package serial

import "path/filepath"

// System tells where the operating system shows its devices. Tests replace it; the
// zero value is the running system. Only Linux has all of them.
type System struct {
	// Sys is the root of sysfs; empty means /sys.
	Sys string
	// Dev is the folder of the device nodes; empty means /dev.
	Dev string
	// Proc is where processes are listed; empty means /proc.
	Proc string
	// Run is where udev keeps its database; empty means /run.
	Run string
}

// withDefaults returns the roots with the empty ones filled in.
func (s *System) withDefaults() System {
	var out System
	if s != nil {
		out = *s
	}
	for _, root := range []struct {
		at    *string
		usual string
	}{{&out.Sys, "/sys"}, {&out.Dev, "/dev"}, {&out.Proc, "/proc"}, {&out.Run, "/run"}} {
		if *root.at == "" {
			*root.at = root.usual
		}
		*root.at = filepath.Clean(*root.at)
	}
	return out
}
