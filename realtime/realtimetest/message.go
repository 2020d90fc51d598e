package realtimetest

import (
	"encoding/json"
	"fmt"
	"time"
)

// Message is one message of the feed, of whatever type. Fields that a type does not
// have are zero.
type Message struct {
	// Type is the event's name, or "hello", "overflow" or "heartbeat".
	Type string `json:"type"`
	// ID is the position to come back to: Config.Since of a later [Dial].
	ID string `json:"id"`
	// Seq counts the hub's events; of a hello and a heartbeat it is that of the last
	// one before it. Those that were not selected count too.
	Seq uint64 `json:"seq"`
	// Modem is the Source of the event's header, often the name of a modem.
	Modem string `json:"modem"`
	// Timestamp is when the event happened, or the heartbeat was sent, in UTC.
	Timestamp time.Time `json:"timestamp"`
	// Data is what the feed shows of an event. It may hold texts and numbers.
	Data json.RawMessage `json:"data"`

	// Version is that of the protocol, in all but events.
	Version int `json:"version"`
	// Events are the names that the hub carries. Only a hello has them.
	Events []string `json:"events"`
	// SelectedEvents are those of them that the client gets. Only a hello has them.
	SelectedEvents []string `json:"selected_events"`
	// Epoch names this life of the hub. Only a hello has it.
	Epoch string `json:"epoch"`
	// Recovered tells, in the hello of a client that came back, whether all that it
	// missed follows, or nothing of it.
	Recovered *bool `json:"recovered"`

	// Dropped is how many events an overflow stands for.
	Dropped uint64 `json:"dropped"`
	// FromSeq is the Seq of the first event that an overflow stands for.
	FromSeq uint64 `json:"from_seq"`
	// ToSeq is the Seq of the last event that an overflow stands for.
	ToSeq uint64 `json:"to_seq"`
	// Lost is how many events the hub itself missed amid those of an overflow.
	Lost uint64 `json:"lost"`
	// Scope is "hub" in an overflow that all clients get: the loss was before the hub.
	Scope string `json:"scope"`

	// Raw is the whole message as it was sent.
	Raw []byte `json:"-"`
}

// parse reads a message as the hub sends it.
func parse(raw []byte) (Message, error) {
	m := Message{Raw: raw}
	if err := json.Unmarshal(raw, &m); err != nil {
		return Message{Raw: raw}, fmt.Errorf("realtimetest: a message that is no JSON object of the feed: %w", err)
	}
	return m, nil
}

// Decode puts the event's Data into v, as json.Unmarshal does.
func (m Message) Decode(v any) error {
	if len(m.Data) == 0 {
		return fmt.Errorf("realtimetest: a message of type %s has no data", m.Type)
	}
	if err := json.Unmarshal(m.Data, v); err != nil {
		return fmt.Errorf("realtimetest: data of %s: %w", m.Type, err)
	}
	return nil
}
