package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

const (
	// answerTimeout bounds ATA: Quectel's manual allows 90 s.
	answerTimeout = 90 * time.Second

	// answerTries is how often ATA is sent for a call that rings on after a NO CARRIER.
	answerTries = 3

	// holdTimeout bounds AT+CHLD, which waits for the network.
	holdTimeout = 10 * time.Second
)

// line is the signalling of a call, for package voice. Its methods run on the
// goroutines of the program and send their commands themselves, so that a
// hang-up waits for nobody.
type line struct{ c *call }

var (
	_ voice.Line   = (*line)(nil)
	_ voice.Holder = (*line)(nil)
)

// Answer sends ATA (ITU-T V.250, 6.3.5). What comes of it, the owner decides
// before Answer returns. Who answers a call that is being answered, waits: a
// second ATA would be for a call that rings no more.
func (l *line) Answer(ctx context.Context) error {
	m, c := l.c.m, l.c
	select {
	case c.answer <- struct{}{}:
		defer func() { <-c.answer }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	m.prepareAudio(ctx, c)
	for try := 1; ; try++ {
		m.makeSure(ctx, c)
		ringsOn, err := l.sendAnswer(ctx)
		if !ringsOn || try == answerTries {
			return err
		}
		m.log.WarnContext(ctx, "a call rings on that was to be answered: answering it again")
	}
}

// sendAnswer sends ATA once. It tells whether the call rings on after a NO CARRIER,
// which then was of an earlier call, or of a modem that did not know of this one yet.
func (l *line) sendAnswer(ctx context.Context) (ringsOn bool, err error) {
	m, c := l.c.m, l.c
	var (
		cmd     atcmd.Command
		refused error
		sent    = &revocable{Context: ctx} // for nobody else, should c be over when its turn comes
	)
	if !m.ask(func() { cmd, refused = m.own.startAnswer(c); c.answering = sent }) {
		return false, ErrClosed
	}
	if errors.Is(refused, voice.ErrEnded) {
		c.await(ctx)
	}
	if refused != nil || cmd.Text == "" {
		return false, refused
	}
	resp, err := c.link.conn.Exec(sent, cmd)
	var (
		over   bool
		failed moment
	)
	if !m.ask(func() {
		if m.own.turn == c.link.turn {
			m.own.answered(c, resp.Settled, err)
		}
		over, failed = c.over, m.own.now()
	}) {
		return false, ErrClosed
	}
	if over {
		c.await(ctx)
		return false, voice.ErrEnded
	}
	if err == nil {
		return false, nil
	}
	if m.listed(ctx, c, err) == voice.Active {
		return false, nil
	}
	if errors.Is(err, atcmd.ErrNoCarrier) { // and only a list knows that it is not somebody else who rings
		m.ask(func() { ringsOn = c.state == voice.Ringing && c.listed > failed })
	}
	return ringsOn, fmt.Errorf("modem: answer: %w", err)
}

// startAnswer takes the line for ATA, unless the call is answered, or was hung up
// while its audio was prepared. Just after a call, a line that says that one is
// over may mean that one, and settles nothing.
func (o *owner) startAnswer(c *call) (cmd atcmd.Command, err error) {
	switch {
	case c.over, c.hangup && !c.answered():
		return cmd, voice.ErrEnded
	case c.answered():
		return cmd, nil
	case o.beside(c):
		return cmd, ErrLineBusy
	}
	return o.answerCommand(), nil
}

// answerCommand takes the line for ATA, and returns it.
func (o *owner) answerCommand() atcmd.Command {
	o.setup++
	settles := slices.Clone(o.m.link().profile.Answered)
	if !o.echo() {
		settles = append(settles, o.m.link().profile.Over...)
	}
	return atcmd.Command{Text: "ATA", Timeout: answerTimeout, Abortable: true, Dial: true, Settles: settles}
}

// answerAgain answers a call that rings on though ATA was accepted: the OK was of
// something else, or of a modem that did nothing.
func (o *owner) answerAgain(c *call) {
	o.m.log.Warn("a call rings on that was answered: answering it again")
	c.answeredAt = time.Now()
	o.m.job(c, o.answerCommand(), func(resp atcmd.Response, err error) { o.answered(c, resp.Settled, err) })
}

// answered takes the result of ATA. settled is the line that ended it, if one
// did before its final result.
func (o *owner) answered(c *call, settled string, err error) {
	o.setupDone()
	switch {
	case c.over, err != nil && c.answered():
	case err == nil && o.m.isOver(settled):
		o.finish(c)
	case err == nil:
		c.unseen = true
		o.move(c, voice.Active)
	case errors.Is(err, atcmd.ErrNoCarrier) && !o.echo():
		o.finish(c) // the caller has gone
	case errors.Is(err, atcmd.ErrNoCarrier):
		o.suspect(c)
		o.holdLine(o.pollNow)
	default:
		o.suspect(c)
	}
	o.pollNow()
}

// isOver tells whether a line that settled ATA says that the call is over.
func (m *Modem) isOver(settled string) bool {
	return slices.ContainsFunc(m.link().profile.Over, func(over string) bool {
		return strings.HasPrefix(spaceless(settled), spaceless(over))
	})
}

// spaceless takes out what firmwares do not agree about.
func spaceless(s string) string { return strings.ReplaceAll(s, " ", "") }

// holdLine keeps the line as if ATA or ATD were under way, which may be so though
// their result came: it may have been the end of another call.
func (o *owner) holdLine(then func()) {
	o.setup++
	turn := o.turn
	o.m.after(doubtTime, func() {
		if o.turn == turn {
			o.setupDone()
			then()
		}
	})
}

// setupDone gives the line back after ATA or ATD.
func (o *owner) setupDone() {
	if o.setup--; o.setup > 0 {
		return
	}
	if o.poll.again || len(o.calls) > 0 {
		o.pollNow()
	}
	if o.net.again {
		o.askNetworkIn(0)
	}
}

// listed is called when a command about c has failed. It waits until the list of
// calls has told whether c is still there, and returns its state: a method of a
// call that fails because the call is over must not return before that is known.
func (m *Modem) listed(ctx context.Context, c *call, failed error) voice.State {
	state := make(chan voice.State, 1)
	if !isConnectionLost(failed) {
		m.post(func() {
			m.own.suspect(c)
			m.own.whenListed(func() {
				if !c.over { // or its end is there, or about to come
					state <- c.state
				}
			})
		})
	}
	select {
	case s := <-state:
		return s
	case <-c.ended:
	case <-m.done:
	case <-ctx.Done():
	}
	return voice.Ended
}

// suspect marks a call of which the next list without it is the end.
func (o *owner) suspect(c *call) { c.suspect, c.changed = true, o.now() }

// Hold sends AT+CHLD=2 (3GPP TS 27.007, 7.13), which holds the active call. As
// it would also take a call that waits, it is refused beside another call.
func (l *line) Hold(ctx context.Context) error { return l.swap(ctx, voice.Held) }

// Resume sends AT+CHLD=2 again.
func (l *line) Resume(ctx context.Context) error { return l.swap(ctx, voice.Active) }

func (l *line) swap(ctx context.Context, to voice.State) error {
	m, c := l.c.m, l.c
	var others bool
	if !m.ask(func() { others = m.own.beside(c) }) {
		return ErrClosed
	}
	if others {
		return ErrLineBusy
	}
	if _, err := c.link.conn.Exec(ctx, atcmd.Command{Text: "AT+CHLD=2", Timeout: holdTimeout}); err != nil {
		m.listed(ctx, c, err)
		return fmt.Errorf("modem: hold or resume: %w", err)
	}
	m.ask(func() {
		m.own.move(c, to)
		m.own.pollNow()
	})
	return nil
}
