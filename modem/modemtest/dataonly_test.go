package modemtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// TestDataOnlyFirmware is the modem's side of B24.
func TestDataOnlyFirmware(t *testing.T) {
	for _, family := range modemtest.Families() {
		t.Run(family.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim := newSim(t, &modemtest.Config{Family: family, DataOnly: true})
				term := dial(t, sim).quiet()
				start := time.Now()
				assert.Equal(t, []string{"NO CARRIER"}, keep(term.exec("ATD+12025550100;"), "OK", "NO", "ERROR", "+"))
				assert.Less(t, time.Since(start), time.Second, "at once")
				for _, cmd := range []string{"AT+CMGF=0", "AT+CMGF?", "AT+CNMI=2,1", `AT+CPMS="ME","ME","ME"`, "AT+CMGL=4", "AT+CSMS=1"} {
					assert.Equal(t, []string{"ERROR"}, keep(term.exec(cmd), "OK", "ERROR", "+"), cmd)
				}
				term.ok("AT+CSQ", "AT+CREG?", "AT+CPIN?", `AT+CSCS="GSM"`) // framing-039
				caller := sim.Call("+12025550100")
				require.NoError(t, caller.WaitEnded(ctx))
				end, _ := caller.Ended()
				assert.Equal(t, modemtest.EndedNoService, end)
				time.Sleep(time.Second)
				assert.NotContains(t, term.seen(), "RING")
			})
		})
	}
}

// TestSIM868IsOf2G: there is no LTE to ask for, and the cell says so.
func TestSIM868IsOf2G(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		_, term := calmModem(t, modemtest.SIM868)
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CEREG=2"))
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CVHU=0"))
		term.ok("AT+CREG=2")
		assert.Equal(t, []string{`+CREG: 2,1,"1A2B","01A2B3C4",0`, "OK"}, term.exec("AT+CREG?"))
		for _, bad := range []string{"AT+DDET=2", "AT+DDET=1,10001", "AT+DDET=1,0,2", "AT+DDET=1,0,0,0,0", "AT+MORING=2", "AT+DDET="} {
			assert.Equal(t, []string{"ERROR"}, term.exec(bad), bad)
		}
		term.ok("AT+DDET=1,100,1,0")
		assert.Equal(t, []string{"+DDET: 1,100,1,0", "OK"}, term.exec("AT+DDET?"))
	})
}

func TestMORINGIsForCallsThatWereDialled(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim, term := calmModem(t, modemtest.SIM868)
		run(t, ctx, sim, term, "out, they hang up")
		assert.NotContains(t, term.seen(), "MO ", "nobody asked")
		term.ok("AT+MORING=1")
		run(t, ctx, sim, term, "in, they hang up")
		time.Sleep(time.Second)
		assert.NotContains(t, term.seen(), "MO ")
		callee := dialled(t, ctx, sim, term, modemtest.Answer)
		term.next("MO RING")
		term.next("MO CONNECTED")
		term.ok("AT+CHLD=2", "AT+CHLD=2")
		before := len(term.seen())
		time.Sleep(time.Second)
		assert.Empty(t, term.seen()[before:], "it is connected once")
		callee.Hangup()
	})
}

func TestSIM868WantsItsSIMToDetectKeys(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.SIM868, Calm: true, SIM: modemtest.SIM{State: modemtest.SIMAbsent}})
		term := dial(t, sim).quiet()
		term.ok("AT+CMEE=1")
		assert.Equal(t, []string{"+CME ERROR: 10"}, term.exec("AT+DDET=1"))
	})
}
