package modem

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

// audioSwitch is the state of switching the voice of calls to the audio port.
type audioSwitch struct {
	on    *call // the call for which the modem was told to send audio
	busy  bool  // a command that switches it is under way, or waits to be sent again
	tried *call // the call that it is, or was in vain, being switched on for
	since time.Time
}

// isOff tells whether the modem was told to send no audio, and has answered.
func (a *audioSwitch) isOff() bool { return a.on == nil && !a.busy }

// switchAudio brings the audio port in line with the calls: the one that is
// active has it, once the modem sends audio there. It is called whenever a call
// changes, and when a command is done.
func (o *owner) switchAudio() {
	if o.m.audio == nil {
		return
	}
	c, on := o.talking(), o.audio.on
	if c != nil && on != nil && !on.over {
		o.m.audio.route(c.feed) // on may be another call, on hold
	} else {
		o.m.audio.route(nil)
	}
	switch {
	case o.audio.busy:
	case on != nil && on.over:
		o.audioOff()
	case on == nil && c != nil && o.audio.tried != c:
		o.audio.tried, o.audio.since = c, time.Now()
		o.audioOn(c)
	}
}

// audioOn switches on, and tries again while the modem refuses and the call is
// up: a SIM7600 refuses until some time after the call was connected.
func (o *owner) audioOn(c *call) {
	p := &o.m.profile.Audio
	o.audio.busy = true
	o.commands(c, p.On, func(err error) {
		switch {
		case err == nil:
			o.audio.on, o.audio.tried = c, nil // even if it is over: then it is switched off
		case c.over:
		case time.Since(o.audio.since) >= p.Within || isConnectionLost(err):
			o.m.log.Warn("the modem does not give the audio of a call", slog.Any("err", err))
		default:
			o.m.after(cmp.Or(p.Retry, defaultAudioRetry), func() { o.audioAgain(c) })
			return
		}
		o.switched()
	})
}

// audioAgain tries once more, if there still is reason to.
func (o *owner) audioAgain(c *call) {
	if c.over {
		o.switched()
		return
	}
	o.audioOn(c)
}

func (o *owner) audioOff() {
	o.audio.busy, o.audio.on = true, nil
	o.commands(nil, o.m.profile.Audio.Off, func(error) { o.switched() })
}

// switched looks for what is next when switching is done.
func (o *owner) switched() {
	o.audio.busy = false
	o.switchAudio()
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
