package modem

import (
	"context"
	"errors"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

const (
	// maxDigits is how many digits a number to dial may have: the number of a
	// call has at most 20 (3GPP TS 24.008, 10.5.4.7; E.164 needs 15).
	maxDigits = 20

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
// before, it hangs up and returns the cause of ctx. If the call ends before an
// answer, the error is a *voice.EndedError that tells whether it was busy,
// rejected, or not answered. The caller hangs up the call.
//
// number is an optional + and 1 to 20 digits; all else is [ErrBadNumber], and
// nothing is sent. While there is another call the error is [ErrLineBusy].
func (m *Modem) Dial(ctx context.Context, number string, opts *DialOptions) (*voice.CallSession, error) {
	call, err := m.Place(ctx, number, opts)
	if err != nil {
		return nil, err
	}
	if err := call.WaitAnswered(ctx); err != nil {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveUpHangup)
		defer cancel()
		return nil, errors.Join(err, call.Hangup(bounded))
	}
	return call, nil
}

// Place calls number as Dial does, and returns the call while it is being
// dialled. ctx does not bound the call.
func (m *Modem) Place(ctx context.Context, number string, opts *DialOptions) (*voice.CallSession, error) {
	if !validNumber(number) {
		return nil, ErrBadNumber
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var (
		c       *call
		refused error
	)
	if !m.ask(func() { c, refused = m.own.startDial(events.Number(number)) }) {
		return nil, ErrClosed
	}
	if refused != nil {
		return nil, refused
	}
	text := "ATD" + number
	if opts != nil {
		text += [...]string{CallerIDDefault: "", CallerIDShown: "i", CallerIDHidden: "I"}[opts.CallerID]
	}
	m.handlers.Go(func() { m.dial(c, text+";") })
	return c.session, nil
}

func validNumber(n string) bool {
	if n != "" && n[0] == '+' {
		n = n[1:]
	}
	return len(n) <= maxDigits && isDigits(n)
}

// startDial makes the call of a number, and takes the line for ATD.
func (o *owner) startDial(n events.Number) (*call, error) {
	switch {
	case o.drain:
		return nil, ErrShutdown
	case len(o.calls) > 0:
		return nil, ErrLineBusy
	}
	o.setup++
	c := o.add(voice.Outgoing, voice.Dialing, n)
	c.dialing, c.undial = context.WithCancel(context.Background())
	return c, nil
}

// dial sends ATD, unless the call is hung up before. A hang-up aborts it.
func (m *Modem) dial(c *call, text string) {
	_, err := m.conn.Exec(c.dialing, atcmd.Command{
		Text: text, Timeout: dialTimeout, Abortable: true, Dial: true,
	})
	m.post(func() { m.own.dialled(c, err) })
}

// dialled takes the result of ATD. OK means that the modem dials, no more.
func (o *owner) dialled(c *call, err error) {
	c.dialled = time.Now()
	o.setupDone()
	switch {
	case c.over, c.hangup.Load():
	case err == nil:
	case errors.Is(err, atcmd.ErrBusy):
		o.end(c, voice.End{Reason: voice.Busy, Cause: 17})
	case errors.Is(err, atcmd.ErrNoAnswer):
		o.end(c, voice.End{Reason: voice.NoAnswer, Cause: 19})
	case errors.Is(err, atcmd.ErrTimeout):
		o.m.log.Warn("no result of dialling: hanging up")
		o.m.job(hangupCommand(o.startHangup(c)), func(atcmd.Response, error) {
			o.checkHangup(c)
		})
	default:
		o.finish(c, 0)
	}
}
