package modemtest

import (
	"strings"
	"time"
)

// running is a command line that has no final result yet.
type running struct {
	end    time.Time     // of the line: its carriage return
	rest   string        // what of it is to be executed
	runAt  time.Time     // when the next command is executed
	wait   waiting       // of the command that waits, if one does
	cmd    command       // the one at hand
	lines  int           // of the answer that have gone out
	late   time.Duration // a fault: the answer is held back by so much
	pollAt time.Time     // when wait is to be asked again, zero when something changes
}

// receive reads bytes until a line is complete. It reports whether one was. Of
// a line that is too long it keeps one byte more than it may have, to know.
func (p *atPort) receive() bool {
	for len(p.in) > 0 {
		c, at := p.take()
		if at.Before(p.freeAt) && c != '\n' {
			p.m.stats.Overlapping++
		}
		switch {
		case c == '\r':
			line := string(p.line)
			p.line = p.line[:0]
			p.begin(line, at)
			return true
		case c == '\b': // S5
			p.line = p.line[:max(0, len(p.line)-1)]
		case c == '\n':
		case len(p.line) < longestLine+1:
			p.line = append(p.line, c)
		}
	}
	return false
}

// take removes the oldest byte.
func (p *atPort) take() (byte, time.Time) {
	a := &p.in[0]
	c, at := a.data[0], a.at
	a.data = a.data[1:]
	p.inLen--
	if len(a.data) == 0 {
		p.in = p.in[1:]
	}
	return c, at
}

// begin starts a command line. A line without "AT" is echoed and forgotten, as
// the rest of an aborted command or noise on the wire is.
func (p *atPort) begin(line string, at time.Time) {
	m := p.m
	now := time.Now()
	if m.faults.silent(now) {
		return
	}
	p.flush(now, beforeEcho)
	if p.manner().echo {
		p.send(block{text: line + "\r"})
	}
	p.flush(now, afterEcho)
	body, ok := commandBody(line)
	if !ok {
		return
	}
	f := m.faults.onCommand(strings.ToUpper("AT" + body))
	if f.ignore || m.vendor.deaf {
		return
	}
	m.noise()
	p.busy = &running{end: at, rest: body, runAt: now.Add(m.delivery.latency()), late: f.late}
	switch {
	case f.reply != "":
		p.answer(nil, block{text: f.reply}, now)
	case len(line) > longestLine:
		p.busy.rest = ""
		p.conclude(failed, now)
	default:
		p.prepare(now)
	}
}

// prepare parses the next command of the line and plans its execution. Parsing
// goes no further than that: what stands before a mistake is executed (V.250,
// 5.4.1).
func (p *atPort) prepare(now time.Time) {
	b := p.busy
	b.rest = strings.TrimLeft(b.rest, " ;")
	if b.rest == "" {
		p.conclude(okay(), now)
		return
	}
	cmd, rest, ok := nextCommand(b.rest)
	if !ok {
		p.conclude(failed, now)
		return
	}
	b.cmd, b.rest = cmd, rest
	if s := p.m.fam.commands[cmd.name]; s.took != nil {
		b.runAt = b.runAt.Add(s.took(p.m, cmd))
	}
}

// step executes the command at hand. It runs at the end of the time that the
// command takes, so that its answer tells the state of that moment.
func (p *atPort) step(now time.Time) {
	p.flushName(now, p.busy.cmd.name)
	p.enter()
	r := p.m.execute(p.busy.cmd)
	p.leave()
	if r.wait != nil {
		p.busy.wait = r.wait
		return
	}
	p.conclude(r, now)
}

// await looks whether the command that waits has a result, or was aborted by
// a byte. The byte that aborts is swallowed; what follows it is the next line.
func (p *atPort) await(now time.Time) bool {
	p.enter()
	defer p.leave()
	if p.m.vendor.deaf {
		p.in, p.inLen = nil, 0
		return false
	}
	for len(p.in) > 0 {
		_, at := p.take()
		if at.Before(p.busy.end.Add(abortAfter)) {
			continue
		}
		p.m.stats.Aborts++
		r := p.busy.wait.abort(p.m, now)
		p.busy.rest = ""
		p.conclude(r, now)
		return true
	}
	r, done, next := p.busy.wait.poll(p.m, now)
	p.busy.pollAt = next
	if done {
		p.conclude(r, now)
	}
	return done
}

// conclude takes the result of one command of the line: its lines go out, and
// after the last command or the first that failed the final result.
func (p *atPort) conclude(r result, now time.Time) {
	b := p.busy
	b.wait = nil
	rest := strings.TrimLeft(b.rest, " ;")
	if !r.bad && rest != "" {
		p.plan(r.lines, now)
		b.rest = rest
		b.runAt = now.Add(p.m.delivery.gap())
		p.prepare(now)
		return
	}
	last := p.m.line("OK")
	switch {
	case r.final != nil:
		last = *r.final
	case r.bad:
		last = p.m.line("ERROR")
	}
	p.answer(r.lines, last, now)
}

// answer plans the last lines and the final result.
func (p *atPort) answer(lines []block, last block, now time.Time) {
	now = now.Add(p.busy.late)
	if p.busy.runAt.After(now) {
		now = p.busy.runAt
	}
	at := p.plan(lines, now).Add(p.m.delivery.gap())
	p.schedule(timed{block: last, at: at, final: true})
}

// plan schedules lines from now on and returns when the last one goes.
func (p *atPort) plan(lines []block, at time.Time) time.Time {
	for i, l := range lines {
		if i > 0 {
			at = at.Add(p.m.delivery.gap())
		}
		p.schedule(timed{block: l, at: at})
	}
	return at
}

// schedule appends a block, broken in two at times: a USB packet ends where it
// ends.
func (p *atPort) schedule(t timed) {
	t.text, t.code = p.shown(t), ""
	n := p.m.delivery.split(len(t.text))
	if n == 0 {
		p.blocks = append(p.blocks, t)
		return
	}
	first, rest := t, t
	first.text, first.final = t.text[:n], false
	rest.text, rest.rest = t.text[n:], true
	rest.at = t.at.Add(p.m.delivery.between(time.Millisecond, 4*time.Millisecond))
	p.blocks = append(p.blocks, first, rest)
}

// shown applies ATV and ATQ: V.250, 6.2.5 and 6.2.6. With ATV0 a result code is
// a number and a carriage return, and other lines lose their leading CR LF.
func (p *atPort) shown(t timed) string {
	switch {
	case t.final && p.manner().quiet:
		return ""
	case p.manner().verbose:
		return t.text
	case t.code != "":
		return t.code
	}
	return strings.TrimPrefix(t.text, "\r\n")
}

// emit sends the next block of the answer, with the unsolicited lines that
// fall before and after it.
func (p *atPort) emit(now time.Time) {
	t := p.blocks[0]
	p.blocks = p.blocks[1:]
	switch {
	case t.rest: // nothing comes between
	case t.final || p.broken():
		p.flush(now, beforeFinal)
	case p.busy.lines > 0:
		p.flush(now, inAnswer)
	default:
		p.flush(now, afterEcho)
	}
	p.busy.lines++
	p.send(t.block)
	if t.final && !t.rest || p.broken() {
		p.freeAt = now // a program may answer to the first half of it
	}
	if t.final {
		p.busy = nil
		p.flush(now, afterFinal)
	}
}

// broken reports whether the first half of the final result has just been
// taken off and the other follows.
func (p *atPort) broken() bool {
	return len(p.blocks) > 0 && p.blocks[0].rest && p.blocks[0].final
}
