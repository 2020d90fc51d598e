package modemtest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// TestHuaweiRefusesInItsOwnWords holds what other families answer with ERROR.
func TestHuaweiRefusesInItsOwnWords(t *testing.T) {
	tests := map[string]string{
		"AT+CPCMREG=1":      "COMMAND NOT SUPPORT",
		"AT+QPCMV=1,0":      "COMMAND NOT SUPPORT",
		"AT+CEREG=2":        "COMMAND NOT SUPPORT",
		"AT+CCID":           "COMMAND NOT SUPPORT",
		"AT+CLIP=1,1":       "TOO MANY PARAMETERS",
		"AT+CLIP=2":         "ERROR",
		"AT+CMEE":           "ERROR",
		"AT^CVOICE":         "ERROR",
		"AT^DDTMFCFG=1,1":   "ERROR",
		"AT^DDTMFCFG=0":     "ERROR",
		"AT^DDTMFCFG=0,1,1": "ERROR",
	}
	inBubble(t, func(t *testing.T, _ context.Context) {
		_, term := calmModem(t, modemtest.Huawei)
		for cmd, want := range tests {
			assert.Equal(t, []string{want}, term.exec(cmd), cmd)
		}
	})
}

func TestHuaweiTellsWhatItCan(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		_, term := calmModem(t, modemtest.Huawei)
		assert.Equal(t, []string{"^CVOICE:0,8000,16,20", "OK"}, term.exec("AT^CVOICE?"), "calls-067")
		assert.Equal(t, []string{"^CPIN: READY,,10,3,10,3", "OK"}, term.exec("AT^CPIN?"))
		assert.Equal(t, []string{"^SYSINFO:2,3,0,5,1", "OK"}, term.exec("AT^SYSINFO"))
		locked := newSim(t, &modemtest.Config{Family: modemtest.Huawei, Calm: true, DataOnly: true, SIM: modemtest.SIM{State: modemtest.SIMPIN}})
		term = dial(t, locked).quiet()
		assert.Equal(t, []string{"^CVOICE:1,8000,16,20", "OK"}, term.exec("AT^CVOICE?"))
		term.exec(`AT+CPIN="0000"`)
		assert.Equal(t, []string{"^CPIN: SIM PIN,2,10,2,10,3", "OK"}, term.exec("AT^CPIN?"))
		term.exec(`AT+CPIN="0000"`)
		term.exec(`AT+CPIN="0000"`)
		assert.Equal(t, []string{"^CPIN: SIM PUK,10,10,0,10,3", "OK"}, term.exec("AT^CPIN?"))
		empty := newSim(t, &modemtest.Config{Family: modemtest.Huawei, Calm: true, SIM: modemtest.SIM{State: modemtest.SIMAbsent}})
		term = dial(t, empty).quiet()
		term.ok("AT+CMEE=1")
		assert.Equal(t, []string{"+CME ERROR: 10"}, term.exec("AT^CPIN?"))
		assert.Equal(t, []string{"^SYSINFO:0,255,0,5,255", "OK"}, term.exec("AT^SYSINFO"))
	})
}

// TestHuaweiIsNoisy holds how often what comes: B9 is about it.
func TestHuaweiIsNoisy(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.Huawei, Seed: 3})
		term := dial(t, sim).quiet()
		count := func() map[string]int {
			before := len(term.seen())
			time.Sleep(4 * time.Minute)
			n := map[string]int{}
			for _, l := range lines(term.seen()[before:]) {
				kind, _, _ := strings.Cut(l, ":")
				n[kind]++
			}
			return n
		}
		n := count()
		assert.InDelta(t, 120, n["^DSFLOWRPT"], 1, "each 2 s")
		assert.InDelta(t, 16, n["^BOOT"], 6, "each 10 to 20 s")
		assert.InDelta(t, 40, n["^RSSI"], 20)
		assert.InDelta(t, 6, n["^MODE"], 4)
		assert.Len(t, n, 4)
		term.ok("AT^CURC=0")
		assert.Empty(t, count())
		term.ok("AT^CURC=1")
		sim.SetSignal(7, 99)
		term.next("^RSSI:7")
	})
}

// TestCURCTakesCallsToo: in the worst firmwares AT^CURC=0 is too much.
func TestCURCTakesCallsToo(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim, term := calmModem(t, modemtest.Huawei)
		term.ok("AT^CURC=0")
		before := len(term.seen())
		run(t, ctx, sim, term, "out, they hang up")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"OK"}, slices.DeleteFunc(lines(term.seen()[before:]), func(l string) bool { return strings.HasPrefix(l, "^CONN") }))
	})
}

// TestHuaweiHungUpBeforeORIG: a call that the stick had not announced yet ends
// without a word.
func TestHuaweiHungUpBeforeORIG(t *testing.T) {
	silent := 0
	for seed := range uint64(20) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim := newSim(t, &modemtest.Config{Family: modemtest.Huawei, Seed: seed})
			term := dial(t, sim).quiet()
			callee := dialled(t, ctx, sim, term, modemtest.Ring)
			early := !strings.Contains(term.seen(), "^ORIG")
			term.ok("AT+CHUP")
			require.NoError(t, callee.WaitEnded(ctx))
			time.Sleep(10 * time.Second)
			seen := term.seen()
			assert.Equal(t, strings.Contains(seen, "^ORIG"), strings.Contains(seen, "^CEND"), "seed %d", seed)
			if early && !strings.Contains(seen, "^CEND") {
				silent++
			}
			assert.Equal(t, []string{"OK"}, keep(term.exec("AT+CLCC"), "OK", "+CLCC"))
		})
	}
	assert.Positive(t, silent, "it happens")
}

// keep returns the lines that begin with one of these.
func keep(all []string, prefixes ...string) []string {
	return slices.DeleteFunc(all, func(l string) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(l, p) })
	})
}

// TestHuaweiEndOfADialling: the cause is missing where the network had said
// nothing yet (calls-065).
func TestHuaweiEndOfADialling(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim, term := calmModem(t, modemtest.Huawei)
		dialled(t, ctx, sim, term, modemtest.Ring)
		term.ok("AT+CHUP")
		dialled(t, ctx, sim, term, modemtest.Ring)
		term.next("^CONF:1")
		term.ok("ATH")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"^CEND:1,0,29", "^CEND:1,0,29,16"}, keep(lines(term.seen()), "^CEND"))
	})
}

// TestHuaweiSaysNoCarrierAtTimes beside ^CEND (B10).
func TestHuaweiSaysNoCarrierAtTimes(t *testing.T) {
	said := map[bool]int{}
	for seed := range uint64(12) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim := newSim(t, &modemtest.Config{Family: modemtest.Huawei, Seed: seed})
			term := dial(t, sim).quiet()
			answered(t, ctx, sim, term).Hangup()
			term.next("^CEND")
			time.Sleep(time.Second)
			said[strings.Contains(term.seen(), "NO CARRIER")]++
		})
	}
	assert.Len(t, said, 2)
}

// TestHuaweiHidesANumber: it is not even in quotes (calls-022).
func TestHuaweiHidesANumber(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim, term := calmModem(t, modemtest.Huawei)
		term.ok("AT+CLIP=1")
		sim.CallWith(modemtest.Incoming{Number: "+12025550100", Withheld: true})
		assert.Equal(t, "+CLIP:,128,,,,1", term.next("+CLIP"))
		term.ok("AT+CRC=0")
		term.next("RING")
	})
}

func TestHuaweiATHNeedsCVHU(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim, term := calmModem(t, modemtest.Huawei)
		caller := answered(t, ctx, sim, term)
		term.ok("AT+CVHU=1", "ATH")
		_, over := caller.Ended()
		assert.False(t, over)
		term.ok("AT+CVHU=0", "ATH")
		require.NoError(t, caller.WaitEnded(ctx))
	})
}

// TestHuaweiGoesDeaf is a fault of the hardware that no program should bring
// about: AT+CHLD=1x before the far side rings.
func TestHuaweiGoesDeaf(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.Huawei, Seed: 2})
		term := dial(t, sim).quiet()
		callee := dialled(t, ctx, sim, term, modemtest.Answer)
		require.NoError(t, callee.WaitAnswered(ctx))
		term.ok("AT+CHLD=11")
		require.NoError(t, callee.WaitEnded(ctx))
		time.Sleep(10 * time.Second)

		callee = dialled(t, ctx, sim, term, modemtest.Answer)
		before := len(term.seen())
		term.write("AT+CHLD=11\r")
		require.NoError(t, callee.WaitAnswered(ctx))
		for _, cmd := range []string{"AT\r", "AT+CHUP\r", "AT+CLCC\r"} {
			term.write(cmd)
			time.Sleep(10 * time.Second)
		}
		seen := term.seen()[before:]
		assert.Contains(t, seen, "^CONN:1,0", "it goes on to report")
		assert.Empty(t, keep(lines(seen), "OK", "ERROR", "+"))
		term.hangUp()
		term = dial(t, sim)
		term.write("AT\r")
		time.Sleep(10 * time.Second)
		assert.Empty(t, keep(lines(term.seen()), "OK", "ERROR"), "nor when it is opened anew")
		sim.Unplug()
		sim.Replug()
		time.Sleep(10 * time.Second)
		dial(t, sim).quiet().ok("AT+CLCC")
	})
}

// TestHuaweiMayRefuseAudioForAWhile as the SIM7600 does.
func TestHuaweiMayRefuseAudioForAWhile(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim, term := calmModem(t, modemtest.Huawei)
		sim.RefuseAudio(1500 * time.Millisecond)
		answered(t, ctx, sim, term)
		assert.Equal(t, []string{"ERROR"}, term.exec("AT^DDSETEX=2"))
		time.Sleep(1500 * time.Millisecond)
		term.ok("AT^DDSETEX=2")
	})
}
