package modemtest_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// TestDialogueByTheByte is what comes back for what is written, on a calm modem.
func TestDialogueByTheByte(t *testing.T) {
	tests := map[string]struct {
		family modemtest.Family
		sim    modemtest.SIM
		write  string
		want   string
	}{
		"echo is on at first":        {write: "AT\r", want: "AT\r\r\nOK\r\n"},
		"ATE0 itself is echoed":      {write: "ATE0\rAT\r", want: "ATE0\r\r\nOK\r\n\r\nOK\r\n"},
		"LF is ignored":              {write: "AT\r\n\nAT\r\n", want: "AT\r\r\nOK\r\nAT\r\r\nOK\r\n"},
		"lower case":                 {write: "ate0\rat+csq\r", want: "ate0\r\r\nOK\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n"},
		"mixed case is no prefix":    {write: "At\rATE0\r", want: "At\rATE0\r\r\nOK\r\n"},
		"spaces":                     {write: "ATE0\rAT +CSQ ; +CMEE?\r", want: "ATE0\r\r\nOK\r\n\r\n+CSQ: 20,99\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n"},
		"basic commands in a row":    {write: "ATE0V1Q0\r", want: "ATE0V1Q0\r\r\nOK\r\n"},
		"basic then extended":        {write: "ATE0+CMEE=1\r", want: "ATE0+CMEE=1\r\r\nOK\r\n"},
		"semicolon between":          {write: "ATE0;+CMEE=1;+CMEE?\r", want: "ATE0;+CMEE=1;+CMEE?\r\r\n+CMEE: 1\r\n\r\nOK\r\n"},
		"first error ends the line":  {write: "ATE0\rAT+CMEE=1;+NONSENSE;+CSQ\rAT+CMEE?\r", want: "ATE0\r\r\nOK\r\n\r\nERROR\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n"},
		"lines before an error stay": {write: "ATE0\rAT+CSQ;+NONSENSE\r", want: "ATE0\r\r\nOK\r\n\r\n+CSQ: 20,99\r\n\r\nERROR\r\n"},
		"unknown basic command":      {write: "ATY\r", want: "ATY\r\r\nERROR\r\n"},
		"no command at all":          {write: "AT?\r", want: "AT?\r\r\nERROR\r\n"},
		"noise before AT":            {write: "ATE0\r\x00\xff\xfeAT\r", want: "ATE0\r\r\nOK\r\n\r\nOK\r\n"},
		"escape before AT":           {write: "ATE0\r\x1bAT+CMEE?\r", want: "ATE0\r\r\nOK\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n"},
		"not an AT line":             {write: "ATE0\rT\rHELLO\rAT\r", want: "ATE0\r\r\nOK\r\n\r\nOK\r\n"},
		"backspace":                  {write: "ATE0\rAT+CSX\bQ\r", want: "ATE0\r\r\nOK\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n"},
		"empty line":                 {write: "\r\r", want: "\r\r"},
		"numeric results":            {write: "ATE0V0\rAT+NONSENSE\rAT+CSQ\r", want: "ATE0V0\r0\r4\r+CSQ: 20,99\r\n0\r"},
		"no results":                 {write: "ATE0Q1\rAT+CSQ\rATQ0\r", want: "ATE0Q1\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n"},
		"registers":                  {write: "ATS3=13S4=10S5=8S0=0\rATS3?\rATS3=10\r", want: "ATS3=13S4=10S5=8S0=0\r\r\nOK\r\nATS3?\r\r\n013\r\n\r\nOK\r\nATS3=10\r\r\nERROR\r\n"},
		"line things that are none":  {write: "AT&C1&D2X4\r", want: "AT&C1&D2X4\r\r\nOK\r\n"},
		"factory settings":           {write: "ATE0\rAT+CMEE=2\rAT&F\rAT+CMEE?\r", want: "ATE0\r\r\nOK\r\n\r\nOK\r\n\r\nOK\r\nAT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n"},
		"stored settings":            {write: "ATE0+CMEE=2;&W\rAT+CMEE=1\rATZ\rAT+CMEE?\r", want: "ATE0+CMEE=2;&W\r\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n\r\n+CMEE: 2\r\n\r\nOK\r\n"},
		"test form":                  {write: "AT+CMEE=?\r", want: "AT+CMEE=?\r\r\n+CMEE: (0-2)\r\n\r\nOK\r\n"},
		"out of range":               {write: "AT+CMEE=3\r", want: "AT+CMEE=3\r\r\nERROR\r\n"},
		"too many parameters":        {write: "AT+CMEE=1,1\r", want: "AT+CMEE=1,1\r\r\nERROR\r\n"},
		"unclosed quote":             {write: "AT+CSCS=\"GSM\r", want: "AT+CSCS=\"GSM\r\r\nERROR\r\n"},
		"semicolon in quotes":        {write: "AT+CSCS=\"G;M\"\r", want: "AT+CSCS=\"G;M\"\r\r\nERROR\r\n"},
		"error without +CMEE":        {write: "AT+VTS=1\r", want: "AT+VTS=1\r\r\nERROR\r\n"},
		"error by number":            {write: "ATE0+CMEE=1\rAT+VTS=1\r", want: "ATE0+CMEE=1\r\r\nOK\r\n\r\n+CME ERROR: 3\r\n"},
		"error by text":              {write: "ATE0+CMEE=2\rAT+VTS=1\r", want: "ATE0+CMEE=2\r\r\nOK\r\n\r\n+CME ERROR: operation not allowed\r\n"},
		"unknown is ERROR always":    {write: "ATE0+CMEE=2\rAT+NONSENSE\r", want: "ATE0+CMEE=2\r\r\nOK\r\n\r\nERROR\r\n"},
		"vendor command on Generic":  {family: modemtest.Generic, write: "ATE0\rAT+DDET=1\rAT+CPCMREG=?\r", want: "ATE0\r\r\nOK\r\n\r\nERROR\r\n\r\nERROR\r\n"},
		"no calls":                   {write: "ATE0\rAT+CLCC\rAT+CHUP\rATA\r", want: "ATE0\r\r\nOK\r\n\r\nOK\r\n\r\nOK\r\n\r\nNO CARRIER\r\n"},
		"no cause yet":               {write: "ATE0\rAT+CEER\r", want: "ATE0\r\r\nOK\r\n\r\n+CEER: No cause information available\r\n\r\nOK\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				term := dial(t, newSim(t, &modemtest.Config{Calm: true, Family: tt.family, SIM: tt.sim}))
				for _, line := range strings.SplitAfter(tt.write, "\r") {
					term.write(line)
					time.Sleep(time.Second)
				}
				assert.Equal(t, tt.want, term.seen())
			})
		})
	}
}

func TestLinesOver120BytesAreErrors(t *testing.T) {
	for length, want := range map[int]string{119: "OK", 120: "OK", 121: "ERROR", 4000: "ERROR"} {
		inBubble(t, func(t *testing.T, _ context.Context) {
			term := dial(t, newSim(t, &modemtest.Config{Calm: true}))
			line := "AT" + strings.Repeat(" ", length-len("AT+CMEE=1")) + "+CMEE=1"
			require.Len(t, line, length)
			got := term.exec(line)
			assert.Equal(t, want, got[len(got)-1], "%d bytes", length)
			term.ok("AT")
		})
	}
}

// TestCommandsWaitForTheResultBefore: two lines in one write are executed one
// after the other, and the second is counted as a mistake of the program.
func TestCommandsWaitForTheResultBefore(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		assert.Zero(t, sim.Stats().Overlapping)
		term.write("AT+CSQ\rAT+CMEE?\r")
		time.Sleep(time.Second)
		got := strings.Join(lines(term.seen()), "|")
		assert.Contains(t, got, "+CSQ: 20,99|OK|+CMEE: 0|OK")
		assert.Equal(t, len("AT+CMEE?\r"), sim.Stats().Overlapping)
	})
}

func TestAnyByteAbortsDialling(t *testing.T) {
	tests := map[string]struct {
		after time.Duration
		bytes string
		want  string // the rest of the dialogue
		ended bool
	}{
		"a keep-alive":                {after: 200 * time.Millisecond, bytes: "AT\r", want: "\r\nNO CARRIER\r\nT\r", ended: true},
		"a carriage return":           {after: 130 * time.Millisecond, bytes: "\r", want: "\r\nNO CARRIER\r\n", ended: true},
		"an escape":                   {after: time.Second, bytes: "\x1b", want: "\r\nNO CARRIER\r\n", ended: true},
		"the abort is swallowed":      {after: time.Second, bytes: "\rAT\r", want: "\r\nNO CARRIER\r\nAT\r\r\nOK\r\n", ended: true},
		"in the first 125 ms ignored": {after: 120 * time.Millisecond, bytes: "\r", want: "\r\nOK\r\n"},
		"the LF of CR LF is ignored":  {after: 0, bytes: "\n", want: "\r\nOK\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim := newSim(t, &modemtest.Config{Calm: true, Dialling: 3 * time.Second})
				sim.OnDial("", modemtest.Outcome{Result: modemtest.Ring})
				term := dial(t, sim)
				term.write("ATD+12025550100;\r")
				time.Sleep(tt.after)
				term.write(tt.bytes)
				callee, err := sim.WaitDialled(ctx)
				require.NoError(t, err)
				time.Sleep(5 * time.Second)
				end, ended := callee.Ended()
				assert.Equal(t, tt.ended, ended)
				if tt.ended {
					assert.Equal(t, modemtest.EndedByProgram, end)
					assert.Equal(t, 1, sim.Stats().Aborts)
				}
				assert.Equal(t, "ATD+12025550100;\r"+tt.want, term.seen())
			})
		})
	}
}

func TestAnyByteAbortsAnswering(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Answering: 2 * time.Second})
		term := dial(t, sim).quiet()
		caller := sim.Call("+12025550100")
		term.next("RING")
		term.write("ATA\r")
		time.Sleep(time.Second)
		term.write("\r")
		time.Sleep(3 * time.Second)
		assert.True(t, strings.HasSuffix(term.seen(), "\r\nNO CARRIER\r\n"), term.seen())
		end, _ := caller.Ended()
		assert.Equal(t, modemtest.EndedRejected, end)
		term.ok("AT+CLCC")
	})
}

func TestAnyByteAbortsTheOperatorSearch(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		start := time.Now()
		assert.Contains(t, strings.Join(term.exec("AT+COPS=?"), "|"), `(2,"Virtual Mobile","Virtual","00101",7)`)
		assert.Greater(t, time.Since(start), 25*time.Second, "it takes the modem away")
		term.write("AT+COPS=?\r")
		time.Sleep(time.Second)
		before := term.seen()
		term.write("\r")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"OK"}, lines(term.seen()[len(before):]))
		assert.Equal(t, 1, sim.Stats().Aborts)
	})
}

func TestWrittenHasEveryLineInOrderWithItsTime(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim)
		start := time.Now()
		term.ok("ATE0")
		time.Sleep(time.Second - time.Since(start))
		term.write("\x1bAT+CPIN=\"12")
		time.Sleep(time.Second)
		term.write("34\"\r\n\rATD+12025550100;\r")
		synctest.Wait()
		got := sim.Written()
		require.Len(t, got, 3)
		assert.Equal(t, modemtest.Line{Time: start, Text: "ATE0"}, got[0])
		assert.Equal(t, modemtest.Line{Time: start.Add(2 * time.Second), Text: "\x1bAT+CPIN=\"1234\""}, got[1])
		assert.Equal(t, "ATD+12025550100;", got[2].Text)
	})
}
