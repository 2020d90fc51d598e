package modem

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

// toneTimeout bounds the command of a tone beside the tone, which some modems
// wait out.
const toneTimeout = 5 * time.Second

// What stands in Profile.Tone for what differs from tone to tone.
const (
	toneKey      = "{key}"
	toneCall     = "{call}"
	toneDuration = "{duration}"
)

// errNoIndex is why a tone is not sent whose command has to name the call.
var errNoIndex = errors.New("the modem has not told the number of the call: try again when AT+CLCC lists it")

// SendDTMF sends one tone by the command of the family.
func (l *line) SendDTMF(ctx context.Context, key byte, d time.Duration) error {
	m, c := l.c.m, l.c
	index := 0
	if strings.Contains(m.link().profile.Tone, toneCall) {
		var err error
		if index, err = m.index(ctx, c); err != nil {
			return fmt.Errorf("modem: send tone: %w", err)
		}
	}
	cmd := atcmd.Command{Text: m.link().profile.toneText(key, index, d), Timeout: toneTimeout + d}
	if _, err := c.link.conn.Exec(ctx, cmd); err != nil {
		m.listed(ctx, c, err)
		return fmt.Errorf("modem: send tone: %w", err)
	}
	return c.outlast(ctx, m.link().profile.ToneTime-d)
}

// outlast waits for what a tone takes longer than was asked for. Who ends the call
// or gives up needs not wait.
func (c *call) outlast(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-c.ended:
		return nil // the tone was sent
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// index returns the number of a call in AT+CLCC. It waits for the next list if
// nothing has told it yet.
func (m *Modem) index(ctx context.Context, c *call) (int, error) {
	told := make(chan int, 2)
	m.post(func() {
		if told <- c.index; c.index == 0 {
			m.own.whenListed(func() {
				if c.link.conn.Err() == nil { // or c ends
					told <- c.index
				}
			})
		}
	})
	for range cap(told) {
		select {
		case index := <-told:
			if index != 0 {
				return index, nil
			}
		case <-c.ended:
			return 0, voice.ErrEnded
		case <-m.done:
			return 0, ErrClosed
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	return 0, errNoIndex
}

// toneText returns the command for a key, by default that of 3GPP TS 27.007,
// C.11. A tone is one unit long at least.
func (p *Profile) toneText(key byte, index int, d time.Duration) string {
	text := p.Tone
	if text == "" {
		text = "AT+VTS=" + toneKey
		if p.ToneUnit > 0 {
			text += "," + toneDuration
		}
	}
	var units time.Duration
	if p.ToneUnit > 0 {
		units = max(1, (d+p.ToneUnit/2)/p.ToneUnit)
	}
	return strings.NewReplacer(
		toneKey, string(rune(key)),
		toneCall, strconv.Itoa(index),
		toneDuration, strconv.Itoa(int(units)),
	).Replace(text)
}

// checkTone tells what is wrong with the command of a tone.
func (p *Profile) checkTone() error {
	switch {
	case p.ToneUnit < 0 || p.ToneTime < 0:
		return errors.New("modem: Config.Profile: ToneUnit or ToneTime is negative")
	case p.Tone != "" && !strings.Contains(p.Tone, toneKey):
		return errors.New("modem: Config.Profile.Tone has no " + toneKey)
	case p.ToneUnit == 0 && strings.Contains(p.Tone, toneDuration):
		return errors.New("modem: Config.Profile.Tone has a " + toneDuration + ", but ToneUnit is zero")
	}
	return nil
}
