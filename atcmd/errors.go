package atcmd

import (
	"errors"
	"fmt"
)

// What can go wrong with a command, beside its context and the errors of the
// modem, which are [CMEError] and [CMSError].
var (
	// ErrTimeout tells that no final result came in time. The modem may have
	// done what it was told.
	ErrTimeout = errors.New("no final result code")

	// ErrNotSent tells that a command was not written, because the modem did not
	// answer the marker that was to bring the dialogue back in step after the one
	// before. It wraps ErrTimeout.
	ErrNotSent = fmt.Errorf("not sent, as the modem does not answer: %w", ErrTimeout)

	// ErrClosed tells that the connection has ended. [Conn.Err] has the cause.
	ErrClosed = errors.New("connection closed")

	// ErrRejected is the modem's plain ERROR, or one of the words that some use
	// in its place. It gives no reason: the command is unknown, its parameters
	// are wrong, or now is not the time.
	ErrRejected = errors.New("the modem answered ERROR")

	// ErrAborted tells that an abortable command was ended for an urgent one.
	ErrAborted = errors.New("aborted by an urgent command")

	// ErrBadCommand tells that a command holds what must not be written, such
	// as a line break. Nothing was written.
	ErrBadCommand = errors.New("bad command")

	// ErrNoPrompt tells that the modem accepted a command with a body without
	// having asked for the body. The body was not sent.
	ErrNoPrompt = errors.New("no prompt for the body")

	// ErrNoLine tells that the modem answered OK to a command of [Command.Answers]
	// and no line came before.
	ErrNoLine = errors.New("OK without an answer")

	// ErrTooLong tells that the answer had more than 1 MiB. The response has its
	// beginning.
	ErrTooLong = errors.New("answer too long")

	// ErrStalled is the cause of a connection that ended because a write to it
	// was stuck for 10 seconds.
	ErrStalled = errors.New("write blocked for 10 s")
)

// The results of a dialling command that failed (V.250, 5.7.1).
var (
	// ErrNoCarrier tells that no connection came about, or that it ended.
	ErrNoCarrier = errors.New("no carrier")

	// ErrBusy tells that the called party is busy.
	ErrBusy = errors.New("busy")

	// ErrNoAnswer tells that the called party did not answer.
	ErrNoAnswer = errors.New("no answer")

	// ErrNoDialtone tells that the modem found no line to dial on.
	ErrNoDialtone = errors.New("no dial tone")
)

// CommandError records a command that failed and why. Every error of
// [Conn.Exec] is one.
type CommandError struct {
	// Command is the command without its parameters, such as "AT+CPIN".
	Command string

	// Err is one of this package's errors, a [CMEError], a [CMSError] or the
	// cause of the context's end.
	Err error

	// BodySent tells that the command's body had been written. Unless Err is
	// an answer of the modem the outcome is unknown then: the message may have
	// been sent.
	BodySent bool
}

// Error names the command and the cause, never a parameter.
func (e *CommandError) Error() string {
	text := "atcmd: " + e.Command + ": " + e.Err.Error()
	if e.BodySent && !answered(e.Err) {
		text += "; the body was sent, its outcome is unknown"
	}
	return text
}

// Unwrap returns the cause.
func (e *CommandError) Unwrap() error { return e.Err }

// answered tells whether err is what the modem said.
func answered(err error) bool {
	if errors.Is(err, ErrRejected) {
		return true
	}
	if _, ok := errors.AsType[CMEError](err); ok {
		return true
	}
	_, ok := errors.AsType[CMSError](err)
	return ok
}

// endError is why a connection ended: ErrClosed and the cause in one.
type endError struct {
	op    string // "read" or "write"
	cause error
}

// Error names the operation of the stream that ended it.
func (e *endError) Error() string {
	return fmt.Sprintf("%v: %s: %v", ErrClosed, e.op, e.cause)
}

// Unwrap returns ErrClosed and the cause.
func (e *endError) Unwrap() []error { return []error{ErrClosed, e.cause} }
