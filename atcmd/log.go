package atcmd

import (
	"context"
	"log/slog"
)

// The log has of a command its name, of a line its name and length. What more
// there is to see, Config.Trace shows.

// debug tells whether the log wants the dialogue, so that nothing is made for
// it otherwise.
func (o *owner) debug() bool {
	return o.c.cfg.Logger.Enabled(context.Background(), slog.LevelDebug)
}

func (o *owner) log(msg string, attrs ...slog.Attr) {
	o.c.cfg.Logger.LogAttrs(context.Background(), slog.LevelDebug, "atcmd: "+msg, attrs...)
}

func (o *owner) logCommand(msg string, x *exchange) {
	if o.debug() {
		o.log(msg, slog.String("command", commandName(x.text)))
	}
}

func (o *owner) logResult(x *exchange, err error) {
	if !o.debug() {
		return
	}
	attrs := []slog.Attr{slog.String("command", commandName(x.text)), slog.Int("lines", len(x.lines))}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	o.log("result", attrs...)
}

func (o *owner) logLine(msg string, line []byte) {
	if o.debug() {
		o.log(msg, slog.String("name", lineName(string(line))), slog.Int("length", len(line)))
	}
}
