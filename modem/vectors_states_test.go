package modem

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/vectors"
	"github.com/callstack-go/callstack/voice"
)

// checkState checks the rows of the reports that tell the state of a call.
func checkState(t *testing.T, r vectors.Row) {
	check := map[string]struct {
		grammar CallGrammar
		want    func(*testing.T, vectors.Row) []report
	}{
		"dsci":        {GrammarDSCI, wantDSCI},
		"qind_ccinfo": {GrammarCallInfo, wantCallInfo},
		"ecam":        {GrammarECAM, wantECAM},
		"ucallstat":   {GrammarCallState, wantCallState},
		"xcallstat":   {GrammarCallState, wantXCallState},
		"huawei_call": {GrammarHuawei, wantHuawei},
		"slcc":        {GrammarSLCC, wantSLCC},
	}[r.Kind]
	var got []report
	for _, line := range linesOf(r.Raw) {
		told, ok := stateGrammars[check.grammar](line)
		require.True(t, ok, "%q", line)
		got = append(got, told)
		for g, read := range stateGrammars {
			_, ok := read(line)
			assert.Equal(t, g == check.grammar, ok, "%q in grammar %d", line, g)
		}
	}
	assert.Equal(t, check.want(t, r), got)
}

// wanted is a report of a call with a number.
func wanted(id int, dir string, state voice.State, number *string) report {
	r := report{listed: listed{index: id, dir: voice.Outgoing, state: state}, sided: true}
	if dir == "mt" {
		r.dir = voice.Incoming
	}
	if number != nil {
		r.number, r.named = events.Number(*number), true
	}
	return r
}

func wantDSCI(t *testing.T, r vectors.Row) []report {
	want := expect[struct {
		ID        int
		Dir, Stat string
		Number    *string
	}](t, r)
	names := map[string]voice.State{"incoming": voice.Ringing, "released": voice.Ended, "dialing": voice.Dialing}
	require.Contains(t, names, want.Stat)
	return []report{wanted(want.ID, want.Dir, names[want.Stat], want.Number)}
}

func wantCallInfo(t *testing.T, r vectors.Row) []report {
	want := expect[struct {
		wantListed
		Released bool
	}](t, r)
	state := voice.Ended
	if !want.Released {
		state = callStates[want.Stat]
	}
	return []report{wanted(want.ID, want.Dir, state, want.Number)}
}

func wantSLCC(t *testing.T, r vectors.Row) []report {
	var out []report
	for _, c := range expect[struct{ Calls []wantListed }](t, r).Calls {
		out = append(out, wanted(c.ID, c.Dir, callStates[c.Stat], c.Number))
	}
	return append(out, report{news: true}) // the empty line
}

func wantECAM(t *testing.T, r vectors.Row) []report {
	want := expect[struct {
		Status int `json:"ccstatus"`
		Number *string
	}](t, r)
	rep, known := map[int]report{
		0: {listed: listed{state: voice.Ended}},
		1: {listed: listed{state: voice.Dialing, dir: voice.Outgoing}, sided: true},
		3: {listed: listed{state: voice.Active}},
		6: {listed: listed{state: voice.Ringing, dir: voice.Incoming}, sided: true},
	}[want.Status]
	require.True(t, known)
	if want.Number != nil {
		rep.number, rep.named = events.Number(*want.Number), true
	}
	return []report{rep}
}

func wantCallState(t *testing.T, r vectors.Row) []report {
	want := expect[struct {
		ID   int
		Stat string
	}](t, r)
	rep, known := map[string]report{
		"dialing":                    {listed: listed{state: voice.Dialing, dir: voice.Outgoing}, sided: true},
		"connected(traffic channel)": {news: true},
		"disconnected":               {listed: listed{state: voice.Ended}},
	}[want.Stat]
	require.True(t, known)
	rep.index = want.ID
	return []report{rep}
}

func wantXCallState(t *testing.T, r vectors.Row) []report {
	want := expect[struct{ ID, Stat int }](t, r)
	require.Equal(t, 4, want.Stat)
	return []report{wanted(want.ID, "mt", voice.Ringing, nil)}
}

func wantHuawei(t *testing.T, r vectors.Row) []report {
	want := expect[struct {
		Event    string
		ID       int
		Duration int
		Cause    int `json:"cc_cause"`
	}](t, r)
	rep, known := map[string]report{
		"originated": {listed: listed{state: voice.Dialing, dir: voice.Outgoing}, sided: true},
		"alerting":   {listed: listed{state: voice.Alerting, dir: voice.Outgoing}, sided: true},
		"connected":  {listed: listed{state: voice.Active}},
		"ended":      {listed: listed{state: voice.Ended}},
	}[want.Event]
	require.True(t, known)
	reason, known := map[int]voice.EndReason{0: 0, 16: voice.Failed, 17: voice.Busy}[want.Cause]
	require.True(t, known)
	rep.index = want.ID
	rep.end = voice.End{Reason: reason, Cause: want.Cause, Talk: time.Duration(want.Duration) * time.Second}
	return []report{rep}
}

// checkFlow checks a report by which a modem stops and starts the audio.
func checkFlow(t *testing.T, r vectors.Row) {
	want := expect[struct{ Event string }](t, r)
	for _, line := range linesOf(r.Raw) {
		stop, ok := parseFlow(line)
		require.True(t, ok)
		assert.Equal(t, want.Event == "uplink_pause", stop)
		assert.Contains(t, []string{"uplink_pause", "uplink_ready"}, want.Event)
	}
}

// checkVoicePort checks the answer to a query for the rate of an audio port.
func checkVoicePort(t *testing.T, r vectors.Row) {
	want := expect[struct {
		Enabled    bool
		Rate, Bits int
	}](t, r)
	lines := linesOf(r.Raw)
	require.Len(t, lines, 1)
	rate, ok := parseVoicePort(lines[0])
	require.True(t, ok)
	assert.True(t, want.Enabled && want.Bits == 16)
	assert.Equal(t, want.Rate, rate)
}
