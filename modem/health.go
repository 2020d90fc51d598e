package modem

import (
	"errors"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/voice"
)

const (
	// maxDeaf is how many commands in a row may be without an answer until the
	// modem is not trusted any more.
	maxDeaf = 3

	// watchAgain is how soon the modem is asked again that did not answer, or could
	// not be asked.
	watchAgain = 2 * time.Second

	// audioAlive is how long ago the last frame of a call may be that shows that a
	// modem is there, though it does not answer.
	audioAlive = time.Second
)

// health is what the owner knows of whether the modem is there and is the one
// that was initialised.
type health struct {
	timer       *time.Timer
	begun       time.Time // when the modem was ready again, if it was opened again
	busy        bool
	reportsDeaf int       // questions in a row that the second AT port did not answer
	deaf        int       // commands in a row that were not answered
	answered    time.Time // when the last one was
	echoes      uint64    // commands that were repeated, as they are while echo is on
	echoed      bool      // one was, in a call: the next list tells whether that is over
}

// noteHealth takes what came of a command. A modem that does not answer is given
// up, but not while it carries a call: a dialogue that is stuck harms that less
// than the loss of the port.
func (o *owner) noteHealth(l *link, err error) {
	o.noteEcho(l)
	switch {
	case !o.ready, errors.Is(err, voice.ErrEnded), isConnectionLost(err): // or it was not sent
		return
	case !errors.Is(err, atcmd.ErrTimeout):
		o.health.deaf, o.health.answered = 0, time.Now()
		return
	case !errors.Is(err, atcmd.ErrNotSent): // it was, so what was asked in between was answered
		o.health.deaf = 0
	}
	if o.health.deaf++; o.health.deaf >= maxDeaf && !o.audioPort.flows() {
		o.distrust(ErrUnresponsive, false)
	}
}

// noteEcho looks whether the modem has begun to repeat what it is sent: it has lost
// its settings, as it does by a restart that it told nobody of. While there is a
// call, the list has to confirm it; else somebody else may have switched echo on.
func (o *owner) noteEcho(l *link) {
	echoes := l.conn.Stats().Echoes
	if !o.ready || echoes == o.health.echoes {
		return
	}
	o.health.echoes = echoes
	if o.health.echoed = o.beside(nil); !o.health.echoed {
		o.distrust(ErrRestarted, false)
	}
}

// settleEcho takes a list of calls after the modem has begun to echo.
func (o *owner) settleEcho(lines []string, err error) {
	switch {
	case !o.health.echoed || err != nil:
	case len(lines) == 0 && o.beside(nil), !o.beside(nil):
		o.health.echoed = false
		o.distrust(ErrRestarted, false)
	}
}

// watchIn asks the modem after d whether it is there and has its settings, and from
// then on every Config.Watchdog.
func (o *owner) watchIn(d time.Duration) {
	if o.m.cfg.Watchdog < 0 {
		return
	}
	if o.health.timer != nil {
		o.health.timer.Stop()
	}
	turn := o.turn
	o.health.timer = o.m.after(d, func() {
		if o.turn == turn {
			o.watch()
		}
	})
}

// watch asks, unless there is a call, for which the list is asked all the time, or
// something is under way that must not be disturbed.
func (o *owner) watch() {
	if !o.ready || o.setup > 0 || o.audio.busy || o.health.busy || o.beside(nil) {
		o.watchIn(watchAgain)
		return
	}
	o.health.busy = true
	o.m.job(nil, atcmd.Command{Text: "AT+CMEE?", Prefix: "+CMEE"}, func(resp atcmd.Response, err error) {
		o.health.busy = false
		switch {
		case errors.Is(err, atcmd.ErrTimeout):
			o.watchIn(watchAgain)
			return
		case err == nil && o.forgot(resp.Lines):
			o.distrust(ErrRestarted, false)
		}
		o.askSIM()
		o.watchReports()
		o.watchIn(o.m.cfg.Watchdog)
	})
}

// forgot tells whether an answer of AT+CMEE? shows that the modem has lost its
// settings.
func (o *owner) forgot(lines []string) bool {
	if o.m.link().caps.refuses("AT+CMEE") {
		return false
	}
	for _, line := range lines {
		if _, args := atcmd.Parse(line); len(args) == 1 {
			mode, ok := args[0].Int()
			return ok && mode != 1
		}
	}
	return false
}

// bootTime is how long after its settings were made a modem may still say that it has
// started, because that line waited behind others.
const bootTime = 10 * time.Second

// started takes a line by which the modem says that it has started. Just after
// that was noticed and dealt with already, it is asked whether it has its settings.
func (o *owner) started(line string) {
	if time.Since(o.health.begun) < bootTime && !o.m.link().caps.refuses("AT+CMEE") && o.m.cfg.Watchdog > 0 {
		o.watchIn(0)
		return
	}
	o.m.log.Warn("the modem has restarted", slog.String("line", line))
	o.distrust(ErrRestarted, false)
}

// handleStarts takes the lines by which the modem says that it has started.
func (m *Modem) handleStarts(l *link) {
	starts, turn := l.starts, l.turn
	for _, name := range l.profile.Started {
		l.handle(name, func(atcmd.URC) {
			starts.Add(1)
			m.post(func() {
				if m.own.turn == turn && m.own.ready {
					m.own.started(name)
				}
			})
		})
	}
}
