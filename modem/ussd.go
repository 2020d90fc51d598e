package modem

import (
	"fmt"
	"io"
	"log/slog"
	"unicode/utf8"

	"github.com/callstack-go/callstack/events"
)

// USSDResponse is published when the network answers a USSD request, or sends a
// message of its own (3GPP TS 27.007, 7.15). Nothing publishes it yet: this library
// makes no requests so far. On the feed it is "ussd.response".
type USSDResponse struct {
	events.Header

	// Text is what the network says, in UTF-8. It may be a menu of several lines.
	Text string

	// ReplyExpected tells that the network waits for a reply, such as a choice
	// from its menu.
	ReplyExpected bool
}

// EventName returns "ussd.response".
func (USSDResponse) EventName() string { return "ussd.response" }

// PublicData returns the event for the feed. The text is not shown under Strict.
func (e USSDResponse) PublicData(p events.Privacy) any {
	text, length := p.Text(e.Text)
	return struct {
		Text          *string `json:"text,omitempty"`
		TextLength    *int    `json:"text_length,omitempty"`
		ReplyExpected bool    `json:"reply_expected"`
	}{text, length, e.ReplyExpected}
}

// LogValue returns the length of the text, and whether a reply is expected.
func (e USSDResponse) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("characters", utf8.RuneCountInString(e.Text)),
		slog.Bool("reply_expected", e.ReplyExpected))
}

// String returns what LogValue does.
func (e USSDResponse) String() string { return e.LogValue().String() }

// GoString is String.
func (e USSDResponse) GoString() string { return e.String() }

// Format writes String, whatever the verb.
func (e USSDResponse) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }
