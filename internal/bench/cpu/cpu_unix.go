//go:build unix

package cpu

import (
	"syscall"
	"time"
)

// Time returns the processor time, user and system, that this process has used.
// It is what benchmarks here compare: on a shared machine the clock on the wall
// also counts what other programs did.
func Time() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic("getrusage: " + err.Error()) // it fails for a bad argument only
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
