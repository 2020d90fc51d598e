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
	wires := []*regexp.Regexp{wire(modemtest.SIM7600.String()), wire(modemtest.Generic.String())}
	f.Fuzz(func(t *testing.T, raw string, seed uint64) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			family := modemtest.Family(seed % 2)
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
			if isQuiet(term, before, raw) {
				assert.Empty(t, leftOver(wires[family], term.seen()[before:]))
			}
			if _, err := term.port.Write([]byte("\r")); err != nil {
				require.Positive(t, sim.Stats().Resets, err)
				term.hangUp()
				term = dial(t, sim)
			}
			term.write("AT&F\r") // echo, results, and words again
			time.Sleep(10 * time.Second)
			assert.Equal(t, []string{"ATE0", "OK"}, term.exec("ATE0"))
			term.ok("AT+CLCC")
			caller.Hangup() // it may have been answered
			require.NoError(t, caller.WaitEnded(ctx))
		})
	})
}

// isQuiet reports whether nothing could switch echo or numeric results on, so
// that all that came is from the table.
func isQuiet(term *terminal, before int, raw string) bool {
	raw = strings.ToUpper(raw)
	return !strings.ContainsAny(raw, "EZFV&") && !strings.Contains(term.seen()[before:], "RDY")
}
