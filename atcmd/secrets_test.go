package atcmd_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

// secrets are what the dialogue of the test carries and no log may show.
var secrets = []string{"2025550100", "1234", "490154203237518", "8944500", "310170", "Hello", "0011000B91", "5555", "E8329BFD"}

// timeless logs everything but the time, whose digits may be any.
var timeless = &slog.HandlerOptions{
	Level: slog.LevelDebug,
	ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	},
}

func TestNothingSecretInLogsAndErrors(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log bytes.Buffer
		m, c := start(t, &atcmd.Config{
			Logger: slog.New(slog.NewTextHandler(&log, timeless)),
		})
		c.Handle("+CMT", atcmd.PDUBody, func(atcmd.URC) {})
		c.Handle("+CUSD", atcmd.QuotedText, func(atcmd.URC) {})
		m.on("AT+CMGS=19\r", "\r\n> ")
		m.marked()
		m.on("\r", "\r\nNO CARRIER\r\n")
		errs := exchangeSecrets(t, m, c)
		m.say("+CLIP: \"+12025550100\",145\r\n+12025550100: Hello\r\n490154203237518\r\nHello\r\nHello: 1234\r\n" +
			"+CMT: ,9\r\n0011000B912120551500F100AA05E8329BFD06\r\n+CUSD: 0,\"Hello\r\n1234\",15\r\nOK\r\n+CME ERROR: Hello 1234\r\n")
		synctest.Wait()
		require.NoError(t, c.Close())
		assert.Contains(t, log.String(), `command=AT+CPIN`)
		assert.Contains(t, log.String(), `command=ATD`)
		assert.Contains(t, log.String(), `name=+CLIP length=25`)
		for _, s := range secrets {
			assert.NotContains(t, log.String(), s)
			assert.NotContains(t, fmt.Sprint(errs), s)
		}
	})
}

// exchangeSecrets runs commands that end in every way there is.
func exchangeSecrets(t *testing.T, m *modem, c *atcmd.Conn) (errs []error) {
	t.Helper()
	for _, tt := range []struct {
		cmd    atcmd.Command
		answer string
	}{
		{atcmd.Command{Text: `AT+CPIN="1234"`}, "\r\n+CME ERROR: incorrect password 1234\r\n"},
		{atcmd.Command{Text: `AT+CPIN="1234"`}, ""},
		{atcmd.Command{Text: "ATD+12025550100;", Dial: true}, "\r\nNO CARRIER: +12025550100\r\n"},
		{atcmd.Command{Text: "ATE0D+12025550100;", Dial: true, Abortable: true}, ""},
		{atcmd.Command{Text: "AT+CGSN"}, "\r\n490154203237518\r\n\r\nOK\r\n"},
		{atcmd.Command{Text: "AT+CIMI"}, "\r\n310170845466094\r\n\r\nERROR\r\n"},
		{atcmd.Command{Text: "AT+CICCID"}, "\r\n+ICCID: 8944500102198304826\r\n\r\nOK\r\n"},
		{atcmd.Command{Text: "AT+CMGS=19", Body: "0011000B912120551500F10000AA05E8329BFD06"}, ""},
		{atcmd.Command{Text: "AT+CMGS=19", Body: "0011000B91\r"}, ""},
		{atcmd.Command{Text: "AT+VTS=5,5;+VTS=\"5555\""}, "\r\n+CMS ERROR: Hello\r\n"},
		{atcmd.Command{Text: "1234"}, "\r\nERROR\r\n"},
		{atcmd.Command{Text: "AT+CPIN1234"}, "\r\nERROR\r\n"},
		{atcmd.Command{Text: "AT1234"}, "\r\nERROR\r\n"},
		{atcmd.Command{Text: "AT+CPIN 1234"}, "\r\nERROR\r\n"},
	} {
		if tt.cmd.Body == "" {
			m.on(tt.cmd.Text+"\r", tt.answer)
		}
		_, err := c.Exec(bounded(t), tt.cmd)
		errs = append(errs, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	m.on("AT+CMGL=4\r", "")
	_, err := c.Exec(ctx, atcmd.Command{Text: "AT+CMGL=4"})
	return append(errs, err)
}

func TestCommandName(t *testing.T) {
	for text, want := range map[string]string{
		"AT":                             "AT",
		"AT+CSQ":                         "AT+CSQ",
		"AT+CREG?":                       "AT+CREG",
		"AT+CPIN=\"1234\"":               "AT+CPIN",
		"AT+COPS=?":                      "AT+COPS",
		"AT+C5GREG?":                     "AT+C5GREG",
		"AT^U2DIAG=0":                    "AT^U2DIAG",
		"ATD+12025550100;":               "ATD",
		"ATDT12025550100":                "ATD",
		"atd12025550100":                 "atd",
		"ATE0D+12025550100;":             "ATE0D",
		"ATE0;+CMEE=1":                   "ATE0",
		"ATS3=13":                        "ATS3",
		"AT&F":                           "AT&F",
		"ATH":                            "ATH",
		"AT+CPIN1234":                    "AT+CPIN",
		"AT12025550100":                  "AT",
		"1234":                           "(no AT command)",
		"":                               "(no AT command)",
		"A/":                             "(no AT command)",
		"AT+QPCMV=0;+QPCMV=1,0;D1202555": "AT+QPCMV",
	} {
		assert.Equal(t, want, atcmd.CommandName(text), text)
	}
}

func TestLineName(t *testing.T) {
	for line, want := range map[string]string{
		"+CLIP: \"+12025550100\",145": "+CLIP",
		"+C5GREG: 1":                  "+C5GREG",
		"^DSCI: 1":                    "^DSCI",
		"*ATREADY: 1":                 "*ATREADY",
		"+12025550100: x":             "",
		"+A12025550100: x":            "",
		"RING":                        "",
		"Hello: 1":                    "",
		"490154203237518":             "",
		"":                            "",
		"+: 1":                        "",
		"+VERYLONGNAMEOFARESULT: 1":   "",
	} {
		assert.Equal(t, want, atcmd.LineName(line), line)
	}
}
