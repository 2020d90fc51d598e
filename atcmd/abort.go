package atcmd

import "time"

const (
	// abortAfter is how long after a command the abort is written at the
	// earliest: characters in the first 125 ms do not abort (V.250, 5.6.1).
	abortAfter = 130 * time.Millisecond

	// abortLimit is how long the final result may take after the abort.
	abortLimit = 2 * time.Second
)

// lookAtCallers ends the command in flight if its caller left or an urgent one
// waits. What cannot be aborted is left to the modem, and its answer to nobody.
func (o *owner) lookAtCallers() {
	if o.phase != phaseCommand {
		return
	}
	left := o.cur.req.state.Load() == stateLeft
	switch {
	case left && o.cur.abortable:
		o.cur.req = nil
		o.abort()
	case left:
		o.cur.req = nil
		o.lost()
	case o.cur.abortable && o.urgent.first() != nil:
		o.abort()
	}
}

// abort ends the command by writing to the modem, as soon as that has an
// effect. The final result is awaited as before: the modem may have been quicker,
// and then it is the truth.
func (o *owner) abort() {
	o.phase = phaseAborting
	o.aborted = false
	o.deadline = o.cur.written.plus(abortAfter)
	o.abortDue(o.c.clock.now())
}

// abortDue writes the abort if it is time.
func (o *owner) abortDue(now instant) {
	if !o.deadline.due(now) {
		return
	}
	o.aborted = true
	o.deadline = now.plus(abortLimit)
	o.logCommand("abort", &o.cur)
	o.writeByte('\r')
}
