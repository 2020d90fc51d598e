package atcmd_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/atcmd"
)

// FuzzConn lets a modem say anything, in any pieces, at any time. Commands must
// come back in time, with a *CommandError if at all with an error, and what they
// and the handlers get must be lines.
func FuzzConn(f *testing.F) {
	for _, s := range []string{
		"\r\n+CSQ: 20,0\r\n\r\nOK\r\n|\r\n> |\r\n+CMGS: 1\r\nOK\r\n|VOICE CALL: BEGIN\r\n",
		"+CMT: ,24\r\n|" + sca + tpdu + "\r\n+CUSD: 1,\"a\r\n|b\",15\r\nERROR\r\n",
		"|||\r\n+CMEE: 1\r\n\r\nOK\r\n|NO CARRIER\r\n+CFUN: 1\r\nOK\r\n",
		"> > > |\x00\xff\x1b\x1a|ERROR+CNUM: 1\r\n|+CME ERROR: \r\n",
		"OK\r\nOK\r\nOK\r\n|OK\r\n|+CMEE: 1\r\nOK\r\n+CMEE: 1\r\nOK\r\n",
	} {
		f.Add(s, uint64(7))
	}
	f.Fuzz(func(t *testing.T, script string, seed uint64) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			m := &babbler{modem: newModem(t), parts: strings.Split(script, "|"), random: random}
			c := atcmd.New(m, nil)
			seen := collect(c, atcmd.Line, "", "RING", "NO CARRIER", "VOICE CALL", "+CREG")
			c.Handle("+CMT", atcmd.PDUBody, seen.add)
			c.Handle("+CUSD", atcmd.QuotedText, seen.add)
			for _, cmd := range []atcmd.Command{
				{Text: "AT+CSQ"},
				{Text: "AT+CMGS=19", Body: "0011", Timeout: 20 * time.Second},
				settling,
				{Text: "AT+CREG?"},
				{Text: "ATD1;", Dial: true, Abortable: true, Urgent: true},
				{Text: "AT+CMGL=4"},
			} {
				begin := time.Now()
				var results []<-chan result
				for range 2 { // the second waits for the first
					results = append(results, async(bounded(t), m.modem, c, cmd))
				}
				for _, r := range results {
					checkResult(t, <-r)
				}
				assert.LessOrEqual(t, time.Since(begin), 4*time.Minute)
			}
			for _, line := range seen.lines() {
				assert.NotEmpty(t, strings.Trim(line, " \t"))
				assert.LessOrEqual(t, len(line), 8<<10+1)
			}
			assert.NoError(t, c.Close())
			synctest.Wait()
		})
	})
}

func checkResult(t *testing.T, got result) {
	t.Helper()
	if got.Err != nil {
		_, ok := errors.AsType[*atcmd.CommandError](got.Err)
		assert.True(t, ok)
		assert.NotErrorIs(t, got.Err, atcmd.ErrClosed)
	}
	for _, line := range got.Lines {
		assert.NotContains(t, line, "\n")
		assert.NotEqual(t, "OK", line)
	}
}

// babbler is a modem that says the next part of its script whenever something is
// written, in random pieces at random times.
type babbler struct {
	*modem
	parts  []string
	random *rand.Rand
}

func (b *babbler) Write(p []byte) (int, error) {
	n, err := b.modem.Write(p)
	if len(b.parts) == 0 {
		return n, err
	}
	part := b.parts[0]
	b.parts = b.parts[1:]
	var at time.Duration
	for part != "" {
		n := 1 + b.random.IntN(len(part))
		piece := part[:n]
		part = part[n:]
		time.AfterFunc(at, func() { b.say(piece) })
		at += time.Duration(b.random.IntN(3000)) * time.Millisecond / 10
	}
	return n, err
}
