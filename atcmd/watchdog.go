package atcmd

import (
	"sync/atomic"
	"time"
)

// writeLimit is how long a Write may be stuck before the connection ends.
const writeLimit = 10 * time.Second

// watchdog calls bite when a Write takes longer than writeLimit. Its timer is
// left running between writes, and looks when it fires whether there is one: to
// set it and to stop it for each would cost more than all else that a command
// needs.
type watchdog struct {
	bite  func()
	clock clock
	since atomic.Int64 // the instant that the Write began at, or 0
	armed atomic.Bool  // timer is running
	timer *time.Timer
}

func (w *watchdog) init(c clock, bite func()) {
	w.clock, w.bite = c, bite
	w.timer = time.AfterFunc(writeLimit, w.look)
	w.timer.Stop()
}

// start notes that a Write begins.
func (w *watchdog) start(now instant) {
	w.since.Store(int64(now))
	w.arm(writeLimit)
}

// stop notes that the Write is over.
func (w *watchdog) stop() { w.since.Store(0) }

// arm sets the timer unless it is running.
func (w *watchdog) arm(d time.Duration) {
	if w.armed.CompareAndSwap(false, true) {
		w.timer.Reset(d)
	}
}

// look is called by the timer. It takes armed back before it looks for a Write,
// and start does the reverse, so that one of them sets the timer again.
func (w *watchdog) look() {
	w.armed.Store(false)
	since := instant(w.since.Load())
	if since == 0 {
		return
	}
	if left := since.plus(writeLimit).until(w.clock.now()); left > 0 {
		w.arm(left)
		return
	}
	w.bite()
}
