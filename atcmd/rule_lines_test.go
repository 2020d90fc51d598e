package atcmd_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestRule2Lines(t *testing.T) {
	long := strings.Repeat("x", 8<<10)
	tests := map[string]struct {
		answer string
		want   []string
	}{
		"CR LF":             {"\r\none\r\n\r\ntwo\r\n\r\nOK\r\n", []string{"one", "two"}},
		"CR":                {"one\rtwo\rOK\r", []string{"one", "two"}},
		"LF":                {"one\ntwo\nOK\n", []string{"one", "two"}},
		"CR CR LF":          {"\r\r\none\r\r\ntwo\r\r\nOK\r\r\n", []string{"one", "two"}},
		"mixed":             {"one\n\r\n\rtwo\r\rOK\n", []string{"one", "two"}},
		"NULs":              {"\x00o\x00ne\x00\r\x00\n\x00OK\x00\r\n", []string{"one"}},
		"noise before":      {"\xff\xfe\x80one\r\n\xffOK\r\n", []string{"one"}},
		"control":           {"\x1aone\x07\r\nOK\x1b\r\n", []string{"one"}},
		"Latin-1 name":      {"+COPS: 0,0,\"T\xe9l\xe9com\"\r\nOK\r\n", []string{"+COPS: 0,0,\"T\xe9l\xe9com\""}},
		"UTF-8 name":        {"+COPS: 0,0,Télécom\r\nOK\r\n", []string{"+COPS: 0,0,Télécom"}},
		"GSM in quotes":     {"+CNUM: \"\x11\x1be\",\"1\",129\r\nOK\r\n", []string{"+CNUM: \"\x11\x1be\",\"1\",129"}},
		"tab":               {"a\tb\r\nOK\r\n", []string{"a\tb"}},
		"8 KiB":             {long + "\r\nOK\r\n", []string{long}},
		"more":              {long + "x\r\none\r\nOK\r\n", []string{"one"}},
		"much more":         {strings.Repeat(long, 9) + "\r\none\r\nOK\r\n", []string{"one"}},
		"prompt unasked":    {"> \r\n>one\r\nOK\r\n", []string{">", ">one"}},
		"spaces":            {"  \r\n one \r\n OK \r\n", []string{"one"}},
		"no end of the end": {"one\r\nOK", []string{"one"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("AT\r", tt.answer)
				assert.Equal(t, tt.want, mustExec(t, c, "AT"))
				assert.EqualValues(t, strings.Count(name, "more"), c.Stats().TooLong)
			})
		})
	}
}

func TestRule2Prompt(t *testing.T) {
	for _, prompt := range []string{"> ", ">", "\r\n> ", "> \r\n", "> \r\n> ", "\r\n>\r\n", "\x00\xff> "} {
		t.Run(fmt.Sprintf("%q", prompt), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("AT+CMGS=24\r", "AT+CMGS=24\r"+prompt)
				m.on("0011\x1a", "\r\n+CMGS: 7\r\n\r\nOK\r\n")
				resp, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=24", Body: "0011"})
				require.NoError(t, err)
				assert.Equal(t, []string{"+CMGS: 7"}, resp.Lines)
				assert.Equal(t, []string{"AT+CMGS=24\r", "0011\x1a"}, m.texts())
			})
		})
	}
}
