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
	var e voice.End
	if c.told != nil {
		e = *c.told
	}
	reason := c.reason()
	switch {
	case reason == voice.Failed && e.Reason != 0:
		o.end(c, e)
	case reason != voice.Failed && reason != voice.Missed:
		o.end(c, voice.End{Reason: reason, Talk: e.Talk})
	default:
		o.leave(c)
		o.m.job(nil, atcmd.Command{Text: "AT+CEER", Timeout: time.Second}, func(resp atcmd.Response, _ error) {
			o.ended(c, c.because(parseCause(resp.Lines)))
		})
		o.m.after(causeWithin, func() { o.ended(c, c.because(parseCause(nil))) })
	}
}

// because makes an end of what the network told of a call that was not answered.
// Of a caller who gave up, that is only whether somebody else has answered.
func (c *call) because(text string, reason voice.EndReason, cause int) voice.End {
	usual := c.reason()
	elsewhere := reason == voice.AnsweredElsewhere
	if usual == voice.Failed && !elsewhere || usual == voice.Missed && elsewhere {
		return voice.End{Text: text, Reason: reason, Cause: cause}
	}
	return voice.End{Text: text, Reason: usual}
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
