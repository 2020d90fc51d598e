package atcmd_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/internal/vectors"
)

// q and u are quoted and unquoted parameters.
func q(s string) atcmd.Arg { return atcmd.Arg{Text: s, Quoted: true} }
func u(s string) atcmd.Arg { return atcmd.Arg{Text: s} }

func TestParse(t *testing.T) {
	tests := map[string]struct {
		name string
		args []atcmd.Arg
	}{
		"RING":                              {"RING", nil},
		"":                                  {"", nil},
		"+CSQ: 20,99":                       {"+CSQ", []atcmd.Arg{u("20"), u("99")}},
		"+CSQ:20,99":                        {"+CSQ", []atcmd.Arg{u("20"), u("99")}},
		" +CSQ : 20 , 99 ":                  {"+CSQ", []atcmd.Arg{u("20"), u("99")}},
		"^SLCC: ":                           {"^SLCC", nil},
		`+CLIP: "+12025550100",145,,,,0`:    {"+CLIP", []atcmd.Arg{q("+12025550100"), u("145"), u(""), u(""), u(""), u("0")}},
		"+CLIP:,129,,,,1":                   {"+CLIP", []atcmd.Arg{u(""), u("129"), u(""), u(""), u(""), u("1")}},
		`+CCWA: "1",129,1,,0,,,`:            {"+CCWA", []atcmd.Arg{q("1"), u("129"), u("1"), u(""), u("0"), u(""), u(""), u("")}},
		`+X: ""`:                            {"+X", []atcmd.Arg{q("")}},
		`+X: ,""`:                           {"+X", []atcmd.Arg{u(""), q("")}},
		"+X: ,":                             {"+X", []atcmd.Arg{u(""), u("")}},
		`+CNUM: something,"123",161`:        {"+CNUM", []atcmd.Arg{u("something"), q("123"), u("161")}},
		`+COPS: 0,0,"a, b" ,7`:              {"+COPS", []atcmd.Arg{u("0"), u("0"), q("a, b"), u("7")}},
		`+CREG: 2,1,"5E25`:                  {"+CREG", []atcmd.Arg{u("2"), u("1"), q("5E25")}},
		`+CREG: 2,1,"0B,"0100701",7`:        {"+CREG", []atcmd.Arg{u("2"), u("1"), q("0B"), q("0100701"), u("7")}},
		`+CUSD: 0,"the "Mega" plan, x",15`:  {"+CUSD", []atcmd.Arg{u("0"), q(`the "Mega" plan, x`), u("15")}},
		"+CUSD: 1,\"a\r\nb\",15":            {"+CUSD", []atcmd.Arg{u("1"), q("a\r\nb"), u("15")}},
		"+CREG: 2,1,  0 5, 2715":            {"+CREG", []atcmd.Arg{u("2"), u("1"), u("0 5"), u("2715")}},
		`+COPS: (2,"a","b","1",7),,(0,1-4)`: {"+COPS", []atcmd.Arg{u(`(2,"a","b","1",7)`), u(""), u("(0,1-4)")}},
		"+X: (0,1":                          {"+X", []atcmd.Arg{u("(0"), u("1")}},
		"+X: (0)1,2":                        {"+X", []atcmd.Arg{u("(0)1"), u("2")}},
		"VOICE CALL: END: 000017":           {"VOICE CALL", []atcmd.Arg{u("END: 000017")}},
		"MISSED_CALL: 11:01AM 12025550100":  {"MISSED_CALL", []atcmd.Arg{u("11:01AM 12025550100")}},
		`+CNUM: "",+12025550100",145`:       {"+CNUM", []atcmd.Arg{q(""), u("+12025550100"), u("145")}},
		"NO CARRIER: 16":                    {"NO CARRIER", []atcmd.Arg{u("16")}},
		`^CEND:1,12,29,16`:                  {"^CEND", []atcmd.Arg{u("1"), u("12"), u("29"), u("16")}},
		`+QIND: "ccinfo",2,0,-1,0,0,"1",129`: {"+QIND", []atcmd.Arg{
			q("ccinfo"), u("2"), u("0"), u("-1"), u("0"), u("0"), q("1"), u("129"),
		}},
	}
	for line, tt := range tests {
		t.Run(line, func(t *testing.T) {
			name, args := atcmd.Parse(line)
			assert.Equal(t, tt.name, name)
			assert.Equal(t, tt.args, args)
		})
	}
}

func TestArgInt(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "007": 7, "-1": -1, "+5": 5} {
		got, ok := atcmd.Arg{Text: text}.Int()
		assert.True(t, ok, text)
		assert.Equal(t, want, got)
	}
	got, ok := q("15").Int()
	assert.True(t, ok, "quotes do not matter")
	assert.Equal(t, 15, got)
	for _, text := range []string{"", "x", "1F", "1 2", "99999999999999999999", "1.5"} {
		_, ok := atcmd.Arg{Text: text}.Int()
		assert.False(t, ok, text)
	}
}

// TestParseOfCalls reads the caller ids and call lists of calls.json.
func TestParseOfCalls(t *testing.T) {
	type call struct {
		ID, Stat, Mode int
		Number, Alpha  *string
		TOA            *int
		Validity       *int
	}
	for _, row := range vectors.Load(t, "calls") {
		var want []call
		switch row.Kind {
		case "clip":
			want = make([]call, 1)
			require.NoError(t, json.Unmarshal(row.Expect, &want[0]))
		case "clcc":
			require.NoError(t, json.Unmarshal(row.Expect, &want))
		}
		lines := strings.FieldsFunc(row.Raw, func(r rune) bool { return r == '\r' || r == '\n' })
		for i := range want {
			t.Run(fmt.Sprint(row.ID, " ", i), func(t *testing.T) {
				w := want[i]
				_, args := atcmd.Parse(lines[i])
				if row.Kind == "clip" {
					assertText(t, w.Number, args, 0)
					assertInt(t, w.TOA, args, 1)
					assertInt(t, w.Validity, args, 5)
					return
				}
				assertInt(t, &w.ID, args, 0)
				assertInt(t, &w.Stat, args, 2)
				assertInt(t, &w.Mode, args, 3)
				assertText(t, w.Number, args, 5)
				assertInt(t, w.TOA, args, 6)
				assertText(t, w.Alpha, args, 7)
			})
		}
	}
}

// assertText and assertInt hold a parameter against what a row expects: nil if
// it is not there.
func assertText(t *testing.T, want *string, args []atcmd.Arg, i int) {
	t.Helper()
	if want == nil {
		assert.LessOrEqual(t, len(args), i)
		return
	}
	require.Greater(t, len(args), i)
	assert.Equal(t, *want, args[i].Text)
}

func assertInt(t *testing.T, want *int, args []atcmd.Arg, i int) {
	t.Helper()
	if want == nil {
		assert.LessOrEqual(t, len(args), i)
		return
	}
	require.Greater(t, len(args), i)
	n, ok := args[i].Int()
	assert.True(t, ok)
	assert.Equal(t, *want, n)
}

// TestParseOfOwnNumbers reads the rows of identity.json that name numbers.
func TestParseOfOwnNumbers(t *testing.T) {
	seen := 0
	for _, row := range vectors.Load(t, "identity") {
		if row.Kind != "cnum" {
			continue
		}
		seen++
		t.Run(row.ID, func(t *testing.T) {
			var want struct{ Numbers []string }
			require.NoError(t, json.Unmarshal(row.Expect, &want))
			var got []string
			for line := range strings.SplitSeq(row.Raw, "\r\n") {
				name, args := atcmd.Parse(line)
				assert.Equal(t, "+CNUM", name)
				require.Len(t, args, 3)
				if args[1].Text != "" {
					got = append(got, args[1].Text)
				}
			}
			assert.ElementsMatch(t, want.Numbers, got)
		})
	}
	t.Logf("%d rows", seen)
}

// render writes a line as a modem would.
func render(name string, args []atcmd.Arg) string {
	var b strings.Builder
	b.WriteString(name + ": ")
	for i, a := range args {
		if i > 0 {
			b.WriteByte(',')
		}
		if a.Quoted {
			b.WriteString(`"` + a.Text + `"`)
		} else {
			b.WriteString(a.Text)
		}
	}
	return b.String()
}

// openList tells whether a parameter begins like a list and is none.
func openList(a atcmd.Arg) bool {
	if a.Quoted || !strings.HasPrefix(a.Text, "(") {
		return false
	}
	_, alone := atcmd.Parse("+X: " + a.Text + ",")
	return len(alone) != 2 || !strings.HasSuffix(a.Text, ")") ||
		strings.Count(a.Text, "(") != strings.Count(a.Text, ")") || strings.Count(a.Text, `"`)%2 != 0
}

// FuzzParse holds that a line that is written again from what was read of it
// reads the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"+CSQ: 20,99", `+CLIP: "+12025550100",145,,,,0`, `+CREG: 2,1,"0B,"0100701",7`, `+CUSD: 0,"a "b", c",15`,
		"+COPS: (2,\"a\"),,(0)", "RING", ":", "+X: ,", `+X: "`, `+X: "a" ,"b`, "+X: ((1),(2)", `+X: "" "",""`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		name, args := atcmd.Parse(line)
		if slices.ContainsFunc(args, openList) {
			return // where a list that is not closed ends depends on what follows
		}
		again, argsAgain := atcmd.Parse(render(name, args))
		assert.Equal(t, name, again)
		assert.Equal(t, args, argsAgain, "%q", render(name, args))
	})
}
