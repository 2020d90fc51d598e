package events

import (
	"fmt"
	"io"
	"log/slog"
)

// A bus leads to its subscriptions, and these hold events, so both show how many
// there are and nothing else. A Header has no such methods, and must not get any:
// every event embeds it, and would print as its header.

// String counts the subscriptions.
func (b *Bus) String() string { return fmt.Sprintf("events.Bus(%d subscriptions)", b.count()) }

// GoString returns what String does.
func (b *Bus) GoString() string { return b.String() }

// Format writes what String returns, whatever the verb.
func (b *Bus) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, b.String()) }

// LogValue counts the subscriptions.
func (b *Bus) LogValue() slog.Value { return slog.GroupValue(slog.Int("subscriptions", b.count())) }

func (b *Bus) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.sinks)
}

// String counts the events that wait and those that were missed.
func (s *Subscription[T]) String() string {
	return fmt.Sprintf("events.Subscription(%d waiting, %d missed)", len(s.ch), s.Missed())
}

// GoString returns what String does.
func (s *Subscription[T]) GoString() string { return s.String() }

// Format writes what String returns, whatever the verb.
func (s *Subscription[T]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue counts the events that wait and those that were missed.
func (s *Subscription[T]) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("waiting", len(s.ch)), slog.Uint64("missed", s.Missed()))
}
