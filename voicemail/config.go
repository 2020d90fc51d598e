package voicemail

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// NoKeys names no key, for options whose zero value names some.
const NoKeys = "none"

const (
	defaultMax  = 120 * time.Second
	defaultMin  = time.Second
	defaultSync = time.Second

	// defaultKeys is the key by which phones have always said "that is all".
	defaultKeys = "#"
)

// Config holds the optional settings of a box. The zero value takes messages
// of up to two minutes, without a greeting, after a beep.
type Config struct {
	// Greeting is the path of the WAV file that a caller hears first: 16-bit
	// mono PCM at the rate of the calls, 8000 or 16000 Hz. Empty means none.
	Greeting string

	// Goodbye is the path of a WAV file, as Greeting, that plays after the
	// recording, before the box hangs up. Empty means none.
	Goodbye string

	// Beep makes the source of the tone after which the caller speaks. It is
	// called once for each message. Nil means voice.Beep.
	Beep func() voice.Source

	// NoBeep leaves the tone out.
	NoBeep bool

	// MaxDuration ends a message at this length, to the sample. Zero means
	// 120 s.
	MaxDuration time.Duration

	// MinDuration is the length below which nothing is kept. Zero means 1 s;
	// negative means that everything is kept.
	MinDuration time.Duration

	// Silence ends a message after the caller said nothing for so long; the
	// silence is part of it. Zero means never.
	Silence time.Duration

	// FinishKeys is the set of keys any of which ends the message, such as
	// "#*" or voice.AnyKey. Empty means "#"; [NoKeys] means none. A key
	// pressed before the beep never ends a message.
	FinishKeys string

	// SkipKeys is the set of keys any of which skips the rest of the
	// greeting. Empty means "#"; [NoKeys] means none.
	SkipKeys string

	// EscapeKeys is the set of keys any of which, from the greeting on, ends
	// the taking of the message but not the call: Record returns with Reason
	// Escape and the key. They go before FinishKeys and SkipKeys. Empty means
	// none.
	EscapeKeys string

	// SyncInterval is how much of what is said a power cut can cost: as often
	// it is synced to the disk. Zero means 1 s; negative means only at the
	// end.
	SyncInterval time.Duration

	// Events takes the box's events, [Saved] and [Discarded]. Nil means none.
	Events *events.Bus

	// Source goes into the header of the events.
	Source string

	// Logger receives debug records of what happens and warnings of what went
	// wrong. Nil means no logging.
	Logger *slog.Logger
}

// LogValue returns the settings but for those that are no values, as a group.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("greeting", c.Greeting),
		slog.String("goodbye", c.Goodbye),
		slog.Bool("beep", !c.NoBeep),
		slog.Duration("max", c.MaxDuration),
		slog.Duration("min", c.MinDuration),
		slog.Duration("silence", c.Silence),
		slog.Duration("sync", c.SyncInterval),
		slog.String("source", c.Source),
	)
}

func (c *Config) withDefaults() Config {
	var out Config
	if c != nil {
		out = *c
	}
	if out.Beep == nil {
		out.Beep = voice.Beep
	}
	if out.MaxDuration == 0 {
		out.MaxDuration = defaultMax
	}
	if out.MinDuration == 0 {
		out.MinDuration = min(defaultMin, out.MaxDuration)
	}
	if out.SyncInterval == 0 {
		out.SyncInterval = defaultSync
	}
	if out.Logger == nil {
		out.Logger = slog.New(slog.DiscardHandler)
	}
	out.FinishKeys = keySet(out.FinishKeys, defaultKeys)
	out.SkipKeys = keySet(out.SkipKeys, defaultKeys)
	out.EscapeKeys = keySet(out.EscapeKeys, "")
	return out
}

// keySet returns the keys of a setting in upper case.
func keySet(set, usual string) string {
	switch set {
	case "":
		return usual
	case NoKeys:
		return ""
	default:
		return strings.ToUpper(set)
	}
}

// check says what is wrong with a Config that has its defaults. The prompts
// are looked at last, as they are the only ones that change by themselves.
func (c *Config) check() error {
	for name, d := range map[string]time.Duration{"MaxDuration": c.MaxDuration, "Silence": c.Silence} {
		if d < 0 {
			return fmt.Errorf("voicemail: Config.%s of %v: must not be negative", name, d)
		}
	}
	if c.MinDuration > c.MaxDuration {
		return fmt.Errorf("voicemail: Config.MinDuration of %v: above MaxDuration of %v, nothing would be kept",
			c.MinDuration, c.MaxDuration)
	}
	for name, set := range map[string]string{
		"FinishKeys": c.FinishKeys, "SkipKeys": c.SkipKeys, "EscapeKeys": c.EscapeKeys,
	} {
		if strings.Trim(set, voice.AnyKey) != "" {
			return fmt.Errorf("voicemail: Config.%s of %q: keys are 0-9, *, #, A-D", name, set)
		}
	}
	return c.checkPrompts()
}

func (c *Config) checkPrompts() error {
	for _, prompt := range []struct{ name, path string }{{"greeting", c.Greeting}, {"goodbye", c.Goodbye}} {
		if prompt.path == "" {
			continue
		}
		if _, err := voice.CheckFile(prompt.path); err != nil {
			return promptError(prompt.name, err)
		}
	}
	return nil
}

// promptError says which prompt cannot be played.
func promptError(name string, err error) error { return fmt.Errorf("voicemail: %s: %w", name, err) }
