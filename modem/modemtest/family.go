package modemtest

import "time"

// family is a kind of modem as data. A new one is a file with
//
//   - a table of its lines, most of which are those of the standards;
//   - the commands that it has beyond the standards, or does otherwise;
//   - one of these, and a constant of type Family for it.
//
// What a family does not send at all is left out of its table: the code asks
// Modem.knows before it sends "call begins", "call ends", "call ends here",
// "call missed" or "digit".
type family struct {
	name     string
	lines    lines
	commands map[string]spec
	defaults func() settings

	// What the modem calls itself. The IMEI is one of the test range
	// 00499901 (3GPP TS 23.003, 6.2).
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
