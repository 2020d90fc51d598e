package voice

import (
	"context"
	"errors"
	"fmt"
)

// Answer takes an incoming call. It returns nil when the call is active, at
// once if it is already. An outgoing call cannot be answered: [ErrState].
func (c *CallSession) Answer(ctx context.Context) error {
	switch s := c.State(); {
	case s != Ended && c.Direction() != Incoming:
		return fmt.Errorf("%w: answer an outgoing call", ErrState)
	case s == Active, s == Held:
		return nil
	default:
		return c.do(ctx, c.line.Answer)
	}
}

// Reject refuses an incoming call that nobody has answered: the caller hears
// busy. It returns nil when the call is over, at once if it was already. An
// answered or outgoing call is [ErrState]: hang it up.
func (c *CallSession) Reject(ctx context.Context) error {
	switch c.State() {
	case Ringing, Waiting, Ended:
		return c.Hangup(ctx)
	default:
		return fmt.Errorf("%w: reject a call that does not ring: hang up", ErrState)
	}
}

// Hangup ends the call and returns nil when it is over, at once if it was
// already.
func (c *CallSession) Hangup(ctx context.Context) error {
	if c.isOver() {
		return nil
	}
	if err := c.line.Hangup(ctx); err != nil && !c.isOver() {
		return err
	}
	select {
	case <-c.life.Done():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *CallSession) isOver() bool { return c.life.Err() != nil }

// Hold takes the audio of an answered call away from both sides; at once nil if
// it is on hold already. Where the carrier cannot, the error is
// errors.ErrUnsupported, and before the answer [ErrState].
func (c *CallSession) Hold(ctx context.Context) error {
	return c.hold(ctx, Held, Holder.Hold)
}

// Resume brings a call back from hold; at once nil if it is active already. Its
// errors are those of Hold.
func (c *CallSession) Resume(ctx context.Context) error {
	return c.hold(ctx, Active, Holder.Resume)
}

func (c *CallSession) hold(ctx context.Context, to State, method func(Holder, context.Context) error) error {
	if c.isOver() {
		return context.Cause(c.life)
	}
	h, ok := c.line.(Holder)
	if !ok {
		return fmt.Errorf("voice: hold: %w by this carrier", errors.ErrUnsupported)
	}
	switch c.State() {
	case to:
		return nil
	case Active, Held, Ended:
		return c.do(ctx, func(ctx context.Context) error { return method(h, ctx) })
	default:
		return fmt.Errorf("%w: hold or resume a call that is not answered", ErrState)
	}
}

// Mute takes the program's side out of what the far side hears, or brings it
// back. Where the carrier cannot, the error is errors.ErrUnsupported.
func (c *CallSession) Mute(ctx context.Context, on bool) error {
	if c.isOver() {
		return context.Cause(c.life)
	}
	m, ok := c.line.(Muter)
	if !ok {
		return fmt.Errorf("voice: mute: %w by this carrier", errors.ErrUnsupported)
	}
	return c.do(ctx, func(ctx context.Context) error { return m.Mute(ctx, on) })
}

// do runs a method of the line with a context that ends with the call. If the
// method fails and the call is over, that is the error.
func (c *CallSession) do(ctx context.Context, method func(context.Context) error) error {
	if c.isOver() {
		return context.Cause(c.life)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(c.life, func() { cancel(context.Cause(c.life)) })
	defer stop()
	err := method(ctx)
	if err != nil && c.isOver() {
		return context.Cause(c.life)
	}
	return err
}
