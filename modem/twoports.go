package modem

import (
	"slices"
	"time"
)

// twinTime is how far apart the two ports of a modem may send one report.
const twinTime = 500 * time.Millisecond

// twin is a line that came on one of two ports, and may come on the other.
type twin struct {
	port int
	line string
	at   time.Time
}

// twice tells whether a line is the second copy of one that came on the other
// port. A line that comes twice on one port is not.
func (o *owner) twice(port int, line string) bool {
	if o.m.link().reports == nil {
		return false
	}
	now := time.Now()
	o.twins = slices.DeleteFunc(o.twins, func(t twin) bool { return now.Sub(t.at) > twinTime })
	for i, t := range o.twins {
		if t.port != port && t.line == line {
			o.twins = slices.Delete(o.twins, i, i+1)
			return true
		}
	}
	o.twins = append(o.twins, twin{port, line, now})
	return false
}
