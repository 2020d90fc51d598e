package realtime_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
)

var offered = []string{"sms.received", "call.state", "signal.quality", "door.opened"}

func TestARequestWithoutAURLAsksForAll(t *testing.T) {
	h := newHub(t, &realtime.Config{Auth: open})
	a := admitted(t, h, &http.Request{Method: http.MethodGet})
	assert.Empty(t, realtime.Selected(a))
	_, asked := realtime.ResumesFrom(a)
	assert.False(t, asked)
}

func TestFilter(t *testing.T) {
	tests := map[string]struct {
		query string
		want  []string // nil: all
	}{
		"absent":             {"", nil},
		"blank":              {"events=", nil},
		"commas alone":       {"events=,%20,,", nil},
		"another parameter":  {"x=sms.received", nil},
		"one":                {"events=call.state", []string{"call.state"}},
		"two":                {"events=sms.received,call.state", []string{"sms.received", "call.state"}},
		"in another order":   {"events=call.state,sms.received", []string{"sms.received", "call.state"}},
		"with spaces":        {"events=+sms.received%20,%09call.state", []string{"sms.received", "call.state"}},
		"twice":              {"events=call.state,call.state", []string{"call.state"}},
		"empty elements":     {"events=,call.state,,", []string{"call.state"}},
		"several parameters": {"events=call.state&x=1&events=door.opened", []string{"call.state", "door.opened"}},
		"one of them blank":  {"events=&events=door.opened", []string{"door.opened"}},
		"an escaped comma":   {"events=call.state%2Cdoor.opened", []string{"call.state", "door.opened"}},
		"all":                {"events=" + strings.Join(offered, ","), offered},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := realtime.Filter(tt.query, offered)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestFiltersThatAreRefused(t *testing.T) {
	for name, query := range map[string]string{
		"unknown":          "events=call.state,door.closed",
		"another case":     "events=Call.State",
		"a part of a name": "events=call",
		"a pattern":        "events=call.*",
		"a bad escape":     "events=%zz",
		"half an escape":   "events=call.state%2",
		"a semicolon":      "events=call.state;x=1",
		"a NUL":            "events=call.state%00",
		"a huge query":     "events=" + strings.Repeat("call.state,", 2000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := realtime.Filter(query, offered)
			assert.Error(t, err)
		})
	}
}

// FuzzFilter looks whether what is selected was asked for, whether what was asked
// for is selected, and whether asking for what was selected selects the same.
func FuzzFilter(f *testing.F) {
	for _, q := range []string{
		"", "events=", "events=call.state", "events=call.state,sms.received", "events=a&events=door.opened", "events=%2c", "events=x;y",
		"events=%20call.state%0a",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		got, err := realtime.Filter(query, offered)
		if err != nil {
			require.Empty(t, got)
			return
		}
		require.True(t, got == nil || len(got) > 0, "nothing at all cannot be selected")
		for _, name := range got {
			require.Contains(t, offered, name)
		}
		if !strings.Contains(query, "%") { // nothing is hidden from this simple look
			for _, name := range offered {
				asked := strings.Contains(query, "events="+name)
				require.True(t, !asked || slices.Contains(got, name) || !strings.Contains("&"+query, "&events="+name))
			}
		}
		again, err := realtime.Filter("events="+strings.Join(got, ","), offered)
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}
