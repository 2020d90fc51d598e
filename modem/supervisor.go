package modem

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/callstack-go/callstack/atcmd"
)

const (
	// firstRetry and lastRetry bound the wait before the ports are opened again.
	// It doubles from attempt to attempt, and is shortened or lengthened by up to
	// a quarter, so that the modems of a hub that was unplugged do not all start
	// at once: that is when it breaks down again.
	firstRetry = 500 * time.Millisecond
	lastRetry  = 30 * time.Second

	// resetPause is how long a modem that was told to restart is left alone. Its
	// ports go only some time after the answer.
	resetPause = 5 * time.Second

	// resetTimeout bounds a command that restarts the modem, which may die before
	// it answers.
	resetTimeout = 5 * time.Second

	// resetWithin bounds it together with what it has to wait for: a program's
	// command may take minutes, and nobody is served meanwhile.
	resetWithin = 15 * time.Second
)

// fault is why the owner wants the ports opened again.
type fault struct {
	turn  int
	err   error
	reset bool // and the modem restarted
}

// distrust has the supervisor open the ports again, because of err. The first
// reason counts. Before a restart no call begins any more that it would end.
func (o *owner) distrust(err error, reset bool) {
	select {
	case o.m.faults <- fault{turn: o.turn, err: err, reset: reset}:
		o.ready = o.ready && !reset
	default:
	}
}

// forgetFaults makes room for those of the next link.
func (o *owner) forgetFaults() {
	select {
	case <-o.m.faults:
	default:
	}
}

// supervise keeps the modem open: it waits for the loss of a link, and makes the
// next one.
func (m *Modem) supervise(l *link) {
	defer close(m.supervised)
	s := supervisor{m: m}
	for l != nil {
		ready := time.Now()
		f := s.await(l)
		s.held(time.Since(ready))
		if m.live.Err() != nil {
			return
		}
		if f.reset {
			s.restart(l)
		}
		m.drop(l, f.err)
		if m.closing.Load() {
			return
		}
		l = s.reopen(f)
	}
}

// supervisor is what the supervisor's goroutine remembers.
type supervisor struct {
	m      *Modem
	resets []time.Time // of the last day
	brief  int         // links in a row that did not hold, the last one included
}

// steady is how long a link has to hold until it counts as a good one.
const steady = 30 * time.Second

// maxLate bounds by how many attempts a link is made later: the first after 8 s.
const maxLate = 4

// late returns by how many attempts the next link is made later, because the last
// ones did not hold.
func (s *supervisor) late() int { return min(max(0, s.brief-1), maxLate) }

// held takes how long a link was there. After one that did not hold, the next is
// made later: a cable that is loose would keep the modem initialising all day.
func (s *supervisor) held(d time.Duration) {
	if s.brief++; d >= steady {
		s.brief = 0
	}
}

// await waits until a link is lost, or the modem closed.
func (s *supervisor) await(l *link) fault {
	var reports <-chan struct{}
	if l.reports != nil {
		reports = l.reports.Done()
	}
	for {
		select {
		case <-l.conn.Done():
			return fault{err: l.conn.Err()}
		case <-reports:
			return fault{err: l.reports.Err()}
		case f := <-s.m.faults:
			if f.turn == l.turn {
				return f
			}
		case <-s.m.live.Done():
			return fault{}
		}
	}
}

// reopen opens the ports until it succeeds, the modem is closed, or it is given up;
// then it returns nil.
func (s *supervisor) reopen(f fault) *link {
	m, start, err := s.m, time.Now(), f.err
	var wait time.Duration
	if f.reset {
		wait = resetPause
	}
	deaf := 0 // attempts in a row in which the port was there and the modem was not
	for attempt := 0; ; attempt++ {
		if m.cfg.GiveUp > 0 && time.Since(start) >= m.cfg.GiveUp {
			m.giveUp(err)
			return nil
		}
		if pause(m.live, wait+m.retryIn(attempt+s.late())) != nil {
			return nil
		}
		var l *link
		wait = 0
		if l, err = s.attempt(deaf); err == nil {
			return l
		}
		if m.live.Err() != nil || m.closing.Load() {
			return nil
		}
		if deaf++; isOfPort(err) {
			deaf = 0
		}
		if attempt&(attempt+1) == 0 { // the first, second, fourth, eighth...: it may take long
			m.log.Warn("the modem is not back yet", slog.Any("err", err), slog.Int("attempts", attempt+1))
		}
	}
}

// isOfPort tells whether a link was not made because a port is gone or held, which no
// restart of the modem mends.
func isOfPort(err error) bool {
	oe, ok := errors.AsType[*OpenError](err)
	return ok && slices.Contains([]string{stepPort, stepReports, stepAudio}, oe.Step)
}

// retryIn returns how long to wait before an attempt.
func (m *Modem) retryIn(attempt int) time.Duration {
	d := min(firstRetry<<min(attempt, 10), lastRetry)
	return d*3/4 + m.jitter(d/2)
}

// deafAfter is in which attempt on a port that is there a modem that does not work
// is told to restart, and every how many attempts again.
const deafAfter = 4

// attempt opens the ports once. A modem that is there again and again, and does
// not answer or not start, is told to restart before.
func (s *supervisor) attempt(deaf int) (*link, error) {
	m := s.m
	ctx, cancel := context.WithTimeout(m.live, m.cfg.OpenTimeout)
	defer cancel()
	rw, err := m.transport.OpenAT(ctx)
	if err != nil {
		return nil, &OpenError{Step: stepPort, Err: err}
	}
	var first func(*link)
	if deaf > 0 && deaf%deafAfter == 0 {
		first = s.restart
	}
	return m.connect(ctx, rw, first)
}

// restart tells the modem to restart, if that was not done too often already.
func (s *supervisor) restart(l *link) {
	m, now := s.m, time.Now()
	for len(s.resets) > 0 && now.Sub(s.resets[0]) > 24*time.Hour {
		s.resets = s.resets[1:]
	}
	if m.cfg.ResetsPerDay < 0 {
		return
	}
	if len(s.resets) >= m.cfg.ResetsPerDay {
		m.log.Warn("the modem would have to be restarted, and was so too often today", slog.Int("restarts", len(s.resets)))
		return
	}
	s.resets = append(s.resets, now)
	m.log.Warn("restarting the modem")
	ctx, cancel := context.WithTimeout(m.live, resetWithin)
	defer cancel()
	for _, cmd := range l.profile.resets() {
		_, err := l.conn.Exec(ctx, atcmd.Command{Text: cmd, Timeout: resetTimeout, Urgent: true})
		if !isRefusal(err) {
			return
		}
	}
}

// resets are the commands that restart a modem of the family.
func (p *Profile) resets() []string {
	if len(p.Reset) == 0 {
		return []string{"AT+CFUN=1,1"} // 3GPP TS 27.007, 8.2
	}
	return p.Reset
}

// drop ends a link that is lost, and the calls that went over it.
func (m *Modem) drop(l *link, err error) {
	var audio *audioPort
	m.ask(func() { audio = m.own.lose(err) })
	m.closePorts(l, audio)
}

func (m *Modem) closePorts(l *link, audio *audioPort) {
	err := l.close()
	if audio != nil {
		err = errors.Join(err, audio.Close())
	}
	if err != nil {
		m.log.Debug("ports closed", slog.Any("err", err))
	}
}

// lose ends all that went over the link, and returns its audio port, which is to be
// closed. Calls that the modem may have still are hung up when it is back: their
// callers would hear nothing.
func (o *owner) lose(err error) *audioPort {
	if o.closing {
		return o.stop()
	}
	o.m.log.Warn("connection to the modem lost", slog.Any("err", err))
	o.ready = false
	o.m.setState(Lost, err)
	for _, c := range o.calls {
		if !c.unanswered() || c.hangup {
			o.stuck = append(o.stuck, c)
		}
	}
	return o.unlink()
}

// unlink ends the calls, and forgets all that waits for an answer of the link: none
// comes any more. It returns the audio port, which is to be closed.
func (o *owner) unlink() *audioPort {
	port := o.takeAudio()
	o.stopTimers()
	o.audio = audioSwitch{} // before the calls end: nobody switches it off
	o.endAll()
	o.turn++
	o.setup, o.twins, o.asked, o.behind = 0, nil, 0, false
	o.poll, o.net.busy, o.net.again = poll{turn: o.poll.turn + 1}, false, false
	o.health, o.sim.busy = health{}, false
	o.forgetFaults()
	o.checkIdle()
	return port
}

// takeAudio takes the audio port from the calls.
func (o *owner) takeAudio() *audioPort {
	port := o.audioPort
	if port != nil {
		port.route(nil)
	}
	o.audioPort = nil
	return port
}

// giveUp ends the looking for a modem.
func (m *Modem) giveUp(err error) {
	m.ask(func() { m.own.stop() })
	m.setState(Failed, err)
}
