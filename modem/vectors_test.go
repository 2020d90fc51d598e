package modem

import (
	"encoding/json"
	"strings"
	"testing"
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

func TestVectorsOfCalls(t *testing.T) {
	for _, r := range vectors.Load(t, "calls") {
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
			default:
				// Reports of families that come with their profiles: they must
				// not be taken for something that they are not.
				for _, line := range linesOf(r.Raw) {
					_, isCall := parseCLCC(line)
					assert.False(t, isCall, "%q is no line of AT+CLCC", line)
				}
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
		Type  string
		Voice *bool
	}](t, r)
	for _, line := range linesOf(r.Raw) {
		if want.Event == "ring" {
			assert.Equal(t, want.Voice == nil || *want.Voice, voiceRing(line))
		}
	}
}

func TestVectorsOfKeys(t *testing.T) {
	codes := map[string]bool{"+QTONEDET": true}
	for _, r := range vectors.Load(t, "dtmf") {
		if r.Kind == "dtmf_send" {
			continue // of families whose sending comes with their profiles
		}
		t.Run(r.ID, func(t *testing.T) {
			want := expect[struct{ Digit *string }](t, r)
			for _, line := range linesOf(r.Raw) {
				name, _ := atcmd.Parse(line)
				key, ok := parseKey(line, codes[name])
				if want.Digit == nil {
					assert.False(t, ok)
					continue
				}
				require.True(t, ok, "%q", line)
				assert.Equal(t, *want.Digit, string(rune(key)))
			}
		})
	}
}

func TestVectorsOfIdentity(t *testing.T) {
	for _, r := range vectors.Load(t, "identity") {
		if r.Kind != "identity" {
			continue // own numbers and message centres
		}
		t.Run(r.ID, func(t *testing.T) {
			want := expect[struct{ Cmd, Manufacturer, Model, Revision, IMEI, Family string }](t, r)
			lines := linesOf(r.Raw)
			var id Identity
			switch want.Cmd {
			case "AT+CGMI":
				assert.Equal(t, want.Manufacturer, plain(lines, "+CGMI:", "Manufacturer:"))
			case "AT+CGMM":
				assert.Equal(t, want.Model, plain(lines, "+CGMM:", "Model:"))
			case "AT+CGMR":
				if want.Revision != "" {
					assert.Equal(t, want.Revision, plain(lines, "+CGMR:", "Revision:"))
				}
			default:
				id.fill(lines)
				if strings.Contains(r.Raw, ":") && strings.Contains(r.Raw, "Model") {
					assert.Equal(t, want.Model, id.Model)
					assert.Equal(t, want.IMEI, orEmpty(id.IMEI, want.IMEI))
				}
			}
		})
	}
}

// orEmpty returns got unless nothing is wanted.
func orEmpty(got, want string) string {
	if want == "" {
		return ""
	}
	return got
}
