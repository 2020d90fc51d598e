package modem

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// poll is the state of asking AT+CLCC.
type poll struct {
	timer *time.Timer
	turn  int       // counts timers: one that fires though it was stopped does nothing
	due   time.Time // of the timer
	busy  bool      // one is under way
	asked moment    // when it, or the last one, was asked for
	again bool      // and another is wanted behind it

	then   []func() // run behind the next list that is asked for
	behind []func() // run behind the one that is under way
	silent bool     // the last one was not answered in time

	refused  bool     // the last one was
	unclear  bool     // the last answer held two lines for one call
	rumours  []int    // indexes in the last answer that have to be in the next one, too
	answer   []string // the last one
	answered time.Time
	doubts   []string // lines that the modem sent while it was asked, and were not believed
}

// recheck is how soon a list that surprises is asked again.
const recheck = 150 * time.Millisecond

// reread asks for all that reports may have told that were lost.
func (o *owner) reread() {
	o.pollNow()
	o.askNetworkIn(0)
}

// pollNow asks for the list of calls at once.
func (o *owner) pollNow() { o.pollIn(0) }

// pollIn asks for the list of calls within d.
func (o *owner) pollIn(d time.Duration) {
	due := time.Now().Add(d)
	if o.poll.timer != nil {
		if !o.poll.due.After(due) {
			return
		}
		o.poll.timer.Stop()
	}
	o.poll.turn++
	turn := o.poll.turn
	o.poll.due = due
	o.poll.timer = o.m.after(d, func() {
		if turn == o.poll.turn {
			o.askList()
		}
	})
}

// askList sends AT+CLCC, unless a call is being set up: then nothing may be
// sent, and the end of the setting up asks again.
func (o *owner) askList() {
	o.poll.timer = nil
	if o.setup > 0 || o.poll.busy {
		o.poll.again = true
		return
	}
	o.poll.busy, o.poll.again = true, false
	asked, then := o.now(), o.poll.then
	o.poll.asked = asked
	o.poll.then = nil
	if o.poll.refused && o.beside(nil) || o.find(func(c *call) bool { return c.misses > 0 }) != nil {
		o.checkStep()
	}
	o.m.job(nil, atcmd.Command{Text: "AT+CLCC", Timeout: listTimeout}, func(resp atcmd.Response, err error) {
		o.poll.busy = false
		o.poll.answer, o.poll.answered, o.poll.refused = resp.Lines, time.Now(), isRefusal(err)
		o.poll.silent = errors.Is(err, atcmd.ErrTimeout)
		then = append(then, o.poll.behind...)
		o.poll.behind = nil
		o.settleEcho(resp.Lines, err)
		o.list(asked, resp.Lines, err)
		o.settleDoubts()
		for _, f := range then {
			f()
		}
		switch {
		case o.poll.again:
			o.pollNow()
		case len(o.calls) > 0:
			o.pollIn(o.m.cfg.CallPoll)
		case len(o.stuck) > 0:
			o.pollIn(stuckPoll)
		}
	})
}

// checkStep asks for something that has an answer, before a list that may end a
// call nobody has told the end of. Where an OK too many was read, each command has
// the result of the one before, and a list without a line looks like one without
// a call; so it is before the list that comes after an error, which can be that of
// the command before. What is asked here has no line then either, and package atcmd brings the
// dialogue back in step before the list.
func (o *owner) checkStep() {
	o.m.job(nil, atcmd.Command{Text: "AT+CSQ", Answers: true}, func(atcmd.Response, error) {})
}

// whenListed runs f when a list that is asked for from now on was taken.
func (o *owner) whenListed(f func()) {
	o.poll.then = append(o.poll.then, f)
	o.pollNow()
}

// list takes an answer of AT+CLCC. An error says nothing about the calls: some
// modems refuse the command now and then in a call.
func (o *owner) list(asked moment, lines []string, err error) {
	if err != nil {
		if !isConnectionLost(err) {
			o.m.log.Debug("list of calls refused", slog.Any("err", err))
		}
		o.believe()
		o.expireRings(nil)
		return
	}
	all, clean := parseList(lines)
	if o.poll.unclear = !clean && !o.poll.unclear; o.poll.unclear {
		o.pollIn(recheck)
		return
	}
	var seen []*call
	rumours, ours := o.poll.rumours, o.unstick(all)
	o.poll.rumours = nil
	late := slices.DeleteFunc(slices.Clone(o.calls), func(c *call) bool { return asked > c.changed })
	o.followAnswered(ours, asked)
	for _, l := range ours {
		if c := o.apply(l, asked, slices.Contains(rumours, l.index)); c != nil {
			c.listed = asked
			seen = append(seen, c)
		}
	}
	for _, c := range slices.Clone(o.calls) {
		switch {
		case slices.Contains(late, c): // the list knows nothing of what was told since
		case slices.Contains(seen, c):
			c.misses, c.suspect, c.told = 0, c.hangup, nil
		default:
			o.missing(c, all)
		}
	}
	o.expireRings(seen)
}

// parseList reads an answer of AT+CLCC. A line that the modem sent by itself
// stands in it as if it were part of it, if it came meanwhile. One that tells of
// an end is known by that; of two for one call nobody knows which is old, and the
// list is not clear. Nor is it with a line that is cut.
func parseList(lines []string) (all []listed, clean bool) {
	clean = true
	for _, line := range lines {
		l, ok := parseCLCC(line)
		if !ok || l.state == voice.Ended {
			clean = clean && !isCutCLCC(line)
			continue
		}
		for _, older := range all {
			clean = clean && (older.index != l.index || older == l)
		}
		all = append(all, l)
	}
	return all, clean
}

// isCutCLCC tells whether a line is the beginning of one of the list, so that a call
// stands there of which nothing can be said.
func isCutCLCC(line string) bool {
	name, args := atcmd.Parse(line)
	return name == "+CLCC" && len(args) > 5 && isCut(line, args[5])
}

// reported takes a line of the list that the modem sent by itself.
func (o *owner) reported(line string) {
	if l, ok := parseCLCC(line); ok {
		o.heard(line, l, voice.End{})
	}
}

// heard takes what a line that the modem sent by itself tells of a call, and of
// its end if it is over. The line may have been under way for long, so it is
// believed where it leads on from what is known; for everything else the list is
// asked.
func (o *owner) heard(line string, l listed, e voice.End) {
	asked := o.now()
	if o.poll.busy {
		asked = o.poll.asked // the line may be one of the answer
	}
	c := o.match(l, asked)
	switch {
	case c == nil, !c.isFrom(l.number), order(l.state) < order(c.state):
		o.doubt(line)
	case order(l.state) == order(c.state) && l.state != c.state:
		o.doubt(line) // on hold, or not any more
	case c.state == voice.Waiting && l.rings():
		o.doubt(line) // and the call beside it is over: the list tells both
	case l.state == voice.Ended:
		o.tell(c, l.number, e)
	default:
		o.apply(l, o.now(), false)
	}
}

// doubt asks for the list because of a line, unless that line is one of an
// answer: those too come as if the modem had sent them by itself.
func (o *owner) doubt(line string) {
	switch {
	case o.poll.busy:
		o.poll.doubts = append(o.poll.doubts, line)
	case time.Since(o.poll.answered) < recheck && slices.Contains(o.poll.answer, line):
	default:
		o.pollNow()
	}
}

// settleDoubts asks again if a line came beside the answer.
func (o *owner) settleDoubts() {
	for _, line := range o.poll.doubts {
		o.poll.again = o.poll.again || !slices.Contains(o.poll.answer, line)
	}
	o.poll.doubts = nil
}

// apply brings a call up to what the list says of it, and returns the call. asked
// is when the list was asked for: it knows nothing of what happened since. again
// tells that the list before had a new call at this index, too.
func (o *owner) apply(l listed, asked moment, again bool) *call {
	c := o.match(l, asked)
	if c != nil && replaced(c, l, asked) {
		o.finish(c)
		asked, again = o.now(), true // it knows of that
		c = nil
	}
	if c == nil {
		if c = o.discover(l, asked, again); c == nil {
			return nil
		}
	}
	c.index, c.vouched = l.index, time.Now()
	leads := order(l.state) >= order(c.state)
	if leads && l.number != "" && (asked > c.changed || c.isFrom(l.number)) {
		o.number(c, l.number)
	}
	if asked > c.changed || order(l.state) > order(c.state) {
		o.move(c, l.state)
	}
	switch {
	case l.state == c.state:
		c.unseen = false
	case c.ringsOn(l) && asked > c.changed && c.talk() > echoTime && !c.hangup && o.setup == 0:
		o.answerAgain(c)
	}
	return c
}

// match finds the call of a listed one: by its index, or the one of that
// direction whose index is not known yet, if possible one that l leads on from. A
// call that was dialled after the list was asked for is not in it: what is there is
// another one, such as one that an earlier program has left.
func (o *owner) match(l listed, asked moment) *call {
	known := func(c *call) bool { return c.index == l.index && c.dir == l.dir }
	other := func(c *call) bool {
		return c.index == 0 && c.dir == l.dir && (c.dir == voice.Incoming || c.born < asked)
	}
	leads := func(c *call) bool { return other(c) && c.isFrom(l.number) && order(l.state) >= order(c.state) }
	return cmp.Or(o.find(known), o.find(leads), o.find(other))
}

// followAnswered finds a call that ATA answered at another index, and so with
// another caller: ATA is for whoever rings, and the one it was meant for had given
// up while nobody could tell.
func (o *owner) followAnswered(list []listed, asked moment) {
	c := o.find(func(c *call) bool { return c.unseen && c.index != 0 && asked > c.changed })
	if c == nil || slices.ContainsFunc(list, func(l listed) bool { return l.index == c.index && l.dir == c.dir }) {
		return
	}
	for _, l := range list {
		if l.dir == c.dir && l.state == c.state && o.find(func(other *call) bool { return other.index == l.index }) == nil {
			c.index = l.index
			return
		}
	}
}

// replaced tells whether l is a new call at the place of c: one that rings with
// another number, or where c is said to be over, or was answered long ago.
func replaced(c *call, l listed, asked moment) bool {
	if asked < c.changed || order(l.state) >= order(voice.Active) {
		return false
	}
	return !c.isFrom(l.number) || c.answered() && (c.told != nil || c.talk() > echoTime && !c.ringsOn(l))
}

// ringsOn tells whether l is c, which never was listed as answered though ATA was
// accepted. Who hides his number cannot be told from the next caller: then it is not.
func (c *call) ringsOn(l listed) bool {
	return c.unseen && l.rings() && c.number != "" && l.number != "" && c.isFrom(l.number)
}

// isFrom tells whether c, if it came in, may have come from number n. Who is
// called may show another number than was dialled.
func (c *call) isFrom(n events.Number) bool {
	return c.dir == voice.Outgoing || sameNumber(c.number, n)
}

// sameNumber tells whether two numbers can be of one subscriber: one is not
// known, or the last digits are the same. What stands before them depends on how
// a modem writes the number.
func sameNumber(a, b events.Number) bool {
	const digits = 7
	if len(a) > len(b) {
		a, b = b, a
	}
	return strings.HasSuffix(string(b), string(a[max(0, len(a)-digits):]))
}

// discover makes a call of one that is listed and not known, unless it is only
// the shadow of one that ended: just after an end it has to be listed twice.
func (o *owner) discover(l listed, asked moment, again bool) *call {
	answered := order(l.state) == order(voice.Active)
	switch {
	case l.state == voice.Dialing, l.state == voice.Alerting:
		return nil
	case answered && !o.ready: // it is hung up, see opening.clearCalls
		return nil
	case asked < o.endedAt:
		o.pollNow() // it may be another one
		return nil
	case answered && time.Since(o.recent[l.index]) < echoTime:
		return nil
	case o.echo() && !again:
		o.poll.rumours = append(o.poll.rumours, l.index)
		o.pollIn(recheck)
		return nil
	}
	if answered {
		o.m.log.Warn("a call is up that nobody knows", slog.Int("index", l.index))
	}
	return o.add(l.dir, l.state, "")
}

// missing is a call that is not in the list. Twice in a row means that it is
// over, or once if that was to be expected, or if another call rings: beside one
// that is answered it would wait.
func (o *owner) missing(c *call, list []listed) {
	unlisted := c.dir == voice.Outgoing && !c.answered() && (c.dialled.IsZero() || time.Since(c.dialled) < echoTime)
	switch {
	case c.hangup, c.vain, c.told != nil, c.suspect && !unlisted, c.answered() && slices.ContainsFunc(list, listed.rings):
		o.finish(c)
		return
	case unlisted, c.state == voice.Ringing && c.index == 0:
		return // not listed yet, or not before it is answered; see expireRings
	}
	if c.misses++; c.misses > 1 {
		o.finish(c)
		return
	}
	o.pollIn(recheck)
}

// expireRings ends incoming calls that neither ring nor stand in the list.
func (o *owner) expireRings(seen []*call) {
	for _, c := range slices.Clone(o.calls) {
		if c.unanswered() && !slices.Contains(seen, c) && time.Since(c.rangAt) > ringTimeout {
			o.finish(c)
		}
	}
}
