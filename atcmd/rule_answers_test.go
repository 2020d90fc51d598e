package atcmd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

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
