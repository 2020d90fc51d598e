package modem

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

// audioSwitch is the state of switching the voice of calls to the audio port.
type audioSwitch struct {
	on       *call // the call for which the modem was told to send audio
	prepared *call // the call for which it was told so before
	busy     bool  // a command that switches it is under way, or waits to be sent again
	tried    *call // the call that it is, or was in vain, being switched on for
	since    time.Time
	next     []func() // wait until nothing is busy
	rate     int      // of the port, where it depends on the call; 0 before the first

	watch  *time.Timer
	told   bool // it was told that the call brings none
	silent bool // so did a call of this link
	curing bool // the modem is about to be restarted for it
}

// isOff tells whether the modem was told to send no audio, and has answered.
func (a *audioSwitch) isOff() bool { return a.on == nil && !a.busy }

// done tells whether the modem sends audio only for calls that are over.
func (a *audioSwitch) done() bool {
	over := func(c *call) bool { return c == nil || c.over }
	return (a.on != nil || a.prepared != nil) && over(a.on) && over(a.prepared)
}

// prepareAudio sends what the family needs before a call is dialled or answered,
// and waits until it is answered, or has failed: the call goes on without audio
// then. It ends before that if ctx does.
func (m *Modem) prepareAudio(ctx context.Context, c *call) {
	if len(m.link().profile.Audio.Before) == 0 {
		return
	}
	done := make(chan struct{})
	m.post(func() { m.own.prepare(c, func() { close(done) }) })
	select {
	case <-done:
	case <-c.ended:
	case <-m.done:
	case <-ctx.Done():
	}
}

// prepare has the commands sent that come before a call, behind those that switch
// the audio of an earlier one off.
func (o *owner) prepare(c *call, done func()) {
	switch {
	case o.audioPort == nil, c.over, c.answered(), o.audio.prepared == c, o.beside(c):
		done()
		return
	case o.audio.busy:
		o.audio.next = append(o.audio.next, func() { o.prepare(c, done) })
		return
	}
	o.audio.busy, o.audio.prepared = true, c
	o.optional(c, o.m.link().profile.Audio.Before, func() {
		done()
		o.switched()
	})
}

// switchAudio brings the audio port in line with the calls: the one that is
// active has it, once the modem sends audio there. It is called whenever a call
// changes, and when a command is done.
func (o *owner) switchAudio() {
	c, on, port := o.talking(), o.audio.on, o.audioPort
	switch {
	case port == nil: // none, or it has broken; what is on is switched off all the same
		o.tellMute()
	case c != nil && on != nil && !on.over:
		port.route(c.feed) // on may be another call, on hold
	default:
		port.route(nil)
	}
	switch {
	case o.audio.busy:
	case o.audio.done():
		o.audioOff()
	case port != nil && on == nil && c != nil && o.audio.tried != c:
		o.audio.tried, o.audio.since = c, time.Now()
		o.audioOn(c)
	}
}

// tellMute tells the call that is active that it has no audio, where the modem has no
// port for it, so that nobody waits for it.
func (o *owner) tellMute() {
	if c := o.talking(); c != nil && o.ready && !o.m.link().caps.Audio {
		c.feed.NoAudio()
	}
}

// audioOn switches on, and tries again while the modem refuses and the call is
// up: a SIM7600 refuses until some time after the call was connected.
func (o *owner) audioOn(c *call) {
	p := &o.m.link().profile.Audio
	o.audio.busy = true
	o.commands(c, p.On, func(err error) {
		switch {
		case err == nil:
			o.withRate(c, func() {
				o.audio.on, o.audio.tried = c, nil // even if it is over: then it is switched off
				o.watchAudio(c)
				o.switched()
			})
			return
		case c.over:
		case time.Since(o.audio.since) >= p.Within || isConnectionLost(err):
			o.m.log.Warn("the modem does not give the audio of a call", slog.Any("err", err))
		default:
			o.audioLater(c, cmp.Or(p.Retry, defaultAudioRetry))
			return
		}
		o.switched()
	})
}

// audioLater tries once more after d, if there still is reason to.
func (o *owner) audioLater(c *call, d time.Duration) {
	turn := o.turn
	o.m.after(d, func() {
		switch {
		case o.turn != turn: // what is busy now is another's
		case c.over:
			o.switched()
		default:
			o.audioOn(c)
		}
	})
}

func (o *owner) audioOff() {
	o.audio.busy, o.audio.on, o.audio.prepared = true, nil, nil
	o.commands(nil, o.m.link().profile.Audio.Off, func(error) { o.switched() })
}

// switched looks for what is next when switching is done.
func (o *owner) switched() {
	o.audio.busy = false
	o.switchAudio()
	for len(o.audio.next) > 0 && !o.audio.busy {
		next := o.audio.next[0]
		o.audio.next = o.audio.next[1:]
		next()
	}
	o.checkIdle()
}

// commands sends commands for c one after the other, and tells the first error.
func (o *owner) commands(c *call, texts []string, then func(error)) {
	if len(texts) == 0 {
		then(nil)
		return
	}
	o.m.job(c, atcmd.Command{Text: texts[0]}, func(_ atcmd.Response, err error) {
		if err != nil {
			then(err)
			return
		}
		o.commands(c, texts[1:], then)
	})
}

// optional sends commands for c one after the other, whatever comes of each.
func (o *owner) optional(c *call, texts []string, then func()) {
	if len(texts) == 0 {
		then()
		return
	}
	o.m.job(c, atcmd.Command{Text: texts[0]}, func(_ atcmd.Response, err error) {
		if err != nil && !c.over {
			o.m.log.Warn("the modem refuses what comes before a call: it may be without audio", slog.Any("err", err))
		}
		o.optional(c, texts[1:], then)
	})
}
