package events_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
)

func TestMask(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"the design's example":  {"+15555550100", "+155****0100"},
		"eleven without plus":   {"15555550100", "155****0100"},
		"ten":                   {"5555550100", "55****0100"},
		"nine":                  {"555550100", "5****0100"},
		"eight":                 {"55550100", "****0100"},
		"five":                  {"50100", "****0"},
		"four":                  {"0100", "****"},
		"short code with plus":  {"+112", "+****"},
		"one":                   {"7", "****"},
		"with separators":       {"+1 (555) 555-0100", "+155****0100"},
		"star and hash":         {"*100#", "****#"},
		"letters of DTMF":       {"+7913913ABCA", "+791****ABCA"},
		"empty":                 {"", ""},
		"name":                  {"Vodafone", "Vodafone"},
		"name of DTMF letters":  {"Dad", "Dad"},
		"name with few digits":  {"Info24", "Info24"},
		"number in a SIP URI":   {"sip:5555550100@ims", "sip:55****0100@ims"},
		"number and a word":     {"+1 (555) 555-0100 (home)", "+155****0100 (home)"},
		"number between words":  {"call 555 555 0100, now", "call 55****0100, now"},
		"name with few, apart":  {"Route 6-6 (east)", "Route 6-6 (east)"},
		"plus within":           {"a+15555550100", "a+155****0100"},
		"conference focus":      {"sip:mmtel", "sip:mmtel"},
		"digits beyond ASCII":   {"٠١٢٣٤٥٦٧٨٩", "٠١****٦٧٨٩"},
		"few beyond ASCII":      {"متجر ٢٤", "متجر ٢٤"},
		"other separators":      {"555,555_0100:1", "555****1001"},
		"unprintable ones":      {"555\u00a0555\u200b01\x0000\xff", "55****0100\xff"},
		"stars in a name":       {"x55****0100", "x****00"},
		"thirty digits":         {strings.Repeat("1234567890", 3), "123****7890"},
		"plus alone is no name": {"+", "+"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, events.Mask(tt.in)) })
	}
}

func TestNumberIsMaskedByEveryVerb(t *testing.T) {
	const n = events.Number("+15555550100")
	type holder struct{ From events.Number }
	for _, format := range []string{
		"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%T %v",
		"%20s", "%-20s", "%.3s", "%08v", "%#q", "%U", "%c", "%e", "%b",
	} {
		args := []any{n}
		if strings.Count(format, "%") == 2 {
			args = []any{n, n}
		}
		assert.NotContains(t, fmt.Sprintf(format, args...), "5555550", format)
		assert.NotContains(t, fmt.Sprintf(format, args...), "35353535", format)
	}
	assert.Equal(t, `"+155****0100"`, fmt.Sprintf("%q", n))
	assert.Equal(t, `"+155****0100"`, fmt.Sprintf("%#v", n))
	assert.Equal(t, "   +155****0100", fmt.Sprintf("%15s", n))
	assert.Equal(t, "+155****0100   ", fmt.Sprintf("%-15v", n))
	assert.Equal(t, "{+155****0100}", fmt.Sprintf("%v", holder{n}))
	assert.Equal(t, "&{From:+155****0100}", fmt.Sprintf("%+v", &holder{n}))
	assert.Equal(t, "[+155****0100]", fmt.Sprint([]events.Number{n}))
	assert.Equal(t, "+15555550100", string(n), "a conversion is how a program gets it in full")
}

func TestNumberIsMaskedInLogsNotInJSON(t *testing.T) {
	const n = events.Number("+15555550100")
	var text, js bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("call", slog.Any("from", n))
	slog.New(slog.NewJSONHandler(&js, nil)).Info("call", slog.Any("from", n))
	assert.Contains(t, text.String(), "from=+155****0100")
	assert.Contains(t, js.String(), `"from":"+155****0100"`)
	full, err := json.Marshal(n)
	require.NoError(t, err)
	assert.Equal(t, `"+15555550100"`, string(full))
}

func TestPrivacy(t *testing.T) {
	const n = events.Number("+15555550100")
	assert.Equal(t, "+155****0100", events.Masked.Number(n))
	assert.Equal(t, "+155****0100", events.Strict.Number(n))
	assert.Equal(t, "+15555550100", events.Full.Number(n))
	assert.Empty(t, events.Masked.Key('5'))
	assert.Empty(t, events.Strict.Key('5'))
	assert.Equal(t, "5", events.Full.Key('5'))
	assert.Empty(t, events.Full.Key(0))
	for _, p := range []events.Privacy{events.Masked, events.Full} {
		shown, length := p.Text("grüße\x00")
		require.NotNil(t, shown)
		assert.Equal(t, "grüße\x00", *shown)
		assert.Nil(t, length)
	}
	for _, p := range []events.Privacy{events.Strict, 7, -1} {
		shown, length := p.Text("grüße\x00")
		assert.Nil(t, shown, p)
		require.NotNil(t, length)
		assert.Equal(t, 6, *length, "in characters")
	}
	assert.Equal(t, "masked strict full Privacy(7)",
		fmt.Sprint(events.Masked, events.Strict, events.Full, events.Privacy(7)))
}

// FuzzMask holds that a mask never shows more than it promises: of n ≥ 5 digits
// without a letter between them at most seven, and never the middle.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"+15555550100", "Info24", "sip:12345@x", "*100#", "", "1-2-3-4-5-6", "x 1-2 (3) 4/5.6", "1\xff2345", "x12****34"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		masked := events.Mask(s)
		assert.Equal(t, masked, events.Number(s).String())
		run := 0
		for _, r := range strings.ReplaceAll(masked, "****", "x") {
			switch {
			case unicode.IsLetter(r):
				run = 0
			case unicode.IsDigit(r):
				run++
				assert.LessOrEqual(t, run, 4, "a run of digits in %q", masked)
			}
		}
	})
}
