package modem

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/vectors"
	"github.com/callstack-go/callstack/voice"
)

// linesOf returns the lines of a row.
func linesOf(raw string) []string {
	return strings.FieldsFunc(raw, func(r rune) bool { return r == '\r' || r == '\n' })
}

func expect[T any](t *testing.T, r vectors.Row) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal(r.Expect, &v))
	return v
}

// noCalls are the kinds of rows that are about calls and that this package does not
// read.
var noCalls = map[string]string{
	"ccwa_status": "the service of call waiting is not asked for",
	"ecav":        "Ericsson's reports: AT+CLCC tells what they do",
	"colp":        "AT+COLP=0 is sent: it would hold back ATD's result",
	"cdip":        "which own number was called is not told",
	"cnap":        "names of callers are not told",
	"ss_notify":   "what the far side does with the call is not told",
	"qpcmv_read":  "AT+QPCMV? is not asked",
	"ccfc":        "call forwarding is not asked for",
}

func TestVectorsOfCalls(t *testing.T) {
	out := leftOut{}
	defer out.log(t)
	for _, r := range vectors.Load(t, "calls") {
		if why, ok := noCalls[r.Kind]; ok {
			out.add(r, why)
			checkNotTaken(t, r)
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			switch r.Kind {
			case "clcc", "clcc_urc", "clcc_malformed", "clcc_voice_filter":
				checkList(t, r)
			case "clip", "ccwa_urc":
				checkNumber(t, r)
			case "voice_call_urc", "missed_call":
				checkVoiceCall(t, r)
			case "cring", "call_urc":
				checkRing(t, r)
			case "dsci", "qind_ccinfo", "ecam", "ucallstat", "xcallstat", "huawei_call", "slcc":
				checkState(t, r)
			case "qpcmv_flow":
				checkFlow(t, r)
			case "cvoice":
				checkVoicePort(t, r)
			default:
				assert.Fail(t, "a new kind", r.Kind)
			}
		})
	}
}

type wantListed struct {
	ID     int
	Dir    string
	Stat   int
	Mode   int
	Number *string
}

func checkList(t *testing.T, r vectors.Row) {
	var got []listed
	for _, line := range linesOf(r.Raw) {
		if l, ok := parseCLCC(line); ok {
			got = append(got, l)
		}
	}
	if r.Kind == "clcc_voice_filter" {
		want := expect[struct {
			VoiceIDs []int `json:"voice_ids"`
		}](t, r)
		var ids []int
		for _, l := range got {
			ids = append(ids, l.index)
		}
		assert.Equal(t, want.VoiceIDs, ids)
		return
	}
	var want []wantListed
	if r.Kind == "clcc_malformed" {
		want = expect[struct{ Lenient []wantListed }](t, r).Lenient
	} else {
		want = expect[[]wantListed](t, r)
	}
	var wantVoice []listed
	for _, w := range want {
		if voiceMode(w.Mode) {
			wantVoice = append(wantVoice, w.listed())
		}
	}
	assert.Equal(t, wantVoice, got)
}

func (w wantListed) listed() listed {
	l := listed{index: w.ID, dir: voice.Outgoing, state: callStates[w.Stat]}
	if w.Dir == "mt" {
		l.dir = voice.Incoming
	}
	if w.Number != nil {
		l.number, l.named = events.Number(*w.Number), true
	}
	return l
}

func checkNumber(t *testing.T, r vectors.Row) {
	want := expect[struct{ Number string }](t, r)
	lines := linesOf(r.Raw)
	require.Len(t, lines, 1)
	got, ok := parseNumber(lines[0])
	assert.True(t, ok)
	assert.Equal(t, events.Number(want.Number), got)
}

func checkVoiceCall(t *testing.T, r vectors.Row) {
	want := expect[struct {
		Event     string
		DurationS float64 `json:"duration_s"`
	}](t, r)
	for _, line := range linesOf(r.Raw) {
		begin, talk, ok := parseVoiceCall(line)
		if want.Event == "missed" {
			assert.False(t, ok)
			name, _ := atcmd.Parse(line)
			assert.Equal(t, "MISSED_CALL", name)
			continue
		}
		require.True(t, ok)
		assert.Equal(t, want.Event == "connected", begin)
		assert.Equal(t, time.Duration(want.DurationS*float64(time.Second)), talk)
	}
}

func checkRing(t *testing.T, r vectors.Row) {
	want := expect[struct {
		Event string
		Voice *bool
	}](t, r)
	if want.Event != "ring" {
		checkEnd(t, r)
		return
	}
	for _, line := range linesOf(r.Raw) {
		assert.Equal(t, want.Voice == nil || *want.Voice, voiceRing(line))
	}
}

// checkEnd checks that a call is over when a modem of the row's family, here the
// one that all of them are checked with, sends the row.
func checkEnd(t *testing.T, r vectors.Row) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		mock := &MockTransport{Model: "SIMCOM_SIM7600E-H"}
		m, err := Open(ctx, mock, &Config{NetworkPoll: -1})
		require.NoError(t, err)
		defer m.Close()
		time.Sleep(time.Second) // the first list is of before the call
		mock.On("AT+CLCC").Reply(`+CLCC: 1,0,0,0,0,"+12025550123",145`)
		call, err := m.Dial(ctx, "+12025550123", nil)
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		mock.On("AT+CLCC").Final("ERROR")
		mock.Inject(r.Raw)
		select {
		case <-call.Done():
		case <-ctx.Done():
		}
		end, _ := call.End()
		assert.Equal(t, voice.RemoteHangup, end.Reason)
	})
}
