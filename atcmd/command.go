package atcmd

import (
	"fmt"
	"time"
)

// settleLimit is how long the final result of a settled command may take.
const settleLimit = 500 * time.Millisecond

// errNoPromptInTime is the error of a command whose body nobody asked for.
var errNoPromptInTime = fmt.Errorf("%w: %w", ErrNoPrompt, ErrTimeout)

const (
	ctrlZ  = 0x1A // ends a body (3GPP TS 27.005, 3.5.1)
	escape = 0x1B // ends the wait for a body
)

// startNext writes the next command if nothing is in the way. If a command was
// lost the marker goes first; if the modem does not answer that, the command whose
// turn it is fails for it, and the one after it tries again. An urgent command is
// written all the same: a hang-up that may be heard is better than none.
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
				req.reply <- reply{err: ErrNotSent}
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

// startCommand writes a command, unless its caller has gone. The wait for a
// prompt is bounded by itself: a body may take the network a minute, but a modem
// that asks for it asks at once.
func (o *owner) startCommand(req *request) {
	if !req.state.CompareAndSwap(stateWaiting, stateWritten) {
		return
	}
	if req.ctx.Err() != nil {
		req.reply <- reply{err: causeOf(req.ctx)}
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
	o.lookAtCallers() // an urgent one may wait already
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

// finished ends the command with its final result. A result that comes where a
// prompt was awaited ends the command too, and the ESC makes sure that the modem
// does not wait for the body.
func (o *owner) finished(f final) {
	x := &o.cur
	switch {
	case o.phase == phaseAborting && o.aborted && f.err != nil:
		f = failure(ErrAborted)
	case o.phase == phaseCommand && x.prompt:
		if f.err == nil { // the modem has gone another way: nothing is certain
			o.reply(reply{err: ErrNoPrompt})
			o.lost()
			return
		}
		o.writeByte(escape)
	}
	switch {
	case f.err == nil && x.size > maxAnswer:
		f.err = ErrTooLong
	case f.err == nil && x.size == 0 && x.answers:
		f = doubtful(ErrNoLine)
	}
	o.logResult(x, f.err)
	o.reply(reply{resp: Response{Lines: x.lines}, err: f.err})
	if f.inDoubt {
		o.lost() // the command's own result may come yet
		return
	}
	o.idle()
}

// settled gives the caller its outcome and waits for the final result by
// itself. Until that has come nothing may be written: the modem may still take it
// for an abort. An abort that is due and not yet written is let go, as what it was
// to prevent has happened.
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

// lost gives the command up. Its answer may still come, so the dialogue has to
// be found again before the next one.
func (o *owner) lost() {
	if o.cur.prompt {
		o.writeByte(escape)
	}
	o.logCommand("command lost", &o.cur)
	o.sync.lose(o.cur)
	o.idle()
}
