package serial

import (
	"bytes"
	"strings"

	"github.com/callstack-go/callstack/internal/sniff"
)

// Verdict is who is at the other end of a port, as far as AT tells. A higher one
// says more.
type Verdict int

// The verdicts.
const (
	// Silent means that nothing came at all: no modem, one that is off, another port
	// of it, or a rate that it does not take.
	Silent Verdict = iota
	// Noise means bytes that are no text: most often the wrong rate.
	Noise
	// Talks means text, but no answer to AT, such as an echo of it.
	Talks
	// Positions means a port for GPS.
	Positions
	// Diagnostic means frames of the chip maker's diagnostic protocol.
	Diagnostic
	// DataMode means PPP: the modem was left in a data connection on this port. It
	// ends with +++ between two pauses of a second, or when DTR drops.
	DataMode
	// Answers means that a modem answers AT.
	Answers
)

var verdicts = [...]string{"silent", "noise", "talks", "positions", "diagnostic", "data_mode", "answers"}

// String returns the verdict's name.
func (v Verdict) String() string {
	if v < 0 || int(v) >= len(verdicts) {
		return "unknown"
	}
	return verdicts[v]
}

// Remedy tells a user what to do about a verdict, in words; empty for [Answers].
func (v Verdict) Remedy() string {
	switch v {
	case Answers:
		return ""
	case Silent:
		return "check that the modem is on and that this is its port for commands"
	case Noise:
		return "set Baud to the modem's rate; if it is right, this is another port of the modem"
	case Talks:
		return "try the modem's other ports"
	case Positions:
		return "this is the port for GPS: use the one for commands, often two further"
	case Diagnostic:
		return "this is the port for diagnostics: use the one for commands, often two further"
	case DataMode:
		return "end the data connection (pppd, ModemManager), or restart the modem"
	}
	return ""
}

// judge tells from what came who is there.
func judge(came []byte) Verdict {
	switch {
	case hasFinal(came):
		return Answers
	case len(bytes.Trim(came, "\x00\xff")) == 0:
		if len(came) > 0 {
			return Noise
		}
		return Silent
	case sniff.HasPPP(came):
		return DataMode
	case sniff.HasFrame(came):
		return Diagnostic
	case sniff.IsMostlyBinary(came):
		return Noise
	case sniff.HasNMEA(came):
		return Positions
	}
	return Talks
}

// hasFinal looks for a line that ends the answer to a command (ITU-T V.250, 5.7.1;
// 3GPP TS 27.007, 9.1).
func hasFinal(came []byte) bool {
	for _, l := range sniff.Lines(came) {
		text := strings.TrimSpace(string(l))
		switch {
		case text == "OK", text == "ERROR", strings.HasPrefix(text, "+CME ERROR:"):
			return true
		}
	}
	return false
}

// parseIMEI finds the answer to AT+CGSN: a line of digits, which some modems put a
// name or quotes around.
func parseIMEI(came []byte) (imei string, ok bool) {
	for _, l := range sniff.Lines(came) {
		text := strings.TrimSpace(string(l))
		for _, prefix := range []string{"+CGSN:", "IMEI:"} {
			text = strings.TrimSpace(strings.TrimPrefix(text, prefix))
		}
		if text = strings.Trim(text, `"`); isIMEI(text) {
			return text, true
		}
	}
	return "", false
}

// isIMEI tells whether a text has the form of an IMEI, with its check digit, without
// it, or with a software version instead (3GPP TS 23.003, 6.2).
func isIMEI(s string) bool {
	return len(s) >= 14 && len(s) <= 16 && strings.Trim(s, "0123456789") == ""
}

// sameIMEI compares what does not depend on the form.
func sameIMEI(a, b string) bool { return isIMEI(a) && isIMEI(b) && a[:14] == b[:14] }
