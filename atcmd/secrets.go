package atcmd

import (
	"fmt"
	"io"
	"log/slog"
)

// The types below carry what must not get into a log or an error: they show
// themselves by name and length only, whatever the verb. encoding/json sees
// through that.

// String returns the command without its parameters.
func (cmd Command) String() string { return commandName(cmd.Text) }

// GoString returns the command without its parameters.
func (cmd Command) GoString() string { return fmt.Sprintf("atcmd.Command(%s)", cmd) }

// Format writes what String returns, whatever the verb.
func (cmd Command) Format(f fmt.State, verb rune) { show(f, verb, cmd) }

// LogValue returns the command without its parameters.
func (cmd Command) LogValue() slog.Value { return slog.StringValue(cmd.String()) }

// String returns how many lines the response has.
func (r Response) String() string { return fmt.Sprintf("response of %d lines", len(r.Lines)) }

// GoString returns how many lines the response has.
func (r Response) GoString() string { return fmt.Sprintf("atcmd.Response(%d lines)", len(r.Lines)) }

// Format writes what String returns, whatever the verb.
func (r Response) Format(f fmt.State, verb rune) { show(f, verb, r) }

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

// Format writes what String returns, whatever the verb.
func (u URC) Format(f fmt.State, verb rune) { show(f, verb, u) }

// LogValue returns the URC's name and its length in bytes.
func (u URC) LogValue() slog.Value { return slog.StringValue(u.String()) }

// String returns the parameter's length in bytes.
func (a Arg) String() string { return fmt.Sprintf("parameter of %d bytes", len(a.Text)) }

// GoString returns the parameter's length in bytes.
func (a Arg) GoString() string { return fmt.Sprintf("atcmd.Arg(%d bytes)", len(a.Text)) }

// Format writes what String returns, whatever the verb.
func (a Arg) Format(f fmt.State, verb rune) { show(f, verb, a) }

// LogValue returns the parameter's length in bytes.
func (a Arg) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String tells whether the connection is open and how many lines it has read. It
// holds commands and URCs that wait, and shows none of them.
func (c *Conn) String() string {
	state := "open"
	if c.hasEnded() {
		state = "ended"
	}
	return fmt.Sprintf("connection, %s, %d lines read", state, c.stats.lines.Load())
}

// GoString returns what String does, with the type.
func (c *Conn) GoString() string { return fmt.Sprintf("atcmd.Conn(%s)", c) }

// Format writes what String returns, whatever the verb.
func (c *Conn) Format(f fmt.State, verb rune) { show(f, verb, c) }

// LogValue tells whether the connection is open and how many lines it has read.
func (c *Conn) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("open", !c.hasEnded()), slog.Uint64("lines", c.stats.lines.Load()))
}

// stringer is a type that shows itself by methods of its own.
type stringer interface {
	fmt.Stringer
	fmt.GoStringer
}

// show writes v as String does, or as GoString for %#v. A verb for numbers would
// look past both at the fields.
func show(f fmt.State, verb rune, v stringer) {
	text := v.String()
	if verb == 'v' && f.Flag('#') {
		text = v.GoString()
	}
	_, _ = io.WriteString(f, text)
}
