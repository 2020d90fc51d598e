package atcmd

// expire does what is due. It is called when the timer has fired, which may be
// too early.
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
// is aborted. A final result whose line end is missing counts: some firmware
// writes that only with the next line.
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
