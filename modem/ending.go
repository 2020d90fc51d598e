package modem

import (
	"cmp"
	"slices"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

// causeWithin is how long the end of a call waits for the network's word on it,
// which may have to wait for another command.
const causeWithin = 2 * time.Second

// end ends a call, once.
func (o *owner) end(c *call, e voice.End) {
	if c.over {
		return
	}
	o.leave(c)
	o.ended(c, e)
}

// finish ends a call for the reason that follows from what it was. Of one that
// nobody answered that is what was told, or else what the network tells.
func (o *owner) finish(c *call) {
	if c.over {
		return
	}
	told := c.toldEnd()
	switch reason := c.reason(); {
	case explains(told.Reason, reason):
		o.end(c, told)
	case reason == voice.Failed, reason == voice.Missed:
		o.leave(c)
		o.m.job(nil, atcmd.Command{Text: "AT+CEER", Timeout: time.Second}, func(resp atcmd.Response, _ error) {
			o.ended(c, c.because(parseCause(resp.Lines)))
		})
		o.m.after(causeWithin, func() { o.ended(c, c.because(parseCause(nil))) })
	case told.Reason == voice.Busy, told.Reason == voice.NoAnswer: // which the call was not: no word of it holds
		o.end(c, voice.End{Reason: reason})
	case reason == voice.RemoteHangup && broke(told):
		o.end(c, told)
	default:
		o.end(c, voice.End{Reason: reason, Cause: told.Cause, Talk: told.Talk})
	}
}

// rumour is what a report told of the end of a call. Some modems list the call for a
// moment longer: then it is not over yet, and the report must not be lost.
type rumour struct {
	end voice.End
	at  time.Time
}

// rumourTime is how long a rumour may come before the end, and how far from the length
// of the call the one that it tells may be: beyond, it is of another call.
const rumourTime = 3 * time.Second

// note notes what a report told of the end, beside what others did.
func (r *rumour) note(e voice.End) {
	if e == (voice.End{}) {
		return
	}
	if time.Since(r.at) > rumourTime {
		r.end = voice.End{}
	}
	r.end, r.at = merged(r.end, e), time.Now()
}

// merged fills what is not known of one end from another.
func merged(e, more voice.End) voice.End {
	return voice.End{
		Reason: cmp.Or(e.Reason, more.Reason), Cause: cmp.Or(e.Cause, more.Cause),
		Text: cmp.Or(e.Text, more.Text), Talk: cmp.Or(e.Talk, more.Talk),
	}
}

// toldEnd returns what was told of the end of a call that is over.
func (c *call) toldEnd() voice.End {
	var told voice.End
	if c.told != nil {
		told = *c.told
	}
	if time.Since(c.rumour.at) > rumourTime {
		return told
	}
	var talk time.Duration
	if !c.answeredAt.IsZero() {
		talk = c.talk()
	}
	if (talk - c.rumour.end.Talk).Abs() > rumourTime {
		return told
	}
	return merged(told, c.rumour.end)
}

// because makes an end of what the network told of a call that was not answered.
func (c *call) because(text string, told voice.EndReason, cause int) voice.End {
	reason := c.reason()
	if explains(told, reason) {
		return voice.End{Text: text, Reason: told, Cause: cause}
	}
	return voice.End{Text: text, Reason: reason}
}

// explains tells whether a reason that was told is a better one than what follows
// from what the call was. Of a caller who gave up nothing is better than that
// somebody else has answered.
func explains(told, usual voice.EndReason) bool {
	switch usual {
	case voice.Failed:
		return told != 0 && told != voice.AnsweredElsewhere
	case voice.Missed:
		return told == voice.AnsweredElsewhere
	default:
		return false
	}
}

// leave takes a call that is over off the line, so that nothing that comes is
// taken to be about it. The program is told by ended.
func (o *owner) leave(c *call) {
	c.over = true
	c.unidentified.Stop()
	if c.dialing != nil {
		c.dialing.cancel()
	}
	if c.answering != nil {
		c.answering.revoke()
	}
	o.calls = slices.DeleteFunc(o.calls, func(other *call) bool { return other == c })
	o.leaving = append(o.leaving, c)
	o.lastEnd, o.endedAt, o.lastNumber = time.Now(), o.now(), c.number
	o.behind = o.asked > 0
	if c.index != 0 {
		o.recent[c.index] = o.lastEnd
	}
	o.switchAudio()
}

// ended tells the program of the end of a call that has left, once.
func (o *owner) ended(c *call, e voice.End) {
	if !slices.Contains(o.leaving, c) {
		return
	}
	o.leaving = slices.DeleteFunc(o.leaving, func(other *call) bool { return other == c })
	o.publishSessions()
	c.feed.End(e)
	close(c.ended)
	for _, other := range o.calls {
		o.handOver(other) // it may have waited for the line
	}
	o.checkIdle()
}
