package modemtest

import "time"

// family is a kind of modem as data. A new one is a file with its lines, its
// commands and one of these.
type family struct {
	name     string
	lines    lines
	commands map[string]spec
	defaults func() settings

	manufacturer, model, revision, imei string

	// audio tells how the voice of a call leaves on the audio port; nil if
	// there is none.
	audio *audioFormat

	// onCallState sends what the family says by itself when the state of a
	// call has changed. It may be nil.
	onCallState func(m *Modem, c *Caller)

	// start is what the modem says after it was switched on, and when.
	start []startLine
}

// audioFormat is the stream of an audio port: s16le, mono.
type audioFormat struct {
	rate, wideRate int             // samples per second, and with wide-band audio
	bursts         []time.Duration // the seed chooses one: so much audio comes at a time
}

// startLine is a line that comes by itself after the start.
type startLine struct {
	after time.Duration
	name  string
	sim   bool // only once the SIM is ready
}

var families = map[Family]*family{
	SIM7600: sim7600(),
	Generic: generic(),
}

func generic() *family {
	return &family{
		name:         "Generic",
		lines:        lines27007,
		commands:     commands27007(),
		defaults:     settings27007,
		manufacturer: "Virtual", model: "TS 27.007", revision: "1.0", imei: "004999010640000",
	}
}

// index turns a list of specs into a table by name. Later ones replace
// earlier ones.
func index(lists ...[]spec) map[string]spec {
	all := map[string]spec{}
	for _, list := range lists {
		for _, s := range list {
			all[s.name] = s
		}
	}
	return all
}
