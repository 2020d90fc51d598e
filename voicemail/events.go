package voicemail

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
)

// Saved is published when a message is safely on the disk. On the feed it is
// "voicemail.saved".
type Saved struct {
	events.Header
	Call    string  // the call's ID
	Message Message // what was kept, with its ID and path
}

// EventName returns "voicemail.saved".
func (Saved) EventName() string { return "voicemail.saved" }

// PublicData returns the event for the feed, without the path.
func (e Saved) PublicData(p events.Privacy) any {
	return savedData{
		Call:       e.Call,
		ID:         e.Message.ID,
		Caller:     p.Number(e.Message.Caller),
		StartedAt:  e.Message.StartedAt.UTC(),
		DurationMS: e.Message.Duration.Milliseconds(),
		Bytes:      e.Message.Bytes,
		Rate:       e.Message.Rate,
		Reason:     e.Message.Reason,
	}
}

type savedData struct {
	Call       string    `json:"call"`
	ID         string    `json:"id"`
	Caller     string    `json:"caller"`
	StartedAt  time.Time `json:"started_at"`
	DurationMS int64     `json:"duration_ms"`
	Bytes      int64     `json:"bytes"`
	Rate       int       `json:"rate"`
	Reason     Reason    `json:"reason"`
}

// LogValue returns the event with its number masked.
func (e Saved) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", e.Call), slog.Any("message", e.Message))
}

// Format writes LogValue, whatever the verb.
func (e Saved) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.LogValue().String()) }

// Discarded is published when a call was taken and left no message. On the feed
// it is "voicemail.discarded".
type Discarded struct {
	events.Header
	Call    string  // the call's ID
	Message Message // what is known of it: caller, length and reason, no path
}

// EventName returns "voicemail.discarded".
func (Discarded) EventName() string { return "voicemail.discarded" }

// PublicData returns the event for the feed.
func (e Discarded) PublicData(p events.Privacy) any {
	return discardedData{
		Call:       e.Call,
		Caller:     p.Number(e.Message.Caller),
		DurationMS: e.Message.Duration.Milliseconds(),
		Reason:     e.Message.Reason,
	}
}

type discardedData struct {
	Call       string `json:"call"`
	Caller     string `json:"caller"`
	DurationMS int64  `json:"duration_ms"`
	Reason     Reason `json:"reason"`
}

// LogValue returns the event with its number masked.
func (e Discarded) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", e.Call), slog.Any("message", e.Message))
}

// Format writes LogValue, whatever the verb.
func (e Discarded) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.LogValue().String()) }

// tell publishes whether call left a message, unless the message is neither
// kept nor given up.
func (b *VoicemailBox) tell(call string, m Message, stranded bool) {
	if b.cfg.Events == nil {
		return
	}
	h := events.Header{Time: time.Now(), Source: b.cfg.Source}
	switch {
	case m.Kept():
		events.Publish(b.cfg.Events, Saved{Header: h, Call: call, Message: m})
	case !stranded:
		events.Publish(b.cfg.Events, Discarded{Header: h, Call: call, Message: m})
	}
}
