package modemtest

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Family is a kind of modem: what it is called, which commands it knows and
// how it spells its lines.
type Family int

const (
	// SIM7600 is a SIMCom SIM7600E-H: vendor lines for calls and digits, and
	// the voice of a call as PCM on a port of its own.
	SIM7600 Family = iota

	// Generic is a modem that does what 3GPP TS 27.007 and 27.005 say and
	// nothing else: no vendor lines, no digits heard, no audio port.
	Generic

	// A7670 is a SIMCom A7670E-FASE on USB: the vendor lines of the SIM7600,
	// and an analog output for the voice. With Config.DataOnly it is an
	// A7670E-LNXY-UBL.
	A7670

	// SIM868 is a SIMCom SIM868 on a UART, with 2G only: lines about calls
	// that it makes with AT+MORING=1, digits with AT+DDET=1, and an analog
	// output for the voice. It finds the baud rate by itself, and says nothing
	// at a start, unless AT+IPR has set one.
	SIM868

	// EC25 is a Quectel EC25 on USB: the voice of a call as PCM on the NMEA
	// port, lines about calls with AT^DSCI=1 and AT+QINDCFG="ccinfo",1.
	EC25

	// EC200 is a Quectel EC200U on USB: no lines about calls beyond the
	// standards, no audio port, and a daily number of restarts.
	EC200

	// Huawei is an E1750 stick: ^ORIG, ^CONF, ^CONN and ^CEND about calls, the
	// voice on a port that the modem clocks, and every few seconds lines that
	// nobody asked for.
	Huawei

	// Telit is a Telit HE910-D: lines about calls with AT#ECAM=1, digits with
	// AT#DTMF=1, durations of tones in hundredths of a second, and no audio
	// port.
	Telit

	// Ublox is a u-blox SARA-U201: lines about calls with AT+UCALLSTAT=1,
	// digits with AT+UDTMFD=1, no lines at a start, and no audio port.
	Ublox
)

// Families returns all families, in the order of their constants: for tests that
// are to hold on each, and for programs that let somebody choose by name.
func Families() []Family { return slices.Sorted(maps.Keys(families)) }

// String returns the name of the family.
func (f Family) String() string {
	if d, ok := families[f]; ok {
		return d.name
	}
	return fmt.Sprintf("Family(%d)", int(f))
}

// Config holds the optional settings of a [Modem]. The zero value is a healthy
// SIM7600, switched on long ago, with a SIM that is ready and a network it is
// registered to, and a hostile manner of delivery.
type Config struct {
	// Family is the kind of modem. New panics if it is none of the constants.
	Family Family

	// Seed chooses the pattern of delivery: answering times, where reads are
	// split and merged, where unsolicited lines fall, and which of the
	// spellings that its firmwares have the modem uses. The same seed and the
	// same bytes written give the same pattern. Zero is a seed like any other.
	Seed uint64

	// Calm turns the hostility off: each line arrives whole, at once, in the
	// first of its spellings, and answers take a few milliseconds. Strictness
	// is not hostility and stays.
	Calm bool

	// Boot makes the modem start when its AT port is first opened, with the
	// lines and the waits of a start. Otherwise it has been on for long.
	Boot bool

	// SIM is the card in the modem.
	SIM SIM

	// Answering is how long the network takes to put a call through after
	// ATA. Zero means 200 ms to 900 ms as the seed says, 200 ms when calm.
	Answering time.Duration

	// Dialling is how long ATD takes to its OK (with AT+COLP=0). Zero means
	// 150 ms to 1.5 s as the seed says, 150 ms when calm.
	Dialling time.Duration

	// AudioDelay is how long after a call is connected AT+CPCMREG=1, or Huawei's
	// AT^DDSETEX=2, is still answered with ERROR.
	AudioDelay time.Duration

	// Tone and ToneGap are how long the far side presses a key, and rests
	// after it. Zero means 120 ms and 80 ms.
	Tone, ToneGap time.Duration

	// CallWaiting means that the network offers a second call while one is
	// up, as after AT+CCWA=1,1. Without it the second caller finds the line
	// busy and the modem says nothing.
	CallWaiting bool

	// DataBearer lists the packet data connection among the calls, as LTE
	// modems do: +CLCC: 1,0,0,1,0,"",128.
	DataBearer bool

	// VoLTE makes calls VoLTE calls, which the SIM7600 streams at 16 kHz until
	// AT+CPCMBANDWIDTH=1,1 is sent.
	VoLTE bool

	// DataOnly makes the firmware one without calls and messages, as some of
	// the SIM7600, A7670 and Huawei have: ATD ends with NO CARRIER at once,
	// AT+CMGF and its like with ERROR, and who calls finds no service.
	DataOnly bool

	// AudioDies is a known fault of SIM7600 firmware: after audio was on and off
	// once, the audio port takes what is written, sends nothing, and nobody
	// hears it, though AT+CPCMREG=1 is answered with OK, until a reset.
	AudioDies bool

	// Reboot is how long the ports of a modem on USB are gone after AT+CFUN=1,1
	// and other commands that reset it. Zero means 5 s to 20 s as the seed says,
	// 5 s when calm.
	Reboot time.Duration

	// Reports gives the modem a second AT port, and tells on which of the two
	// it sends what it sends by itself.
	Reports Reports

	// Line is what the AT port is found as.
	Line LineState

	// Outcome, if not nil, is asked what becomes of a call that the program
	// dials, unless [Modem.OnDial] has named one for the number. It is called
	// on a goroutine of the call, with no lock held.
	Outcome func(number string) Outcome
}

func (c *Config) withDefaults() Config {
	var out Config
	if c != nil {
		out = *c
	}
	out.Tone = orElse(out.Tone, 120*time.Millisecond)
	out.ToneGap = orElse(out.ToneGap, 80*time.Millisecond)
	out.SIM = out.SIM.withDefaults()
	return out
}

func orElse[T comparable](v, zero T) T {
	var none T
	if v == none {
		return zero
	}
	return v
}

// String names the family and the seed. It shows nothing of the SIM.
func (c Config) String() string { return fmt.Sprintf("Config(%v, seed %d)", c.Family, c.Seed) }

// GoString returns what String does.
func (c Config) GoString() string { return c.String() }

// Format writes what String returns, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { writeMasked(f, c.String()) }

// LogValue returns what String does.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// SIMState is what a SIM wants before it can be used.
type SIMState int

const (
	// SIMReady wants nothing.
	SIMReady SIMState = iota
	// SIMAbsent is a modem without a SIM.
	SIMAbsent
	// SIMPIN wants its PIN.
	SIMPIN
	// SIMPUK wants its PUK, as three wrong PINs were tried.
	SIMPUK
)

// String says it in a word or two.
func (s SIMState) String() string {
	return nameOf(s, "SIMState", "ready", "absent", "wants PIN", "wants PUK")
}

// SIM is the card in the modem. The zero value is one that is ready.
type SIM struct {
	// State is what it wants.
	State SIMState

	// PIN and PUK are its codes. Empty means "1234" and "12345678".
	PIN, PUK string

	// PINTries and PUKTries are the attempts that remain. Zero means 3 and 10.
	PINTries, PUKTries int

	// Busy is how long after the start the SIM answers "SIM busy". It counts
	// from the first opening of the AT port, and again after a reset.
	Busy time.Duration

	// IMSI and ICCID are its numbers. Empty means numbers of the test network
	// 001-01.
	IMSI, ICCID string
}

func (s SIM) withDefaults() SIM {
	s.PIN = orElse(s.PIN, "1234")
	s.PUK = orElse(s.PUK, "12345678")
	s.PINTries = orElse(s.PINTries, maxPINTries)
	s.PUKTries = orElse(s.PUKTries, maxPUKTries)
	s.IMSI = orElse(s.IMSI, "001010123456789")
	s.ICCID = orElse(s.ICCID, "89001010123456789012")
	return s
}

// String tells the state and the attempts that remain, and no code or number.
func (s SIM) String() string {
	return fmt.Sprintf("SIM(%v, %d PIN and %d PUK attempts)", s.State, s.PINTries, s.PUKTries)
}

// GoString returns what String does.
func (s SIM) GoString() string { return s.String() }

// Format writes what String returns, whatever the verb.
func (s SIM) Format(f fmt.State, _ rune) { writeMasked(f, s.String()) }

// LogValue returns what String does.
func (s SIM) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Result is what becomes of a call that the program dials.
type Result int

const (
	// Answer: the far side answers after Outcome.After.
	Answer Result = iota
	// Busy: the far side is busy.
	Busy
	// NoAnswer: it rings and nobody answers; the network gives up.
	NoAnswer
	// Reject: the far side rejects the call while it rings.
	Reject
	// NoService: the network refuses at once; ATD ends with NO CARRIER.
	NoService
	// Ring: it rings until the test calls [Caller.Answer] or [Caller.Hangup],
	// or the program hangs up.
	Ring
)

// String says it in a word or two.
func (r Result) String() string {
	return nameOf(r, "Result", "answer", "busy", "no answer", "reject", "no service", "ring")
}

// Outcome tells what becomes of a call that the program dials. The zero value
// is a far side that rings after one second and answers after three more.
type Outcome struct {
	// Result is how it ends.
	Result Result

	// Alert is the time from the call's setting out to the ringing at the far
	// side. Zero means 1 s.
	Alert time.Duration

	// After is the time from there to the result. Zero means 3 s, and 30 s
	// for NoAnswer.
	After time.Duration
}

func (o Outcome) withDefaults() Outcome {
	o.Alert = orElse(o.Alert, time.Second)
	after := 3 * time.Second
	if o.Result == NoAnswer {
		after = 30 * time.Second
	}
	o.After = orElse(o.After, after)
	return o
}

// Incoming describes a call to the modem for [Modem.CallWith].
type Incoming struct {
	// Number is who calls, with "+" for an international number.
	Number string

	// Withheld and Unavailable take the number away: the caller hides it, or
	// the network does not know it.
	Withheld, Unavailable bool

	// Name is what AT+CNAP=1 shows. Empty means no name.
	Name string

	// CLIPAfter delays the caller's number by so much against the first RING.
	CLIPAfter time.Duration

	// NoCLIP loses the line with the caller's number. The list of calls
	// (AT+CLCC) has it.
	NoCLIP bool

	// RingFor is how long the caller waits for an answer. Zero means 60 s.
	RingFor time.Duration
}

// String shows the number masked.
func (in Incoming) String() string {
	return fmt.Sprintf("Incoming(%s)", mask(in.Number))
}

// GoString returns what String does.
func (in Incoming) GoString() string { return in.String() }

// Format writes what String returns, whatever the verb.
func (in Incoming) Format(f fmt.State, _ rune) { writeMasked(f, in.String()) }

// LogValue returns what String does.
func (in Incoming) LogValue() slog.Value { return slog.StringValue(in.String()) }
