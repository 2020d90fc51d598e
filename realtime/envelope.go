package realtime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/callstack-go/callstack/events"
)

// Version is the version of the protocol, as hello and notices tell it.
const Version = 1

// unknownError is the name of an event that stands in no table.
type unknownError string

func (e unknownError) Error() string { return string(e) + " is not for the feed" }

// encode makes the record of an event at a place of the sequence. It runs the
// event's own code, whose panic is an error.
func encode(e events.Public, table *names, at position, now time.Time) (rec *record, err error) {
	defer func() {
		if v := recover(); v != nil {
			rec, err = nil, fmt.Errorf("panic: %T", v) // what it says may hold anything
		}
	}()
	called := e.EventName()
	name, known := table.index[called]
	if !known {
		return nil, unknownError(called)
	}
	rec = &record{kind: event, name: name, seq: at.seq, at: now}
	if c, ok := e.(coalescing); ok {
		rec.key, rec.source = c.Coalesce(), e.EventHeader().Source
	}
	var shown [levels][]byte
	for i := range shown {
		if shown[i], err = json.Marshal(e.PublicData(events.Privacy(i))); err != nil {
			return nil, fmt.Errorf("%T", err) // its text may hold values
		}
		rec.data[i] = alike(shown[:i], rec.data[:i], shown[i])
		if rec.data[i] == nil {
			rec.data[i] = envelope(e, table.list[name], shown[i], at, now)
		}
	}
	return rec, nil
}

// alike returns the message of a level that shows the same data, or nil.
func alike(shown, data [][]byte, d []byte) []byte {
	for i := range shown {
		if bytes.Equal(shown[i], d) {
			return data[i]
		}
	}
	return nil
}

// envelope wraps what is shown of an event.
func envelope(e events.Public, name string, data []byte, at position, now time.Time) []byte {
	h := e.EventHeader()
	h.Time = h.Time.UTC()
	if year := h.Time.Year(); h.Time.IsZero() || year < 0 || year > 9999 { // RFC 3339, 5.6: four digits
		h.Time = now
	}
	b := make([]byte, 0, len(data)+len(h.Source)+160)
	b = append(b, `{"type":"`...)
	b = append(b, name...)
	b = append(b, `","timestamp":"`...)
	b = h.Time.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","data":`...)
	b = append(b, data...)
	b = appendID(b, at)
	b = append(b, `,"seq":`...)
	b = strconv.AppendUint(b, at.seq, 10)
	if h.Source != "" {
		b = append(b, `,"modem":`...)
		b = appendJSON(b, h.Source)
	}
	return append(b, '}')
}

func appendID(b []byte, at position) []byte {
	b = append(b, `,"id":"`...)
	b = append(b, at.epoch...)
	b = append(b, ':')
	b = strconv.AppendUint(b, at.seq, 10)
	return append(b, '"')
}

// appendJSON appends a value that always has a JSON form.
func appendJSON(b []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("realtime: " + err.Error()) // strings and lists of them only
	}
	return append(b, text...)
}

// hello is the first message: seq is the place after which events follow.
func hello(all, selected []string, at position, recovered *bool) []byte {
	b := append([]byte(nil), `{"type":"hello","version":1,"events":`...)
	b = appendJSON(b, all)
	b = append(b, `,"selected_events":`...)
	b = appendJSON(b, selected)
	b = append(b, `,"epoch":`...)
	b = appendJSON(b, at.epoch)
	b = append(b, `,"seq":`...)
	b = strconv.AppendUint(b, at.seq, 10)
	if recovered != nil {
		b = append(b, `,"recovered":`...)
		b = strconv.AppendBool(b, *recovered)
	}
	b = appendID(b, at)
	return append(b, '}')
}

// heartbeat tells that all up to a place of the sequence was sent.
func heartbeat(at position, now time.Time) *record {
	b := append([]byte(nil), `{"type":"heartbeat","version":1,"timestamp":"`...)
	b = now.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","seq":`...)
	b = strconv.AppendUint(b, at.seq, 10)
	b = appendID(b, at)
	return forAll(&record{kind: beacon, seq: at.seq, key: "heartbeat", at: now}, append(b, '}'))
}

// missed tells all clients of events that the hub itself did not get. It takes a
// place in the sequence, so that it is resumed like an event.
func missed(n uint64, at position, now time.Time) *record {
	return forAll(&record{kind: loss, seq: at.seq, lost: n, at: now}, lossNotice(n, at))
}

func lossNotice(n uint64, at position) []byte {
	b := append([]byte(nil), `{"type":"overflow","version":1,"dropped":`...)
	b = strconv.AppendUint(b, n, 10)
	b = append(b, `,"scope":"hub"`...)
	b = appendID(b, at)
	return append(b, '}')
}

// overflow tells one client what its queue had no room for. What the hub itself
// missed in the midst of that is told by the same message, as "lost".
func overflow(g gap, epoch string) []byte {
	b := append([]byte(nil), `{"type":"overflow","version":1,"dropped":`...)
	b = strconv.AppendUint(b, g.dropped, 10)
	b = append(b, `,"from_seq":`...)
	b = strconv.AppendUint(b, g.from, 10)
	b = append(b, `,"to_seq":`...)
	b = strconv.AppendUint(b, g.to, 10)
	if g.lost > 0 {
		b = append(b, `,"lost":`...)
		b = strconv.AppendUint(b, g.lost, 10)
	}
	b = appendID(b, position{epoch, max(g.to, g.lostTo)})
	return append(b, '}')
}

// forAll gives a record the same message at all levels.
func forAll(r *record, message []byte) *record {
	for i := range r.data {
		r.data[i] = message
	}
	return r
}
