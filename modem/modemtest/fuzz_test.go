package modemtest_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// FuzzATPort writes anything to the AT port, with a call ringing or up. The
// modem never hangs, sends nothing but echoes and lines of its table, and
// answers when it is asked properly.
func FuzzATPort(f *testing.F) {
	for _, s := range []string{
		"AT\r", "ATE0V1Q0\r", "ATD+12025550100;\r", "ATA\rAT\r", "AT+COPS=?\r\r", "AT+CPIN=1\r", "A/\rAT", "AT+CFUN=1,1\r",
		"AT+CPMS=\"SM\r", "AT+VTS=\"1,2\",3\r", "ATS3=\rATS\rAT&\rAT+\rAT+=\r", "\x00\xff\x1b\x1a", "AT" + strings.Repeat("A", 200) + "\r",
		"AT+CNMI=,,,,\r", "ATQ1V0\r", "AT+CHLD=1;+CHLD=2;+CHUP\r", "AT;;;+CSQ;\r", "AT+CCWA=,2\r", "AT+COPS=\r", "AT+CSDVC\r", "ATD\r",
	} {
		f.Add(s, uint64(0))
		f.Add(s, uint64(1))
	}
	for family := range modemtest.Families() {
		for _, s := range []string{
			"AT+QPCMV=1,0;^DSCI=1\r", "AT+QINDCFG=\r", "AT+QINDCFG=\"\r", "AT+QURCCFG=\"urcport\",\"uart1\"\r", "AT+QHUP=16,\r", "AT+QPINC=\r",
			"AT^DDSETEX=2,\r", "AT^DTMF=1,\r", "AT^DDTMFCFG=,\r", "AT^CURC=0;^CURC?\r", "AT+CHLD=11\r", "ATD1;\rAT+CHLD=12;\r", "AT+IPR=\r",
			"AT+DDET=1,,1\r", "AT#ECAM=1;#DTMF=2\r", "AT+VTS=12,\r", "AT+UDTMFD=1,\r", "AT+CFUN=16\r", "AT#REBOOT\r", "AT+QGPSCFG=\r",
		} {
			f.Add("AT+CLIP=1;"+s, uint64(family))
		}
	}
	wires := map[modemtest.Family]*regexp.Regexp{}
	for _, family := range modemtest.Families() {
		wires[family] = wire(family.String())
	}
	f.Fuzz(func(t *testing.T, raw string, seed uint64) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			family := modemtest.Family(seed % uint64(len(wires)))
			sim := newSim(t, &modemtest.Config{Family: family, Seed: seed, DataBearer: true})
			term := dial(t, sim).quiet()
			caller := sim.Call("+12025550100")
			time.Sleep(time.Second)
			before := len(term.seen())
			for part := range strings.SplitSeq(raw, "AT") {
				_, _ = term.port.Write([]byte(part + "AT")) // its ports go when it resets
				time.Sleep(200 * time.Millisecond)
			}
			_, _ = term.port.Write([]byte("\r"))
			time.Sleep(2 * time.Minute)
			if sim.Stats().Resets == 0 && isQuiet(raw) {
				assert.Empty(t, leftOver(wires[family], term.seen()[before:]))
			}
			if family == modemtest.Huawei && strings.Contains(strings.ToUpper(raw), "CHLD") {
				sim.Reset() // it may be deaf
			}
			if _, err := term.port.Write([]byte("\r")); err != nil {
				require.Positive(t, sim.Stats().Resets, err)
				term.hangUp()
				term = dial(t, sim)
			}
			term.write("AT&F\r") // echo, results, and words again
			time.Sleep(10 * time.Second)
			assert.Equal(t, []string{"ATE0", "OK"}, keep(term.exec("ATE0"), "ATE0", "OK"))
			term.ok("AT+CLCC")
			caller.Hangup() // it may have been answered
			require.NoError(t, caller.WaitEnded(ctx))
		})
	})
}

// isQuiet reports whether nothing could switch echo or numeric results on, so
// that all that came is from the table.
func isQuiet(raw string) bool {
	return !strings.ContainsAny(strings.ToUpper(raw), "EZFV&")
}
