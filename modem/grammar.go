package modem

import (
	"time"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// CallReport is an unsolicited line about a call.
type CallReport struct {
	// Name is the line up to its first colon, such as "VOICE CALL".
	Name string
	// Grammar says how to read the rest.
	Grammar CallGrammar
}

// CallGrammar is a way to spell reports about calls. A report that does not say
// all, such as which way a call goes, is about the call that it fits; where none
// does, AT+CLCC is asked.
type CallGrammar int

const (
	// GrammarVoiceCall is SIMCom's "VOICE CALL: BEGIN" and "VOICE CALL: END:
	// 000117", with the duration as HHMMSS.
	GrammarVoiceCall CallGrammar = iota
	// GrammarMissed is a line that says that a caller gave up, and may end with
	// the number: SIMCom's "MISSED_CALL: 11:01AM 07712345678".
	GrammarMissed
	// GrammarOver is a line that says that a call is over, and no more, such
	// as "REMOTE CALL END".
	GrammarOver
	// GrammarDSCI is Quectel's "^DSCI: <id>,<dir>,<state>,<type>,<number>,...",
	// whose states have an order of their own (chan_quectel), and the form of it
	// that has a quoted number behind one more field.
	GrammarDSCI
	// GrammarCallInfo is Quectel's "+QIND: "ccinfo",..." with the fields of
	// AT+CLCC, and -1 for a call that is over. Other +QIND are passed over.
	GrammarCallInfo
	// GrammarECAM is Telit's "#ECAM: <ccid>,<ccstatus>,<calltype>,,,[<number>,
	// <type>]" (AT#ECAM=1 in Telit's manuals).
	GrammarECAM
	// GrammarCallState is a number and a state in the order of AT+CLCC, with 6
	// for a call that is over: u-blox's "+UCALLSTAT: 1,0" and Infineon's
	// "+XCALLSTAT: 1,0".
	GrammarCallState
	// GrammarSLCC is Cinterion's "^SLCC: ..." (AT^SLCC=1): the fields of AT+CLCC
	// with one more before the number, and an empty line behind the last call.
	GrammarSLCC
	// GrammarHuawei is "^ORIG:<id>,<type>", "^CONF:<id>", "^CONN:<id>,<type>" and
	// "^CEND:<id>,<seconds>,<status>[,<cause>]", each with a CallReport of its
	// own (Huawei's MU509 manual, chan_dongle). The cause is that of 3GPP TS
	// 24.008.
	GrammarHuawei
	// GrammarProgress is a line of words about the call that is being dialled:
	// SIMCom's "MO RING" when the far side rings and "MO CONNECTED" when it
	// answers, each with a CallReport of its own (AT+MORING=1 in the SIM800
	// manual).
	GrammarProgress
)

// stateGrammars read the reports that tell the state of a call.
var stateGrammars = map[CallGrammar]func(line string) (report, bool){
	GrammarDSCI:      parseDSCI,
	GrammarCallInfo:  parseCallInfo,
	GrammarECAM:      parseECAM,
	GrammarCallState: parseCallState,
	GrammarSLCC:      parseSLCC,
	GrammarHuawei:    parseHuawei,
	GrammarProgress:  parseProgress,
}

// known tells whether g is one of the constants.
func (g CallGrammar) known() bool { return g >= GrammarVoiceCall && g <= GrammarProgress }

// report is what a line tells of a call, as far as it does.
type report struct {
	listed // an index of 0 is one that is not told

	sided bool      // the direction is told
	news  bool      // no more is told than that the list has something new
	end   voice.End // of a call in state Ended, as far as it is told
}

// withSide tells which way a call goes that is in a state where only calls of one
// direction are.
func (r report) withSide() report {
	switch r.state {
	case voice.Dialing, voice.Alerting:
		r.dir, r.sided = voice.Outgoing, true
	case voice.Ringing, voice.Waiting:
		r.dir, r.sided = voice.Incoming, true
	case voice.Active, voice.Held, voice.Ended:
	}
	return r
}

// ints reads parameters as numbers, and reports false if one is missing or is none.
func ints(args []atcmd.Arg, n int) ([]int, bool) {
	if len(args) < n {
		return nil, false
	}
	out := make([]int, n)
	for i := range out {
		v, ok := args[i].Int()
		if !ok {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

// callAt makes a report of an index, a direction (0 is outgoing) and a state. One
// that contradicts itself, such as a call that rings and goes out, is none.
func callAt(index, dir int, state voice.State) (report, bool) {
	if index < 1 || dir < 0 || dir > 1 {
		return report{}, false
	}
	r := report{listed: listed{index: index, dir: voice.Outgoing, state: state}, sided: true}
	if dir == 1 {
		r.dir = voice.Incoming
	}
	if r.withSide().dir != r.dir {
		return report{}, false
	}
	return r, true
}

// withNumber adds the number, if args has one at i.
func (r report) withNumber(args []atcmd.Arg, i int) report {
	if len(args) > i {
		r.number, r.named = events.Number(args[i].Text), true
	}
	return r
}

// dsciStates are the states of ^DSCI.
var dsciStates = map[int]voice.State{
	1: voice.Held, 2: voice.Dialing, 3: voice.Active, 4: voice.Ringing, 5: voice.Waiting, 6: voice.Ended, 7: voice.Alerting,
}

// parseDSCI reads GrammarDSCI: Quectel's number is not quoted and follows the type;
// one more field and a quoted number are of other makers of Qualcomm's firmware.
func parseDSCI(line string) (report, bool) {
	name, args := atcmd.Parse(line)
	n, ok := ints(args, 4)
	if !ok || name != "^DSCI" || !voiceMode(n[3]) {
		return report{}, false
	}
	state, ok := dsciStates[n[2]]
	if !ok {
		return report{}, false
	}
	r, ok := callAt(n[0], n[1], state)
	if !ok {
		return report{}, false
	}
	if len(args) > 5 && args[5].Quoted {
		return r.withNumber(args, 5), true
	}
	return r.withNumber(args, 4), true
}

// parseCallInfo reads GrammarCallInfo.
func parseCallInfo(line string) (report, bool) {
	name, args := atcmd.Parse(line)
	if name != "+QIND" || len(args) == 0 || args[0].Text != "ccinfo" {
		return report{}, false
	}
	args = args[1:]
	n, ok := ints(args, 4)
	if !ok || n[2] < -1 || n[2] > 5 || !voiceMode(n[3]) {
		return report{}, false
	}
	state := voice.Ended
	if n[2] >= 0 {
		state = callStates[n[2]]
	}
	r, ok := callAt(n[0], n[1], state)
	if !ok {
		return report{}, false
	}
	return r.withNumber(args, 5), true
}

// ecamStates are the states of #ECAM, but for 9, by which it tells the caller's
// name. Of "connecting" (2) no manual says whether the far side rings, so it is
// the state before that.
var ecamStates = map[int]voice.State{
	0: voice.Ended, 1: voice.Dialing, 2: voice.Dialing, 3: voice.Active, 4: voice.Held,
	5: voice.Waiting, 6: voice.Ringing, 7: voice.Ended, 8: voice.Active,
}

// parseECAM reads GrammarECAM. Its <ccid> counts from 0 and is nowhere said to be
// the index of AT+CLCC, so no index is taken from it.
func parseECAM(line string) (report, bool) {
	const (
		busy      = 7
		voiceType = 1
	)
	name, args := atcmd.Parse(line)
	n, ok := ints(args, 3)
	if !ok || name != "#ECAM" || n[2] != voiceType {
		return report{}, false
	}
	state, ok := ecamStates[n[1]]
	if !ok {
		return report{}, false
	}
	r := report{listed: listed{state: state}}.withSide()
	if n[1] == busy {
		r.end = voice.End{Reason: voice.Busy, Cause: causeBusy}
		r.dir, r.sided = voice.Outgoing, true
	}
	if len(args) > 5 && args[5].Text != "" {
		r = r.withNumber(args, 5)
	}
	return r, true
}

// parseCallState reads GrammarCallState. u-blox's state 7 says that the channel
// is up: whether the far side has answered, the list tells.
func parseCallState(line string) (report, bool) {
	const channelUp = 7
	name, args := atcmd.Parse(line)
	n, ok := ints(args, 2)
	if !ok || name != "+UCALLSTAT" && name != "+XCALLSTAT" || n[0] < 1 || n[1] < 0 || n[1] > channelUp {
		return report{}, false
	}
	if n[1] == channelUp {
		return report{listed: listed{index: n[0]}, news: true}, true
	}
	return report{listed: listed{index: n[0], state: callStates[n[1]]}}.withSide(), true
}

// parseSLCC reads GrammarSLCC. The empty line behind the last call is news, since
// a call that is over is one that is not listed any more.
func parseSLCC(line string) (report, bool) {
	name, args := atcmd.Parse(line)
	if name != "^SLCC" {
		return report{}, false
	}
	if len(args) == 0 {
		return report{news: true}, true
	}
	n, ok := ints(args, 5)
	if !ok || n[2] < 0 || n[2] > 5 || !voiceMode(n[3]) {
		return report{}, false
	}
	r, ok := callAt(n[0], n[1], callStates[n[2]])
	if !ok {
		return report{}, false
	}
	return r.withNumber(args, 6), true
}

// parseProgress reads GrammarProgress.
func parseProgress(line string) (report, bool) {
	state, ok := map[string]voice.State{"MO RING": voice.Alerting, "MO CONNECTED": voice.Active}[line]
	if !ok {
		return report{}, false
	}
	return report{listed: listed{dir: voice.Outgoing, state: state}, sided: true}, true
}

// parseHuawei reads GrammarHuawei. A type that is told and is not 0 is no voice
// call.
func parseHuawei(line string) (report, bool) {
	name, args := atcmd.Parse(line)
	n, ok := ints(args, 1)
	if !ok || n[0] < 1 {
		return report{}, false
	}
	state, ok := huaweiStates[name]
	if !ok {
		return report{}, false
	}
	r := report{listed: listed{index: n[0], state: state}}.withSide()
	if name == "^CEND" {
		r.end = parseHuaweiEnd(args[1:])
		return r, true
	}
	if len(args) > 1 && args[1].Text != "0" {
		return report{}, false
	}
	return r, true
}

// huaweiStates are what each line tells.
var huaweiStates = map[string]voice.State{
	"^ORIG": voice.Dialing, "^CONF": voice.Alerting, "^CONN": voice.Active, "^CEND": voice.Ended,
}

// Values of <status> in ^CEND, which are those of Qualcomm's firmware, that mean that
// nobody hung up. What others mean, such as 29 where this side ended the call and 25
// where the network released it, the cause tells better.
const (
	endNoService = 21
	endFade      = 22
)

// parseHuaweiEnd reads what ^CEND has behind the index. The status is always 255 with
// some modems. The cause is left out where the call ended before the network answered.
func parseHuaweiEnd(args []atcmd.Arg) voice.End {
	const longest = 1 << 24 // seconds: half a year, and no overflow
	var e voice.End
	if len(args) > 0 {
		if s, ok := args[0].Int(); ok && s > 0 && s <= longest {
			e.Talk = time.Duration(s) * time.Second
		}
	}
	if len(args) > 2 {
		cause, _ := args[2].Int()
		e.Reason, e.Cause = reasonOf(cause)
	}
	if len(args) > 1 && e.Cause == 0 {
		if status, ok := args[1].Int(); ok && (status == endNoService || status == endFade) {
			e.Reason = voice.Failed
		}
	}
	return e
}
