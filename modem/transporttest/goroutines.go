package transporttest

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"time"
)

// running is a set of goroutines, by what heads them in a dump: "goroutine 18".
type running map[string]bool

// goroutines returns those that there are.
func goroutines() running {
	r := running{}
	for id := range dump() {
		r[id] = true
	}
	return r
}

// dump returns the stacks of all goroutines.
func dump() map[string]string {
	buf := make([]byte, 64<<10)
	for n := runtime.Stack(buf, true); n == len(buf); n = runtime.Stack(buf, true) {
		buf = make([]byte, 2*len(buf))
	}
	all := map[string]string{}
	for stack := range strings.SplitSeq(strings.TrimRight(string(buf), "\x00\n"), "\n\n") {
		id, _, _ := strings.Cut(stack, " [")
		all[id] = stack
	}
	return all
}

// left waits until no goroutines are left but those, at most for d.
func (r running) left(d time.Duration) error {
	end := time.Now().Add(d)
	for {
		stack := ""
		for id, s := range dump() {
			if !r[id] {
				stack = s
			}
		}
		switch {
		case stack == "":
			return nil
		case time.Now().After(end):
			return fmt.Errorf("a goroutine is left %v after the ports were closed:\n%s", d, stack)
		}
		time.Sleep(time.Millisecond)
	}
}

// busy is the processor time that the program's own code has taken so far. The
// runtime brings it up to date when it collects garbage.
func busy() time.Duration {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/cpu/classes/user:cpu-seconds"}}
	metrics.Read(sample)
	return time.Duration(sample[0].Value.Float64() * float64(time.Second))
}
