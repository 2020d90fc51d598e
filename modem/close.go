package modem

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/callstack-go/callstack/voice"
)

const (
	// closeWithin is how long Close waits for calls and handlers.
	closeWithin = 10 * time.Second

	// closeWarns is after how long it says that it waits for handlers.
	closeWarns = 2 * time.Second

	// closeCalls is after how long it ends, without the modem, the calls that
	// the modem did not, so that their handlers have time to return.
	closeCalls = 8 * time.Second
)

// Shutdown lets the present calls and their handlers end, takes no new ones, and
// then closes the modem. If ctx is done first, it returns its cause; the modem
// stays open for the present calls, and wants Close.
func (m *Modem) Shutdown(ctx context.Context) error {
	idle := make(chan struct{})
	if !m.ask(func() { m.own.whenIdle(idle) }) {
		return nil // closed already
	}
	select {
	case <-idle:
		return m.Close()
	case <-m.closed: // by another; a modem that was given up still has handlers
		return m.Close()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// whenIdle takes no more calls, and closes ch when the last one and its handler
// are done.
func (o *owner) whenIdle(ch chan struct{}) {
	o.drain = true
	o.idle = append(o.idle, ch)
	o.checkIdle()
}

// Close hangs up all calls, cancels the contexts of their handlers, and waits
// for both, at most 10 s; then it closes the ports. If handlers are still running
// then, the error is [ErrHandlersRunning]. Closing twice is a no-op that waits for
// the first. Called from a handler it costs the 10 s, as that handler waits for
// itself.
func (m *Modem) Close() error {
	if m.closing.CompareAndSwap(false, true) {
		m.closeErr = m.close()
		close(m.closed)
	}
	<-m.closed // not a sync.Once, whose wait would stop the time of a synctest bubble
	return m.closeErr
}

func (m *Modem) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	idle := make(chan struct{})
	m.post(func() {
		m.own.closing = true
		m.own.hangupAll()
		m.own.whenIdle(idle)
	})
	m.cancel()
	defer m.after(closeCalls, m.own.abandonCalls).Stop()
	defer m.after(closeWarns, m.own.warnRunning).Stop()
	var err error
	select {
	case <-idle:
	case <-ctx.Done():
		err = m.stillRunning()
	}
	return errors.Join(err, m.teardown(Closed, ErrClosed))
}

// warnRunning tells what Close waits for. It may be the handler that calls it.
func (o *owner) warnRunning() {
	if o.running > 0 {
		o.m.log.Warn("Close waits for call handlers to return, 10 s at most", slog.Int("handlers", o.running))
	}
}

// hangupAll hangs up the calls that are waited for, all at a time.
func (o *owner) hangupAll() {
	for _, c := range o.calls {
		if !c.late {
			o.hangUp(c, newRevocable())
		}
	}
}

// stillRunning tells whether it was handlers that did not end in time.
func (m *Modem) stillRunning() error {
	var running int
	if m.ask(func() { running = m.own.running }) && running > 0 {
		return ErrHandlersRunning
	}
	return nil
}

// teardown ends the supervisor, closes the ports, ends what is left of calls, and
// waits for the modem's goroutines.
func (m *Modem) teardown(to State, err error) error {
	m.die()
	cerr := m.link().close() // first, so that nobody waits for an answer
	if m.supervised != nil {
		<-m.supervised
		cerr = m.link().close() // the same, or another that it has made
	}
	var audio *audioPort
	m.ask(func() { audio = m.own.stop() })
	if audio != nil {
		cerr = errors.Join(cerr, audio.Close())
	}
	m.jobs.close()
	m.setState(to, err)
	m.inbox.close()
	m.wg.Wait()
	return cerr
}

// abandonCalls ends the calls that the modem does not end.
func (o *owner) abandonCalls() {
	o.stopped, o.ready, o.stuck = true, false, nil
	o.endAll()
	o.audio = audioSwitch{}
	o.checkIdle()
}

// stop ends the calls that are left and the timers. No call begins any more. It
// returns the audio port, which is to be closed.
func (o *owner) stop() *audioPort {
	o.stopped, o.ready, o.stuck = true, false, nil
	return o.unlink()
}

// endAll ends the calls that are left, as their modem is lost.
func (o *owner) endAll() {
	for _, c := range slices.Clone(o.calls) {
		o.end(c, voice.End{Reason: c.lostReason()})
	}
	for _, c := range slices.Clone(o.leaving) {
		o.ended(c, c.because(parseCause(nil)))
	}
}

// stopTimers stops what the owner would ask the modem later.
func (o *owner) stopTimers() {
	for _, t := range []*time.Timer{o.poll.timer, o.net.timer, o.health.timer, o.sim.timer, o.audio.watch} {
		if t != nil {
			t.Stop()
		}
	}
}
