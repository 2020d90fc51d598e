package voice

import (
	"context"
	"os"
)

// Locked reports whether the call's lock is held, for code that must not run
// while it is.
func (c *CallSession) Locked() bool {
	if c.mu.TryLock() {
		c.mu.Unlock()
		return false
	}
	return true
}

// KeysWaiting returns what was typed ahead.
func (c *CallSession) KeysWaiting() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.keys.queue)
}

// Idle reports whether nothing is left of what has used the call: no player,
// no recording or tap, nobody who takes keys.
func (c *CallSession) Idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.audio.player == nil && len(c.audio.heard) == 0 && len(c.audio.said) == 0 &&
		len(c.keys.collects) == 0 && len(c.keys.takers) == 0
}

// RecordInto is RecordFile into a file that is open.
func RecordInto(ctx context.Context, call *CallSession, f *os.File) (Recording, error) {
	return call.recordWAV(ctx, &wavSink{f: f}, nil)
}

// Waiting returns how many recordings and players are under way.
func (c *CallSession) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.audio.heard)
	if c.audio.player != nil && c.audio.player.count == playAhead {
		n++
	}
	return n
}
