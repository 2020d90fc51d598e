package voice

import (
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
)

// PanicError is a panic of a program's code: of a [Handler], or of a [Source]
// that [CallSession.Start] plays. It prints and logs as its Error, whatever the
// verb.
type PanicError struct {
	// Value is what was given to panic. It is not part of Error, since it may
	// hold anything.
	Value any
	// Stack is the goroutine's stack, as runtime/debug prints it.
	Stack []byte
}

// newPanicError makes a PanicError of what recover returned.
func newPanicError(v any) *PanicError { return &PanicError{Value: v, Stack: debug.Stack()} }

// Error tells the type of the value that was panicked with.
func (e *PanicError) Error() string { return fmt.Sprintf("voice: panic with a %T", e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Format writes Error, whatever the verb.
func (e PanicError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// LogValue returns Error.
func (e PanicError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
