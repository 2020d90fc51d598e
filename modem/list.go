package modem

import (
	"log/slog"
	"slices"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

// poll is the state of asking AT+CLCC.
type poll struct {
	timer *time.Timer
	busy  bool      // one is under way
	again bool      // and another is wanted behind it
	due   time.Time // of the timer

	then []func() // run behind the next list that is asked for
}

// recheck is how soon a list that surprises is asked again.
const recheck = 150 * time.Millisecond

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
	o.poll.due = due
	o.poll.timer = o.m.after(d, o.askList)
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
	o.poll.then = nil
	o.m.job(atcmd.Command{Text: "AT+CLCC", Timeout: listTimeout}, func(resp atcmd.Response, err error) {
		o.poll.busy = false
		o.list(asked, resp.Lines, err)
		for _, f := range then {
			f()
		}
		switch {
		case o.poll.again:
			o.pollNow()
		case len(o.calls) > 0:
			o.pollIn(o.m.cfg.CallPoll)
		}
	})
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
		o.expireRings(nil)
		return
	}
	var seen []*call
	for _, line := range lines {
		if l, ok := parseCLCC(line); ok {
			if c := o.apply(l, asked); c != nil {
				seen = append(seen, c)
			}
		}
	}
	for _, c := range slices.Clone(o.calls) {
		if slices.Contains(seen, c) {
			c.misses, c.suspect = 0, c.hangup.Load()
		} else {
			o.missing(c, asked)
		}
	}
	o.expireRings(seen)
}

// reported takes a line of the list that the modem sent by itself.
func (o *owner) reported(l listed) { o.apply(l, o.now()) }

// apply brings a call up to what the list says of it, and returns the call. asked
// is when the list was asked for: it knows nothing of what happened since.
func (o *owner) apply(l listed, asked moment) *call {
	c := o.match(l)
	if c != nil && replaced(c, l, asked) {
		o.finish(c, 0)
		c = nil
	}
	if c == nil {
		if c = o.discover(l, asked); c == nil {
			return nil
		}
	}
	c.index = l.index
	if l.named && l.number != "" {
		o.number(c, l.number)
	}
	if l.state == voice.Ended {
		o.finish(c, 0)
	} else {
		o.move(c, l.state)
	}
	return c
}

// match finds the call of a listed one: by its index, or the one of that
// direction whose index is not known yet.
func (o *owner) match(l listed) *call {
	if c := o.find(func(c *call) bool { return c.index == l.index && c.dir == l.dir }); c != nil {
		return c
	}
	return o.find(func(c *call) bool { return c.index == 0 && c.dir == l.dir })
}

// replaced tells whether l is a new call at the place of c, which was answered
// long ago.
func replaced(c *call, l listed, asked moment) bool {
	return !c.answeredAt.IsZero() && order(l.state) < order(voice.Active) &&
		asked > c.changed && time.Since(c.answeredAt) > echoTime
}

// discover makes a call of one that is listed and not known, unless it is only
// the shadow of one that ended.
func (o *owner) discover(l listed, asked moment) *call {
	old := asked < o.endedAt
	switch l.state {
	case voice.Ringing, voice.Waiting:
		if old {
			return nil
		}
	case voice.Active, voice.Held:
		if old || time.Since(o.recent[l.index]) < echoTime {
			return nil
		}
		o.m.log.Warn("a call is up that nobody knows", slog.Int("index", l.index))
	default:
		return nil
	}
	return o.add(l.dir, l.state, "")
}

// missing is a call that is not in the list. Twice in a row means that it is
// over, or once if that was to be expected.
func (o *owner) missing(c *call, asked moment) {
	switch {
	case asked < c.changed:
		return
	case c.suspect:
		o.finish(c, 0)
		return
	case c.state == voice.Ringing:
		return // see expireRings
	case c.dir == voice.Outgoing && (c.dialled.IsZero() || time.Since(c.dialled) < echoTime):
		return // not listed yet
	}
	if c.misses++; c.misses > 1 {
		o.finish(c, 0)
		return
	}
	o.pollIn(recheck)
}

// expireRings ends incoming calls that neither ring nor stand in the list.
func (o *owner) expireRings(seen []*call) {
	for _, c := range slices.Clone(o.calls) {
		unanswered := c.state == voice.Ringing || c.state == voice.Waiting
		if unanswered && !slices.Contains(seen, c) && time.Since(c.rangAt) > ringTimeout {
			o.finish(c, 0)
		}
	}
}
