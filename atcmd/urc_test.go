package atcmd_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
)

func TestHandleFindsTheName(t *testing.T) {
	tests := []struct {
		prefix, line string
		want         bool
	}{
		{"+CMTI", `+CMTI: "SM",1`, true},
		{"+CMTI:", `+CMTI: "SM",1`, true},
		{" +CMTI: ", `+CMTI:"SM",1`, true},
		{"+CMT", `+CMTI: "SM",1`, false},
		{"+CMTI", `+CMT: ,1`, false},
		{"RING", "RING", true},
		{"RING", "+CRING: VOICE", false},
		{"NO CARRIER", "NO CARRIER", true},
		{"NO CARRIER", "NO CARRIER: 16", true},
		{"NO CARRIER", "NO", false},
		{"CONNECT", "CONNECT 115200", true},
		{"UNDER-VOLTAGE", "UNDER-VOLTAGE WARNNING", true},
		{"MISSED_CALL", "MISSED_CALL: 11:01AM 12025550100", true},
		{"VOICE CALL", "VOICE CALL: BEGIN", true},
		{"VOICE CALL", "VOICE CALL:END:000017", true},
		{"VOICE CALL: BEGIN", "VOICE CALL:BEGIN", true},
		{"VOICE CALL:BEGIN", "VOICE CALL: BEGIN", true},
		{"VOICE CALL: BEGIN", "VOICE CALL: END", false},
		{"VOICE CALL: END", "VOICE CALL: END: 000017", true},
		{`+QIND: "ccinfo"`, `+QIND: "ccinfo",1,0,3,0,0,"12025550100",129`, true},
		{`+QIND: "ccinfo"`, `+QIND: SMS DONE`, false},
		{"^SYSSTART", "^SYSSTART", true},
		{"*ATREADY", "*ATREADY: 1", true},
		{"_OSIGQ", "_OSIGQ: 2,0", true},
		{"+CMTI", "something +CMTI: 1", false},
		{"VOICE CALL: BEGIN:", "VOICE CALL: BEGIN", true},
		{"x:" + strings.Repeat("y", 100), "x: " + strings.Repeat("y", 100), true},
	}
	for _, tt := range tests {
		t.Run(tt.prefix+" "+tt.line, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.Line, tt.prefix)
				m.say(tt.line + "\r\n")
				assert.Equal(t, tt.want, len(u.lines()) == 1)
			})
		})
	}
}

func TestHandleTakesEffectBetweenTwoLines(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		var got []string
		note := func(who string) func(atcmd.URC) {
			return func(u atcmd.URC) { got = append(got, who+" "+u.Line) }
		}
		c.Handle("+A", atcmd.Line, note("first"))
		m.say("+A: 1\r\n+B: 1\r\n")
		synctest.Wait()
		c.Handle("+A", atcmd.Line, note("second"))
		c.Handle("+B", atcmd.Line, note("second"))
		m.say("+A: 2\r\n+B: 2\r\n")
		synctest.Wait()
		c.Handle("+A:", atcmd.Line, nil)
		c.Handle("+C", atcmd.Line, nil) // there is none
		c.Handle("", atcmd.Line, note("any"))
		m.say("+A: 3\r\n+B: 3\r\n")
		synctest.Wait()
		assert.Equal(t, []string{"first +A: 1", "second +A: 2", "second +B: 2", "any +A: 3", "second +B: 3"}, got)
	})
}

func TestHandlerMayReplaceItself(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		var got []string
		c.Handle("+A", atcmd.Line, func(u atcmd.URC) {
			got = append(got, "first "+u.Line)
			c.Handle("+A", atcmd.Line, func(u atcmd.URC) { got = append(got, "second "+u.Line) })
		})
		m.say("+A: 1\r\n")
		synctest.Wait()
		m.say("+A: 2\r\n")
		synctest.Wait()
		assert.Equal(t, []string{"first +A: 1", "second +A: 2"}, got)
	})
}

// A service centre's address of 7 octets and a PDU of 24 that says "Hello".
const (
	sca     = "07912180551800F1"
	tpdu    = "040B912120551500F10000422080015034030541E1905C34"
	longPDU = sca + tpdu + "0011"
)

func TestPDUBody(t *testing.T) {
	const pdu = sca + tpdu
	cbm := strings.Repeat("00110022", 22)
	tests := map[string]struct {
		in   string
		wait time.Duration
		want []atcmd.URC
	}{
		"message":        {"+CMT: ,24\r\n" + pdu + "\r\n", 0, []atcmd.URC{{Line: "+CMT: ,24", Body: pdu}}},
		"lower case hex": {"+CMT: ,24\r\n" + strings.ToLower(pdu) + "\r\n", 0, []atcmd.URC{{Line: "+CMT: ,24", Body: strings.ToLower(pdu)}}},
		"with a name":    {"+CMT: \"Al, ice\",24\r\n" + pdu + "\r\n", 0, []atcmd.URC{{Line: `+CMT: "Al, ice",24`, Body: pdu}}},
		"no SCA":         {"+CMT: ,24\r\n00" + tpdu + "\r\n", 0, []atcmd.URC{{Line: "+CMT: ,24", Body: "00" + tpdu}}},
		"short report":   {"+CDS: 2\r\n000602\r\n", 0, []atcmd.URC{{Line: "+CDS: 2", Body: "000602"}}},
		"cell broadcast": {"+CBM: 88\r\n" + cbm + "\r\n", 0, []atcmd.URC{{Line: "+CBM: 88", Body: cbm}}},
		"in between": {
			"+CMT: ,24\r\nRING\r\n+CSQ: 1,1\r\n" + pdu + "\r\n", 0,
			[]atcmd.URC{{Line: "RING"}, {Line: "+CSQ: 1,1"}, {Line: "+CMT: ,24", Body: pdu}},
		},
		"wrong length":        {"+CMT: ,23\r\n" + pdu + "\r\n", 0, []atcmd.URC{{Line: "+CMT: ,23", Body: pdu}}},
		"length is no number": {"+CMT: ,\r\n" + pdu + "\r\n", 0, []atcmd.URC{{Line: "+CMT: ,", Body: pdu}}},
		"no length":           {"+CMT:\r\n" + pdu + "\r\n", 0, []atcmd.URC{{Line: "+CMT:", Body: pdu}}},
		"odd digits":          {"+CMT: ,24\r\n" + pdu + "0\r\n", 3 * time.Second, []atcmd.URC{{Line: pdu + "0"}, {Line: "+CMT: ,24"}}},
		"too short for a PDU": {"+CMT: ,24\r\nFACE\r\n", 3 * time.Second, []atcmd.URC{{Line: "FACE"}, {Line: "+CMT: ,24"}}},
		"never comes":         {"+CMT: ,24\r\nRING\r\n", 3 * time.Second, []atcmd.URC{{Line: "RING"}, {Line: "+CMT: ,24"}}},
		"comes too late": {
			"+CMT: ,24\r\n|2100ms|" + pdu + "\r\n", 3 * time.Second,
			[]atcmd.URC{{Line: "+CMT: ,24"}, {Line: pdu}},
		},
		"next header": {
			"+CMT: ,24\r\n+CMT: ,26\r\n" + longPDU + "\r\n", 0,
			[]atcmd.URC{{Line: "+CMT: ,24"}, {Line: "+CMT: ,26", Body: longPDU}},
		},
		"two headers": {
			"+CMT: ,24\r\n+CDS: 2\r\n000602\r\n" + pdu + "\r\n", 0,
			[]atcmd.URC{{Line: "+CDS: 2", Body: "000602"}, {Line: "+CMT: ,24", Body: pdu}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.PDUBody, "+CMT", "+CDS", "+CBM")
				c.Handle("", atcmd.Line, u.add)
				m.sayParts(tt.in)
				pass(t, tt.wait)
				assert.Equal(t, tt.want, u.all)
			})
		})
	}
}

func TestPDUBodyWhileStoredMessagesAreRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.PDUBody, "+CMT")
		m.on("AT+CMGR=1\r", "\r\n+CMGR: 1,,26\r\n+CMT: ,24\r\n"+sca+tpdu+"\r\n"+longPDU+"\r\n\r\nOK\r\n")
		m.on("AT+CMGR=2\r", "\r\n+CMT: ,24\r\n\r\n+CMGR: 1,,26\r\n"+longPDU+"\r\n\r\nOK\r\n"+sca+tpdu+"\r\n")
		for _, text := range []string{"AT+CMGR=1", "AT+CMGR=2"} {
			assert.Equal(t, []string{"+CMGR: 1,,26", longPDU}, mustExec(t, c, text))
			synctest.Wait()
			assert.Equal(t, []atcmd.URC{{Line: "+CMT: ,24", Body: sca + tpdu}}, u.all)
			u.all = nil
		}
	})
}

func TestQuotedText(t *testing.T) {
	menu := "+CUSD: 1,\"Menu\r\n1 Balance\r\n\r\n2 Plans\",15"
	tests := map[string]struct {
		in   string
		wait time.Duration
		want []string
	}{
		"whole":       {menu + "\r\nRING\r\n", 0, []string{menu, "RING"}},
		"slow":        {strings.ReplaceAll(menu, "\n", "\n|900ms|") + "\r\n", 4 * time.Second, []string{menu}},
		"never ends":  {"+CUSD: 1,\"Menu\r\n1 Balance\r\n", 2 * time.Second, []string{"+CUSD: 1,\"Menu\r\n1 Balance"}},
		"ends late":   {"+CUSD: 1,\"Menu\r\n|1100ms|1 Balance\",15\r\n", 2 * time.Second, []string{"+CUSD: 1,\"Menu", "1 Balance\",15"}},
		"no text":     {"+CUSD: 2\r\n", 0, []string{"+CUSD: 2"}},
		"without end": {"+CUSD: 1,\"Menu\r\n" + strings.Repeat("x", 9<<10) + "\r\nRING\r\n", 0, []string{"+CUSD: 1,\"Menu\r\n" + strings.Repeat("x", 8<<10-16), "RING"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, c := start(t, nil)
				u := collect(c, atcmd.QuotedText, "+CUSD", "")
				m.sayParts(tt.in)
				pass(t, tt.wait)
				assert.Equal(t, tt.want, u.lines())
			})
		})
	}
}

func TestQuotedTextThatNeverEndsDoesNotSwallowTheResult(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		u := collect(c, atcmd.QuotedText, "+CUSD")
		m.on("AT+CUSD=1\r", "\r\n+CUSD: 1,\"Menu\r\n1 Balance\r\n\r\nOK\r\n\r\n+CUSD: 2\r\n")
		assert.Empty(t, mustExec(t, c, "AT+CUSD=1"))
		assert.Equal(t, time.Second, time.Since(m.start))
		assert.Equal(t, []string{"+CUSD: 1,\"Menu\r\n1 Balance", "+CUSD: 2"}, u.lines())
	})
}

func TestOverflowIsToldWhereTheGapIs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var order []string
		block := make(chan struct{})
		m, c := start(t, &atcmd.Config{OnOverflow: func(n uint64) { order = append(order, fmt.Sprintf("lost %d", n)) }})
		c.Handle("+STOP", atcmd.Line, func(u atcmd.URC) {
			order = append(order, u.Line)
			<-block
		})
		c.Handle("+A", atcmd.Line, func(u atcmd.URC) {
			if u.Line != "+A: x" {
				order = append(order, u.Line)
			}
		})
		m.say("+STOP: 1\r\n")
		synctest.Wait()
		m.say("+STOP: 2\r\n+A: first\r\n" + strings.Repeat("+A: x\r\n", 4094) + "+A: lost\r\n+A: lost\r\n")
		synctest.Wait()
		block <- struct{}{} // the second one is taken: there is room for one
		synctest.Wait()
		m.say("+A: after\r\n+A: lost\r\n")
		synctest.Wait()
		block <- struct{}{}
		synctest.Wait()
		m.say("+A: last\r\n")
		synctest.Wait()
		assert.Equal(t, []string{"+STOP: 1", "+STOP: 2", "+A: first", "lost 2", "+A: after", "lost 1", "+A: last"}, order)
		assert.EqualValues(t, 3, c.Stats().Dropped)
	})
}

func TestInboxIsBounded(t *testing.T) {
	const most = 1 << 20
	line := "+A: " + strings.Repeat("1", 5000) + "\r\n" // long, so that no URC is dropped later
	tests := map[string]struct {
		room int      // bytes that would fit, and do not as what comes is longer
		more []string // that
		next string   // when there is room again
		lost uint64
	}{
		"whole lines":    {0, []string{strings.Repeat(line, 3)}, "+A: 3\r\n", 3}, // the first continues what was cut
		"rest follows":   {0, []string{line, "+B: "}, "+A: 1\r\n+A: 3\r\n", 2},
		"within one":     {0, []string{"11"}, "1\r\n+A: 3\r\n", 1},
		"short one fits": {5, []string{"\r\n+A: 1", "\r\n"}, "+A: 3\r\n", 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var lost uint64
				m, c := start(t, &atcmd.Config{OnOverflow: func(n uint64) { lost += n }})
				u := collect(c, atcmd.Line, "+A", "")
				m.on("AT\r", "")
				m.stuck = make(chan struct{}) // the owner cannot look
				query := async(bounded(t), m, c, atcmd.Command{Text: "AT"})
				synctest.Wait()
				fits := most / len(line)
				m.say(strings.Repeat(line, fits) + line[:most-fits*len(line)-tt.room])
				for _, more := range tt.more {
					synctest.Wait()
					m.say(more)
				}
				synctest.Wait()
				m.mu.Lock()
				m.unstick()
				m.mu.Unlock()
				synctest.Wait()
				m.say(tt.next)
				require.ErrorIs(t, (<-query).Err, atcmd.ErrTimeout)
				got := u.lines()
				assert.Len(t, got, fits+1)
				for _, kept := range got {
					assert.Contains(t, []string{strings.TrimSpace(line), "+A: 3"}, kept)
				}
				assert.Equal(t, tt.lost, lost)
				assert.Equal(t, tt.lost, c.Stats().Dropped)
			})
		})
	}
}

func TestHandleWhileURCsCome(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, c := start(t, nil)
		steady := collect(c, atcmd.Line, "+B")
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := range 200 {
					c.Handle(fmt.Sprintf("+A%d", i%7), atcmd.Line, func(atcmd.URC) {})
					c.Handle(fmt.Sprintf("+A%d", (i+3)%7), atcmd.Line, nil)
				}
			})
		}
		for i := range 200 {
			m.say(fmt.Sprintf("+A%d: 1\r\n+B: %d\r\n", i%7, i))
		}
		wg.Wait()
		assert.Len(t, steady.lines(), 200, "the others are not disturbed")
	})
}
