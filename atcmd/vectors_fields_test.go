package atcmd_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/internal/vectors"
)

// fields are what the rows of lines tell that no package asks for yet: where in the
// line each stands. -1 is beyond the end. Whoever sends the command itself takes the
// answer apart by Parse.
var fields = map[string]map[string]int{
	"ecav":       {"id": 0, "stat": 1},
	"colp":       {"number": 0, "toa": 1},
	"cdip":       {"number": 0, "toa": 1},
	"cnap":       {"name": 0, "validity": 1},
	"ss_notify":  {"code": 0},
	"qpcmv_read": {"enabled": 0, "mode": 1},
	"ccfc":       {"active": 0, "class": 1, "number": 2, "toa": 3},
}

// notFields are the members of rows that are no fields of the line.
var notFields = []string{"note", "meaning"}

func TestVectorsOfFieldsThatNobodyAsksFor(t *testing.T) {
	for _, r := range vectors.Load(t, "calls") {
		places, ok := fields[r.Kind]
		if !ok {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			_, args := atcmd.Parse(r.Raw)
			var want map[string]any
			require.NoError(t, json.Unmarshal(r.Expect, &want))
			for name, value := range want {
				if slices.Contains(notFields, name) {
					continue
				}
				require.Contains(t, places, name)
				require.Greater(t, len(args), places[name], name)
				checkField(t, value, args[places[name]])
			}
		})
	}
}

func checkField(t *testing.T, want any, got atcmd.Arg) {
	t.Helper()
	switch want := want.(type) {
	case string:
		assert.Equal(t, want, got.Text)
	case float64:
		n, ok := got.Int()
		assert.True(t, ok)
		assert.Equal(t, int(want), n)
	case bool:
		n, ok := got.Int()
		assert.True(t, ok)
		assert.Equal(t, want, n == 1)
	}
}

// AT+CCWA=1,2 answers with one line for each class of calls (3GPP TS 27.007, 7.12):
// those that have the class 1 are about voice.
func TestVectorsOfCallWaiting(t *testing.T) {
	for _, r := range vectors.Load(t, "calls") {
		if r.Kind != "ccwa_status" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			var want, got struct {
				Enabled *bool `json:"voice_enabled"`
			}
			require.NoError(t, json.Unmarshal(r.Expect, &want))
			for line := range strings.FieldsFuncSeq(r.Raw, isEnd) {
				_, args := atcmd.Parse(line)
				require.Len(t, args, 2)
				status, _ := args[0].Int()
				if class, ok := args[1].Int(); ok && class&1 == 1 {
					on := status == 1
					got.Enabled = &on
				}
			}
			assert.Equal(t, want, got)
		})
	}
}

func isEnd(r rune) bool { return r == '\r' || r == '\n' }

// The own numbers of a SIM (3GPP TS 27.007, 7.1), however they are quoted, and in one
// row behind a result code that was not ended.
func TestVectorsOfOwnNumbers(t *testing.T) {
	for _, r := range vectors.Load(t, "identity") {
		if !strings.HasPrefix(r.Kind, "cnum") {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			var want, got struct{ Numbers []string }
			require.NoError(t, json.Unmarshal(r.Expect, &want))
			got.Numbers = []string{}
			for line := range strings.FieldsFuncSeq(r.Raw, isEnd) {
				name, args := atcmd.Parse(line)
				assert.Equal(t, "+CNUM", strings.TrimPrefix(name, "ERROR"))
				require.GreaterOrEqual(t, len(args), 3)
				if args[1].Text != "" {
					got.Numbers = append(got.Numbers, args[1].Text)
				}
			}
			assert.Equal(t, want, got)
		})
	}
}

// The centre of messages (3GPP TS 27.005, 3.3.1), where it is in characters. Numbers
// in hexadecimal are those of the character set that was chosen.
func TestVectorsOfCentres(t *testing.T) {
	hex, plain := 0, 0
	for _, r := range vectors.Load(t, "identity") {
		if r.Kind != "csca" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			var want struct {
				Number *string
				TOA    int
			}
			require.NoError(t, json.Unmarshal(r.Expect, &want))
			_, args := atcmd.Parse(r.Raw)
			require.Len(t, args, 2)
			toa, _ := args[1].Int()
			assert.Equal(t, want.TOA, toa)
			number := ""
			if want.Number != nil {
				number = *want.Number
			}
			if len(args[0].Text) > 20 {
				hex++
				assert.NotContains(t, args[0].Text, number)
				return
			}
			plain++
			assert.Equal(t, number, args[0].Text)
		})
	}
	t.Logf("%d of %d rows are in hexadecimal, and not read further", hex, hex+plain)
}
