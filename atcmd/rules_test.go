package atcmd_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

// The tests of this file are named by the rules of the dialogue.

func TestRule1OneCommandInFlight(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.delay = 70 * time.Millisecond
		for i := range 5 {
			m.on(fmt.Sprintf("AT+X%d\r", i), fmt.Sprintf("\r\n+X%d: 1\r\n\r\nOK\r\n", i))
		}
		var results []<-chan result
		for i := range 5 {
			results = append(results, async(bounded(t), m, c, atcmd.Command{Text: fmt.Sprintf("AT+X%d", i)}))
			synctest.Wait() // the order of the calls
		}
		for i, r := range results {
			got := <-r
			require.NoError(t, got.Err)
			assert.Equal(t, []string{fmt.Sprintf("+X%d: 1", i)}, got.Lines)
			assert.Equal(t, time.Duration(i+1)*70*time.Millisecond, got.At)
		}
		assert.Equal(t, []string{"0s AT+X0\r", "70ms AT+X1\r", "140ms AT+X2\r", "210ms AT+X3\r", "280ms AT+X4\r"}, m.log())
	})
}

func TestRule1ConcurrentCallersGetTheirOwnAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		ctx := bounded(t)
		var wg sync.WaitGroup
		for i := range 50 {
			name := fmt.Sprintf("+X%d", i)
			m.on("AT"+name+"\r", "\r\n"+name+": 1\r\n\r\nOK\r\n")
			wg.Go(func() {
				for range 20 {
					resp, err := c.Exec(ctx, atcmd.Command{Text: "AT" + name})
					assert.NoError(t, err)
					assert.Equal(t, []string{name + ": 1"}, resp.Lines)
				}
			})
		}
		wg.Wait()
	})
}

func TestRule1UrgentGoesFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.delay = 70 * time.Millisecond
		var all []<-chan result
		for _, cmd := range []atcmd.Command{
			{Text: "AT+A"},
			{Text: "AT+B"},
			{Text: "AT+C", Urgent: true},
			{Text: "AT+D", Urgent: true},
			{Text: "AT+E"},
		} {
			m.on(cmd.Text+"\r", "\r\nOK\r\n")
			all = append(all, async(bounded(t), m, c, cmd))
			synctest.Wait()
		}
		for _, r := range all {
			require.NoError(t, (<-r).Err)
		}
		assert.Equal(t, []string{"AT+A\r", "AT+C\r", "AT+D\r", "AT+B\r", "AT+E\r"}, m.texts())
	})
}

func TestRule1WithdrawnCommandIsNeverWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.delay = time.Second
		m.on("AT+A\r", "\r\nOK\r\n")
		m.on("AT+C\r", "\r\nOK\r\n")
		ctx, cancel := context.WithCancelCause(t.Context())
		first := async(bounded(t), m, c, atcmd.Command{Text: "AT+A"})
		synctest.Wait()
		second := async(ctx, m, c, atcmd.Command{Text: "AT+B"})
		synctest.Wait()
		third := async(bounded(t), m, c, atcmd.Command{Text: "AT+C"})
		synctest.Wait()
		gone := errors.New("gone")
		cancel(gone)
		got := <-second
		assertCommandError(t, got.Err, gone, "atcmd: AT+B: gone")
		assert.Zero(t, got.At, "it returns at once")
		require.NoError(t, (<-first).Err)
		require.NoError(t, (<-third).Err)
		_, err := c.Exec(ctx, atcmd.Command{Text: "AT+B"})
		require.ErrorIs(t, err, gone)
		assert.Equal(t, []string{"AT+A\r", "AT+C\r"}, m.texts())
	})
}

func TestRule1ManyWithdrawnCommandsLeaveTheOthersInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+SLOW\r", "|1s|\r\nOK\r\n")
		slow := async(bounded(t), m, c, atcmd.Command{Text: "AT+SLOW"})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		var gone, stay []<-chan result
		for i := range 100 {
			gone = append(gone, async(ctx, m, c, atcmd.Command{Text: "AT+GONE"}))
			synctest.Wait()
			if i%25 == 0 {
				text := fmt.Sprintf("AT+STAY%d", len(stay))
				m.on(text+"\r", "\r\nOK\r\n")
				stay = append(stay, async(bounded(t), m, c, atcmd.Command{Text: text}))
				synctest.Wait()
			}
		}
		cancel()
		for _, r := range gone {
			require.ErrorIs(t, (<-r).Err, context.Canceled)
		}
		last := async(bounded(t), m, c, atcmd.Command{Text: "AT+SLOW"})
		for _, r := range append(stay, slow, last) {
			require.NoError(t, (<-r).Err)
		}
		assert.Equal(t, []string{"AT+SLOW\r", "AT+STAY0\r", "AT+STAY1\r", "AT+STAY2\r", "AT+STAY3\r", "AT+SLOW\r"}, m.texts())
	})
}

// settling is ATA as it is sent to a SIMCom modem.
var settling = atcmd.Command{
	Text: "ATA", Abortable: true, Dial: true, Timeout: 90 * time.Second,
	Settles: []string{"VOICE CALL: BEGIN", "VOICE CALL: END"},
}

func TestRule1SettledCommandWaitsForItsFinalResult(t *testing.T) {
	tests := map[string]struct {
		answer string
		want   []string // written after ATA, for AT+CSQ
	}{
		"final in time": {"\r\nVOICE CALL: BEGIN\r\n|490ms|\r\nOK\r\n", []string{"490ms AT+CSQ\r"}},
		"final late":    {"\r\nVOICE CALL: BEGIN\r\n|510ms|\r\nOK\r\n", []string{"500ms AT+CMEE?\r", "520ms AT+CSQ\r"}},
		"no final":      {"\r\nVOICE CALL: BEGIN\r\n", []string{"500ms AT+CMEE?\r", "520ms AT+CSQ\r"}},
		"no space":      {"\r\nVOICE CALL:BEGIN\r\n\r\nOK\r\n", []string{"0s AT+CSQ\r"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.Line, "VOICE CALL")
				m.on("ATA\r", tt.answer)
				m.on("AT+CSQ\r", "\r\n+CSQ: 1,99\r\n\r\nOK\r\n")
				m.on(sync1, "|20ms|\r\n+CMEE: 1\r\n\r\nOK\r\n")
				resp, err := c.Exec(bounded(t), settling)
				require.NoError(t, err)
				assert.Contains(t, resp.Settled, "VOICE CALL:")
				assert.Zero(t, time.Since(m.start), "the caller does not wait for the final result")
				assert.Equal(t, []string{"+CSQ: 1,99"}, mustExec(t, c, "AT+CSQ"))
				assert.Equal(t, tt.want, m.log()[1:])
				assert.Equal(t, []string{resp.Settled}, u.lines(), "the handler has it, too")
			})
		})
	}
}

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
	for _, prompt := range []string{"> ", ">", "\r\n> ", "> \r\n", "\r\n>\r\n", "\x00\xff> "} {
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

func TestRule3AnswersAndURCs(t *testing.T) {
	tests := map[string]struct {
		cmd     atcmd.Command
		handled string
		answer  string
		lines   []string
		urcs    []string
	}{
		"own": {cmd: atcmd.Command{Text: "AT+CSQ"}, answer: "+CSQ: 20,0\r\nOK\r\n", lines: []string{"+CSQ: 20,0"}},
		"own, other case": {
			cmd: atcmd.Command{Text: "at+csq"}, answer: "+CSQ: 20,0\r\nOK\r\n", lines: []string{"+CSQ: 20,0"},
		},
		"own, set": {
			cmd: atcmd.Command{Text: `AT+CPMS="SM"`}, answer: "+CPMS: 1,20\r\nOK\r\n", lines: []string{"+CPMS: 1,20"},
		},
		"own, set, handled": {
			cmd: atcmd.Command{Text: "AT+CGEREP=2"}, handled: "+CGEREP", answer: "+CGEREP: X\r\nOK\r\n", urcs: []string{"+CGEREP: X"},
		},
		"other handled": {
			cmd: atcmd.Command{Text: "AT+CSQ"}, handled: "+CMTI", answer: "+CMTI: \"SM\",1\r\n+CSQ: 20,0\r\nOK\r\n",
			lines: []string{"+CSQ: 20,0"}, urcs: []string{`+CMTI: "SM",1`},
		},
		"other unhandled": {
			cmd: atcmd.Command{Text: "AT+CSQ"}, answer: "^BOOT:1,2\r\n+CSQ: 20,0\r\nOK\r\n",
			lines: []string{"+CSQ: 20,0"}, urcs: []string{"^BOOT:1,2"},
		},
		"given prefix": {
			cmd: atcmd.Command{Text: "AT+CICCID", Prefix: "+ICCID: "}, answer: "+ICCID: 1\r\nOK\r\n", lines: []string{"+ICCID: 1"},
		},
		"bare": {cmd: atcmd.Command{Text: "AT+CGMI"}, answer: "huawei\r\nOK\r\n", lines: []string{"huawei"}},
		"bare call result": {
			cmd: atcmd.Command{Text: "AT+CSQ"}, answer: "NO CARRIER\r\nRING\r\n+CSQ: 1,1\r\nOK\r\n",
			lines: []string{"+CSQ: 1,1"}, urcs: []string{"NO CARRIER", "RING"},
		},
		"bare handled, with a cause": {
			cmd: atcmd.Command{Text: "AT+CSQ"}, handled: "NO CARRIER", answer: "NO CARRIER: 16\r\nOK\r\n", urcs: []string{"NO CARRIER: 16"},
		},
		"basic": {
			cmd: atcmd.Command{Text: "ATI"}, handled: "+CMTI", answer: "Quectel\r\n+GCAP: +CGSM\r\n+CMTI: 1\r\nOK\r\n",
			lines: []string{"Quectel", "+GCAP: +CGSM"}, urcs: []string{"+CMTI: 1"},
		},
		"compound": {
			cmd: atcmd.Command{Text: "AT+CSQ;+CREG?"}, answer: "+CSQ: 1,1\r\n+CREG: 0,1\r\nOK\r\n", lines: []string{"+CSQ: 1,1", "+CREG: 0,1"},
		},
		"list of names": {
			cmd: atcmd.Command{Text: "AT+CLAC"}, handled: "+CREG", answer: "&C\r\n+CREG\r\n^USSDMODE\r\nOK\r\n",
			lines: []string{"&C", "+CREG", "^USSDMODE"},
		},
		"words": {
			cmd: atcmd.Command{Text: "AT+CSQ"}, handled: "VOICE CALL: END", answer: "VOICE CALL:END: 000017\r\nOK\r\n",
			urcs: []string{"VOICE CALL:END: 000017"},
		},
		"echo twice, behind a URC": {
			cmd: atcmd.Command{Text: "AT+CSQ"}, handled: "RING", answer: "RING\r\nAT+CSQ\r\r\nAT+CSQ\r\r\n+CSQ: 1,1\r\nOK\r\n",
			lines: []string{"+CSQ: 1,1"}, urcs: []string{"RING"},
		},
		"stored messages": {
			cmd: atcmd.Command{Text: "AT+CMGL=4"}, handled: "+CMTI",
			answer: "+CMGL: 0,1,,24\r\n+CMTI: \"SM\",2\r\n0004\r\n+CMGL: 1,1,,24\r\n0005\r\nOK\r\n",
			lines:  []string{"+CMGL: 0,1,,24", "0004", "+CMGL: 1,1,,24", "0005"}, urcs: []string{`+CMTI: "SM",2`},
		},
		"after the final result": {
			cmd: atcmd.Command{Text: "AT+CSQ"}, answer: "+CSQ: 20,0\r\nOK\r\n+CSQ: 21,0\r\nRING\r\n",
			lines: []string{"+CSQ: 20,0"}, urcs: []string{"+CSQ: 21,0", "RING"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.Line, "", tt.handled) // what nobody handles is seen, too
				m.on(tt.cmd.Text+"\r", tt.answer)
				resp, err := c.Exec(bounded(t), tt.cmd)
				require.NoError(t, err)
				assert.Equal(t, tt.lines, resp.Lines)
				assert.Equal(t, tt.urcs, u.lines())
			})
		})
	}
}

func TestRule3TheSamePrefixForBoth(t *testing.T) {
	const (
		answer = 1 << iota
		urc
		both = answer | urc
	)
	tests := []struct {
		cmd, line string
		want      int
	}{
		{"AT+CREG?", "+CREG: 0,1", answer},
		{"AT+CREG?", "+CREG: 3", urc},
		{"AT+CREG?", "+CREG: 1,84CD,00D30156", urc},
		{"AT+CREG?", "+CREG: 2,1,84CD,00D30156", answer},
		{"AT+CREG?", `+CREG:002,001,"18d8","ffff"`, answer},
		{"AT+CREG?", `+CGREG:002,0011,"0f0d","14c3"`, urc}, // another command's, whatever its form
		{"AT+CGREG?", `+CGREG:002,0011,"0f0d","14c3"`, answer},
		{"AT+CREG?", "+CREG: 1,0001,0010,0", urc},
		{"AT+CREG?", `+CREG: 0011,"0001","0010",000`, urc},
		{"AT+CREG?", "+CREG: 2,,", urc},
		{"AT+CEREG?", `+CEREG: 2,10,"8d83","671f98a",7`, answer},
		{"AT+C5GREG?", "+C5GREG: 1, 10", answer},
		{"AT+CREG=2", "+CREG: 2,1", urc},
		{"AT+CREG=?", "+CREG: (0-2)", answer},
		{"AT+CREG=?", "+CREG: 5", urc},
		{"AT+CUSD?", "+CUSD: 1", answer},
		{"AT+CUSD?", `+CUSD: 1,"a, b",15`, urc},
		{`AT+CUSD=1,"*100#",15`, `+CUSD: 0,"text",15`, urc},
		{`AT+CUSD=1,"*100#",15`, "+CUSD: 4", urc},
		{"AT+CPIN?", "+CPIN: READY", answer},
		{`AT+CPIN="1234"`, "+CPIN: READY", urc},
		{"AT+CFUN?", "+CFUN: 1", answer},
		{"AT+CFUN=1", "+CFUN: 1", urc},
		{"AT+QPCMV?", "+QPCMV: 1,2", answer},
		{"AT+QPCMV=1,2", "+QPCMV: 0,0", urc},
		{"AT+CLIP?", "+CLIP: 1,1", answer},
		{"AT+CLIP?", `+CLIP: "+12025550100",145`, urc},
		{"AT+CLIP?", "+CLIP:,129,,,,1", urc},
		{"AT+CLIP=1", `+CLIP: "",128`, urc},
		{"AT+COLP?", "+COLP: 0,1", answer},
		{"AT+COLP?", `+COLP: "+12025550100",145,,,`, urc},
		{"AT+CCWA=1,2", "+CCWA: 1,1", answer},
		{"AT+CCWA=1,2", `+CCWA: "+12025550100",145,1`, urc},
		{"AT+CLCC", `+CLCC: 1,1,4,0,0,"+12025550100",145`, both},
		{"AT+CLCC?", "+CLCC: 1", answer},
		{"AT+CLCC?", `+CLCC: 1,1,4,0,0,"+12025550100",145`, urc},
		{"AT+CLCC=1", `+CLCC: 1,1,4,0,0,"+12025550100",145`, urc},
		{"AT^DSCI?", "^DSCI: 1", answer},
		{"AT^DSCI?", "^DSCI: 2,1,4,0,+12025550100,145", urc},
		{"AT+CSQ", "+CSQ: 20,0", answer}, // SIMCom's AT+AUTOCSQ
		{"AT+CNSMOD?", "+CNSMOD: 1,8", answer},
		{"AT+CNSMOD=1", "+CNSMOD: 8", urc},
	}
	for _, tt := range tests {
		t.Run(tt.cmd+" "+tt.line, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				name, _ := atcmd.Parse(tt.line)
				u := collect(c, atcmd.Line, name)
				m.on(tt.cmd+"\r", "\r\n"+tt.line+"\r\n\r\nOK\r\n")
				got := 0
				for _, line := range mustExec(t, c, tt.cmd) {
					assert.Equal(t, tt.line, line)
					got |= answer
				}
				for _, line := range u.lines() {
					assert.Equal(t, tt.line, line)
					got |= urc
				}
				assert.Equal(t, tt.want, got)
			})
		})
	}
}

func TestRule4PromptBodyAndResultAreOneExchange(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=2\r", "|1s|\r\n> ")
		m.on("0011\x1a", "|2s|\r\n+CMGS: 1\r\n\r\nOK\r\n")
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		m.on("AT+CHUP\r", "\r\nOK\r\n")
		send := async(bounded(t), m, c, atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		synctest.Wait()
		query := async(bounded(t), m, c, atcmd.Command{Text: "AT+CSQ"})
		hangup := async(bounded(t), m, c, atcmd.Command{Text: "AT+CHUP", Urgent: true})
		for _, r := range []<-chan result{send, query, hangup} {
			require.NoError(t, (<-r).Err)
		}
		assert.Equal(t, []string{"0s AT+CMGS=2\r", "1s 0011\x1a", "3s AT+CHUP\r", "3s AT+CSQ\r"}, m.log())
	})
}

func TestRule4NoPromptNoBody(t *testing.T) {
	tests := map[string]struct {
		answer  string
		want    error
		text    string
		written []string // after the command
	}{
		"error": {
			"\r\nERROR\r\n", atcmd.ErrRejected, "atcmd: AT+CMGS: the modem answered ERROR",
			[]string{"0s \x1b", "0s AT+CSQ\r"},
		},
		"CMS error": {
			"\r\n+CMS ERROR: 310\r\n", atcmd.CMSError(310), "atcmd: AT+CMGS: CMS error 310: SIM not inserted",
			[]string{"0s \x1b", "0s AT+CSQ\r"},
		},
		"OK": {
			"\r\nOK\r\n", atcmd.ErrNoPrompt, "atcmd: AT+CMGS: no prompt for the body",
			[]string{"0s \x1b", "0s AT+CMEE?\r", "0s AT+CSQ\r"},
		},
		"nothing": {
			"", atcmd.ErrTimeout, "atcmd: AT+CMGS: no prompt for the body: no final result code",
			[]string{"5s \x1b", "5s AT+CMEE?\r", "5s AT+CSQ\r"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("AT+CMGS=2\r", tt.answer)
				m.on("AT+CSQ\r", "\r\nOK\r\n")
				m.marked()
				_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011", Timeout: time.Minute})
				assertCommandError(t, err, tt.want, tt.text)
				mustExec(t, c, "AT+CSQ")
				assert.Equal(t, tt.written, m.log()[1:])
			})
		})
	}
}

func TestRule4CallerLeavesBeforeThePrompt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=2\r", "|2s|\r\n> ")
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		m.marked()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Exec(ctx, atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		assertCommandError(t, err, context.DeadlineExceeded, "atcmd: AT+CMGS: context deadline exceeded")
		pass(t, 5*time.Second)
		mustExec(t, c, "AT+CSQ")
		assert.Equal(t, []string{"0s AT+CMGS=2\r", "1s \x1b", "2s \x1b", "6s AT+CMEE?\r", "6s AT+CSQ\r"}, m.log(), "ESC again for the late prompt")
	})
}

func TestRule6CallerLeavesOrUrgentWaits(t *testing.T) {
	dial := atcmd.Command{Text: "ATD+12025550100;", Abortable: true, Dial: true, Timeout: time.Minute}
	tests := map[string]struct {
		leave  time.Duration // when the context ends
		urgent time.Duration // when an urgent command comes
		answer string        // to the abort
		err    error
		at     time.Duration
		want   []string // written after ATD
	}{
		"context": {
			leave: time.Second, answer: "\r\nNO CARRIER\r\n", err: context.DeadlineExceeded, at: time.Second,
			want: []string{"1s \r", "3s AT+CSQ\r"},
		},
		"urgent": {
			urgent: time.Second, answer: "|40ms|\r\nNO CARRIER\r\n", err: atcmd.ErrAborted, at: 1040 * time.Millisecond,
			want: []string{"1s \r", "1.04s AT+CHUP\r", "3s AT+CSQ\r"},
		},
		"early": {
			urgent: 50 * time.Millisecond, answer: "\r\nNO CARRIER\r\n", err: atcmd.ErrAborted, at: 130 * time.Millisecond,
			want: []string{"130ms \r", "130ms AT+CHUP\r", "3s AT+CSQ\r"},
		},
		"abort unanswered": {
			urgent: 500 * time.Millisecond, err: atcmd.ErrAborted, at: 2500 * time.Millisecond,
			want: []string{"500ms \r", "2.5s AT+CMEE?\r", "2.5s AT+CHUP\r", "3s AT+CSQ\r"},
		},
		"success crosses the abort": {
			urgent: time.Second, answer: "\r\nOK\r\n", at: time.Second,
			want: []string{"1s \r", "1s AT+CHUP\r", "3s AT+CSQ\r"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("\r", tt.answer)
				m.on("AT+CSQ\r", "\r\nOK\r\n")
				m.on("AT+CHUP\r", "\r\nOK\r\n")
				m.marked()
				ctx := bounded(t)
				if tt.leave > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.leave)
					defer cancel()
				}
				call := async(ctx, m, c, dial)
				if tt.urgent > 0 {
					pass(t, tt.urgent)
					_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CHUP", Urgent: true})
					require.NoError(t, err)
				}
				got := <-call
				if tt.err != nil {
					require.ErrorIs(t, got.Err, tt.err)
				} else {
					require.NoError(t, got.Err)
				}
				assert.Equal(t, tt.at, got.At)
				pass(t, 3*time.Second-time.Since(m.start))
				mustExec(t, c, "AT+CSQ")
				assert.Equal(t, tt.want, m.log()[1:])
			})
		})
	}
}

func TestRule6UrgentDoesNotAbortWhatIsNotAbortable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGL=4\r", "|3s|\r\nOK\r\n")
		m.on("AT+CHUP\r", "\r\nOK\r\n")
		list := async(bounded(t), m, c, atcmd.Command{Text: "AT+CMGL=4"})
		pass(t, time.Second)
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CHUP", Urgent: true})
		require.NoError(t, err)
		require.NoError(t, (<-list).Err)
		assert.Equal(t, []string{"0s AT+CMGL=4\r", "3s AT+CHUP\r"}, m.log())
	})
}

func TestRule7HandlersRunInOrderAndMayExec(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CSQ\r", "|1s|\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
		var order []string
		c.Handle("RING", atcmd.Line, func(u atcmd.URC) {
			resp, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CSQ"})
			assert.NoError(t, err)
			order = append(order, u.Line, resp.Lines[0])
		})
		c.Handle("+CLIP", atcmd.Line, func(u atcmd.URC) { order = append(order, u.Line) })
		m.say("RING\r\n+CLIP: 1\r\nRING\r\n+CLIP: 2\r\n")
		pass(t, 5*time.Second)
		assert.Equal(t, []string{"RING", "+CSQ: 20,0", "+CLIP: 1", "RING", "+CSQ: 20,0", "+CLIP: 2"}, order)
	})
}

func TestRule8ConnectionEndsOnce(t *testing.T) {
	broken := errors.New("input/output error")
	tests := map[string]struct {
		end  func(m *modem, c *atcmd.Conn)
		want error
		text string
	}{
		"end of the stream": {func(m *modem, _ *atcmd.Conn) { m.fail(io.EOF) }, io.EOF, "connection closed: read: EOF"},
		"read error":        {func(m *modem, _ *atcmd.Conn) { m.fail(broken) }, broken, "connection closed: read: input/output error"},
		"close":             {func(_ *modem, c *atcmd.Conn) { c.Close() }, atcmd.ErrClosed, "connection closed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				flying := async(bounded(t), m, c, atcmd.Command{Text: "AT+A", Timeout: time.Minute})
				waiting := async(bounded(t), m, c, atcmd.Command{Text: "AT+B", Timeout: time.Minute})
				synctest.Wait()
				require.NoError(t, c.Err())
				tt.end(m, c)
				for _, r := range []<-chan result{flying, waiting} {
					got := <-r
					require.ErrorIs(t, got.Err, tt.want)
					require.ErrorIs(t, got.Err, atcmd.ErrClosed)
					assert.Zero(t, got.At)
				}
				<-c.Done()
				require.EqualError(t, c.Err(), tt.text)
				_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+C"})
				assertCommandError(t, err, tt.want, "atcmd: AT+C: "+tt.text)
				m.fail(io.ErrUnexpectedEOF)
				require.NoError(t, c.Close())
				require.NoError(t, c.Close())
				require.EqualError(t, c.Err(), tt.text, "the first cause stays")
			})
		})
	}
}

func TestRule8WriteError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		gone := errors.New("no such device")
		m.refuse = gone
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT"})
		assertCommandError(t, err, gone, "atcmd: AT: connection closed: write: no such device")
		<-c.Done()
		require.ErrorIs(t, c.Err(), atcmd.ErrClosed)
	})
}

func TestRule8WhatCameBeforeTheEndIsNotLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.Line, "RING")
		query := async(bounded(t), m, c, atcmd.Command{Text: "AT+CSQ"})
		synctest.Wait()
		m.say("+CSQ: 20,0\r\nOK\r\nRING\r\n")
		m.fail(io.EOF)
		require.NoError(t, (<-query).Err)
		<-c.Done()
		assert.Equal(t, []string{"RING"}, u.lines())
	})
}

func TestRule8StuckWriteEndsTheConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.stuck = make(chan struct{})
		got := <-async(bounded(t), m, c, atcmd.Command{Text: "AT"})
		assertCommandError(t, got.Err, atcmd.ErrStalled, "atcmd: AT: connection closed: write: write blocked for 10 s")
		assert.Equal(t, 10*time.Second, got.At)
		assert.ErrorIs(t, c.Err(), atcmd.ErrClosed)
	})
}

func TestRule4LatePromptIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=2\r", "|6s|\r\n> ") // the first ESC came too early for it
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		m.on("\x1b", "", "\r\nOK\r\n")
		m.marked()
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		require.ErrorIs(t, err, atcmd.ErrNoPrompt)
		pass(t, 2*time.Second)
		mustExec(t, c, "AT+CSQ")
		assert.Equal(t, []string{"0s AT+CMGS=2\r", "5s \x1b", "6s \x1b", "7s AT+CMEE?\r", "7s AT+CSQ\r"}, m.log())
	})
}

func TestRule4LatePromptThatSwallowsTheMarker(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("AT+CMGS=2\r", "|5100ms|\r\n> ")
		m.on("AT+CSQ\r", "\r\nOK\r\n")
		m.on("\x1b", "", "\r\nOK\r\n")
		m.on("AT+CFUN?\r", "\r\n+CFUN: 1\r\n\r\nOK\r\n")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CMGS=2", Body: "0011"})
		require.ErrorIs(t, err, atcmd.ErrNoPrompt)
		mustExec(t, c, "AT+CSQ")
		assert.Equal(t, []string{
			"0s AT+CMGS=2\r", "5s \x1b", "5s AT+CMEE?\r", "5.1s \x1b", "7s AT+CFUN?\r", "7s AT+CSQ\r",
		}, m.log())
	})
}

func TestRule6TimeoutAbortsWhatIsAbortable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		m.on("\r", "|100ms|\r\nNO CARRIER\r\n")
		m.on("ATH\r", "\r\nOK\r\n")
		got := <-async(bounded(t), m, c, atcmd.Command{Text: "ATD1;", Abortable: true, Dial: true, Timeout: 30 * time.Second})
		require.ErrorIs(t, got.Err, atcmd.ErrTimeout)
		assert.Equal(t, 30*time.Second, got.At, "the caller does not wait for the abort")
		_, err := c.Exec(bounded(t), atcmd.Command{Text: "ATH", Dial: true, Urgent: true})
		require.NoError(t, err)
		assert.Equal(t, []string{"0s ATD1;\r", "30s \r", "30.1s ATH\r"}, m.log())
	})
}

func TestRule6SettledCommandIsNotAborted(t *testing.T) {
	tests := map[string]struct {
		answer string
		urgent time.Duration
		want   []string
	}{
		"settled before the urgent one": {
			"|1s|\r\nVOICE CALL: BEGIN\r\n|200ms|\r\nOK\r\n", 1100 * time.Millisecond,
			[]string{"0s ATA\r", "1.2s AT+CHUP\r"},
		},
		"settled before the abort is due": {
			"|100ms|\r\nVOICE CALL: BEGIN\r\n\r\nOK\r\n", 50 * time.Millisecond,
			[]string{"0s ATA\r", "100ms AT+CHUP\r"},
		},
		"settled by the abort": {
			"|1s|\r\nVOICE CALL: END\r\n|100ms|\r\nNO CARRIER\r\n", 900 * time.Millisecond,
			[]string{"0s ATA\r", "900ms \r", "1.1s AT+CHUP\r"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				m.on("ATA\r", tt.answer)
				m.on("AT+CHUP\r", "\r\nOK\r\n")
				answer := async(bounded(t), m, c, settling)
				pass(t, tt.urgent)
				_, err := c.Exec(bounded(t), atcmd.Command{Text: "AT+CHUP", Urgent: true})
				require.NoError(t, err)
				got := <-answer
				require.NoError(t, got.Err)
				assert.Contains(t, got.Settled, "VOICE CALL")
				assert.Equal(t, tt.want, m.log())
			})
		})
	}
}
