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

func TestRemoveSIM(t *testing.T) {
	for _, family := range modemtest.Families() {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim := newSim(t, &modemtest.Config{Family: family})
			term := dial(t, sim).quiet()
			term.ok("AT+CMEE=1", "AT+CREG=1")
			caller := sim.Call("+12025550100")
			require.NoError(t, answerOn(ctx, term, caller))
			sim.RemoveSIM()
			sim.RemoveSIM()
			require.NoError(t, caller.WaitEnded(ctx))
			end, _ := caller.Ended()
			assert.Equal(t, modemtest.EndedNoService, end)
			term.next("+CREG: 0")
			for _, command := range []string{"AT+CPIN?", "AT+CIMI", "ATD+12025550100;"} {
				assert.Contains(t, term.exec(command), "+CME ERROR: 10", "%v %s", family, command)
			}
			end, _ = sim.Call("+12025550100").Ended()
			assert.Equal(t, modemtest.EndedNoService, end, "nobody reaches it")
			sim.SetRegistration(1)
			time.Sleep(time.Second)
			assert.Contains(t, term.exec("AT+CREG?"), "+CREG: 1,0", "there is nothing to register with")

			sim.InsertSIM(modemtest.SIM{IMSI: "001010000000001"})
			time.Sleep(20 * time.Second)
			assert.Contains(t, term.exec("AT+CREG?"), "+CREG: 1,1")
			assert.Contains(t, strings.Join(term.exec("AT+CIMI"), " "), "001010000000001", "another card")
			caller = sim.Call("+12025550100")
			require.NoError(t, answerOn(ctx, term, caller))
		})
	}
}

// answerOn answers a call.
func answerOn(ctx context.Context, term *terminal, caller *modemtest.Caller) error {
	term.next(ringOr(term))
	term.exec("ATA")
	return caller.WaitAnswered(ctx)
}

// ringOr is how the modem at the terminal announces calls.
func ringOr(term *terminal) string {
	if strings.Contains(strings.Join(term.exec("AT+CRC?"), " "), "+CRC: 1") {
		return "+CRING"
	}
	return "RING"
}

func TestWhatASIM7600SaysAboutItsSIM(t *testing.T) {
	gone := regexp.MustCompile(`^\r\n\+CPIN: (SIM REMOVED|NOT INSERTED)\r\n$`)
	for seed := range uint64(6) {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Seed: seed})
			term := dial(t, sim).quiet()
			time.Sleep(time.Second)
			before := len(term.seen())
			sim.RemoveSIM()
			time.Sleep(time.Second)
			assert.Regexp(t, gone, term.seen()[before:])
			sim.InsertSIM(modemtest.SIM{Busy: 5 * time.Second})
			assert.NotContains(t, term.exec("AT+CPIN?"), "+CPIN: READY", "busy")
			term.next("+CPIN: READY")
			term.next("PB DONE")

			before = len(term.seen())
			sim.InsertSIM(modemtest.SIM{State: modemtest.SIMPIN, PIN: "9876"})
			term.next("+CPIN: SIM PIN")
			time.Sleep(time.Minute)
			assert.NotContains(t, term.seen()[before:], "READY")
			assert.Equal(t, []string{"+CREG: 0,0", "OK"}, term.exec("AT+CREG?"))
			term.ok("AT+CPIN=9876")
			term.next("+CPIN: READY")
			time.Sleep(time.Minute)
			assert.Equal(t, []string{"+CREG: 0,1", "OK"}, term.exec("AT+CREG?"))
			sim.Reset()
			time.Sleep(time.Minute)
			assert.Contains(t, term.exec("AT+CPIN?"), "+CPIN: SIM PIN", "a reset finds this card")
		})
	}
}

// TestACardThatIsPulledAtOnce is never ready.
func TestACardThatIsPulledAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, SIM: modemtest.SIM{State: modemtest.SIMAbsent}})
		term := dial(t, sim).quiet()
		before := len(term.seen())
		sim.InsertSIM(modemtest.SIM{})
		time.Sleep(100 * time.Millisecond)
		sim.RemoveSIM()
		time.Sleep(time.Minute)
		assert.Equal(t, "\r\n+CPIN: SIM REMOVED\r\n", term.seen()[before:])
		sim.InsertSIM(modemtest.SIM{State: modemtest.SIMAbsent})
		time.Sleep(time.Minute)
		assert.Equal(t, "\r\n+CPIN: SIM REMOVED\r\n", term.seen()[before:], "no card is no news")
	})
}

func TestACardPutInWhileUnplugged(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMAbsent}})
		sim.Unplug()
		sim.InsertSIM(modemtest.SIM{})
		sim.Replug()
		term := dial(t, sim)
		term.next("+CPIN: READY")
		time.Sleep(20 * time.Second)
		assert.Contains(t, term.exec("AT+CREG?"), "+CREG: 0,1")
	})
}
