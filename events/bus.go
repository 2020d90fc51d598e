package events

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// Bus delivers events to subscriptions. The zero value is ready. A Bus must not
// be copied after first use. It has no goroutine and nothing to close.
type Bus struct {
	mu    sync.Mutex // held while an event goes to all: it makes the one order
	sinks []sink
}

// sink is a Subscription of any type. Its methods are called under Bus.mu.
type sink interface {
	// offer delivers e if it fits, and never blocks.
	offer(e Event)
}

// Publish delivers e to every subscription of b whose type it fits. It never
// blocks. All subscriptions see all events in the same order. Events are
// values: Publish panics if e is nil or a pointer, which is a mistake in the
// program.
func Publish[T Event](b *Bus, e T) {
	var v Event = e // the one allocation, shared by all subscriptions
	mustBeValue(reflect.TypeOf(v))
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sinks {
		s.offer(v)
	}
}

func mustBeValue(t reflect.Type) {
	if t == nil {
		panic("events: Publish of a nil event")
	}
	if t.Kind() == reflect.Pointer {
		panic(fmt.Sprintf("events: Publish of %v, a pointer: publish the value", t))
	}
}

func mustBeSubscribable[T Event]() {
	if t := reflect.TypeFor[T](); t.Kind() == reflect.Pointer {
		panic(fmt.Sprintf("events: Subscribe to %v, a pointer: subscribe to the value type", t))
	}
}

func (b *Bus) add(s sink) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sinks = append(b.sinks, s)
}

// remove takes s off the bus, and runs then while nothing can be delivered. If
// s is not on the bus it does nothing.
func (b *Bus) remove(s sink, then func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.sinks, s); i >= 0 {
		b.sinks = slices.Delete(b.sinks, i, i+1)
		then()
	}
}
