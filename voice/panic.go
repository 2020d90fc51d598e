package voice

import (
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// PanicError is a panic of a program's code: of a [Handler], or of a [Source]
// that [CallSession.Start] plays. It prints as its Error, whatever the verb, and
// logs with the place of the panic.
type PanicError struct {
	// Value is what was given to panic. It is not part of Error, since it may
	// hold anything, unless it is an error of the runtime.
	Value any
	// Stack is the goroutine's stack, as runtime/debug prints it.
	Stack []byte
}

// newPanicError makes a PanicError of what recover returned.
func newPanicError(v any) *PanicError { return &PanicError{Value: v, Stack: debug.Stack()} }

// Error tells the type of the value that was panicked with, or what the runtime
// says, such as "index out of range [3] with length 3".
func (e *PanicError) Error() string {
	if err, ok := e.Value.(runtime.Error); ok { // it names types and indexes only
		return "voice: panic: " + err.Error()
	}
	return fmt.Sprintf("voice: panic with a %T", e.Value)
}

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Format writes Error, whatever the verb.
func (e PanicError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// LogValue returns Error and the lines of source that led to the panic, innermost
// first. The stack as it is holds arguments.
func (e PanicError) LogValue() slog.Value {
	return slog.GroupValue(slog.String("error", e.Error()), slog.String("at", e.places()))
}

// maxPlaces is how many lines of source LogValue tells.
const maxPlaces = 5

// places reads the lines of source off the stack: "greet.go:12 < main.go:34".
func (e *PanicError) places() string {
	_, stack, found := strings.Cut(string(e.Stack), "\npanic(")
	var places []string
	for line := range strings.Lines(stack) {
		path, ok := strings.CutPrefix(line, "\t")
		if !ok || !found {
			continue
		}
		place, _, _ := strings.Cut(filepath.Base(strings.TrimSpace(path)), " ")
		if places = append(places, place); len(places) > maxPlaces {
			break
		}
	}
	return strings.Join(places[min(1, len(places)):], " < ") // the first is of the panicking itself
}
