package modem

import (
	"slices"
	"strings"

	"github.com/callstack-go/callstack/voice"
)

// Causes that a result code stands for (3GPP TS 24.008, annex H).
const (
	causeBusy     = 17
	causeNoAnswer = 19 // user alerting, no answer

	causeElsewhere = 26 // non-selected user clearing
)

// maxCause is the greatest value of a cause (3GPP TS 24.008, 10.5.4.11).
const maxCause = 127

// causes are those that say more than that a call failed, by their number and by
// the words that modems have for them.
var causes = []struct {
	word   string
	reason voice.EndReason
	cause  int
}{
	{"busy", voice.Busy, causeBusy},
	{"no user responding", voice.NoAnswer, 18},
	{"no answer", voice.NoAnswer, causeNoAnswer},
	{"alerting", voice.NoAnswer, causeNoAnswer},
	{"reject", voice.Rejected, 21},
	{"non-selected user", voice.AnsweredElsewhere, causeElsewhere}, // what the other phones of a number are told
	{"non selected user", voice.AnsweredElsewhere, causeElsewhere},
	{"elsewhere", voice.AnsweredElsewhere, causeElsewhere}, // the reason of SIP, RFC 3326, on VoLTE
	{"unassigned", voice.Failed, 1},
	{"unallocated", voice.Failed, 1},
}

// parseCause reads AT+CEER's text about the call that ended last, and makes of it
// what is known of the end. The words are those of 3GPP TS 24.008, annex H, as
// modems shorten them.
func parseCause(lines []string) (text string, reason voice.EndReason, cause int) {
	for _, line := range lines {
		if _, rest, ok := strings.Cut(line, "+CEER:"); ok {
			text = strings.Trim(strings.TrimSpace(rest), `"`)
		}
	}
	low := strings.ToLower(text)
	for _, c := range causes {
		if strings.Contains(low, c.word) {
			return text, c.reason, c.cause
		}
	}
	return text, voice.Failed, 0
}

// reasonOf returns what a cause says of the end of a call that never was answered,
// and the cause. What is no cause tells nothing: both are 0.
func reasonOf(cause int) (voice.EndReason, int) {
	if cause < 1 || cause > maxCause {
		return 0, 0
	}
	for _, c := range causes {
		if c.cause == cause {
			return c.reason, cause
		}
	}
	return voice.Failed, cause
}

// networkFaults are the causes by which the network ends a call that it cannot keep
// (3GPP TS 24.008, table 10.5.123): destination or network out of order, no circuit,
// failure, congestion, no resources, an expired timer, a protocol error.
var networkFaults = []int{27, 34, 38, 41, 42, 44, 47, 102, 111}

// broke tells whether what was told of the end of an answered call is that nobody
// hung up: the call was not kept.
func broke(told voice.End) bool {
	return told.Reason == voice.Failed && (told.Cause == 0 || slices.Contains(networkFaults, told.Cause))
}
