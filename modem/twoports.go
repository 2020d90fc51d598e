package modem

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/callstack-go/callstack/atcmd"
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

// reportsTimeout bounds a question to the second AT port, behind which others wait.
const reportsTimeout = 2 * time.Second

// watchReports asks whether the second AT port is alive. A modem that reports there
// only would take no call any more, and nobody would notice.
func (o *owner) watchReports() {
	l, turn := o.m.link(), o.turn
	if l.reports == nil {
		return
	}
	o.m.jobs.add(func() {
		_, err := l.reports.Exec(context.Background(), atcmd.Command{Text: "AT", Timeout: reportsTimeout})
		o.m.post(func() {
			if o.turn == turn {
				o.noteReports(err)
			}
		})
	})
}

// noteReports takes what came of that.
func (o *owner) noteReports(err error) {
	if !errors.Is(err, atcmd.ErrTimeout) {
		o.health.reportsDeaf = 0
		return
	}
	if o.health.reportsDeaf++; o.health.reportsDeaf >= maxDeaf {
		o.distrust(ErrUnresponsive, false)
	}
}
