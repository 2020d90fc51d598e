package atcmd

import (
	"context"
	"fmt"
	"io"
	"time"
)

const (
	// settleLimit is how long the final result of a settled command may take.
	settleLimit = 500 * time.Millisecond

	// abortAfter is how long after a command the abort is written at the
	// earliest: characters in the first 125 ms do not abort (V.250, 5.6.1).
	abortAfter = 130 * time.Millisecond

	// abortLimit is how long the final result may take after the abort.
	abortLimit = 2 * time.Second
)

// errNoPromptInTime is the error of a command whose body nobody asked for.
var errNoPromptInTime = fmt.Errorf("%w: %w", ErrNoPrompt, ErrTimeout)

const (
	ctrlZ  = 0x1A // ends a body (3GPP TS 27.005, 3.5.1)
	escape = 0x1B // ends the wait for a body
)

// startNext writes the next command if nothing is in the way.
func (o *owner) startNext() {
	for o.phase == phaseIdle && o.err == nil {
		req, from := o.next()
		switch {
		case req == nil:
			o.sync.failed = false
			return
		case !o.sync.needed() || o.sync.failed && req.cmd.Urgent:
			o.sync.failed = false
			from.drop(1)
			o.startCommand(req)
		case o.sync.failed:
			o.sync.failed = false
			from.drop(1)
			if req.state.CompareAndSwap(stateWaiting, stateWritten) {
				req.reply <- reply{err: errUnanswered}
			}
		default:
			o.startSync()
		}
	}
}

// next returns the request whose turn it is, and its lane.
func (o *owner) next() (*request, *lane) {
	if req := o.urgent.first(); req != nil {
		return req, &o.urgent
	}
	return o.normal.first(), &o.normal
}

// startCommand writes a command, unless its caller has gone.
func (o *owner) startCommand(req *request) {
	if !req.state.CompareAndSwap(stateWaiting, stateWritten) {
		return
	}
	if req.ctx.Err() != nil {
		req.reply <- reply{err: context.Cause(req.ctx)}
		return
	}
	o.cur = newExchange(req)
	o.out = append(append(o.out[:0], req.cmd.Text...), '\r')
	if !o.write() {
		return
	}
	limit := req.cmd.Timeout
	if limit <= 0 {
		limit = o.c.cfg.Timeout
	}
	o.phase = phaseCommand
	o.cur.written = o.c.clock.now()
	o.cur.until = o.cur.written.plus(limit)
	o.deadline = o.cur.until
	if o.cur.prompt {
		o.deadline = o.cur.written.plus(min(limit, o.c.cfg.Timeout))
	}
	o.logCommand("command", &o.cur)
}

// prompted writes the body. A prompt that comes for a lost command is refused:
// the modem would take what comes next for the body.
func (o *owner) prompted() {
	if o.phase != phaseCommand {
		o.writeByte(escape)
		return
	}
	x := &o.cur
	x.prompt = false
	// In this order: a caller that leaves and then sees bodySent unset can be
	// sure that the body stays here.
	x.req.bodySent.Store(true)
	if x.req.state.Load() == stateLeft {
		x.prompt = true
		o.lost()
		return
	}
	o.deadline = x.until
	o.out = append(append(o.out[:0], x.body...), ctrlZ)
	o.write()
}

// finished ends the command with its final result.
func (o *owner) finished(f final) {
	x := &o.cur
	switch {
	case o.phase == phaseAborting && o.aborted && f.err != nil:
		f.err = ErrAborted
	case o.phase == phaseCommand && x.prompt:
		if f.err == nil { // the modem has gone another way: nothing is certain
			o.reply(reply{err: ErrNoPrompt})
			o.lost()
			return
		}
		o.writeByte(escape)
	}
	if f.err == nil && x.size > maxAnswer {
		f.err = ErrTooLong
	}
	o.logResult(x, f.err)
	o.reply(reply{resp: Response{Lines: x.lines}, err: f.err})
	o.idle()
}

// settled gives the caller its outcome and waits for the final result by
// itself.
func (o *owner) settled(line []byte, h *handler) {
	x := &o.cur
	if h == nil || x.name != "" {
		o.answerLine(line, h)
	} else {
		o.deliver(h, line, "")
	}
	o.reply(reply{resp: Response{Lines: x.lines, Settled: string(line)}})
	if o.phase == phaseAborting && o.aborted {
		return // its final result is awaited already
	}
	o.phase = phaseSettled
	o.deadline = o.c.clock.after(settleLimit)
}

// reply tells the caller, if there still is one.
func (o *owner) reply(r reply) {
	if req := o.cur.req; req != nil {
		o.cur.req = nil
		req.reply <- r
	}
}

// idle forgets the command.
func (o *owner) idle() {
	o.phase = phaseIdle
	o.deadline = 0
	o.cur = exchange{}
}

// lost gives the command up. Its answer may still come.
func (o *owner) lost() {
	if o.cur.prompt {
		o.writeByte(escape)
	}
	o.logCommand("command lost", &o.cur)
	o.sync.lose(o.cur)
	o.idle()
}

// lookAtCallers ends the command in flight if its caller left or an urgent one
// waits.
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
// effect.
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

// expire does what is due.
func (o *owner) expire(now instant) {
	if o.textUntil.due(now) {
		o.giveUpText()
	}
	o.expireHeaders(now)
	if !o.deadline.due(now) {
		return
	}
	switch o.phase {
	case phaseIdle:
	case phaseCommand:
		o.timeout()
	case phaseSettled:
		o.lost()
	case phaseAborting:
		if !o.aborted {
			o.abortDue(now)
			return
		}
		o.reply(reply{resp: Response{Lines: o.cur.lines}, err: ErrAborted})
		o.lost()
	case phaseSyncing:
		o.syncTimeout()
	}
}

// timeout ends a command whose time is up. The caller need not wait until it
// is aborted.
func (o *owner) timeout() {
	if f := readFinal(o.split.rest(), o.cur.dial); f.is {
		o.split.drop() // its line end never came
		o.finished(f)
		return
	}
	err := ErrTimeout
	if o.cur.prompt {
		err = errNoPromptInTime
	}
	o.reply(reply{resp: Response{Lines: o.cur.lines}, err: err})
	if o.cur.abortable {
		o.abort()
		return
	}
	o.lost()
}

// arm sets the timer to the earliest of what is due. A timer that fires too
// early does no harm, so it is left alone where it can be: most commands end
// long before their time is up.
func (o *owner) arm() {
	at := o.deadline.earlier(o.textUntil)
	for i := range o.headers {
		at = at.earlier(o.headers[i].until)
	}
	if at == 0 || o.armed != 0 && at >= o.armed {
		return
	}
	o.armed = at
	o.timer.Reset(at.until(o.c.clock.now()))
}

// write writes o.out. An error ends the connection.
func (o *owner) write() bool {
	if o.err != nil {
		return false
	}
	if o.c.cfg.Trace != nil {
		o.c.cfg.Trace(true, o.out)
	}
	o.c.watchdog.start(o.c.clock.now())
	n, err := o.c.rw.Write(o.out)
	o.c.watchdog.stop()
	if err == nil && n < len(o.out) {
		err = io.ErrShortWrite
	}
	if err == nil {
		return true
	}
	if readErr := o.c.in.failed(); readErr != nil {
		// The reader found out first, and closed the stream.
		o.err = &endError{op: "read", cause: readErr}
	} else {
		o.err = &endError{op: "write", cause: err}
	}
	return false
}

func (o *owner) writeByte(c byte) {
	o.out = append(o.out[:0], c)
	o.write()
}
