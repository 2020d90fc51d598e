package modemtest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/modem/modemtest"
)

func TestNextCommand(t *testing.T) {
	type command = modemtest.Command
	tests := map[string]struct {
		want command
		rest string
		bad  bool
	}{
		"E0V1":            {want: command{Name: "E", Args: []modemtest.Arg{{Text: "0"}}}, rest: "V1"},
		"a":               {want: command{Name: "A", Args: []modemtest.Arg{{}}}},
		"&F":              {want: command{Name: "&F", Args: []modemtest.Arg{{}}}},
		"&c1&d2":          {want: command{Name: "&C", Args: []modemtest.Arg{{Text: "1"}}}, rest: "&d2"},
		"I?;+CSQ":         {want: command{Name: "I", Op: modemtest.OpRead, Args: []modemtest.Arg{{}}}, rest: ";+CSQ"},
		"S3=13S4=10":      {want: command{Name: "S3", Op: modemtest.OpSet, Args: []modemtest.Arg{{Text: "13"}}}, rest: "S4=10"},
		"S0?":             {want: command{Name: "S0", Op: modemtest.OpRead}},
		"S0":              {bad: true},
		"S=1":             {bad: true},
		"D123;":           {want: command{Name: "D", Text: "123;"}},
		"d*99#":           {want: command{Name: "D", Text: "*99#"}},
		"+csq":            {want: command{Name: "+CSQ"}},
		"+CSQ;+CREG?":     {want: command{Name: "+CSQ"}, rest: "+CREG?"},
		"+CREG? ;":        {want: command{Name: "+CREG", Op: modemtest.OpRead}},
		"+CREG=?":         {want: command{Name: "+CREG", Op: modemtest.OpTest}},
		"+CREG=2":         {want: command{Name: "+CREG", Op: modemtest.OpSet, Args: []modemtest.Arg{{Text: "2"}}}},
		`+X="a,b;c",,2;D`: {want: command{Name: "+X", Op: modemtest.OpSet, Args: []modemtest.Arg{{Text: "a,b;c", Quoted: true}, {}, {Text: "2"}}}, rest: "D"},
		`+X=""`:           {want: command{Name: "+X", Op: modemtest.OpSet, Args: []modemtest.Arg{{Quoted: true}}}},
		"+X=":             {want: command{Name: "+X", Op: modemtest.OpSet, Args: []modemtest.Arg{{}}}},
		`+X="a`:           {bad: true},
		`+X=a"b"`:         {bad: true},
		`+X="a"b"`:        {bad: true},
		"+X?1":            {bad: true},
		"+":               {bad: true},
		"?":               {bad: true},
		"&":               {bad: true},
		"&1":              {bad: true},
		"7":               {bad: true},
	}
	for body, tt := range tests {
		t.Run(body, func(t *testing.T) {
			got, rest, ok := modemtest.NextCommand(body)
			assert.Equal(t, !tt.bad, ok)
			if ok {
				assert.Equal(t, tt.want, got)
				assert.Equal(t, tt.rest, rest)
			}
		})
	}
}

// FuzzNextCommand holds that a command is taken off the front, and that it
// parses to the same when it is written out again.
func FuzzNextCommand(f *testing.F) {
	for _, s := range []string{"E0V1", "S3=13S4=10", `+CPMS="ME","ME";+CSQ`, "D+12025550100;", "+CNMI=,,1", "&F&W"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if body == "" {
			return
		}
		c, rest, ok := modemtest.NextCommand(body)
		if !ok {
			return
		}
		assert.True(t, strings.HasSuffix(body, rest))
		assert.Less(t, len(rest), len(body))
		again, left, ok := modemtest.NextCommand(written(c))
		assert.True(t, ok, written(c))
		assert.Empty(t, left)
		assert.Equal(t, c, again)
	})
}

// written puts a command back into the form of a line.
func written(c modemtest.Command) string {
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = a.Text
		if a.Quoted {
			args[i] = `"` + a.Text + `"`
		}
	}
	params := strings.Join(args, ",")
	switch c.Op {
	case modemtest.OpTest:
		return c.Name + "=?"
	case modemtest.OpRead:
		return c.Name + params + "?"
	case modemtest.OpSet:
		return c.Name + "=" + params
	}
	return c.Name + params + c.Text
}
