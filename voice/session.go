package voice

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/callstack-go/callstack/events"
)

// CallSession is one call. Its carrier makes it; a [Handler], or whoever
// dialled, uses it. All methods may be called from any goroutine.
type CallSession struct {
	// All stands behind two pointers, as package fmt follows one of them for a
	// verb that does not fit, and calls no method of what it finds.
	*session
}

type session struct {
	line Line
	log  *slog.Logger
	info *Info // as the carrier gave it; what changes is below

	life context.Context // done when the call has ended, with its *EndedError
	over context.CancelCauseFunc

	mu       sync.Mutex // held for moments only, never while user code runs
	state    State
	number   *events.Number
	answered time.Time // when it became Active first
	activeAt time.Time // when it became Active last
	end      End
	changed  chan struct{} // closed and replaced when state or audio change
	audio    audio
	keys     *keys
}

// ID names the call in events and logs.
func (c *CallSession) ID() string { return c.info.ID }

// Direction tells who placed the call.
func (c *CallSession) Direction() Direction { return c.info.Direction }

// Number returns the far side's number: the caller's, or the one dialled. It is
// empty while it is not known, and stays empty where the caller withheld it.
func (c *CallSession) Number() events.Number {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.number
}

// State returns where the call stands.
func (c *CallSession) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Done is closed when the call has ended.
func (c *CallSession) Done() <-chan struct{} { return c.life.Done() }

// End tells how the call ended, and whether it has.
func (c *CallSession) End() (End, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end, c.state == Ended
}

// Format returns the format of the call's audio, and whether it is known,
// which it is from the first time that audio flows.
func (c *CallSession) Format() (Format, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.audio.format, c.audio.format.Rate != 0
}

// String describes the call with its number masked.
func (c *CallSession) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("%s call %s, %s, %s", c.info.Direction, c.info.ID, c.state, *c.number)
}

// GoString is String: the fields of a call are not for printing.
func (c *CallSession) GoString() string { return c.String() }

// LogValue returns the call's id, direction, state and masked number.
func (c *CallSession) LogValue() slog.Value {
	c.mu.Lock()
	defer c.mu.Unlock()
	info := *c.info
	info.State, info.Number = c.state, *c.number
	return info.LogValue()
}
