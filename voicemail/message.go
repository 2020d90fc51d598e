package voicemail

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// Message is a message that a caller left, or the account of why there is none.
// It prints and logs with the number masked and without the key.
type Message struct {
	// ID names the message in its box. It is made of the time and random bits,
	// and sorts by time. It is empty if nothing was kept.
	ID string

	// Path is where the WAV file is: 16-bit mono PCM. It is empty if nothing
	// was kept.
	Path string

	// Caller is the caller's number, in full. It is empty if it is not known.
	Caller events.Number

	// StartedAt is when the recording began, after the beep. If there was
	// none, it is when Record was called.
	StartedAt time.Time

	// EndedAt is when the recording ended.
	EndedAt time.Time

	// Duration is the length of the recording, in whole milliseconds; of what
	// was heard, if nothing was kept.
	Duration time.Duration

	// Bytes is the length of the WAV file, header and samples, 0 if nothing was
	// kept.
	Bytes int64

	// Rate is in samples per second, 0 if nothing was kept.
	Rate int

	// Reason is why the recording ended, or why there is none.
	Reason Reason

	// Key is the key that ended it, for FinishKey and Escape, and 0 otherwise.
	// Only Record tells it; it is not stored.
	Key voice.Key `json:"-"`
}

// Kept reports whether there is a message on the disk.
func (m Message) Kept() bool { return m.Path != "" }

// String describes the message with the number masked.
func (m Message) String() string {
	what := "no message"
	if m.Kept() {
		what = "message " + m.ID
	}
	return fmt.Sprintf("%s from %s, %v, %s", what, m.from(), m.Duration, m.Reason)
}

func (m Message) from() string {
	if m.Caller == "" {
		return "an unknown caller"
	}
	return m.Caller.String()
}

// GoString is String.
func (m Message) GoString() string { return m.String() }

// Format writes String, whatever the verb.
func (m Message) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(m.String())) }

// LogValue returns what String tells, and the path, as a group.
func (m Message) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.Any("caller", m.Caller),
		slog.Duration("duration", m.Duration),
		slog.String("reason", string(m.Reason)),
	}
	if m.Kept() {
		attrs = append(attrs, slog.String("id", m.ID), slog.String("path", m.Path), slog.Int64("bytes", m.Bytes))
	}
	return slog.GroupValue(attrs...)
}
