package modem

import (
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/voice"
)

// keyTwice is how far apart two reports of one key are of two tones at least. A tone
// lasts 40 ms and the pause behind it as long (ITU-T Q.24, annex A), so that nobody
// presses one key again within 80 ms, but some firmware reports it again.
const keyTwice = 80 * time.Millisecond

// lastKey is the key that was reported last.
type lastKey struct {
	key byte
	at  time.Time
}

// key takes a report of a key that the far side pressed.
func (o *owner) key(key byte) {
	before, now := o.lastKey, time.Now()
	o.lastKey = lastKey{key, now}
	c := o.talking()
	switch {
	case c == nil:
		o.m.log.Debug("key pressed in no call", slog.Int("calls", len(o.calls)))
	case before.key == key && now.Sub(before.at) < keyTwice:
		o.m.log.Debug("key reported twice")
	default:
		c.feed.Digit(key, voice.FromCarrier)
	}
}
