package atcmd

import (
	"fmt"
	"log/slog"
)

// The types below carry what must not get into a log or an error: they show
// themselves by name and length only. encoding/json sees through that.

// String returns the command without its parameters.
func (cmd Command) String() string { return commandName(cmd.Text) }

// GoString returns the command without its parameters.
func (cmd Command) GoString() string { return fmt.Sprintf("atcmd.Command(%s)", cmd) }

// LogValue returns the command without its parameters.
func (cmd Command) LogValue() slog.Value { return slog.StringValue(cmd.String()) }

// String returns how many lines the response has.
func (r Response) String() string { return fmt.Sprintf("response of %d lines", len(r.Lines)) }

// GoString returns how many lines the response has.
func (r Response) GoString() string { return fmt.Sprintf("atcmd.Response(%d lines)", len(r.Lines)) }

// LogValue returns how many lines the response has.
func (r Response) LogValue() slog.Value { return slog.StringValue(r.String()) }

// String returns the URC's name and its length in bytes.
func (u URC) String() string {
	name := lineName(u.Line)
	if name == "" {
		name = "URC"
	}
	return fmt.Sprintf("%s of %d bytes", name, len(u.Line)+len(u.Body))
}

// GoString returns the URC's name and its length in bytes.
func (u URC) GoString() string { return fmt.Sprintf("atcmd.URC(%s)", u) }

// LogValue returns the URC's name and its length in bytes.
func (u URC) LogValue() slog.Value { return slog.StringValue(u.String()) }

// String returns the parameter's length in bytes.
func (a Arg) String() string { return fmt.Sprintf("parameter of %d bytes", len(a.Text)) }

// GoString returns the parameter's length in bytes.
func (a Arg) GoString() string { return fmt.Sprintf("atcmd.Arg(%d bytes)", len(a.Text)) }

// LogValue returns the parameter's length in bytes.
func (a Arg) LogValue() slog.Value { return slog.StringValue(a.String()) }
