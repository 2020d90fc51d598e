package events

import (
	"context"
	"iter"
	"sync/atomic"
)

// Subscription receives the events of one type, or of all types that fit an
// interface. Its methods may be called from any goroutine.
type Subscription[T Event] struct {
	bus    *Bus
	ch     chan T
	missed atomic.Uint64
}

// Subscribe starts the delivery of events of type T: an event type, or an
// interface such as [Event]. Up to buffer events wait for the reader (at least
// one); beyond that the oldest are dropped and counted. The caller must Close
// the subscription. Subscribe panics if T is a pointer type, as no event is.
func Subscribe[T Event](b *Bus, buffer int) *Subscription[T] {
	mustBeSubscribable[T]()
	s := &Subscription[T]{bus: b, ch: make(chan T, max(1, buffer))}
	b.add(s)
	return s
}

// C returns the channel on which events arrive. Close closes it; what was
// waiting can still be received then.
func (s *Subscription[T]) C() <-chan T { return s.ch }

// All yields events as they come, until ctx is done or the subscription is
// closed and drained. It shares the events with every other reader of s.
func (s *Subscription[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
				return
			case e, ok := <-s.ch:
				if !ok || !yield(e) {
					return
				}
			}
		}
	}
}

// Missed returns how many events were dropped since the subscription began,
// because the reader was slower than the events.
func (s *Subscription[T]) Missed() uint64 { return s.missed.Load() }

// Close ends the delivery and closes the channel. Closing twice is a no-op.
func (s *Subscription[T]) Close() { s.bus.remove(s, func() { close(s.ch) }) }

// offer runs under the bus's lock, so that it is the only sender: after it
// takes the oldest event out, there is room.
func (s *Subscription[T]) offer(e Event) {
	v, ok := e.(T)
	if !ok {
		return
	}
	for {
		select {
		case s.ch <- v:
			return
		default:
		}
		select {
		case <-s.ch:
			s.missed.Add(1)
		default: // the reader was faster
		}
	}
}
