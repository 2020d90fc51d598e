// Package bus holds the usual ways to make an event bus, to measure the
// library's beside them.
package bus

import (
	"reflect"
	"sync"
	"sync/atomic"
)

// ChanAny is a channel of any for each subscriber, found by the event's type,
// and the newest event is dropped when a channel is full. The zero value is
// ready.
type ChanAny struct {
	mu   sync.RWMutex
	subs map[reflect.Type][]chan any
}

// Subscribe returns a channel of the events that have the type of example.
func (b *ChanAny) Subscribe(example any, buffer int) <-chan any {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[reflect.Type][]chan any{}
	}
	ch := make(chan any, buffer)
	t := reflect.TypeOf(example)
	b.subs[t] = append(b.subs[t], ch)
	return ch
}

// Publish offers e to the subscribers of its type.
func (b *ChanAny) Publish(e any) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, ch := range b.subs[reflect.TypeOf(e)] {
		select {
		case ch <- e:
		default:
		}
	}
}

// Close closes all channels.
func (b *ChanAny) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, subs := range b.subs {
		for _, ch := range subs {
			close(ch)
		}
	}
	b.subs = nil
}

// ChanTyped is a topic for one type of event, with a channel for each
// subscriber. The newest event is dropped when a channel is full. It is the
// floor of those that decouple: a copy and a send. The zero value is ready.
type ChanTyped[T any] struct {
	mu   sync.RWMutex
	subs []chan T
}

// Subscribe returns a channel of the events to come.
func (b *ChanTyped[T]) Subscribe(buffer int) <-chan T {
	b.mu.Lock()
	defer b.mu.Unlock()
	ch := make(chan T, buffer)
	b.subs = append(b.subs, ch)
	return ch
}

// Publish offers e to all subscribers.
func (b *ChanTyped[T]) Publish(e T) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, ch := range b.subs {
		select {
		case ch <- e:
		default:
		}
	}
}

// Close closes all channels.
func (b *ChanTyped[T]) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ch := range b.subs {
		close(ch)
	}
	b.subs = nil
}

// CallAny calls its subscribers on the publisher's goroutine, found by the
// event's type. The zero value is ready.
type CallAny struct {
	mu sync.RWMutex
	h  map[reflect.Type][]func(any)
}

// Subscribe adds a handler for the events that have the type of example.
func (b *CallAny) Subscribe(example any, h func(any)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.h == nil {
		b.h = map[reflect.Type][]func(any){}
	}
	t := reflect.TypeOf(example)
	b.h[t] = append(b.h[t], h)
}

// Publish calls the handlers of e's type.
func (b *CallAny) Publish(e any) {
	b.mu.RLock()
	handlers := b.h[reflect.TypeOf(e)]
	b.mu.RUnlock()
	for _, h := range handlers {
		h(e)
	}
}

// CallTyped calls its subscribers on the publisher's goroutine, without a lock.
// It is the floor of all: one call each. The zero value is ready.
type CallTyped[T any] struct {
	mu sync.Mutex // of Subscribe
	h  atomic.Pointer[[]func(T)]
}

// Subscribe adds a handler.
func (b *CallTyped[T]) Subscribe(h func(T)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var handlers []func(T)
	if old := b.h.Load(); old != nil {
		handlers = append(handlers, *old...)
	}
	handlers = append(handlers, h)
	b.h.Store(&handlers)
}

// Publish calls the handlers.
func (b *CallTyped[T]) Publish(e T) {
	if handlers := b.h.Load(); handlers != nil {
		for _, h := range *handlers {
			h(e)
		}
	}
}
