package peers

import (
	"encoding/json"
	"time"
)

// event is what all hubs send: some 200 bytes, in the shape of this library's feed.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
	ID        string    `json:"id"`
	Seq       uint64    `json:"seq"`
	Modem     string    `json:"modem"`
}

// data is the event's own part. Published is Unix time in nanoseconds, 19 digits:
// by its key clients count and time events, whatever the frames around them.
type data struct {
	Published int64  `json:"ts"`
	From      string `json:"from"`
	Text      string `json:"text"`
}

const modemName = "modem-0"

func newData(now time.Time) data {
	return data{now.UnixNano(), "+12025550143", "Your code is 493021."}
}

// encode returns the event of a number as JSON. Every hub does it once for all
// its clients.
func encode(seq uint64) []byte {
	now := time.Now().UTC()
	b, err := json.Marshal(event{
		Type: eventName, Timestamp: now, Data: newData(now),
		ID: "k7Qm2xTb:" + "1000000", Seq: seq, Modem: modemName,
	})
	if err != nil {
		panic("peers: " + err.Error()) // such a struct always has JSON
	}
	return b
}

// eventName is the type of the events.
const eventName = "bench.message"
