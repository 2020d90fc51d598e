package atcmd_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/internal/printing"
)

// printed are the secrets of the values that are printed here.
var printed = map[string]string{
	"caller": "+12025550147",
	"callee": "+12025550163",
	"PIN":    "86420975",
	"keys":   "735190",
	"IMEI":   "490154203237518",
	"text":   "meet me at nine",
	"PDU":    "0011000B912120551500F1",
}

// busy returns a Conn that holds whatever a Conn can: URCs behind a handler that
// does not return, and commands behind a write that does not.
func busy(t *testing.T) *atcmd.Conn {
	t.Helper()
	m, c := start(t, &atcmd.Config{Logger: slog.New(slog.DiscardHandler)})
	stall := make(chan struct{})
	t.Cleanup(func() { close(stall) })
	c.Handle("RING", atcmd.Line, func(atcmd.URC) { <-stall })
	c.Handle("+CLIP", atcmd.Line, func(atcmd.URC) {})
	c.Handle("+CMT", atcmd.PDUBody, func(atcmd.URC) {})
	c.Handle("", atcmd.Line, func(atcmd.URC) {})
	m.say("RING\r\n+CLIP: \"" + printed["caller"] + "\",145\r\n+CMT: ,9\r\n" + printed["PDU"] + "\r\n" + printed["text"] + "\r\n" +
		printed["IMEI"] + "\r\n")
	synctest.Wait()
	m.mu.Lock()
	m.stuck = make(chan struct{})
	m.mu.Unlock()
	ctx := bounded(t)
	for _, text := range []string{"AT", "ATD" + printed["callee"] + ";", `AT+CPIN="` + printed["PIN"] + `"`, "AT+VTS=" + printed["keys"]} {
		async(ctx, m, c, atcmd.Command{Text: text})
		synctest.Wait()
	}
	return c
}

// values are one of each exported struct, with every secret that fits.
func values(t *testing.T) map[string]any {
	t.Helper()
	line := `+CLIP: "` + printed["caller"] + `",145`
	_, args := atcmd.Parse(line)
	return map[string]any{
		"Config":       atcmd.Config{Logger: slog.Default(), Trace: func(bool, []byte) {}},
		"Conn":         busy(t),
		"Stats":        atcmd.Stats{Lines: 7},
		"Command":      atcmd.Command{Text: "AT+CMGS=19", Body: printed["PDU"], Settles: []string{printed["callee"]}},
		"PIN":          atcmd.Command{Text: `AT+CPIN="` + printed["PIN"] + `"`},
		"Response":     atcmd.Response{Lines: []string{line, printed["IMEI"]}, Settled: printed["text"]},
		"URC":          atcmd.URC{Line: line, Body: printed["PDU"]},
		"Arg":          args[0],
		"CommandError": &atcmd.CommandError{Command: "AT+CPIN", Err: atcmd.CMEError(16)},
	}
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	bubble(t, func(t *testing.T) {
		all := values(t)
		missing, err := printing.Missing(".", all)
		require.NoError(t, err)
		assert.Empty(t, missing, "every exported struct is printed here")
		for name, v := range all {
			assert.Empty(t, printing.Leaks(v, printed), name)
		}
		assert.Empty(t, printing.Unheld(map[string]any{"Conn": all["Conn"]}, printed), "a Conn holds all of them")
	})
}

func TestAListOfParametersPrintsNoSecret(t *testing.T) {
	_, args := atcmd.Parse(`+CLIP: "` + printed["caller"] + `",145`)
	for way, text := range map[string]string{
		"%v": fmt.Sprintf("%v", args), "%+v": fmt.Sprintf("%+v", args), "%d": fmt.Sprintf("%d", args), "%#v": fmt.Sprintf("%#v", args),
	} {
		assert.NotContains(t, text, printed["caller"][1:], way)
	}
}

func TestWhatTypesShow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT\r", "\r\nOK\r\n")
		mustExec(t, c, "AT")
		tests := map[string]struct {
			v              any
			want, goSyntax string
			log            string
		}{
			"command": {
				atcmd.Command{Text: `AT+CPIN="1234"`}, "AT+CPIN", "atcmd.Command(AT+CPIN)", `"v":"AT+CPIN"`,
			},
			"response": {
				atcmd.Response{Lines: []string{"+CSQ: 1,2"}}, "response of 1 lines", "atcmd.Response(1 lines)", `"v":"response of 1 lines"`,
			},
			"URC": {
				atcmd.URC{Line: "+CLIP: 123456,1"}, "+CLIP of 15 bytes", "atcmd.URC(+CLIP of 15 bytes)", `"v":"+CLIP of 15 bytes"`,
			},
			"text": {
				atcmd.URC{Line: "Hello"}, "URC of 5 bytes", "atcmd.URC(URC of 5 bytes)", `"v":"URC of 5 bytes"`,
			},
			"parameter": {
				atcmd.Arg{Text: "123"}, "parameter of 3 bytes", "atcmd.Arg(3 bytes)", `"v":"parameter of 3 bytes"`,
			},
			"connection": {
				c, "connection, open, 1 lines read", "atcmd.Conn(connection, open, 1 lines read)", `"v":{"open":true,"lines":1}`,
			},
		}
		for name, tt := range tests {
			assert.Equal(t, tt.want, fmt.Sprint(tt.v), name)
			assert.Equal(t, tt.want, fmt.Sprintf("%d", tt.v), name)
			assert.Equal(t, tt.goSyntax, fmt.Sprintf("%#v", tt.v), name)
			var log bytes.Buffer
			slog.New(slog.NewJSONHandler(&log, timeless)).Info("x", slog.Any("v", tt.v))
			assert.Contains(t, log.String(), tt.log, name)
		}
		require.NoError(t, c.Close())
		assert.Equal(t, "connection, ended, 1 lines read", c.String())
	})
}
