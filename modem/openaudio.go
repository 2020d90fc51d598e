package modem

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// openAudio opens the port for the voice of calls, where there is one.
func (p *opening) openAudio(ctx context.Context) error {
	a, rate := &p.profile.Audio, p.caps.AudioRate
	p.caps.AudioRate = 0
	p.replaceAudio(func() *audioPort { return nil }) // that of a modem that has restarted while it was opened
	if rate == 0 {
		return nil
	}
	rw, err := p.m.transport.OpenAudio(ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		p.m.log.WarnContext(ctx, "the transport has no audio port: calls are without sound; name it, as in serial.Ports.Audio")
		return nil
	}
	if err != nil {
		return err
	}
	for _, cmd := range a.Setup {
		if _, err := p.try(ctx, cmd); err != nil {
			return errors.Join(err, rw.Close())
		}
	}
	if err := p.findRates(ctx, rate); err != nil {
		return errors.Join(err, rw.Close())
	}
	p.caps.Audio, p.caps.AudioRate = true, p.rates.other
	p.replaceAudio(func() *audioPort {
		p.m.own.audio.rate = 0
		return p.m.newAudioPort(p.turn, rw, a.Pace, p.caps.AudioRate)
	})
	return nil
}

// replaceAudio gives the owner an audio port, or none, and closes the one that it had.
// It may have got one back while another was opened.
func (p *opening) replaceAudio(by func() *audioPort) {
	var before *audioPort
	p.m.ask(func() {
		before = p.m.own.takeAudio()
		p.m.own.audioPort = by()
	})
	if before != nil {
		_ = before.Close()
	}
}

// newAudioPort starts to move audio over rw.
func (m *Modem) newAudioPort(turn int, rw io.ReadWriteCloser, by Pace, rate int) *audioPort {
	var port *audioPort
	ready := make(chan struct{})
	port = newAudioPort(rw, voice.Format{Rate: rate}, by, m.log, func(err error) {
		<-ready
		m.post(func() { m.own.audioGone(turn, port, err) })
	})
	close(ready)
	return port
}

// audioGone opens the audio port again when it broke alone. If the whole modem has
// gone, the AT port tells it soon.
func (o *owner) audioGone(turn int, port *audioPort, err error) {
	if o.turn != turn || o.audioPort != port || o.closing {
		return
	}
	o.audioPort = nil
	o.m.after(audioGoneAfter, func() {
		if o.turn == turn {
			o.tellGone(err)
		}
	})
	o.m.wg.Go(func() { o.m.reopenAudio(turn, port) })
}

// audioGoneAfter is how soon it is told that an audio port is gone. If the modem is,
// that is told by then, and this is no news.
const audioGoneAfter = 300 * time.Millisecond

// tellGone tells that the audio port is gone while the modem is not.
func (o *owner) tellGone(err error) {
	o.m.log.Warn("the audio port is gone: calls go on without audio until it is back", slog.Any("err", err))
	if c := o.talking(); c != nil && o.audio.on == c {
		events.Publish(o.m.cfg.Events, NoAudio{Header: o.m.header(), Call: c.session.ID()})
	}
}

// reopenAudio closes an audio port and opens it anew, until it succeeds or the link
// is lost.
func (m *Modem) reopenAudio(turn int, port *audioPort) {
	_ = port.Close()
	for attempt := 0; ; attempt++ {
		if pause(m.live, m.retryIn(attempt)) != nil {
			return
		}
		present := false
		m.ask(func() { present = m.own.turn == turn })
		if !present {
			return
		}
		ctx, cancel := context.WithTimeout(m.live, m.cfg.OpenTimeout)
		rw, err := m.transport.OpenAudio(ctx)
		cancel()
		if err != nil {
			m.log.Debug("the audio port is not back yet", slog.Any("err", err))
			continue
		}
		taken := false
		m.ask(func() { taken = m.own.takeBack(turn, rw) })
		if !taken {
			_ = rw.Close()
		}
		return
	}
}

// takeBack gives the calls an audio port that is back.
func (o *owner) takeBack(turn int, rw io.ReadWriteCloser) bool {
	if o.turn != turn || o.audioPort != nil || o.stopped {
		return false
	}
	o.m.log.Debug("the audio port is back")
	o.audioPort = o.m.newAudioPort(turn, rw, o.m.link().profile.Audio.Pace, o.rate())
	o.switchAudio()
	return true
}
