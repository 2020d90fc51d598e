package voicetest

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// Config holds the optional settings of a line. The zero value is an incoming
// call at 8 kHz that rings, with audio as soon as it is answered.
type Config struct {
	// ID names the call. Empty means a random one.
	ID string
	// Direction is who placed the call. An outgoing one begins Dialing.
	Direction voice.Direction
	// Number is the far side's.
	Number events.Number
	// Source goes into the header of the call's events.
	Source string
	// Events takes the call's events. Nil means none.
	Events *events.Bus
	// Logger takes the call's debug records. Nil means none.
	Logger *slog.Logger

	// Rate is that of the audio, 8000 or 16000 samples per second. Zero means
	// 8000.
	Rate int
	// Lead is the lead of the line, see voice.MediaInfo. Zero means 60 ms.
	Lead time.Duration
	// AudioAfter is the time from the answer until audio flows, as a modem
	// needs it.
	AudioAfter time.Duration
	// NoAudio makes a line on which audio never flows.
	NoAudio bool
	// AnswerError, if set, is what answering fails with.
	AnswerError error
}

func (c *Config) withDefaults() Config {
	var out Config
	if c != nil {
		out = *c
	}
	if out.Rate == 0 {
		out.Rate = 8000
	}
	if out.Lead == 0 {
		out.Lead = 3 * frame
	}
	return out
}

// LogValue returns the settings without the logger, the number masked.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", c.ID),
		slog.String("direction", c.Direction.String()),
		slog.Any("number", c.Number),
		slog.Int("rate", c.Rate),
	)
}

// Format writes LogValue, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.LogValue().String()) }
