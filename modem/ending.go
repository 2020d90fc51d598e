package modem

import (
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
	var told voice.End
	if c.told != nil {
		told = *c.told
	}
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
	default:
		o.end(c, voice.End{Reason: reason, Cause: told.Cause, Talk: told.Talk})
	}
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
	o.calls = slices.DeleteFunc(o.calls, func(other *call) bool { return other == c })
	o.leaving = append(o.leaving, c)
	o.lastEnd, o.endedAt, o.lastNumber = time.Now(), o.now(), c.number
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
