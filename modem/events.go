package modem

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/callstack-go/callstack/events"
)

// State is where a modem stands.
type State int

const (
	// Opening means that the modem is being initialised, by Open, or because it
	// answers again after it was lost.
	Opening State = iota
	// Ready means that the modem takes and places calls.
	Ready
	// Lost means that the connection to the modem broke.
	Lost
	// Failed means that the modem was given up. Modem.Err says why.
	Failed
	// Closed means that Close was called.
	Closed
)

var stateNames = [...]string{"opening", "ready", "lost", "failed", "closed"}

// String returns the state's name in lower case, as the feed shows it.
func (s State) String() string {
	if s >= 0 && int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}

// StateChanged is published whenever the modem's state changes. On the feed it
// is "modem.state".
type StateChanged struct {
	events.Header
	State State // the new one; there is no event for what stays as it is
	// Err is why, for Lost and Failed.
	Err error
}

// EventName returns "modem.state".
func (StateChanged) EventName() string { return "modem.state" }

// PublicData returns the event for the feed: the state, and a word for Err if there
// is one, such as "port" (it is gone, or held), "restarted", "unresponsive" or
// "pin_required". The error's text is not for it.
func (e StateChanged) PublicData(events.Privacy) any {
	return struct {
		State  string `json:"state"`
		Reason string `json:"reason,omitempty"`
	}{e.State.String(), troubleOf(e.Err)}
}

// LogValue returns the state and the error.
func (e StateChanged) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("state", e.State.String())}
	if e.Err != nil {
		attrs = append(attrs, slog.Any("err", e.Err))
	}
	return slog.GroupValue(attrs...)
}

// Rang is published for every ring of an incoming call: about every 5 s (3GPP
// TS 27.007, 6.11). On the feed it is "call.ring".
type Rang struct {
	events.Header
	Call   string        // the call's ID
	Number events.Number // empty while it is not known
}

// EventName returns "call.ring".
func (Rang) EventName() string { return "call.ring" }

// PublicData returns the event for the feed.
func (e Rang) PublicData(p events.Privacy) any {
	return struct {
		Call   string `json:"call"`
		Number string `json:"number"`
	}{e.Call, p.Number(e.Number)}
}

// LogValue returns the event with its number masked.
func (e Rang) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", e.Call), slog.Any("number", e.Number))
}

// Format writes LogValue, whatever the verb.
func (e Rang) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.LogValue().String()) }

// SignalChanged is published when the signal is another than before. On the
// feed it is "signal.quality".
type SignalChanged struct {
	events.Header
	Signal Signal // as it is now
}

// EventName returns "signal.quality".
func (SignalChanged) EventName() string { return "signal.quality" }

// Coalesce returns the key under which a newer event replaces an older one that
// was not sent yet.
func (e SignalChanged) Coalesce() string { return "signal.quality/" + e.Source }

// PublicData returns the event for the feed.
func (e SignalChanged) PublicData(events.Privacy) any {
	data := struct {
		Known bool `json:"known"`
		DBm   int  `json:"dbm,omitempty"`
		Bars  int  `json:"bars"`
	}{Known: e.Signal.Known, Bars: e.Signal.Bars()}
	if e.Signal.Known {
		data.DBm = e.Signal.DBm
	}
	return data
}

// LogValue returns the signal.
func (e SignalChanged) LogValue() slog.Value {
	return slog.GroupValue(slog.String("signal", e.Signal.String()))
}

// RegistrationChanged is published when the registration is another than
// before. On the feed it is "network.registration".
type RegistrationChanged struct {
	events.Header
	Registration Registration // as it is now
}

// EventName returns "network.registration".
func (RegistrationChanged) EventName() string { return "network.registration" }

// Coalesce returns the key under which a newer event replaces an older one that
// was not sent yet.
func (e RegistrationChanged) Coalesce() string { return "network.registration/" + e.Source }

// PublicData returns the event for the feed.
func (e RegistrationChanged) PublicData(events.Privacy) any {
	return struct {
		Status string `json:"status"`
		Voice  bool   `json:"voice"`
		Access string `json:"access,omitempty"`
	}{e.Registration.Status.String(), e.Registration.Voice(), e.Registration.Access.String()}
}

// LogValue returns the registration, without area and cell.
func (e RegistrationChanged) LogValue() slog.Value {
	return slog.GroupValue(slog.String("registration", e.Registration.String()))
}
