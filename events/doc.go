// Package events carries typed events from the parts of a program that make
// them to the parts that want them. It knows nothing of telephony.
//
// # Usage
//
// An event is a struct that embeds [Header]. [Publish] hands a value of it to
// every [Subscription] whose type it fits; [Subscribe] takes an event type, or
// an interface such as [Event] or [Public] to get many types at once. Library
// packages and host applications declare their own events; there is no list of
// them here.
//
// # Concurrency
//
// The zero [Bus] is ready, and all its functions may be called from any
// goroutine. Events are delivered in one order, the same for all subscribers.
// Publish never blocks: a subscription has a bounded buffer, and one that falls
// behind loses its oldest events and counts them, see [Subscription.Missed].
//
// # Privacy
//
// A phone number is a [Number], which shows itself masked wherever it is
// printed or logged. [Privacy] decides how much of an event leaves the process
// through a [Public] event.
package events
