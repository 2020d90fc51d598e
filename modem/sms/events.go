package sms

import (
	"fmt"
	"io"
	"log/slog"
	"time"
	"unicode/utf8"

	"github.com/callstack-go/callstack/events"
)

// Received is published for each message that came in: once for all of its parts. On
// the feed it is "sms.received".
type Received struct {
	events.Header

	// Message is the message's ID. One that comes twice has it twice.
	Message string

	// Sender is the sender's number, or its name: some senders have a name in the
	// place of a number.
	Sender events.Number

	// Body is the text, in UTF-8.
	Body string

	// SentAt is the time stamp of the service centre; zero where it gave none.
	SentAt time.Time

	// Parts is of how many parts the message is made, 1 for a short one, as is 0.
	Parts int

	// Incomplete tells that parts of the message are missing, and were waited for
	// long enough. Body is what there is. If the rest comes later, the event is
	// published again, with the same ID.
	Incomplete bool
}

// EventName returns "sms.received".
func (Received) EventName() string { return "sms.received" }

// PublicData returns the event for the feed. The text is not shown under Strict.
func (e Received) PublicData(p events.Privacy) any {
	d := receivedData{
		Message: e.Message, Sender: p.Number(e.Sender), SentAt: e.SentAt.UTC(),
		Parts: max(1, e.Parts), Incomplete: e.Incomplete,
	}
	d.Body, d.BodyLength = p.Text(e.Body)
	return d
}

type receivedData struct {
	Message    string    `json:"message"`
	Sender     string    `json:"sender"`
	Body       *string   `json:"body,omitempty"`
	BodyLength *int      `json:"body_length,omitempty"`
	SentAt     time.Time `json:"sent_at,omitzero"`
	Parts      int       `json:"parts"`
	Incomplete bool      `json:"incomplete,omitempty"`
}

// LogValue returns the event with its number masked, and the length of its text.
func (e Received) LogValue() slog.Value {
	return slog.GroupValue(slog.String("message", e.Message), slog.Any("sender", e.Sender),
		slog.Int("characters", utf8.RuneCountInString(e.Body)), slog.Int("parts", e.Parts),
		slog.Bool("incomplete", e.Incomplete))
}

// String returns what LogValue does.
func (e Received) String() string { return e.LogValue().String() }

// GoString is String.
func (e Received) GoString() string { return e.String() }

// Format writes String, whatever the verb.
func (e Received) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }

// Sent is published when it is settled what became of a message that a program
// sent: once for all of its parts. On the feed it is "sms.sent", whatever the
// outcome.
type Sent struct {
	events.Header

	// Message is the message's ID.
	Message string

	// Recipient is the number that it was sent to.
	Recipient events.Number

	// Parts is of how many parts it is made, 1 for a short one, as is 0.
	Parts int

	// Outcome is what became of it.
	Outcome Outcome

	// References are the network's references of the parts that were taken, 0 to 255
	// each (TP-Message-Reference, 3GPP TS 23.040, 9.2.3.6): delivery reports have
	// them.
	References []int

	// Cause is why it was refused: the code of a +CMS ERROR (3GPP TS 27.005,
	// 3.2.5). It is 0 if it was not, or if the modem gave none.
	Cause int
}

// EventName returns "sms.sent".
func (Sent) EventName() string { return "sms.sent" }

// PublicData returns the event for the feed.
func (e Sent) PublicData(p events.Privacy) any {
	references := e.References
	if references == nil {
		references = []int{} // an empty list, not null
	}
	return sentData{
		Message: e.Message, Recipient: p.Number(e.Recipient), Parts: max(1, e.Parts),
		Status: e.Outcome.String(), References: references, Cause: e.Cause,
	}
}

type sentData struct {
	Message    string `json:"message"`
	Recipient  string `json:"recipient"`
	Parts      int    `json:"parts"`
	Status     string `json:"status"`
	References []int  `json:"references"`
	Cause      int    `json:"cause,omitempty"`
}

// LogValue returns the event with its number masked.
func (e Sent) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("message", e.Message), slog.Any("recipient", e.Recipient), slog.Int("parts", e.Parts),
		slog.String("status", e.Outcome.String()),
	}
	return slog.GroupValue(withCause(attrs, e.Cause)...)
}

// String returns what LogValue does.
func (e Sent) String() string { return e.LogValue().String() }

// GoString is String.
func (e Sent) GoString() string { return e.String() }

// Format writes String, whatever the verb.
func (e Sent) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }

// withCause adds a cause, if there is one.
func withCause(attrs []slog.Attr, cause int) []slog.Attr {
	if cause == 0 {
		return attrs
	}
	return append(attrs, slog.Int("cause", cause))
}
