package atcmd_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/internal/vectors"
)

// TestFinalResults sends every row of finals_errors.json as the answer to a
// plain command and to a dialling one.
func TestFinalResults(t *testing.T) {
	for _, row := range vectors.Load(t, "finals_errors") {
		t.Run(row.ID+" "+strings.TrimSpace(row.Raw), func(t *testing.T) {
			var want struct {
				Final, OK, Prompt bool
				Kind              string
				Code              int
				DataMode          bool   `json:"data_mode"`
				FinalIf           string `json:"final_if"`
				Note              string
			}
			require.NoError(t, json.Unmarshal(row.Expect, &want))
			bubble(t, func(t *testing.T) {
				plain, plainErr := execFor(t, row.Raw, atcmd.Command{Text: "AT+X"})
				dial, dialErr := execFor(t, row.Raw, atcmd.Command{Text: "ATD1;", Dial: true})
				switch {
				case want.Prompt:
					checkPrompt(t, row.Raw)
				case strings.Contains(want.Note, "ATV0"): // numbers are answers: the dialogue needs ATV1
					require.ErrorIs(t, plainErr, atcmd.ErrTimeout)
					assert.Equal(t, []string{row.Raw}, plain.Lines)
				case want.DataMode:
					require.NoError(t, dialErr)
					assert.Equal(t, []string{row.Raw}, dial.Lines)
					require.ErrorIs(t, plainErr, atcmd.ErrTimeout)
				case want.FinalIf != "":
					require.ErrorIs(t, dialErr, callResult(row.Raw))
					require.ErrorIs(t, plainErr, atcmd.ErrTimeout, "it is a URC for other commands")
				case want.OK:
					require.NoError(t, plainErr)
					require.NoError(t, dialErr)
				default:
					require.ErrorIs(t, plainErr, finalOf(want.Kind, want.Code))
					require.ErrorIs(t, dialErr, finalOf(want.Kind, want.Code))
				}
			})
		})
	}
}

// execFor runs a command that is answered with raw.
func execFor(t *testing.T, raw string, cmd atcmd.Command) (atcmd.Response, error) {
	t.Helper()
	m, c := start(t, nil)
	m.on(cmd.Text+"\r", "\r\n"+raw+"\r\n")
	resp, err := c.Exec(bounded(t), cmd)
	require.NoError(t, c.Close())
	return resp, err
}

func checkPrompt(t *testing.T, raw string) {
	t.Helper()
	m, c := start(t, nil)
	m.on("AT+CMGS=2\r", raw)
	m.on("0011\x1a", "\r\nOK\r\n")
	_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
	require.NoError(t, err)
}

func callResult(raw string) error {
	switch {
	case strings.HasPrefix(raw, "NO CARRIER"):
		return atcmd.ErrNoCarrier
	case raw == "BUSY":
		return atcmd.ErrBusy
	case raw == "NO ANSWER":
		return atcmd.ErrNoAnswer
	}
	return atcmd.ErrNoDialtone
}

func finalOf(kind string, code int) error {
	switch kind {
	case "cme":
		return atcmd.CMEError(code)
	case "cms":
		return atcmd.CMSError(code)
	}
	return atcmd.ErrRejected
}

func TestGluedErrorEndsTheCommand(t *testing.T) {
	for _, row := range vectors.Load(t, "identity") {
		if row.Kind != "cnum_glued" {
			continue
		}
		bubble(t, func(t *testing.T) {
			m, c := start(t, nil)
			m.on("AT+CNUM\r", "\r\n"+row.Raw+"\r\n")
			m.on("AT+CSQ\r", "\r\n"+row.Raw+"\r\n")
			u := collect(c, atcmd.Line, "")
			resp, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CNUM"})
			require.ErrorIs(t, err, atcmd.ErrRejected)
			require.Len(t, resp.Lines, 1)
			name, args := atcmd.Parse(resp.Lines[0])
			assert.Equal(t, "+CNUM", name)
			assert.Equal(t, "+48792593125", args[1].Text)

			resp, err = c.Exec(bounded(t), atcmd.Command{Text: "AT+CSQ"})
			require.ErrorIs(t, err, atcmd.ErrRejected)
			assert.Empty(t, resp.Lines)
			assert.Len(t, u.lines(), 1, "it answers another command")
		})
		return
	}
	t.Fatal("the row is missing")
}

func TestAnswerBeforeAnErrorIsReturned(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGL=4\r", "\r\n+CMGL: 1,1,,3\r\n00010203\r\n\r\n+CMS ERROR: 320\r\n")
		resp, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGL=4"})
		require.ErrorIs(t, err, atcmd.CMSError(320))
		assert.Equal(t, []string{"+CMGL: 1,1,,3", "00010203"}, resp.Lines)
	})
}

func TestTextsOfErrorsBecomeCodes(t *testing.T) {
	tests := map[string]error{
		"+CME ERROR: SIM busy":                            atcmd.CMEError(14),
		"+CME ERROR:sim not inserted":                     atcmd.CMEError(10),
		"+CME ERROR: \"Operation Not Allowed\"":           atcmd.CMEError(3),
		"+CME ERROR: PH-SIM PIN required":                 atcmd.CMEError(5),
		"+CME ERROR: ph sim pin required":                 atcmd.CMEError(5),
		"+CME ERROR: Incorrect password":                  atcmd.CMEError(16),
		"+CME ERROR: (U)SIM failure":                      atcmd.CMEError(13),
		"+CME ERROR: Illegal MS (#3)":                     atcmd.CMEError(103),
		"+CME ERROR: 0":                                   atcmd.CMEError(0),
		"+CME ERROR:  515 ":                               atcmd.CMEError(515),
		"+CME ERROR: 3,operation not allowed":             atcmd.CMEError(3),
		"+CME ERROR: out of cheese":                       atcmd.CMEError(-1),
		"+CME ERROR: 12th of never":                       atcmd.CMEError(-1),
		"+CME ERROR:":                                     atcmd.CMEError(-1),
		"+CME ERROR: 99999999999999999999":                atcmd.CMEError(-1),
		"+CMS ERROR: Network timeout":                     atcmd.CMSError(332),
		"+CMS ERROR: (U)SIM not inserted":                 atcmd.CMSError(310),
		"+CMS ERROR: SIM not inserted":                    atcmd.CMSError(310),
		"+CMS ERROR: no +CNMA acknowledgement expected":   atcmd.CMSError(340),
		"+CMS ERROR: Unknown error":                       atcmd.CMSError(500),
		"+CMS ERROR: +12025550100 is not a good neighbor": atcmd.CMSError(-1),
	}
	for line, want := range tests {
		t.Run(line, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				_, err := execFor(t, line, atcmd.Command{Text: "AT+X"})
				require.ErrorIs(t, err, want)
				assert.NotContains(t, err.Error(), "12025550100")
			})
		})
	}
	assert.EqualError(t, atcmd.CMEError(14), "CME error 14: SIM busy")
	assert.EqualError(t, atcmd.CMEError(999), "CME error 999")
	assert.EqualError(t, atcmd.CMEError(-1), "CME error with a text of the modem's own")
	assert.EqualError(t, atcmd.CMSError(38), "CMS error 38: network out of order")
	assert.EqualError(t, atcmd.CMSError(-1), "CMS error with a text of the modem's own")
}

func TestEveryTextOfAnErrorHasOneCode(t *testing.T) {
	for name, table := range map[string]map[int]string{"CME": atcmd.CMETexts, "CMS": atcmd.CMSTexts} {
		for code, text := range table {
			assert.Equal(t, code, atcmd.ErrorCode(name, text), text)
			assert.Equal(t, code, atcmd.ErrorCode(name, " "+strings.ToUpper(text)), text)
		}
	}
}

// FuzzErrorCodes holds that what an error says of itself is understood as the
// same error, and that no text of the modem gets into it.
func FuzzErrorCodes(f *testing.F) {
	for _, s := range []string{"10", " 3", "SIM busy", "", "-1", "99999999999999999999", "12 34", "no network service"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, kind := range []string{"CME", "CMS"} {
			code := atcmd.ErrorCode(kind, value)
			assert.GreaterOrEqual(t, code, -1)
			if code < 0 {
				continue
			}
			assert.Equal(t, code, atcmd.ErrorCode(kind, fmt.Sprint(code)))
			text := atcmd.CMEError(code).Error()
			if kind == "CMS" {
				text = atcmd.CMSError(code).Error()
			}
			assert.True(t, strings.HasPrefix(text, fmt.Sprintf("%s error %d", kind, code)), text)
			if _, meaning, ok := strings.Cut(text, ": "); ok {
				assert.Equal(t, code, atcmd.ErrorCode(kind, meaning))
			}
		}
	})
}

func TestWordsThatOnlyBeginLikeAResult(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		lines := []string{"OKAY", "ERRORS: 0", "NO CARRIERS", "BUSY BEE", "NO ANSWER YET", "CONNECTED", "NAN", "+CME ERRORS: 3"}
		m.on("ATA\r", strings.Join(lines, "\r\n")+"\r\nOK\r\n")
		resp, err := c.Exec(bounded(t), atcmd.Command{Text: "ATA", Dial: true})
		require.NoError(t, err)
		assert.Equal(t, lines, resp.Lines)
	})
}

func TestStrayFinalsAreCounted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "")
		m.say("OK\r\nERROR\r\n+CME ERROR: 3\r\nNO CARRIER\r\nBUSY\r\n")
		assert.Equal(t, []string{"NO CARRIER", "BUSY"}, u.lines(), "results of calls are URCs")
		assert.EqualValues(t, 3, c.Stats().StrayFinals)
	})
}

func TestBadCommandIsNotWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		for _, cmd := range []atcmd.Command{
			{},
			{Text: "ATD1;\rAT+CFUN=0"},
			{Text: "AT\n"},
			{Text: "AT\x00"},
			{Text: "AT\x1a"},
			{Text: "AT\x1b"},
			{Text: "AT+CMGS=1", Body: "00\x1a"},
			{Text: "AT+CMGS=1", Body: "00\r"},
			{Text: "AT+CMGS=1", Body: "00\nAT"},
			{Text: "AT+CMGS=1", Body: "\x1b"},
		} {
			_, err := c.Exec(bounded(t), cmd)
			require.ErrorIs(t, err, atcmd.ErrBadCommand)
			_, ok := errors.AsType[*atcmd.CommandError](err)
			assert.True(t, ok)
		}
		pass(t, time.Second)
		assert.Empty(t, m.log())
	})
}

func TestTooLongAnswerIsAnError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		line := strings.Repeat("x", 1023)
		some := strings.Repeat(line+"\r\n", 205) + "|1ms|" // less than the inbox holds
		m.on("ATI\r", strings.Repeat(some, 5)+"OK\r\n")
		assert.Len(t, mustExec(t, c, "ATI"), 1025)
		m.on("ATI\r", strings.Repeat(some, 5)+line+"\r\n"+line+"\r\nOK\r\n")
		resp, err := c.Exec(bounded(t), atcmd.Command{Text: "ATI"})
		require.ErrorIs(t, err, atcmd.ErrTooLong)
		assert.Len(t, resp.Lines, 1025)
	})
}
