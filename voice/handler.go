package voice

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// Handler serves calls. ServeCall is called once for a call, on a goroutine of
// its own, and has the call to itself; several calls may be served at a time.
//
// ctx lives until ServeCall returns. The end of the call does not cancel it, so
// that what the call left behind can be stored; only the carrier's Close does.
// When ServeCall returns, a call that is still up is hung up. It may return
// any error; one that is [ErrEnded] counts as none.
type Handler interface {
	ServeCall(ctx context.Context, call *CallSession) error
}

// HandlerFunc makes a function a [Handler].
type HandlerFunc func(ctx context.Context, call *CallSession) error

// ServeCall calls f.
func (f HandlerFunc) ServeCall(ctx context.Context, call *CallSession) error { return f(ctx, call) }

// RingFor returns a handler that lets an incoming call ring for d and then
// serves it with h. A caller who gives up before never reaches h.
func RingFor(d time.Duration, h Handler) Handler {
	return HandlerFunc(func(ctx context.Context, call *CallSession) error {
		wait := time.NewTimer(d)
		defer wait.Stop()
		select {
		case <-wait.C:
			return h.ServeCall(ctx, call)
		case <-call.Done():
			return context.Cause(call.life)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

// PanicError is a panic of a handler.
type PanicError struct {
	// Value is what was given to panic. It is not part of Error, since it may
	// hold anything.
	Value any
	// Stack is the goroutine's stack, as runtime/debug prints it.
	Stack []byte
}

// Error tells the type of the value that was panicked with.
func (e *PanicError) Error() string { return fmt.Sprintf("voice: handler panicked with a %T", e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// hangupAfterHandler bounds the hang-up of a call that its handler left up.
const hangupAfterHandler = 10 * time.Second

// Serve runs h for call by the rules of [Handler], for carriers. It returns when
// the handler has returned and the call is over. The error is the handler's,
// without those that are [ErrEnded]; a *PanicError if it panicked; joined with
// that of the hang-up, if that failed.
func Serve(ctx context.Context, h Handler, call *CallSession) error {
	err := serve(ctx, h, call)
	if errors.Is(err, ErrEnded) {
		err = nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hangupAfterHandler)
	defer cancel()
	return errors.Join(err, call.Hangup(ctx))
}

func serve(ctx context.Context, h Handler, call *CallSession) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return h.ServeCall(ctx, call)
}
