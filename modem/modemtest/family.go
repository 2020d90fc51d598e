package modemtest

import "time"

// family is a kind of modem as data. A new one is a file with
//
//   - a table of its lines, most of which are those of the standards;
//   - the commands that it has beyond the standards, or does otherwise;
//   - one of these, and a constant of type Family for it.
//
// What a family does not send at all is left out of its table: the code asks
// Modem.knows before it sends "call ends here" or "call missed". What it sends
// of its own kind is in functions, each of which may be nil.
type family struct {
	name     string
	lines    lines
	commands map[string]spec
	defaults func() settings

	// What the modem calls itself. The IMEI is one of the test range
	// 00499901 (3GPP TS 23.003, 6.2).
	manufacturer, model, revision, imei string

	// access is the radio technology of the network that it is in, as in the
	// last field of +CREG (27.007, 7.2).
	access int

	// audio tells how the voice of a call leaves on the audio port; nil if
	// there is none.
	audio *audioFormat

	// onCallState sends what the family says by itself when the state of a
	// call has changed: a call that rings has c.rings 1, one that is over is
	// told if c.listed is set.
	onCallState func(m *Modem, c *Caller)

	// begins is the line that a call is connected, which stands before the OK
	// of ATA, and late that it comes after it at times. ends are the lines
	// that it is over, beside those of onCallState.
	begins func(c *Caller) block
	late   bool
	ends   func(c *Caller) []block

	// tellsEnd decides whether a result code (NO CARRIER, BUSY, NO ANSWER)
	// comes by itself at the end of a call. Nil means always.
	tellsEnd func(m *Modem, c *Caller) bool

	// digit are the lines for a key that the far side pressed.
	digit func(m *Modem, key byte) []block

	// onSignal sends what the family says by itself when the signal changes.
	onSignal func(m *Modem)

	// onSIM sends what the family says by itself when the SIM was taken out, or
	// put in. Without it that is the lines "SIM gone" and "SIM there", as far as
	// its table has them.
	onSIM func(m *Modem, there bool)

	// uart is a modem on a serial line: its ports outlive a reset, which those
	// on USB do not.
	uart bool

	// start is what the modem says after it was switched on, and when.
	start []startLine

	// onStart does what else happens when the modem is switched on, and after
	// a reset. booted is false for a modem that has been on for long.
	onStart func(m *Modem, booted bool)

	// busyAfterStart is for how long after a start most commands are answered
	// with the equipment error busyCode.
	busyAfterStart time.Duration
}

// audioFormat is the stream of an audio port: s16le, mono.
type audioFormat struct {
	rate, wideRate int             // samples per second, and with wide-band audio
	bursts         []time.Duration // the seed chooses one: so much audio comes at a time

	// ahead is how much audio the modem keeps that the call has not taken yet.
	// What is beyond is lost. Zero means a second.
	ahead time.Duration

	// busy and ready are how much the modem keeps when it asks the program to
	// pause, and to go on. Zero means that it does not ask.
	busy, ready time.Duration
}

// startLine is a line that comes by itself after the start.
type startLine struct {
	after time.Duration
	name  string
	sim   bool              // only once the SIM is ready
	args  []any             // what the line is rendered with
	when  func(*Modem) bool // whether it comes at all; nil means always
}

// comes reports whether the modem says the line at a start.
func (l startLine) comes(m *Modem) bool { return l.when == nil || l.when(m) }

var families = map[Family]*family{
	SIM7600: sim7600(),
	Generic: generic(),
	A7670:   a7670(),
	SIM868:  sim868(),
	EC25:    ec25(),
	EC200:   ec200(),
	Huawei:  huawei(),
	Telit:   telit(),
	Ublox:   ublox(),
}

func generic() *family {
	return &family{
		name:         "Generic",
		lines:        lines27007,
		commands:     commands27007(),
		defaults:     settings27007,
		manufacturer: "Virtual", model: "TS 27.007", revision: "1.0", imei: "004999010640000",
		access: accessLTE,
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
