package atcmd

import (
	"time"
)

// phase is what the owner is doing. In all but the first nothing may be written
// except what the phase itself is about.
//
//	idle ──command──▶ command ──final result──▶ idle
//	                     ├──line of Settles──▶ settled ──final result──▶ idle
//	                     ├──abortable, and caller left,
//	                     │  time up or urgent one waits──▶ aborting ──▶ idle
//	                     └──time up or caller left──▶ idle, a command lost
//	idle, a command lost ──marker──▶ syncing ──its answer──▶ idle
//
// Settled and aborting end with a command lost if no final result comes.
type phase uint8

const (
	phaseIdle     phase = iota
	phaseCommand        // a command waits for its final result
	phaseSettled        // its caller has the outcome, the final result may come
	phaseAborting       // it is being aborted
	phaseSyncing        // the marker waits for its answer
)

// owner is the state of the dialogue. It belongs to one goroutine, Conn.own,
// which writes to the stream, takes what the reader read, and tells callers and
// the dispatcher. It waits for nothing but the stream's Write.
type owner struct {
	c     *Conn
	split splitter
	out   []byte // what is written, reused
	spare []byte // the other buffer of the inbox

	urgent, normal lane

	phase    phase
	cur      exchange // in phaseCommand, phaseSettled and phaseAborting
	deadline instant  // of the phase, or zero
	aborted  bool     // in phaseAborting: the abort was written

	sync resync

	textUntil instant  // when a quoted text that is not closed is given up
	headers   []header // URCs that wait for their PDU

	timer *time.Timer
	armed instant // when timer fires, or zero

	err error // of the last write: the connection is over
}

// own is the owner's goroutine. It ends when the connection ends.
func (c *Conn) own() {
	o := &owner{c: c}
	o.timer = time.AfterFunc(time.Hour, func() {
		c.fired.Store(true)
		c.poke()
	})
	defer c.urcs.end(false)
	defer o.timer.Stop()
	for range c.wake {
		if c.hasEnded() {
			return
		}
		if err := o.turn(c.fired.Swap(false)); err != nil {
			c.end(err)
			_ = c.closePort() // frees the reader
			return
		}
	}
}

// turn looks at all that may have changed, in this order: what the modem said
// comes first, as it may answer the command that a caller has just left or whose
// time is just up, and it comes before the end of the stream. Turn returns why the
// connection is over.
func (o *owner) turn(fired bool) error {
	p, gap, readErr := o.c.in.take(o.spare)
	o.spare = p
	o.c.calls.take(&o.urgent, &o.normal)
	if len(p) > 0 && o.c.cfg.Trace != nil {
		o.c.cfg.Trace(false, p)
	}
	o.feed(p)
	if gap.is {
		o.c.stats.dropped.Add(gap.lost())
		o.c.urcs.drop(gap.lost())
		o.split.jump(gap.cut)
		o.textUntil = 0
	}
	if o.err != nil {
		return o.err
	}
	if readErr != nil {
		return &endError{op: "read", cause: readErr}
	}
	o.lookAtCallers()
	if fired {
		o.armed = 0
		o.expire(o.c.clock.now())
	}
	o.startNext()
	o.arm()
	return o.err
}

// feed handles bytes from the modem. Lines are taken out one at a time, as what
// one of them does, such as ending a command, decides how the next one is read.
func (o *owner) feed(p []byte) {
	if len(p) == 0 {
		return
	}
	for len(p) > 0 && o.err == nil {
		t, line, n := o.split.next(p, o.awaitsPrompt())
		end := p[n-1]
		p = p[n:]
		switch t {
		case tokenLine:
			o.splitLine(line, end)
		case tokenText:
			o.textUntil = 0
			o.line(line)
		case tokenPrompt:
			o.prompted()
		case tokenTooLong:
			o.c.stats.tooLong.Add(1)
		case tokenNone:
		}
	}
	if o.split.text {
		o.textUntil = o.c.clock.after(textLimit)
	}
}

// awaitsPrompt tells whether a prompt may come: for the command in flight, or
// late for one that is lost.
func (o *owner) awaitsPrompt() bool {
	switch o.phase {
	case phaseCommand:
		return o.cur.prompt
	case phaseIdle, phaseSyncing:
		return o.sync.lost != nil && o.sync.lost.prompt
	case phaseSettled, phaseAborting:
	}
	return false
}

// splitLine handles a line, unless it is only the beginning of a quoted text.
// That is seen before the line is sorted: until the text has ended, a line in it
// that looks like a final result or a URC is none.
func (o *owner) splitLine(line []byte, end byte) {
	trimmed := trimBytes(line)
	if len(trimmed) == 0 {
		return
	}
	h := o.find(trimmed)
	if h != nil && h.shape == QuotedText && isOpen(line) {
		o.split.keepOpen(line, end)
		return
	}
	o.sort(trimmed, h)
}

// line handles a line that is complete.
func (o *owner) line(line []byte) {
	if line = trimBytes(line); len(line) > 0 {
		o.sort(line, o.find(line))
	}
}

func (o *owner) find(line []byte) *handler { return o.c.table.Load().find(line) }

// sort brings a line to where it belongs. A PDU that a header waits for is looked
// for first, whatever goes on: to a command it would look like an answer.
func (o *owner) sort(line []byte, h *handler) {
	o.c.stats.lines.Add(1)
	switch {
	case len(o.headers) > 0 && o.bodyLine(line):
	case o.phase == phaseSyncing:
		o.syncLine(line, h)
	case o.phase == phaseIdle:
		o.idleLine(line, h)
	default:
		o.commandLine(line, h)
	}
}

// idleLine handles a line while no command waits. The answer to a lost command
// may come yet: it must not be taken for news.
func (o *owner) idleLine(line []byte, h *handler) {
	lost := o.sync.lost
	if lost != nil && lost.isEcho(line) {
		o.c.stats.echoes.Add(1)
		return
	}
	if readFinal(line, false).is { // the end of a call is news, even if it is late
		o.sync.over = true
		o.c.stats.strayFinals.Add(1)
		o.logLine("stray final result", line)
		return
	}
	if lost == nil || o.sync.over {
		o.deliver(h, line, "")
		return
	}
	o.lateLine(lost, line, h)
}

// lateLine delivers a line unless it answers a command that is lost.
func (o *owner) lateLine(lost *exchange, line []byte, h *handler) {
	if v := lost.classify(line, h != nil); v == isAnswer {
		o.logLine("late answer dropped", line)
		return
	}
	o.deliver(h, line, "")
}

// commandLine handles a line while a command waits. The order matters: the echo
// of "AT" or of a body must not pass for an answer, and a line of Settles may have
// a handler too. Only then is it a final result, and only what is none is an
// answer or a URC.
func (o *owner) commandLine(line []byte, h *handler) {
	x := &o.cur
	if x.isEcho(line) {
		o.c.stats.echoes.Add(1)
		return
	}
	if x.req != nil && x.settledBy(line) {
		o.settled(line, h)
		return
	}
	if f := readFinal(line, x.dial); f.is {
		if isConnect(line) {
			x.add(string(line))
		}
		o.finished(f)
		return
	}
	if rest, ok := cutGluedError(line); ok {
		o.answerLine(rest, o.find(rest))
		o.finished(failure(ErrRejected))
		return
	}
	o.answerLine(line, h)
}

// answerLine adds a line to the answer, or delivers it, or both. The line becomes
// a string once: that is the one allocation of a URC, and with the slice of the
// answer's lines the two of a command.
func (o *owner) answerLine(line []byte, h *handler) {
	x := &o.cur
	v := x.classify(line, h != nil)
	text := ""
	if v == isAnswer || v == isBoth {
		text = string(line)
		x.add(text)
	}
	if v == isURC || v == isUnknown || v == isBoth && h != nil {
		o.deliver(h, line, text)
	}
}

// deliver gives a URC to its handler, by way of the dispatcher, or to the handler
// of what nobody handles. Text is the line as a string if there is one already.
func (o *owner) deliver(h *handler, line []byte, text string) {
	if h == nil {
		if h = o.c.table.Load().byName[""]; h == nil {
			o.logLine("unknown line", line)
			return
		}
	}
	if text == "" {
		text = string(line)
	}
	if h.shape == PDUBody {
		o.holdHeader(h, text)
		return
	}
	o.enqueue(h, URC{Line: text})
}

func (o *owner) enqueue(h *handler, u URC) {
	if !o.c.urcs.add(delivery{fn: h.fn, urc: u}) {
		o.c.stats.dropped.Add(1)
	}
}
