package modem

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

const (
	// hangupTimeout bounds one hang-up command. Manuals allow 90 s; a call
	// that is still listed then is tried by the next command.
	hangupTimeout = 5 * time.Second

	// hangupAgain is how soon the next command follows one that did nothing.
	hangupAgain = 450 * time.Millisecond

	// giveUpHangup is when a call that cannot be hung up is given up.
	giveUpHangup = 10 * time.Second

	// stuckPoll is how often calls that were given up are looked for.
	stuckPoll = 5 * time.Second
)

// Hangup has the first hang-up command sent at once, and waits for its answer. The
// owner sees to it that the call ends, whatever comes of that command and of ctx.
func (l *line) Hangup(ctx context.Context) error {
	m, c := l.c.m, l.c
	cmd := newRevocable()
	var answered <-chan struct{}
	if !m.ask(func() { answered = m.own.hangUp(c, cmd) }) {
		return nil // it is over, since the modem is closed
	}
	select {
	case <-answered:
		return nil
	case <-c.ended: // the command, if it was not sent, is for no other call
		cmd.revoke()
		return nil
	case <-ctx.Done():
		return fmt.Errorf("modem: hang up: %w", context.Cause(ctx))
	}
}

// hangUp has a goroutine send the first command that ends c, if nothing else ends
// it already. The channel is closed when that is done.
func (o *owner) hangUp(c *call, cmd *revocable) <-chan struct{} {
	answered := make(chan struct{})
	c.hangup = true
	text := o.startHangup(c)
	if text == "" {
		close(answered)
		return answered
	}
	o.m.wg.Go(func() {
		defer close(answered)
		defer cmd.cancel()
		_, _ = c.link.conn.Exec(cmd, hangupCommand(text)) // whatever comes of it, the list tells
		o.m.post(func() { o.checkHangup(c) })
	})
	return answered
}

// startHangup returns the command that ends c, or "" if c is over or somebody
// sees to its end already.
func (o *owner) startHangup(c *call) string {
	if c.over || c.ending > 0 {
		return ""
	}
	o.m.after(giveUpHangup, func() { o.giveUp(c) })
	if c.dialing != nil {
		c.dialing.revoke() // if it was written, the hang-up, being urgent, aborts it
	}
	return o.hangupText(c)
}

// hangupText returns the next command to try. Beside other calls it is one that
// spares them: AT+CHLD (3GPP TS 27.007, 7.13).
func (o *owner) hangupText(c *call) string {
	commands := o.m.link().profile.Hangup
	if len(commands) == 0 {
		commands = generic.Hangup
	}
	text := commands[c.ending%len(commands)]
	c.ending++
	switch beside := o.beside(c); {
	case beside && c.state == voice.Waiting:
		return "AT+CHLD=0"
	case beside && c.index != 0 && !o.spares(c.state):
		return release(c)
	}
	return text
}

func hangupCommand(text string) atcmd.Command {
	return atcmd.Command{Text: text, Timeout: hangupTimeout, Urgent: true, Dial: text == "ATH"}
}

// checkHangup asks whether a call that was hung up is over, and tries the next
// command if it is not. Some modems answer OK to a command that does nothing.
func (o *owner) checkHangup(c *call) {
	if c.over {
		return
	}
	o.pollNow()
	o.m.after(hangupAgain, func() {
		if !c.over {
			since := o.now()
			o.whenListed(func() { o.hangUpAgain(c, since) })
		}
	})
}

// hangUpAgain sends the next command if the list still has the call, of those asked
// for since then. A modem may take longer to hang up than it is given, and what is
// sent to end a call that is over ends the next one.
func (o *owner) hangUpAgain(c *call, since moment) {
	switch {
	case c.over:
	case c.listed < since && !o.poll.refused:
		o.checkHangup(c)
	default:
		o.m.job(c, hangupCommand(o.hangupText(c)), func(atcmd.Response, error) { o.checkHangup(c) })
	}
}

// giveUp ends a call that the modem does not end. It is over for the program;
// should the modem have it still, it is hung up when the modem answers again.
func (o *owner) giveUp(c *call) {
	if c.over {
		return
	}
	o.m.log.Warn("the modem did not end a call that was hung up")
	o.stuck = append(o.stuck, c)
	o.end(c, voice.End{Reason: c.reason()})
	o.pollIn(o.m.cfg.CallPoll)
}

// unstick looks for the calls that were given up in a list of calls, and hangs
// them up once more, by the command that spares all others. It returns the list
// without them.
func (o *owner) unstick(list []listed) []listed {
	stuck := o.stuck
	o.stuck = nil
	dialling := o.find(func(c *call) bool { return c.dir == voice.Outgoing }) != nil
	for _, c := range stuck {
		i := slices.IndexFunc(list, c.isStill)
		if i < 0 || o.has(list[i]) || c.index == 0 && c.dir == voice.Outgoing && dialling { // it may be that one
			continue
		}
		c.index = list[i].index
		state := list[i].state
		list = slices.Delete(list, i, i+1)
		o.stuck = append(o.stuck, c)
		if o.spares(state) {
			continue // until the far side rings
		}
		// Not urgent: that would abort the setting up of another call.
		o.m.job(nil, atcmd.Command{Text: release(c), Timeout: hangupTimeout}, func(atcmd.Response, error) {})
	}
	return list
}

// has tells whether a listed call is one that is known, and so none that was given
// up.
func (o *owner) has(l listed) bool {
	return o.find(func(c *call) bool { return c.index == l.index && c.dir == l.dir }) != nil
}

// spares tells whether the command that ends one call of several must not be sent
// for one in that state.
func (o *owner) spares(s voice.State) bool {
	return s == voice.Dialing && o.m.link().profile.SparesDialling
}

// release is the command that ends one call of several (3GPP TS 27.007, 7.13).
func release(c *call) string { return "AT+CHLD=1" + strconv.Itoa(c.index) }

// isStill tells whether a listed call may be c, and is not a new one at its place.
// If c was never listed, it is known by its number.
func (c *call) isStill(l listed) bool {
	known := l.index == c.index || c.index == 0 && c.number != "" && l.number != "" && sameNumber(l.number, c.number)
	return known && l.dir == c.dir && order(l.state) >= order(c.state) && c.isFrom(l.number)
}
