package events

import "time"

// Header is the part that all events share. Embed it to declare an event type:
//
//	type DoorOpened struct {
//		events.Header
//		Door string
//	}
type Header struct {
	// Time is when it happened.
	Time time.Time

	// Source names what published the event, for example a modem's
	// Config.Name. It is empty where there is only one source.
	Source string
}

// EventHeader returns the header itself. It makes every struct that embeds
// Header an [Event].
func (h Header) EventHeader() Header { return h }

// Event is anything that embeds a [Header]. Events are values: a pointer to
// an event fits the interface too, but [Publish] refuses it, because a
// subscription to the value type would never see it.
type Event interface {
	// EventHeader returns when it happened and where, for code that takes
	// events of any type.
	EventHeader() Header
}

// Public is an event that may leave the process, on a feed for other programs.
type Public interface {
	Event

	// EventName returns the name on the feed, such as "call.state". It does
	// not depend on the event's fields.
	EventName() string

	// PublicData returns what the feed shows of the event under p, ready for
	// encoding/json. Nothing that p hides is reachable from it.
	PublicData(p Privacy) any
}
