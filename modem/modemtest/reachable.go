package modemtest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// WaitReachable waits until the network would put a call through to the modem: it
// is plugged in and on, its SIM is ready, and it is registered. A modem that was on
// for long is reachable at once; after a start, a Replug, a Reset or an InsertSIM it
// has to register first, which takes a few seconds and may take longer than the
// program takes to be ready. Whether the program has opened the port, and whether
// there is another call, is not looked at. Where the start itself waits for the
// program, which opens the AT port or enters the PIN, so does WaitReachable.
//
// It returns an error that wraps the cause of ctx and says what is missing when that
// is done, [ErrClosed] after Close, and one that wraps [errors.ErrUnsupported] for a
// modem without calls, see [Config.DataOnly].
func (m *Modem) WaitReachable(ctx context.Context) error {
	for {
		s, err := m.standing()
		if err != nil || s.missing == "" {
			return err
		}
		wake := alarmAt(s.next)
		select {
		case <-s.changed:
			wake.Stop()
		case <-wake.C:
		case <-ctx.Done():
			wake.Stop()
			return fmt.Errorf("modemtest: the modem is not reachable: %s: %w", s.missing, context.Cause(ctx))
		}
	}
}

// alarmAt returns a timer for that time; the zero time is never.
func alarmAt(at time.Time) *time.Timer {
	if at.IsZero() {
		at = time.Now().Add(24 * time.Hour) // which does no harm
	}
	return time.NewTimer(time.Until(at))
}

// standing is how the modem stands to the network.
type standing struct {
	missing string          // what is in the way of a call; "" for nothing
	changed <-chan struct{} // closed when that may have changed
	next    time.Time       // of what the modem does by itself; zero for never
}

// standing looks. What the modem does by itself happens here, too: nobody else sees
// to it while no port is open.
func (m *Modem) standing() (standing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return standing{}, ErrClosed
	case m.cfg.DataOnly:
		return standing{}, fmt.Errorf("modemtest: the modem has no calls: %w", errors.ErrUnsupported)
	}
	m.runEvents(time.Now())
	s := standing{missing: m.unreachable()}
	if s.missing == "" {
		return s, nil
	}
	if len(m.events) > 0 {
		s.next = m.events[0].at
	}
	s.changed = m.waiting()
	return s, nil
}

// unreachable tells what is in the way of a call to the modem, or "" for nothing.
func (m *Modem) unreachable() string {
	code, trouble := m.simTrouble()
	switch {
	case m.closed:
		return "it is closed"
	case m.supply.off:
		return "it is not plugged in"
	case m.cfg.DataOnly:
		return "it has no calls"
	case m.power != 1:
		return "its radio is off"
	case trouble:
		return "its SIM is in the way: " + cmeTexts[code]
	case !m.network.registered():
		return fmt.Sprintf("its registration is %d", m.network.stat)
	}
	return ""
}

// waiting returns a channel that is closed when something changes that somebody may
// wait for.
func (m *Modem) waiting() <-chan struct{} {
	changed := make(chan struct{})
	m.waiters = append(m.waiters, changed)
	return changed
}

// tellWaiters lets all who wait look again.
func (m *Modem) tellWaiters() {
	for _, w := range m.waiters {
		close(w)
	}
	m.waiters = nil
}
