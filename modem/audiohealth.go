package modem

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
)

const (
	// silentAfter is how long a call may bring no frame though its audio was
	// switched on. Modems send silence where there is nothing to hear.
	silentAfter = 4 * time.Second

	// audioLook is how often that is looked after.
	audioLook = time.Second / 2

	// cureAfter is how long after the last call a modem is restarted whose calls
	// were silent: who was not heard calls again at once.
	cureAfter = 2 * time.Second
)

// NoAudio is published when a call brings no audio though it was switched on,
// or no more: the caller hears nothing, or is not heard. A modem whose profile says
// that a restart cures it is restarted when there is no call, see
// Config.ResetsPerDay. On the feed it is "call.no_audio".
type NoAudio struct {
	events.Header
	Call  string        // the call's ID
	After time.Duration // how long no frame came
}

// EventName returns "call.no_audio".
func (NoAudio) EventName() string { return "call.no_audio" }

// PublicData returns the event for the feed.
func (e NoAudio) PublicData(events.Privacy) any {
	return struct {
		Call  string `json:"call"`
		After int64  `json:"after_ms"`
	}{e.Call, e.After.Milliseconds()}
}

// LogValue returns the call and the time.
func (e NoAudio) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", e.Call), slog.Duration("after", e.After))
}

// watchAudio looks twice a second whether the call that has the audio brings any.
func (o *owner) watchAudio(c *call) {
	o.audio.watch = o.m.after(audioLook, func() {
		if o.audio.on != c || c.over {
			return
		}
		o.lookAtAudio(c)
		o.watchAudio(c)
	})
}

func (o *owner) lookAtAudio(c *call) {
	quiet := o.audioPort.quietFor()
	if o.talking() != c || quiet < silentAfter {
		o.audio.told = false
		return
	}
	if !o.audio.told {
		o.audio.told = true
		o.m.log.Warn("a call brings no audio", slog.Any("call", c.session))
		events.Publish(o.m.cfg.Events, NoAudio{Header: o.m.header(), Call: c.session.ID(), After: quiet})
	}
	if time.Since(o.health.answered) < silentAfter/2 { // else it is more than the audio
		o.audio.silent = true
	}
}

// cure restarts a modem whose calls have become silent, when there is no call, and
// no handler that may be about to make one.
func (o *owner) cure() {
	if !o.audio.silent || !o.m.link().profile.Audio.ResetCures || o.audio.curing || o.m.cfg.ResetsPerDay < 0 {
		return
	}
	o.audio.curing = true
	turn := o.turn
	o.m.after(cureAfter, func() {
		if o.turn != turn {
			return
		}
		o.audio.curing = false
		if o.ready && !o.closing && !o.beside(nil) && len(o.leaving) == 0 && o.running == 0 && o.setup == 0 {
			o.distrust(ErrAudioSilent, true)
		}
	})
}

// ResetAudio brings the audio of calls back that has become silent: it restarts the
// modem where the profile says that this cures it, and opens the ports anew. It
// returns when that is done and the modem is ready again, which may take a minute,
// or with the cause of ctx. While there is a call it is [ErrLineBusy], as it would
// end it, and [ErrLost] while the connection is lost anyway. A restart counts
// for Config.ResetsPerDay.
func (m *Modem) ResetAudio(ctx context.Context) error {
	ready := events.Subscribe[StateChanged](m.cfg.Events, 16)
	defer ready.Close()
	var err error
	if !m.ask(func() { err = m.own.resetAudio() }) {
		return ErrClosed
	}
	if err != nil {
		return err
	}
	for {
		select {
		case e := <-ready.C():
			if e.Source == m.cfg.Name && e.State == Ready {
				return nil
			}
		case <-m.done:
			return m.failed("reset audio: ", m.Err())
		case <-ctx.Done():
			return fmt.Errorf("modem: reset audio: %w", context.Cause(ctx))
		}
	}
}

func (o *owner) resetAudio() error {
	switch {
	case o.stopped:
		return o.m.whyStopped("reset audio")
	case o.closing:
		return ErrClosed
	case !o.ready:
		return ErrLost
	case o.beside(nil), o.setup > 0:
		return ErrLineBusy
	}
	o.distrust(ErrAudioSilent, o.m.link().profile.Audio.ResetCures)
	return nil
}
