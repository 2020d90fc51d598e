package realtime

import (
	"time"

	"github.com/callstack-go/callstack/events"
)

// Encoded returns what the hub sends of an event at each level of privacy.
func Encoded(e events.Public) (messages [levels][]byte, err error) {
	rec, err := encode(e, newNames(nil), position{"epoch", 1}, time.Unix(0, 0))
	if err != nil {
		return messages, err
	}
	return rec.data, nil
}
