package voice

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Handler serves calls. ServeCall is called once for a call, on a goroutine of
// its own, and has the call to itself; several calls may be served at a time.
//
// ctx lives until ServeCall returns. The end of the call does not cancel it, so
// that what the call left behind can be stored; only the carrier's Close does.
// When ServeCall returns, a call that is still up is hung up. It may return
// any error; one that says nothing but [ErrEnded] counts as none.
type Handler interface {
	// ServeCall does what there is to do with call, and returns when it has done
	// with it. A call that came in may still ring: to answer it, and when, is
	// up to ServeCall.
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
		case <-call.Done():
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if call.isOver() { // even if both happened at once
			return context.Cause(call.life)
		}
		return h.ServeCall(ctx, call)
	})
}

// hangupAfterHandler bounds the hang-up of a call that its handler left up.
const hangupAfterHandler = 10 * time.Second

// Serve runs h for call by the rules of [Handler], for carriers. It returns when
// the handler has returned and the call is over, which takes at most 10 s more.
// The error is the handler's, unless it says nothing but [ErrEnded]; a
// [*PanicError] if it panicked; joined with that of the hang-up, if that failed.
func Serve(ctx context.Context, h Handler, call *CallSession) (err error) {
	defer func() { err = join(err, hangupAfter(ctx, call)) }() // even if h ends its goroutine
	if err := serve(ctx, h, call); !saysOnlyEnded(err) {
		return err
	}
	return nil
}

func serve(ctx context.Context, h Handler, call *CallSession) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			err = newPanicError(v)
		}
	}()
	return h.ServeCall(ctx, call)
}

func hangupAfter(ctx context.Context, call *CallSession) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hangupAfterHandler)
	defer cancel()
	return call.Hangup(ctx)
}

// saysOnlyEnded reports whether err says that the call ended, and nothing else:
// an error of a disk that is joined with it is not to be lost.
func saysOnlyEnded(err error) bool {
	if _, panicked := errors.AsType[*PanicError](err); panicked || !errors.Is(err, ErrEnded) {
		return false
	}
	for err != nil {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			return !slices.ContainsFunc(many.Unwrap(), func(err error) bool { return !saysOnlyEnded(err) })
		}
		err = errors.Unwrap(err)
	}
	return true
}
