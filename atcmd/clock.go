package atcmd

import "time"

// instant is a moment: the time since the Conn was made, and a nanosecond, so
// that zero is never. It is less than half the cost of a time.Time, of which a
// command would need several.
type instant time.Duration

// clock tells the instants of a Conn.
type clock struct{ born time.Time }

func (c clock) now() instant { return instant(time.Since(c.born)) + 1 }

// after returns the instant that lies d ahead.
func (c clock) after(d time.Duration) instant { return c.now().plus(d) }

func (i instant) plus(d time.Duration) instant { return i + instant(d) }

// until returns how long it is from now to i.
func (i instant) until(now instant) time.Duration { return time.Duration(i - now) }

// due tells whether i has come. Never does not come.
func (i instant) due(now instant) bool { return i != 0 && now >= i }

// earlier returns the earlier of two instants, of which either may be never.
func (i instant) earlier(j instant) instant {
	if i == 0 || j != 0 && j < i {
		return j
	}
	return i
}
