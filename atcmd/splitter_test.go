package atcmd_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/atcmd"
)

// FuzzSplitter holds that the tokens do not depend on the pieces in which bytes
// come, that no line has what a line cannot have, and that what is held is
// bounded.
func FuzzSplitter(f *testing.F) {
	for _, s := range []string{
		"\r\n+CSQ: 20,99\r\n\r\nOK\r\n", "> ", "a\r\r\nb\n\n\x00c\r> d", "\xff\xfeAT\r\r\nOK\r\n",
		"+CUSD: 1,\"Menu\r\n1 Balance\r\n\r\n2 Plans\",15\r\nOK\r\n", "+CUSD: 1,\"a\r\n\"b\", 0 \r\nx", "+CUSD: 0,\"\r\n",
		"\"\x01\x02\"\x03\r\n", strings.Repeat("x", 8191) + "\x00yy\r\nz\r\n", "+CUSD: 0,\"" + strings.Repeat("y\r\n", 4000) + "z\r\n",
	} {
		f.Add([]byte(s), uint64(1), true)
	}
	f.Fuzz(func(t *testing.T, p []byte, seed uint64, prompt bool) {
		whole := atcmd.Splitter{Prompt: prompt}
		whole.Feed(p)
		pieces := atcmd.Splitter{Prompt: prompt}
		random := rand.New(rand.NewPCG(seed, 0))
		for rest := p; len(rest) > 0; {
			n := 1 + random.IntN(min(len(rest), 1+random.IntN(64)))
			pieces.Feed(rest[:n])
			rest = rest[n:]
			assert.LessOrEqual(t, pieces.Held(), 8<<10+1)
		}
		assert.Equal(t, whole.Tokens, pieces.Tokens)
		for _, token := range whole.Tokens {
			assert.NotEmpty(t, token)
			assert.NotContains(t, token, "\x00")
			assert.LessOrEqual(t, len(token), 8<<10+1)
			if !strings.HasPrefix(token, "+CUSD") {
				assert.NotContains(t, token, "\r")
				assert.NotContains(t, token, "\n")
			}
		}
	})
}

func TestSplitterFindsPromptsOnlyAtTheStartOfALine(t *testing.T) {
	for _, pieces := range [][]string{{"a>b\r\n"}, {"a", ">b\r\n"}, {strings.Repeat("x", 9000), ">\r\n"}} {
		s := atcmd.Splitter{Prompt: true}
		for _, p := range pieces {
			s.Feed([]byte(p))
		}
		assert.True(t, s.Prompt, "%.10q", pieces)
	}
	for _, pieces := range [][]string{{">"}, {"a\r", ">"}, {"\r\n\x00\xff> "}, {"\x00", "\x00", ">"}} {
		s := atcmd.Splitter{Prompt: true}
		for _, p := range pieces {
			s.Feed([]byte(p))
		}
		assert.False(t, s.Prompt, "%q", pieces)
	}
}

func TestSplitterKeepsOpenTexts(t *testing.T) {
	tests := map[string]struct {
		in   string
		want []string
	}{
		"one line":             {"+CUSD: 0,\"a\",15\r\n", []string{"+CUSD: 0,\"a\",15"}},
		"no number":            {"+CUSD: 0,\"a\"\r\n", []string{"+CUSD: 0,\"a\""}},
		"no text":              {"+CUSD: 2\r\nOK\r\n", []string{"+CUSD: 2", "OK"}},
		"two lines":            {"+CUSD: 0,\"a\r\nb\",15\r\nOK\r\n", []string{"+CUSD: 0,\"a\r\nb\",15", "OK"}},
		"empty lines":          {"+CUSD: 0,\"a\r\n\r\n\nb\"\r\n", []string{"+CUSD: 0,\"a\r\n\r\n\nb\""}},
		"OK in the text":       {"+CUSD: 0,\"a\r\nOK\r\nb\",0\r\n", []string{"+CUSD: 0,\"a\r\nOK\r\nb\",0"}},
		"quote alone":          {"+CUSD: 0,\"\r\nb\",0\r\n", []string{"+CUSD: 0,\"\r\nb\",0"}},
		"quotes within":        {"+CUSD: 0,\"the \"Mega\" plan, x\r\ny\",15\r\n", []string{"+CUSD: 0,\"the \"Mega\" plan, x\r\ny\",15"}},
		"comma within":         {"+CUSD: 0,\"a\", b\r\nc\",15\r\n", []string{"+CUSD: 0,\"a\", b\r\nc\",15"}},
		"spaces":               {"+CUSD: 0,\"a\r\nb\" , 15 \r\n", []string{"+CUSD: 0,\"a\r\nb\" , 15 "}},
		"GSM and NUL":          {"+CUSD: 0,\"\x11\x00a\r\n\x02\x00b\",15\r\n", []string{"+CUSD: 0,\"\x11a\r\n\x02b\",15"}},
		"greater-than in text": {"+CUSD: 0,\"a\r\n> b\",15\r\n> ", []string{"+CUSD: 0,\"a\r\n> b\",15", ">"}},
		"too long": {
			"+CUSD: 0,\"" + strings.Repeat("y", 9000) + "\r\nz\",15\r\nOK\r\n",
			[]string{"…", "z\",15", "OK"},
		},
		"too long later": {
			"+CUSD: 0,\"a\r\n" + strings.Repeat("y", 9000) + "\",15\r\nOK\r\n",
			[]string{"+CUSD: 0,\"a\r\n" + strings.Repeat("y", 8<<10-13), "…", "OK"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := atcmd.Splitter{Prompt: true}
			s.Feed([]byte(tt.in))
			assert.Equal(t, tt.want, s.Tokens)
		})
	}
}
