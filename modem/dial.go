package modem

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

const (
	// maxDigits is how many digits a number to dial may have: the number of a
	// call has at most 20 (3GPP TS 24.008, 10.5.4.7; E.164 needs 15).
	maxDigits = 20

	// dialAfter is how long after the end of a call the next one is dialled at
	// the earliest: a NO CARRIER that belongs to that end would be taken for the
	// result of ATD.
	dialAfter = 500 * time.Millisecond

	// doubtTime is how long nothing is sent after such a NO CARRIER: ATD, or ATA,
	// may be under way, and its own result needs up to a few seconds.
	doubtTime = 2 * time.Second

	// dialTimeout bounds ATD. With AT+COLP=1 its result comes only when the
	// call is answered.
	dialTimeout = 120 * time.Second
)

// CallerID is whether the far side of a dialled call sees our number.
type CallerID int

const (
	// CallerIDDefault leaves it to the subscription.
	CallerIDDefault CallerID = iota
	// CallerIDShown asks to show it (ATD...i, 3GPP TS 27.007, 6.2).
	CallerIDShown
	// CallerIDHidden asks to hide it (ATD...I).
	CallerIDHidden
)

// DialOptions are the optional settings of a dialled call. Nil means the zero
// value.
type DialOptions struct {
	// CallerID is whether the far side sees our number.
	CallerID CallerID
}

// Dial calls number and returns the call when it is answered. When ctx is done
// before, it hangs up, which takes at most 10 s, and returns the cause of ctx. If
// the call ends before an answer, the error is a *voice.EndedError that tells
// whether it was busy, rejected, or not answered; it wraps [ErrNoVoice] too if it
// failed on a modem that makes no calls, and [ErrNoNetwork] if it did where there
// are none. Other errors are those of [Modem.Place]. The caller hangs up the call.
//
// Networks let a phone ring for a minute or so before they tell that nobody
// answered, and some never tell. Where a program waits for less, the end of ctx
// means the same.
//
// number is an optional + and 1 to 20 digits; all else is [ErrBadNumber], and
// nothing is sent. A nil opts means no options.
func (m *Modem) Dial(ctx context.Context, number string, opts *DialOptions) (*voice.CallSession, error) {
	call, err := m.Place(ctx, number, opts)
	if err != nil {
		return nil, err
	}
	if err := call.WaitAnswered(ctx); err != nil {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveUpHangup)
		defer cancel()
		if herr := call.Hangup(bounded); herr != nil {
			return nil, errors.Join(err, herr)
		}
		return nil, m.noVoice(err)
	}
	return call, nil
}

// noVoice adds to the error of a call that failed what is known to make calls fail.
func (m *Modem) noVoice(err error) error {
	ended, ok := errors.AsType[*voice.EndedError](err)
	if !ok || ended.End.Reason != voice.Failed {
		return err
	}
	if !m.Capabilities().Voice {
		return fmt.Errorf("%w: %w", ErrNoVoice, err)
	}
	var in network
	m.ask(func() { in = m.own.net })
	if in.regKnown && !in.registration.Voice() {
		return fmt.Errorf("%w: it is %v: %w", ErrNoNetwork, in.registration, err)
	}
	return err
}

// Place calls number as Dial does, and returns the call at once, while it is
// being dialled. ctx does not bound the call. While there is another call, be it
// that of the handler which dials, the error is [ErrLineBusy]: hang up first, or
// dial with another modem. It is [ErrShutdown] after Shutdown, [ErrClosed] after
// Close, [ErrLost] while the connection is lost, wraps that of [Modem.Err] once the
// modem was given up, and tells what is wrong with the SIM where that cannot be used.
func (m *Modem) Place(ctx context.Context, number string, opts *DialOptions) (*voice.CallSession, error) {
	text, err := dialText(number, opts)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var c *call
	if !m.ask(func() { c, err = m.own.startDial(events.Number(number), text) }) {
		return nil, ErrClosed
	}
	if err != nil {
		return nil, err
	}
	return c.session, nil
}

// dialText returns the command that dials a voice call (3GPP TS 27.007, 6.2).
func dialText(number string, opts *DialOptions) (string, error) {
	if !validNumber(number) {
		return "", ErrBadNumber
	}
	var id CallerID
	if opts != nil {
		id = opts.CallerID
	}
	switch id {
	case CallerIDDefault:
		return "ATD" + number + ";", nil
	case CallerIDShown:
		return "ATD" + number + "i;", nil
	case CallerIDHidden:
		return "ATD" + number + "I;", nil
	}
	return "", fmt.Errorf("modem: DialOptions.CallerID is %d, none of the constants", id)
}

func validNumber(n string) bool {
	if n != "" && n[0] == '+' {
		n = n[1:]
	}
	return len(n) <= maxDigits && isDigits(n)
}

// startDial makes the call of a number, and takes the line for ATD.
func (o *owner) startDial(n events.Number, text string) (*call, error) {
	switch {
	case o.stopped:
		return nil, o.m.whyStopped("dial")
	case o.closing:
		return nil, ErrClosed
	case o.drain:
		return nil, ErrShutdown
	case !o.ready:
		return nil, ErrLost
	case o.sim.refused != nil:
		return nil, fmt.Errorf("modem: dial: %w", o.sim.refused)
	case o.beside(nil):
		return nil, ErrLineBusy
	}
	o.setup++
	c := o.add(voice.Outgoing, voice.Dialing, n)
	c.dialing = newRevocable()
	wait := dialAfter - time.Since(o.lastEnd)
	o.m.wg.Go(func() { o.m.dial(c, text, wait) })
	return c, nil
}

// whyStopped tells why a modem that was closed or given up does not do what is asked.
func (m *Modem) whyStopped(what string) error {
	if err := m.Err(); err != nil && !errors.Is(err, ErrClosed) {
		return fmt.Errorf("modem: %s: %w", what, err)
	}
	return ErrClosed
}

// dial sends ATD after a while, unless the call is hung up before. A hang-up
// aborts it.
func (m *Modem) dial(c *call, text string, wait time.Duration) {
	_ = pause(c.dialing, wait)
	m.prepareAudio(c.dialing, c)
	_, err := c.link.conn.Exec(c.dialing, atcmd.Command{
		Text: text, Timeout: dialTimeout, Abortable: true, Dial: true,
	})
	m.post(func() {
		if m.own.turn == c.link.turn {
			m.own.dialled(c, err)
		}
	})
}

// dialled takes the result of ATD. OK means that the modem dials, no more.
func (o *owner) dialled(c *call, err error) {
	c.dialled = time.Now()
	o.setupDone()
	switch {
	case c.over, c.hangup, err == nil:
	case isConnectionLost(err): // which ends all calls
	case errors.Is(err, atcmd.ErrBusy):
		o.end(c, voice.End{Reason: voice.Busy, Cause: causeBusy})
	case errors.Is(err, atcmd.ErrNoAnswer):
		o.end(c, voice.End{Reason: voice.NoAnswer, Cause: causeNoAnswer})
	case errors.Is(err, atcmd.ErrTimeout):
		o.m.log.Warn("no result of dialling: hanging up")
		c.vain = true
		o.m.job(c, hangupCommand(o.startHangup(c)), func(atcmd.Response, error) { o.checkHangup(c) })
	case isRefusal(err): // and the cause that the network gives is of an earlier call
		o.end(c, voice.End{Reason: voice.Failed, Text: errors.Unwrap(err).Error()})
	case errors.Is(err, atcmd.ErrNoCarrier) && o.echo():
		o.holdLine(func() {
			o.suspect(c)
			since := c.changed
			o.whenListed(func() { o.notDialled(c, since) })
		})
	default:
		o.finish(c)
		o.stuck = append(o.stuck, c) // nobody pays for a call that is up all the same
		o.pollNow()
	}
}

// notDialled ends a call of which ATD said that it is not there, unless a list that
// was asked for since then has said that it is.
func (o *owner) notDialled(c *call, since moment) {
	if !c.over && !c.hangup && c.listed < since {
		o.finish(c)
	}
}
