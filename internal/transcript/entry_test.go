package transcript_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/transcript"
)

func TestEntriesAreLines(t *testing.T) {
	e := transcript.Entry{At: 1500, Port: transcript.AT, Op: transcript.In, Data: transcript.Latin1([]byte("<\r\n\x00\xff"))}
	line := string(transcript.Append(nil, e))
	assert.Equal(t, `{"us":1500,"port":"at","op":"in","data":"<\r\n\u0000ÿ"}`+"\n", line)
	got, err := transcript.Read(strings.NewReader(string(transcript.Header()) + line))
	require.NoError(t, err)
	assert.Equal(t, []transcript.Entry{e}, got)
	assert.Equal(t, 1500*time.Microsecond, got[0].Time())
	raw, err := transcript.Raw(got[0].Data)
	require.NoError(t, err)
	assert.Equal(t, "<\r\n\x00\xff", string(raw))
}

func TestWhatIsNoTranscript(t *testing.T) {
	const at = `{"us":1,"port":"at","op":`
	tests := map[string]struct{ text, want string }{
		"nothing":         {"", "unexpected EOF"},
		"something else":  {"hello\n", "line 1: this is no transcript"},
		"other JSON":      {"{}\n", "line 1: this is no transcript"},
		"another version": {`{"transcript":"callstack","version":2}`, "line 1: version 2: not version 1 of a transcript"},
		"no entry":        {"hello", "line 2: not an entry"},
		"unknown key":     {at + `"open","number":"12025550187"}`, "line 2: not an entry"},
		"two entries":     {at + `"open"}` + at + `"open"}`, "line 2: more than an entry"},
		"no port":         {`{"us":1,"port":"gps","op":"open"}`, "line 2: no such port"},
		"no kind":         {at + `"jump"}`, "line 2: no such kind"},
		"before":          {`{"us":-1,"port":"at","op":"open"}`, "line 2: no such time"},
		"ages later":      {`{"us":999999999999999999,"port":"at","op":"open"}`, "line 2: no such time"},
		"out of order":    {at + `"open"}` + "\n" + `{"us":0,"port":"at","op":"close"}`, "line 3: it is earlier than the one before"},
		"no data":         {at + `"in"}`, "line 2: it lacks"},
		"data of audio":   {`{"us":1,"port":"audio","op":"in","data":"x"}`, "line 2: it lacks"},
		"no reason":       {at + `"end"}`, "line 2: it lacks"},
		"data of opening": {at + `"open","data":"x"}`, "line 2: it lacks"},
		"too much audio":  {`{"us":1,"port":"audio","op":"in","bytes":2000000}`, "line 2: no such number of bytes"},
		"no bytes":        {at + `"in","data":"€"}`, "line 2: a character of the data stands for no byte"},
		"endless":         {strings.Repeat("x", 2<<20), "line 2: bufio.Scanner: token too long"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := tt.text
			if !strings.HasPrefix(tt.want, "line 1") && text != "" {
				text = string(transcript.Header()) + text
			}
			_, err := transcript.Read(strings.NewReader(text))
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
			assert.NotContains(t, err.Error(), "2025550187", "an error shows nothing of a line")
		})
	}
	_, err := transcript.Read(strings.NewReader(""))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = transcript.Read(strings.NewReader(`{"transcript":"callstack","version":9}`))
	require.ErrorIs(t, err, transcript.ErrVersion)
	broken := errors.New("broken")
	_, err = transcript.Read(io.MultiReader(strings.NewReader(string(transcript.Header())), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
}
