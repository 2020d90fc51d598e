package realtime

import (
	"time"

	"github.com/callstack-go/callstack/events"
)

// levels is how many levels of privacy there are.
const levels = int(events.Full) + 1

// kind tells what becomes of a record that finds a client's queue full.
type kind uint8

const (
	event  kind = iota // dropped ones are counted in the client's notice
	loss               // what the hub itself missed: added up, and told
	beacon             // a heartbeat: forgotten
)

// record is one message. It is made once for each level of privacy, does not
// change, and is shared by the ring and all clients.
type record struct {
	kind   kind
	name   int    // of an event, in names.list
	seq    uint64 // its place in the sequence; that of the last event for a heartbeat
	key    string // a newer record with the same key replaces it; "" for none
	source string // with a key: whose state it is
	lost   uint64 // of a loss: how many events
	at     time.Time
	data   [levels][]byte
}

// replaces tells whether r is the newer state of what old was.
func (r *record) replaces(old *record) bool {
	return old.key == r.key && old.name == r.name && old.kind == r.kind && old.source == r.source
}

// size is what the record costs the ring: levels that show the same share bytes.
func (r *record) size() int {
	n := 0
	for i, d := range r.data {
		if i == 0 || len(d) > 0 && &d[0] != &r.data[0][0] {
			n += len(d)
		}
	}
	return n
}

// state-like events have a newer one replace an older one that was not sent yet.
type coalescing interface {
	// Coalesce returns the key under which those of one name and source are one; ""
	// for never.
	Coalesce() string
}
