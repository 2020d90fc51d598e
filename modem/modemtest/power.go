package modemtest

import (
	"context"
	"syscall"
	"time"
)

// supply is what the modem's power hangs on: its cable, and the time after a
// reset until its ports are there again. Under Modem.mu.
type supply struct {
	off   bool          // there are no ports
	gone  chan struct{} // closed when the ports go; nil until somebody waits
	back  chan struct{} // closed when they are there again; nil until somebody waits
	timer *time.Timer   // of a reset that is under way
	cycle int           // counts what ends a reset that is under way
}

// settle is how long after the OK of a command that resets it the modem goes.
const settle = 500 * time.Millisecond

// Unplug pulls the cable. All ports end: reads return what was sent, then
// [syscall.EIO], and writes fail with it. The modem has no power: calls end
// with [EndedByModem], and settings are as AT&W left them. Until Replug ports
// cannot be opened, as their devices do not exist. Unplugging twice is a no-op.
func (m *Modem) Unplug() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.supply.cancel()
	m.goAway()
}

// Replug plugs the modem in again, or ends the wait after a reset at once. It
// starts, with the lines of its family's start, and then registers: a call that
// comes at once does not reach it, see [Modem.WaitReachable]. It is a no-op while
// the modem is plugged in.
func (m *Modem) Replug() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.comeBack()
}

// WaitPlugged waits until the modem's ports are there, which they are but for
// Unplug and resets. The channel that it returns is closed when they go, or when
// the modem is closed. It returns [ErrClosed] after Close. When it would wait and
// ctx is done it returns the cause of that.
func (m *Modem) WaitPlugged(ctx context.Context) (gone <-chan struct{}, err error) {
	for {
		back, gone, err := m.plugged()
		if err != nil || gone != nil {
			return gone, err
		}
		select {
		case <-back:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// plugged returns gone if the ports are there, and back if they are not.
func (m *Modem) plugged() (back, gone <-chan struct{}, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &m.supply
	switch {
	case m.closed:
		return nil, nil, ErrClosed
	case s.off:
		if s.back == nil {
			s.back = make(chan struct{})
		}
		return s.back, nil, nil
	}
	if s.gone == nil {
		s.gone = make(chan struct{})
	}
	return nil, s.gone, nil
}

// Reset switches the modem off and on with its ports open: calls are gone,
// settings are as AT&W left them, a SIM with a PIN wants it again, the lines of a
// start come, and it has to register anew, see [Modem.WaitReachable]. It is a no-op while the modem is unplugged.
func (m *Modem) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.startAnew()
}

// ResetSilently is Reset without the lines of a start, as a modem resets whose
// rate is not fixed: only the echo that is on again, and the settings, tell.
func (m *Modem) ResetSilently() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.restart() || m.sim.State != SIMReady {
		return
	}
	m.later(m.sim.Busy+registering, func() { m.register(m.network.registration) })
}

// reboot is a command that resets the modem: OK, and it goes. On USB its ports
// go with it for a while; on a UART they stay.
func (m *Modem) reboot(command string) result {
	m.stats.Resets++
	if m.stats.ResetsBy == nil {
		m.stats.ResetsBy = map[string]int{}
	}
	m.stats.ResetsBy[command]++
	away := m.cfg.Reboot
	if away == 0 {
		away = m.delivery.between(5*time.Second, 20*time.Second)
	}
	m.after(settle, func() {
		if m.fam.uart {
			m.startAnew()
			return
		}
		m.goAway()
		m.after(away, m.comeBack)
	})
	return okay()
}

// rebooting is the spec of a command that does nothing else.
func rebooting(name string) spec {
	return spec{
		name: name,
		exec: func(m *Modem, _ command) result { return m.reboot("AT" + name) },
		test: func(*Modem, command) result { return okay() },
	}
}

// after does something with the modem's power later, whether a port is open or
// not. What is planned next, and a hand at the cable, take its place.
func (m *Modem) after(d time.Duration, do func()) {
	m.supply.cancel()
	cycle := m.supply.cycle
	m.supply.timer = time.AfterFunc(d, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.supply.cycle == cycle && !m.closed {
			do()
		}
	})
}

// cancel takes back what was planned.
func (s *supply) cancel() {
	s.cycle++
	if s.timer != nil {
		s.timer.Stop()
	}
}

// end lets all who wait go, when the modem is closed.
func (s *supply) end() {
	s.cancel()
	tell(&s.gone)
	tell(&s.back)
}

// tell closes the channel that somebody waits for, if somebody does.
func tell(waiting *chan struct{}) {
	if *waiting != nil {
		close(*waiting)
		*waiting = nil
	}
}

// goAway takes power and ports away.
func (m *Modem) goAway() {
	if !m.restart() { // the calls first: a port that goes lets them live
		return
	}
	m.supply.off = true
	for _, p := range m.openPorts() {
		p.hangUp(syscall.EIO)
	}
	if m.audio != nil {
		m.audio.hangUp(syscall.EIO)
	}
	tell(&m.supply.gone)
}

// comeBack is the start after goAway.
func (m *Modem) comeBack() {
	if !m.supply.off || m.closed {
		return
	}
	m.supply.cancel()
	m.supply.off = false
	m.started, m.slot.since = time.Now(), time.Now()
	m.onStart(true)
	m.sayStart()
	tell(&m.supply.back)
}

// startAnew is a reset that leaves the ports, with the lines of the start.
func (m *Modem) startAnew() {
	if m.restart() {
		m.sayStart()
	}
}

// restart is what a reset does to the modem: settings as stored, calls gone. What
// was on its way is dropped without a word: the program learns of a reset from
// the lines of the start, from its ports, or not at all. It reports whether there
// was something to reset.
func (m *Modem) restart() bool {
	if m.supply.off || m.closed {
		return false
	}
	m.supply.cancel()
	m.dropCalls()
	m.events = nil
	m.set = m.stored
	m.manners = [2]manner{m.stored.manner, m.stored.manner}
	m.faults.audioDead = false
	m.power = 1
	m.network.stat = 0
	m.started, m.slot.since = time.Now(), time.Now()
	if m.cfg.SIM.State == SIMPIN && m.sim.State == SIMReady {
		m.sim.State = SIMPIN
	}
	m.face.restart()
	for _, p := range m.openPorts() {
		p.urcs = nil
		p.forget()
	}
	m.onStart(true)
	return true
}
