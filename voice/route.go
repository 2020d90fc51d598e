package voice

import (
	"log/slog"
	"slices"
)

// DigitSource tells how a key was noticed.
type DigitSource int

const (
	// FromCarrier is a key that the modem or another carrier reported.
	FromCarrier DigitSource = iota
	// FromAudio is a key whose tones were found in the audio.
	FromAudio
)

// String returns "carrier" or "audio".
func (d DigitSource) String() string {
	if d == FromAudio {
		return "audio"
	}
	return "carrier"
}

// typeAhead is how many keys wait for the next Collect. What is pressed beyond
// is dropped, as by any keyboard.
const typeAhead = 64

// keys brings the keys that the far side presses to who waits for them. The
// call's lock guards it.
type keys struct {
	collects []*collector // newest last
	takers   []taker      // newest last
	queue    []Key        // type-ahead, oldest first
}

// taker is a player or a recording, which takes the keys its options name.
type taker interface {
	take(key Key) bool
}

func (k *keys) add(t taker)    { k.takers = append(k.takers, t) }
func (k *keys) remove(t taker) { k.takers = remove(k.takers, t) }

// route gives key to the newest collect, or to the newest taker that wants it,
// else to the queue. It reports whether the key is to be kept secret.
func (k *keys) route(key Key) (secret bool) {
	for _, c := range slices.Backward(k.collects) {
		if c.take(key) {
			return c.opts.Secret
		}
	}
	for _, t := range slices.Backward(k.takers) {
		if t.take(key) {
			return false
		}
	}
	if len(k.queue) < typeAhead {
		k.queue = append(k.queue, key)
	}
	return false
}

// unread gives back a key that was taken and not used, in front of those that
// were pressed after it.
func (k *keys) unread(key Key) {
	for _, c := range slices.Backward(k.collects) {
		if c.take(key) {
			return
		}
	}
	if len(k.queue) < typeAhead {
		k.queue = slices.Insert(k.queue, 0, key)
	}
}

// Digit takes a key that the far side has pressed: 0-9, *, #, A-D in either
// case (ITU-T Q.23). Anything else is ignored.
func (f *Feed) Digit(key byte, from DigitSource) {
	k, ok := normalKey(key)
	if !ok {
		return
	}
	if f.call.press(k, from) {
		f.call.log.Debug("key pressed", slog.String("from", from.String()))
	}
}

func (c *CallSession) press(k Key, from DigitSource) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == Ended {
		return false
	}
	if secret := c.keys.route(k); !secret {
		c.publishDigit(k, from)
	}
	return true
}
