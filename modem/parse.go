package modem

import (
	"strconv"
	"strings"
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// listed is a voice call in the list of AT+CLCC (3GPP TS 27.007, 7.18).
type listed struct {
	index  int
	dir    voice.Direction
	state  voice.State // Ended for SIMCom's stat 6
	number events.Number
	named  bool // the number was told, be it empty
}

func (l listed) rings() bool { return l.state == voice.Ringing }

// callStates are the values of <stat>, and 6, by which SIMCom says that a call
// is over.
var callStates = [...]voice.State{
	voice.Active, voice.Held, voice.Dialing, voice.Alerting, voice.Ringing, voice.Waiting, voice.Ended,
}

// parseCLCC reads a line of AT+CLCC. It reports false for what is no voice call,
// such as the packet bearer that LTE modems list, and for what is malformed.
// Only the first four fields are needed: modems leave out the others, and put
// all kinds of things behind them.
func parseCLCC(line string) (listed, bool) {
	name, args := atcmd.Parse(line)
	if name != "+CLCC" || len(args) < 4 {
		return listed{}, false
	}
	var n [4]int
	for i := range n {
		v, ok := args[i].Int()
		if !ok || v < 0 {
			return listed{}, false
		}
		n[i] = v
	}
	if n[1] > 1 || n[2] >= len(callStates) || !voiceMode(n[3]) {
		return listed{}, false
	}
	l := listed{index: n[0], dir: voice.Outgoing, state: callStates[n[2]]}
	if n[1] == 1 {
		l.dir = voice.Incoming
	}
	if len(args) > 5 {
		if isCut(line, args[5]) {
			return listed{}, false
		}
		l.number, l.named = events.Number(args[5].Text), true
	}
	return l, true
}

// isCut tells whether a line ends within a parameter: noise that looks like the end of
// a line has cut it, and half a number is that of somebody else.
func isCut(line string, arg atcmd.Arg) bool {
	return arg.Quoted && !strings.Contains(line, `"`+arg.Text+`"`)
}

// voiceMode tells whether <mode> is a call that can be talked in: voice, and
// voice alternating with or followed by data or fax.
func voiceMode(mode int) bool { return mode == 0 || mode >= 3 && mode <= 5 }

// parseNumber reads "+CLIP: <number>,..." and "+CCWA: <number>,...". The number
// is empty where the caller withholds it. A read answer begins with a plain
// number of one digit and is not taken.
func parseNumber(line string) (events.Number, bool) {
	_, args := atcmd.Parse(line)
	if len(args) < 2 {
		return "", false
	}
	number := args[0]
	if !number.Quoted && len(number.Text) == 1 {
		return "", false
	}
	return events.Number(number.Text), true
}

// parseMissed reads the number of "MISSED_CALL: 11:01AM 07712345678". It is empty
// where there is none.
func parseMissed(line string) events.Number {
	i := strings.LastIndexByte(line, ' ')
	number := line[i+1:]
	if i < 0 || !validNumber(number) {
		return ""
	}
	return events.Number(number)
}

// parseVoiceCall reads SIMCom's "VOICE CALL: BEGIN" and "VOICE CALL: END: 000117".
// The duration is HHMMSS, or 0 where it is left out or not understood.
func parseVoiceCall(line string) (begin bool, talk time.Duration, ok bool) {
	_, what, _ := strings.Cut(line, ":")
	what, rest, _ := strings.Cut(what, ":")
	switch strings.TrimSpace(what) {
	case "BEGIN":
		return true, 0, true
	case "END":
		return false, parseClock(strings.TrimSpace(rest)), true
	}
	return false, 0, false
}

// parseClock reads HHMMSS, or HH:MM:SS and MM:SS.
func parseClock(s string) time.Duration {
	var parts []string
	switch {
	case strings.Contains(s, ":"):
		parts = strings.Split(s, ":")
	case len(s) == 6:
		parts = []string{s[:2], s[2:4], s[4:]}
	}
	if len(parts) > 3 {
		return 0
	}
	var d time.Duration
	for _, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return 0
		}
		d = 60*d + time.Duration(n)*time.Second
	}
	return d
}

// parseKey reads a report of a key, such as "+RXDTMF: 5", "+DTMF: 5,120" or, by
// its ASCII code, "+QTONEDET: 56". Single tones such as "+DTMF:1400" are none.
func parseKey(line string, code bool) (byte, bool) {
	_, args := atcmd.Parse(line)
	if len(args) == 0 {
		return 0, false
	}
	text := args[0].Text
	if code && len(text) > 1 {
		n, err := strconv.ParseUint(text, 10, 8)
		return byte(n), err == nil && isKey(byte(n))
	}
	return first(text), len(text) == 1 && isKey(first(text))
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

func isKey(c byte) bool { return strings.IndexByte(voice.AnyKey, c) >= 0 }

// voiceRing tells whether "+CRING: <type>" is a voice call (TS 27.007, 6.11).
func voiceRing(line string) bool {
	_, kind, ok := strings.Cut(line, ":")
	return !ok || strings.HasPrefix(strings.TrimSpace(kind), "VOICE")
}

// parsePIN reads the state of the SIM out of "+CPIN: READY" (3GPP TS 27.007, 8.3),
// which some modems quote.
func parsePIN(line string) (state string, ok bool) {
	name, args := atcmd.Parse(line)
	if name != "+CPIN" || len(args) == 0 {
		return "", false
	}
	return args[0].Text, true
}

// parseFlow reads a report of Profile.Audio.Flow: "+QPCMV: 0,0" stops what is
// written, "+QPCMV: 1,0" lets it go on.
func parseFlow(line string) (stop, ok bool) {
	_, args := atcmd.Parse(line)
	n, ok := ints(args, 1)
	if !ok || n[0] < 0 || n[0] > 1 {
		return false, false
	}
	return n[0] == 0, true
}
