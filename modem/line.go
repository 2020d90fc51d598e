package modem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

const (
	// answerTimeout bounds ATA: Quectel's manual allows 90 s.
	answerTimeout = 90 * time.Second

	// hangupTimeout bounds one hang-up command. Manuals allow 90 s; a call
	// that is still listed then is tried by the next command.
	hangupTimeout = 5 * time.Second

	// giveUpHangup is when a call that cannot be hung up is given up.
	giveUpHangup = 10 * time.Second
)

// line is the signalling of a call, for package voice. Its methods run on the
// goroutines of the program and send their commands themselves, so that a
// hang-up waits for nobody.
type line struct{ c *call }

var (
	_ voice.Line   = (*line)(nil)
	_ voice.Holder = (*line)(nil)
)

// Answer sends ATA. What comes of it, the owner decides before Answer returns.
func (l *line) Answer(ctx context.Context) error {
	m, c := l.c.m, l.c
	var (
		settles []string
		refused error
	)
	if !m.ask(func() { settles, refused = m.own.startAnswer(c) }) {
		return ErrClosed
	}
	if refused != nil {
		return refused
	}
	resp, err := m.conn.Exec(ctx, atcmd.Command{
		Text: "ATA", Timeout: answerTimeout, Abortable: true, Dial: true, Settles: settles,
	})
	var over bool
	if !m.ask(func() { m.own.answered(c, resp.Settled, err); over = c.over }) {
		return ErrClosed
	}
	switch {
	case over:
		return voice.ErrEnded
	case err == nil:
		return nil
	}
	if m.listedActive(ctx, c) {
		return nil
	}
	return fmt.Errorf("modem: answer: %w", err)
}

// listedActive waits until the list of calls has told whether c is still there,
// and reports whether it is active.
func (m *Modem) listedActive(ctx context.Context, c *call) bool {
	listed := make(chan bool, 1)
	m.post(func() { m.own.whenListed(func() { listed <- c.state == voice.Active }) })
	select {
	case active := <-listed:
		return active
	case <-c.ended:
	case <-m.done:
	case <-ctx.Done():
	}
	return false
}

// startAnswer takes the line for ATA, and returns the lines that settle it. Just
// after a call, a line that says that one is over may mean that one.
func (o *owner) startAnswer(c *call) (settles []string, err error) {
	for _, other := range o.calls {
		if other != c {
			return nil, ErrLineBusy
		}
	}
	if c.over {
		return nil, voice.ErrEnded
	}
	o.setup++
	settles = slices.Clone(o.m.profile.Answered)
	if time.Since(o.lastEnd) > echoTime {
		settles = append(settles, o.m.profile.Over...)
	}
	return settles, nil
}

// answered takes the result of ATA. settled is the line that ended it, if one
// did before its final result.
func (o *owner) answered(c *call, settled string, err error) {
	o.setupDone()
	switch {
	case c.over:
	case err == nil && o.m.isOver(settled):
		o.finish(c, 0)
	case err == nil:
		o.move(c, voice.Active)
	case errors.Is(err, atcmd.ErrNoCarrier) && time.Since(o.lastEnd) > echoTime:
		o.finish(c, 0) // the caller has gone
	default:
		o.suspect(c)
	}
	o.pollNow()
}

// suspect marks a call of which the next list without it is the end.
func (o *owner) suspect(c *call) { c.suspect, c.changed = true, o.now() }

// isOver tells whether a line that settled ATA says that the call is over.
func (m *Modem) isOver(settled string) bool {
	begin, _, ok := parseVoiceCall(settled)
	return ok && !begin
}

// setupDone gives the line back after ATA or ATD.
func (o *owner) setupDone() {
	if o.setup--; o.setup == 0 && (o.poll.again || len(o.calls) > 0) {
		o.pollNow()
	}
}

// Hangup sends the first hang-up command at once. The owner sees to it that the
// call ends.
func (l *line) Hangup(ctx context.Context) error {
	m, c := l.c.m, l.c
	c.hangup.Store(true)
	var text string
	if !m.ask(func() { text = m.own.startHangup(c) }) || text == "" {
		return nil // the call is over, if only because the modem is closed
	}
	_, err := m.conn.Exec(ctx, hangupCommand(text))
	m.post(func() { m.own.checkHangup(c) })
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("modem: hang up: %w", err)
	}
	return nil
}

// startHangup returns the command that ends c, or "" if it is over.
func (o *owner) startHangup(c *call) string {
	if c.over {
		return ""
	}
	if c.ending == 0 {
		o.m.after(giveUpHangup, func() { o.giveUp(c) })
	}
	if c.undial != nil {
		c.undial() // or it may be sent behind the hang-up
	}
	return o.hangupCommand(c)
}

// hangupCommand returns the next command to try. Beside other calls it is one
// that spares them: AT+CHLD (3GPP TS 27.007, 7.13).
func (o *owner) hangupCommand(c *call) string {
	commands := o.m.profile.Hangup
	text := commands[c.ending%len(commands)]
	c.ending++
	switch {
	case len(o.calls) > 1 && c.state == voice.Waiting:
		return "AT+CHLD=0"
	case len(o.calls) > 1 && c.index != 0:
		return "AT+CHLD=1" + strconv.Itoa(c.index)
	}
	return text
}

// checkHangup asks whether a call that was hung up is over, and tries the next
// command if it is not. Some modems answer OK to a command that does nothing.
func (o *owner) checkHangup(c *call) {
	if c.over {
		return
	}
	o.suspect(c) // what was asked for before the hang-up says nothing
	o.pollNow()
	o.m.after(3*recheck, func() {
		if !c.over {
			o.m.job(hangupCommand(o.hangupCommand(c)), func(atcmd.Response, error) { o.checkHangup(c) })
		}
	})
}

func hangupCommand(text string) atcmd.Command {
	return atcmd.Command{Text: text, Timeout: hangupTimeout, Urgent: true, Dial: text == "ATH"}
}

// giveUp ends a call that the modem does not end.
func (o *owner) giveUp(c *call) {
	if !c.over {
		o.m.log.Warn("the modem did not end a call that was hung up")
		o.end(c, voice.End{Reason: c.reason()})
	}
}

// SendDTMF sends AT+VTS (3GPP TS 27.007, C.11).
func (l *line) SendDTMF(ctx context.Context, key byte, d time.Duration) error {
	m := l.c.m
	text := "AT+VTS=" + string(rune(key))
	if unit := m.profile.ToneUnit; unit > 0 {
		text += "," + strconv.Itoa(int(max(1, (d+unit/2)/unit)))
	}
	if _, err := m.conn.Exec(ctx, atcmd.Command{Text: text, Timeout: defaultToneTimeout + d}); err != nil {
		return fmt.Errorf("modem: send tone: %w", err)
	}
	return nil
}

// defaultToneTimeout bounds AT+VTS beside the tone, which some modems wait out.
const defaultToneTimeout = 5 * time.Second

// Hold sends AT+CHLD=2 (3GPP TS 27.007, 7.13), which holds the active call.
func (l *line) Hold(ctx context.Context) error { return l.swap(ctx, voice.Held) }

// Resume sends AT+CHLD=2 again.
func (l *line) Resume(ctx context.Context) error { return l.swap(ctx, voice.Active) }

func (l *line) swap(ctx context.Context, to voice.State) error {
	m, c := l.c.m, l.c
	if _, err := m.conn.Exec(ctx, atcmd.Command{Text: "AT+CHLD=2", Timeout: 10 * time.Second}); err != nil {
		m.post(func() { m.own.pollNow() })
		return fmt.Errorf("modem: hold: %w", err)
	}
	m.ask(func() {
		m.own.move(c, to)
		m.own.pollNow()
	})
	return nil
}
