package voice

import (
	"errors"
	"log/slog"
	"strconv"
	"time"
)

// EndReason is why a call ended.
type EndReason int

const (
	// RemoteHangup means that the far side hung up an answered call.
	RemoteHangup EndReason = iota + 1
	// LocalHangup means that the program hung up.
	LocalHangup
	// Rejected means that an incoming call was refused by the program, or an
	// outgoing one by the far side.
	Rejected
	// Missed means that the caller of an incoming call gave up before an
	// answer.
	Missed
	// AnsweredElsewhere means that another phone took the incoming call.
	AnsweredElsewhere
	// Busy means that the far side of an outgoing call was busy.
	Busy
	// NoAnswer means that the far side of an outgoing call rang and did not
	// answer.
	NoAnswer
	// Failed means that the network or the modem could not set up or keep the
	// call.
	Failed
	// Transferred means that the call went on to another party.
	Transferred
	// Limit means that a limit on the length of the call was reached.
	Limit
	// ModemLost means that the carrier went away, as a modem that is unplugged.
	ModemLost
)

var endReasonNames = [...]string{
	"", "remote_hangup", "local_hangup", "rejected", "missed", "answered_elsewhere",
	"busy", "no_answer", "failed", "transferred", "limit", "modem_lost",
}

// String returns the reason's name, such as "remote_hangup", as the feed shows
// it. It is empty for the zero value, which no ended call has.
func (r EndReason) String() string {
	if r >= 0 && int(r) < len(endReasonNames) {
		return endReasonNames[r]
	}
	return "EndReason(" + strconv.Itoa(int(r)) + ")"
}

// End tells how a call ended.
type End struct {
	// Reason is why it ended, in the words of this library: what a program decides
	// by. It is known of every call that is over.
	Reason EndReason

	// Cause is the network's cause, 0 where it is not known: a value of 3GPP
	// TS 24.008, table 10.5.123, such as 16 (normal call clearing) or 17
	// (user busy).
	Cause int

	// Text is the carrier's own words for the cause, often empty.
	Text string

	// Talk is how long the call was answered, hold included; 0 if it never was.
	Talk time.Duration
}

// LogValue returns the fields that are set, as a group.
func (e End) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("reason", e.Reason.String())}
	if e.Cause != 0 {
		attrs = append(attrs, slog.Int("cause", e.Cause))
	}
	if e.Text != "" {
		attrs = append(attrs, slog.String("text", e.Text))
	}
	if e.Talk != 0 {
		attrs = append(attrs, slog.Duration("talk", e.Talk))
	}
	return slog.GroupValue(attrs...)
}

// ErrEnded is what every [*EndedError] is, for errors.Is.
var ErrEnded = errors.New("voice: call ended")

// EndedError is returned by a method that needed the call when the call was
// over, or as soon as it was.
type EndedError struct {
	End End // how the call ended, as [CallSession.End] has it
}

// Error names the reason and, if known, the cause and the carrier's words for it.
func (e *EndedError) Error() string {
	s := "voice: call ended: " + e.End.Reason.String()
	if e.End.Cause != 0 {
		s += " (cause " + strconv.Itoa(e.End.Cause) + ")"
	}
	if e.End.Text != "" {
		s += ": " + e.End.Text
	}
	return s
}

// Unwrap returns [ErrEnded].
func (e *EndedError) Unwrap() error { return ErrEnded }
