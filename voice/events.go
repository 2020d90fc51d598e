package voice

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
)

// StateChanged is published when a call begins and whenever its state changes.
// On the feed it is "call.state".
type StateChanged struct {
	events.Header
	Call      string        // the call's ID
	Direction Direction     // who placed the call; it never changes
	State     State         // the new one
	Number    events.Number // the far side's, empty while it is not known
	End       End           // zero unless State is Ended
}

// EventName returns "call.state".
func (StateChanged) EventName() string { return "call.state" }

// PublicData returns the event for the feed.
func (e StateChanged) PublicData(p events.Privacy) any {
	return callStateData{
		Call:      e.Call,
		Direction: e.Direction.String(),
		State:     e.State.String(),
		Number:    p.Number(e.Number),
		Reason:    e.End.Reason.String(),
		Cause:     e.End.Cause,
		TalkMS:    e.End.Talk.Milliseconds(),
	}
}

type callStateData struct {
	Call      string `json:"call"`
	Direction string `json:"direction"`
	State     string `json:"state"`
	Number    string `json:"number"`
	Reason    string `json:"reason,omitempty"`
	Cause     int    `json:"cause,omitempty"`
	TalkMS    int64  `json:"talk_ms,omitempty"`
}

// LogValue returns the event with its number masked.
func (e StateChanged) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("call", e.Call),
		slog.String("direction", e.Direction.String()),
		slog.String("state", e.State.String()),
		slog.Any("number", e.Number),
	}
	if e.State == Ended {
		attrs = append(attrs, slog.Any("end", e.End))
	}
	return slog.GroupValue(attrs...)
}

// Format writes LogValue, whatever the verb.
func (e StateChanged) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.LogValue().String()) }

// CallerIdentified is published when the number of a call becomes known after
// the call. On the feed it is "call.caller_id".
type CallerIdentified struct {
	events.Header
	Call   string        // the call's ID
	Number events.Number // the far side's, never empty
}

// EventName returns "call.caller_id".
func (CallerIdentified) EventName() string { return "call.caller_id" }

// PublicData returns the event for the feed.
func (e CallerIdentified) PublicData(p events.Privacy) any {
	return callerIDData{Call: e.Call, Number: p.Number(e.Number)}
}

type callerIDData struct {
	Call   string `json:"call"`
	Number string `json:"number"`
}

// LogValue returns the event with its number masked.
func (e CallerIdentified) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", e.Call), slog.Any("number", e.Number))
}

// Format writes LogValue, whatever the verb.
func (e CallerIdentified) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, e.LogValue().String())
}

// DigitPressed is published for each key that the far side presses, except
// those that a secret Collect takes. It prints and logs without the key. On the
// feed it is "call.dtmf".
type DigitPressed struct {
	events.Header
	Call string      // the call's ID
	Key  Key         // 0-9, *, #, A-D
	From DigitSource // who heard it: the carrier, or a detector in the audio
}

// EventName returns "call.dtmf".
func (DigitPressed) EventName() string { return "call.dtmf" }

// PublicData returns the event for the feed. The key is shown under Full only.
func (e DigitPressed) PublicData(p events.Privacy) any {
	return digitData{Call: e.Call, Digit: p.Key(byte(e.Key)), From: e.From.String()}
}

type digitData struct {
	Call  string `json:"call"`
	Digit string `json:"digit,omitempty"`
	From  string `json:"from"`
}

// String names the call.
func (e DigitPressed) String() string { return "key pressed in call " + e.Call }

// GoString is String.
func (e DigitPressed) GoString() string { return e.String() }

// Format writes String, whatever the verb.
func (e DigitPressed) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(e.String())) }

// LogValue returns the event without its key.
func (e DigitPressed) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", e.Call), slog.String("from", e.From.String()))
}

func (c *CallSession) header() events.Header {
	return events.Header{Time: time.Now(), Source: c.info.Source}
}

// logState tells of a new state. A log handler is a program's code: the call's
// lock is not held.
func (c *CallSession) logState(s State, e End) {
	attrs := []slog.Attr{slog.String("state", s.String())}
	if s == Ended {
		attrs = append(attrs, slog.Any("end", e))
	}
	c.log.LogAttrs(context.Background(), slog.LevelDebug, "call state", attrs...)
}

// publishState, publishNumber and publishDigit run under c.mu, which keeps the
// events of a call in order. A bus runs nobody's code.
func (c *CallSession) publishState() {
	if c.info.Events != nil {
		events.Publish(c.info.Events, StateChanged{
			Header: c.header(), Call: c.info.ID, Direction: c.info.Direction,
			State: c.state, Number: *c.number, End: c.end,
		})
	}
}

func (c *CallSession) publishNumber() {
	if c.info.Events != nil {
		events.Publish(c.info.Events, CallerIdentified{Header: c.header(), Call: c.info.ID, Number: *c.number})
	}
}

func (c *CallSession) publishDigit(key Key, from DigitSource) {
	if c.info.Events != nil {
		events.Publish(c.info.Events, DigitPressed{Header: c.header(), Call: c.info.ID, Key: key, From: from})
	}
}
