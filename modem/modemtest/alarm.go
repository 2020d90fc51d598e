package modemtest

import "time"

// alarm lets one goroutine sleep until a time or until another wakes it.
type alarm chan struct{}

func newAlarm() alarm { return make(alarm, 1) }

// ring wakes the sleeper, or keeps it from falling asleep next time.
func (a alarm) ring() {
	select {
	case a <- struct{}{}:
	default:
	}
}

// sleep waits for ring or for the time until; the zero time is never.
func (a alarm) sleep(until time.Time) {
	if until.IsZero() {
		<-a
		return
	}
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-a:
	case <-t.C:
	}
}

// earliest returns the earlier of two times, of which the zero time is never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
