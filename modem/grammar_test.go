package modem

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/voice"
)

func TestGrammarsKnowWhatIsNoCall(t *testing.T) {
	tests := map[CallGrammar][]string{
		GrammarDSCI: {
			"^DSCI", "^DSCI: 1", "^DSCI: 1,0,2", "^DSCI: 0,0,2,0,1,129", "^DSCI: 1,2,2,0,1,129", "^DSCI: 1,-1,2,0,1,129",
			"^DSCI: 1,0,0,0,1,129", "^DSCI: 1,0,8,0,1,129", "^DSCI: 1,0,2,1,1,129", "^DSCI: x,0,2,0,1,129", "+DSCI: 1,0,2,0,1,129",
		},
		GrammarCallInfo: {
			"+QIND", `+QIND: "ccinfo"`, `+QIND: "csq",1,0,3,0,0`, `+QIND: SMS DONE`, `+QIND: "ccinfo",1,0,6,0,0`, `+QIND: "ccinfo",1,0,-2,0,0`,
			`+QIND: "ccinfo",1,0,3,1,0`, `+QIND: "ccinfo",0,0,3,0,0`, `+QIND: "ccinfo",1,2,3,0,0`, `+QIND: "ccinfo",1,0,3`, `^QIND: "ccinfo",1,0,3,0,0`,
		},
		GrammarECAM: {
			"#ECAM", "#ECAM: 0,1", "#ECAM: 0,9,1,,,", "#ECAM: 0,10,1,,,", "#ECAM: 0,-1,1,,,", "#ECAM: 0,1,2,,,", "#ECAM: 0,1,,,,", "#ECAM: x,1,1", "+ECAM: 0,1,1,,,",
		},
		GrammarCallState: {
			"+UCALLSTAT", "+UCALLSTAT: 1", "+UCALLSTAT: 1,8", "+UCALLSTAT: 1,-1", "+UCALLSTAT: 0,1", "+UCALLSTAT: x,1", "+UCALLSTAT: 1,x", "+CALLSTAT: 1,1",
		},
		GrammarSLCC: {
			"^SLCC: 1", "^SLCC: 1,0,0,0", "^SLCC: 1,0,6,0,0,0", "^SLCC: 1,0,-1,0,0,0", "^SLCC: 1,0,0,1,0,0", "^SLCC: 0,0,0,0,0,0", "^SLCC: 1,2,0,0,0,0", "^SBC: 1,1,0,0,0,0",
		},
		GrammarHuawei: {
			"^ORIG", "^ORIG: 0,0", "^ORIG: x,0", "^ORIG: 1,1", "^CONN:1,2", "^CONN", "^CONF:", "^CEND", "^CEND: -1,0,67", "^BOOT:1,0", "CEND:1,0,67,16",
		},
		GrammarProgress: {"MO", "MO RINGING", "MO RING: 1", "MO DISCONNECTED", "RING"},
	}
	for g, lines := range tests {
		for _, line := range lines {
			got, ok := stateGrammars[g](line)
			assert.False(t, ok, "%q", line)
			assert.Zero(t, got, "%q", line)
		}
	}
	assert.Len(t, tests, len(stateGrammars))
}

func TestGrammarsReadWhatIsLeftOutOrMore(t *testing.T) {
	outgoing := func(state voice.State) report {
		return report{listed: listed{index: 1, dir: voice.Outgoing, state: state}, sided: true}
	}
	numbered := func(r report) report {
		r.number, r.named = "+12025550123", true
		return r
	}
	unnumbered := func(state voice.State) report {
		r := outgoing(state)
		r.index = 0
		return r
	}
	over := func(e voice.End) report { return report{listed: listed{index: 1, state: voice.Ended}, end: e} }
	tests := map[string]struct {
		grammar CallGrammar
		want    report
	}{
		"^DSCI: 1,0,7,0":                              {GrammarDSCI, outgoing(voice.Alerting)},
		"^DSCI:1,0,1,0,+12025550123,145":              {GrammarDSCI, numbered(outgoing(voice.Held))},
		`^DSCI: 1,0,3,0,"+12025550123",145`:           {GrammarDSCI, numbered(outgoing(voice.Active))},
		`^DSCI: 1,0,3,0,0,"+12025550123",145`:         {GrammarDSCI, numbered(outgoing(voice.Active))},
		`+QIND: "ccinfo",1,0,1,0,0`:                   {GrammarCallInfo, outgoing(voice.Held)},
		`+QIND: ccinfo,1,0,0,0,0,+12025550123,145`:    {GrammarCallInfo, numbered(outgoing(voice.Active))},
		`#ECAM: 0,7,1,,,`:                             {GrammarECAM, report{listed: listed{dir: voice.Outgoing, state: voice.Ended}, sided: true, end: voice.End{Reason: voice.Busy, Cause: 17}}},
		`#ECAM: 0,8,1`:                                {GrammarECAM, report{listed: listed{state: voice.Active}}},
		`#ECAM: 1,5,1,,,`:                             {GrammarECAM, report{listed: listed{dir: voice.Incoming, state: voice.Waiting}, sided: true}},
		"+XCALLSTAT: 1,3":                             {GrammarCallState, outgoing(voice.Alerting)},
		"+UCALLSTAT: 1,1":                             {GrammarCallState, report{listed: listed{index: 1, state: voice.Held}}},
		"^SLCC":                                       {GrammarSLCC, report{news: true}},
		`^SLCC: 1,0,3,0,0`:                            {GrammarSLCC, outgoing(voice.Alerting)},
		`^SLCC: 1,0,3,0,0,1,"+12025550123",145,"a,b"`: {GrammarSLCC, numbered(outgoing(voice.Alerting))},
		"^ORIG:1":                                     {GrammarHuawei, outgoing(voice.Dialing)},
		"^CONN:1":                                     {GrammarHuawei, report{listed: listed{index: 1, state: voice.Active}}},
		"^CEND:1":                                     {GrammarHuawei, over(voice.End{})},
		"^CEND:1,,67":                                 {GrammarHuawei, over(voice.End{})},
		"^CEND:1,5,22":                                {GrammarHuawei, over(voice.End{Reason: voice.Failed, Talk: 5 * time.Second})},
		"^CEND:1,5,21,0":                              {GrammarHuawei, over(voice.End{Reason: voice.Failed, Talk: 5 * time.Second})},
		"^CEND:1,5,22,16":                             {GrammarHuawei, over(voice.End{Reason: voice.Failed, Cause: 16, Talk: 5 * time.Second})},
		"^CEND:1,5,29":                                {GrammarHuawei, over(voice.End{Talk: 5 * time.Second})},
		"^CEND:1,-5,67,0":                             {GrammarHuawei, over(voice.End{})},
		"^CEND:1,99999999999,67,128":                  {GrammarHuawei, over(voice.End{})},
		"^CEND:1,61,67,x":                             {GrammarHuawei, over(voice.End{Talk: 61 * time.Second})},
		"^CEND:1,0,67,18":                             {GrammarHuawei, over(voice.End{Reason: voice.NoAnswer, Cause: 18})},
		"^CEND:1,0,67,19":                             {GrammarHuawei, over(voice.End{Reason: voice.NoAnswer, Cause: 19})},
		"^CEND:1,0,67,21":                             {GrammarHuawei, over(voice.End{Reason: voice.Rejected, Cause: 21})},
		"^CEND:1,0,67,26":                             {GrammarHuawei, over(voice.End{Reason: voice.AnsweredElsewhere, Cause: 26})},
		"MO RING":                                     {GrammarProgress, unnumbered(voice.Alerting)},
		"MO CONNECTED":                                {GrammarProgress, unnumbered(voice.Active)},
		"^CEND:1,0,67,127":                            {GrammarHuawei, over(voice.End{Reason: voice.Failed, Cause: 127})},
	}
	for line, tt := range tests {
		got, ok := stateGrammars[tt.grammar](line)
		assert.True(t, ok, "%q", line)
		assert.Equal(t, tt.want, got, "%q", line)
	}
}

func TestReasonsOfCauses(t *testing.T) {
	for _, c := range causes {
		reason, cause := reasonOf(c.cause)
		assert.Equal(t, c.reason, reason, c.word)
		assert.Equal(t, c.cause, cause)
	}
	for _, none := range []int{-1, 0, 128, 1 << 20} {
		reason, cause := reasonOf(none)
		assert.Zero(t, reason)
		assert.Zero(t, cause)
	}
}

func TestEveryGrammarIsKnown(t *testing.T) {
	for g := GrammarVoiceCall; g <= GrammarProgress; g++ {
		assert.True(t, g.known())
		_, states := stateGrammars[g]
		assert.Equal(t, g > GrammarOver, states, "grammar %d", g)
	}
	assert.False(t, (GrammarVoiceCall - 1).known())
	assert.False(t, (GrammarProgress + 1).known())
}

// fuzzState fuzzes a grammar: what was read is written again by render, and has
// to be read as the same.
func fuzzState(f *testing.F, g CallGrammar, render func(report) string, seeds ...string) {
	for _, l := range slices.Concat(lines, seeds) {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		r, ok := stateGrammars[g](line)
		if !ok {
			assert.Zero(t, r)
			return
		}
		assert.GreaterOrEqual(t, r.index, 0)
		assert.Contains(t, callStates, r.state)
		if r.state != voice.Ended {
			assert.Zero(t, r.end)
			if !r.news {
				assert.Equal(t, r.withSide().dir, r.dir, "only one way is possible")
			}
		}
		if !quotable(string(r.number)) {
			return
		}
		again := render(r)
		got, ok := stateGrammars[g](again)
		assert.True(t, ok, "%q", again)
		assert.Equal(t, r, got, "%q", again)
	})
}

// side is the field for the direction.
func (r report) side() int { return 1 - int(r.dir) }

// quotedNumber is the number as the last of some fields, if it was told.
func (r report) quotedNumber(before string) string {
	if !r.named {
		return ""
	}
	return before + `"` + string(r.number) + `",129`
}

// code finds the number of a state.
func code(states map[int]voice.State, s voice.State) int {
	for _, k := range slices.Sorted(maps.Keys(states)) {
		if states[k] == s {
			return k
		}
	}
	return -1
}

func FuzzParseDSCI(f *testing.F) {
	fuzzState(f, GrammarDSCI, func(r report) string {
		return fmt.Sprintf("^DSCI: %d,%d,%d,0", r.index, r.side(), code(dsciStates, r.state)) + r.quotedNumber(",0,")
	}, "^DSCI: 1,0,2,0,+12025550123,129,0", `^DSCI: 1,1,4,0,0,"+12025550100",161,,,0,"",0`, `^DSCI: 1,1,4,0,"1",2`)
}

func FuzzParseCallInfo(f *testing.F) {
	fuzzState(f, GrammarCallInfo, func(r report) string {
		stat := slices.Index(callStates[:], r.state)
		if r.state == voice.Ended {
			stat = -1
		}
		return fmt.Sprintf(`+QIND: "ccinfo",%d,%d,%d,0,0`, r.index, r.side(), stat) + r.quotedNumber(",")
	}, `+QIND: "ccinfo",2,0,3,0,0,"+12025550123",129`, `+QIND: "ccinfo",2,0,-1,0,0,"+12025550123",129`)
}

func FuzzParseECAM(f *testing.F) {
	fuzzState(f, GrammarECAM, func(r report) string {
		stat := code(ecamStates, r.state)
		if r.end.Reason == voice.Busy {
			stat = 7
		}
		return fmt.Sprintf("#ECAM: 0,%d,1,,", stat) + r.quotedNumber(",")
	}, `#ECAM: 0,1,1,,,"+12025550123",129`, "#ECAM: 0,7,1,,,", "#ECAM: 1,5,1")
}

func FuzzParseCallState(f *testing.F) {
	fuzzState(f, GrammarCallState, func(r report) string {
		stat := slices.Index(callStates[:], r.state)
		if r.news {
			stat = 7
		}
		return fmt.Sprintf("+XCALLSTAT: %d,%d", r.index, stat)
	}, "+UCALLSTAT: 1,7", "+UCALLSTAT: 1,6", "+XCALLSTAT: 9,0")
}

func FuzzParseSLCC(f *testing.F) {
	fuzzState(f, GrammarSLCC, func(r report) string {
		if r.news {
			return "^SLCC: "
		}
		return fmt.Sprintf("^SLCC: %d,%d,%d,0,0", r.index, r.side(), slices.Index(callStates[:], r.state)) + r.quotedNumber(",0,")
	}, "^SLCC: ", `^SLCC: 1,1,0,0,0,0,"+12025550100",161`, "^SLCC: 1,1,0,0,1,0")
}

func FuzzParseHuawei(f *testing.F) {
	names := map[voice.State]string{voice.Dialing: "^ORIG", voice.Alerting: "^CONF", voice.Active: "^CONN"}
	fuzzState(f, GrammarHuawei, func(r report) string {
		if r.state == voice.Ended {
			return fmt.Sprintf("^CEND:%d,%d,255,%d", r.index, int(r.end.Talk.Seconds()), r.end.Cause)
		}
		return fmt.Sprintf("%s:%d,0", names[r.state], r.index)
	}, "^ORIG:1,0", "^CONF:1", "^CONN:1,0", "^CEND:1,12,255", "^CEND: 1,0,67,17")
}
