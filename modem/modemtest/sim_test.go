package modemtest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

func TestSIMStandsInTheWay(t *testing.T) {
	tests := map[string]struct {
		sim                modemtest.SIM
		cpin, cimi, stores string
	}{
		"ready":    {modemtest.SIM{}, "+CPIN: READY", "001010123456789", "+CPMS: 0,50,0,50,0,50"},
		"absent":   {modemtest.SIM{State: modemtest.SIMAbsent}, "+CME ERROR: 10", "+CME ERROR: 10", "+CMS ERROR: 310"},
		"PIN":      {modemtest.SIM{State: modemtest.SIMPIN}, "+CPIN: SIM PIN", "+CME ERROR: 11", "+CMS ERROR: 311"},
		"PUK":      {modemtest.SIM{State: modemtest.SIMPUK}, "+CPIN: SIM PUK", "+CME ERROR: 12", "+CMS ERROR: 316"},
		"busy":     {modemtest.SIM{Busy: 10 * time.Second}, "+CME ERROR: 14", "+CME ERROR: 14", "+CMS ERROR: 314"},
		"busy PIN": {modemtest.SIM{Busy: 10 * time.Second, State: modemtest.SIMPIN}, "+CME ERROR: 14", "+CME ERROR: 14", "+CMS ERROR: 314"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				sim := newSim(t, &modemtest.Config{Calm: true, SIM: tt.sim})
				term := dial(t, sim).quiet()
				term.ok("AT+CMEE=1")
				assert.Equal(t, tt.cpin, term.exec("AT+CPIN?")[0])
				assert.Equal(t, tt.cimi, term.exec("AT+CIMI")[0])
				assert.Equal(t, tt.stores, term.exec(`AT+CPMS="SM","SM","SM"`)[0])
				dialled := term.exec("ATD+12025550100;")
				_, ended := sim.Call("+12025550100").Ended()
				if name == "ready" {
					assert.Equal(t, []string{"OK"}, dialled)
					return
				}
				assert.Equal(t, []string{tt.cimi}, dialled)
				assert.True(t, ended, "nobody reaches it")
				assert.Equal(t, []string{"+CREG: 0,0", "OK"}, term.exec("AT+CREG?"))
				time.Sleep(10 * time.Second)
				if tt.sim.Busy > 0 && tt.sim.State == modemtest.SIMReady {
					assert.Equal(t, "+CPIN: READY", term.exec("AT+CPIN?")[0])
					assert.Equal(t, []string{"+CREG: 0,1", "OK"}, term.exec("AT+CREG?"))
				}
			})
		})
	}
}

func TestPINIsCountedDown(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMPIN, PIN: "4711", PUK: "87654321", PINTries: 2}})
		term := dial(t, sim).quiet()
		term.ok("AT+CMEE=1", "AT+CREG=1")
		assert.Equal(t, []string{"+CPINR: SIM PIN,2,3", "+CPINR: SIM PUK,10,10", "OK"}, term.exec("AT+CPINR"))
		assert.Equal(t, []string{"+SPIC: 2,10,3,10", "OK"}, term.exec("AT+SPIC"))
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CPINR?"), "27.007 has no read form")
		assert.Equal(t, []string{"+CME ERROR: 16"}, term.exec("AT+CPIN=1234"))
		assert.Equal(t, []string{"+CPINR: SIM PIN,1,3", "OK"}, term.exec(`AT+CPINR="SIM PIN"`))
		assert.Equal(t, []string{"+CME ERROR: 16"}, term.exec("AT+CPIN=1234"))
		assert.Equal(t, []string{"+CPIN: SIM PUK", "OK"}, term.exec("AT+CPIN?"))
		assert.Equal(t, []string{"+CME ERROR: 3"}, term.exec("AT+CPIN=4711"), "the PIN is too late")
		assert.Equal(t, []string{"+CME ERROR: 16"}, term.exec(`AT+CPIN="12345678","1111"`))
		assert.Equal(t, []string{"+CPINR: SIM PUK,9,10", "OK"}, term.exec(`AT+CPINR="SIM PUK"`))
		term.ok(`AT+CPIN="87654321","1111"`)
		for _, line := range []string{"+CPIN: READY", "SMS DONE", "+CREG: 1", "PB DONE"} {
			term.next(line)
		}
		assert.Equal(t, []string{"+CME ERROR: 3"}, term.exec("AT+CPIN=1111"), "it wants no PIN")

		sim.Reset()
		time.Sleep(10 * time.Second)
		term.quiet().ok("AT+CMEE=1")
		assert.Equal(t, []string{"+CPIN: SIM PIN", "OK"}, term.exec("AT+CPIN?"), "a reset asks again")
		term.ok("AT+CPIN=1111")
	})
}

func TestSpentPUKIsTheEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMPUK, PUKTries: 1}})
		term := dial(t, sim).quiet()
		term.ok("AT+CMEE=2")
		assert.Equal(t, []string{"+CME ERROR: incorrect password"}, term.exec("AT+CPIN=1,1"))
		assert.Equal(t, []string{"+CME ERROR: SIM failure"}, term.exec("AT+CPIN=12345678,1234"))
	})
}

func TestStartSaysItsLines(t *testing.T) {
	for name, cfg := range map[string]*modemtest.Config{
		"at the first opening": {Boot: true},
		"with a slow SIM":      {Boot: true, SIM: modemtest.SIM{Busy: 8 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				sim := newSim(t, cfg)
				term := dial(t, sim)
				assert.Equal(t, "AT+CREG?", term.exec("AT+CREG?")[0])
				time.Sleep(20 * time.Second)
				got := strings.Join(lines(term.seen()), "|")
				for _, line := range []string{"RDY", "+CPIN: READY", "SMS DONE", "PB DONE"} {
					before, after, found := strings.Cut(got, line)
					require.True(t, found, "%s in %s", line, before)
					got = after
				}
				assert.Contains(t, term.exec("AT+CREG?"), "+CREG: 0,1")
				term.hangUp()
				term = dial(t, sim)
				time.Sleep(20 * time.Second)
				assert.Empty(t, term.seen(), "only once")
			})
		})
	}
}

func TestResetForgetsCallsAndSettings(t *testing.T) {
	for _, how := range []string{"Reset", "AT+CFUN=1,1"} {
		t.Run(how, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim := newSim(t, nil)
				term := dial(t, sim).quiet()
				term.ok("AT+CLIP=1", "AT&W", "AT+DDET=1")
				caller := sim.Call("+12025550100")
				term.next("RING")
				term.ok("ATA")
				if how == "Reset" {
					sim.Reset()
				} else {
					term.ok(how)
					term = term.again(ctx, sim)
				}
				require.NoError(t, caller.WaitEnded(ctx))
				end, _ := caller.Ended()
				assert.Equal(t, modemtest.EndedByModem, end)
				term.next("RDY")
				term.next("PB DONE")
				assert.Equal(t, []string{"OK"}, term.exec("AT+CLCC"), "and &W kept the echo off")
				assert.Equal(t, []string{"+CLIP: 1,1", "OK"}, term.exec("AT+CLIP?"))
				assert.Equal(t, []string{"+DDET: 0", "OK"}, term.exec("AT+DDET?"))
				assert.NotContains(t, term.seen(), "NO CARRIER", "nobody says that the call is gone")
			})
		})
	}
}

func TestRadioOff(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		term.ok("AT+CREG=1", "AT+CMEE=1")
		caller := sim.Call("+12025550100")
		term.next("RING")
		term.ok("AT+CFUN=0")
		require.NoError(t, caller.WaitEnded(ctx))
		time.Sleep(time.Second)
		assert.Contains(t, term.seen(), "+CREG: 0")
		assert.Equal(t, []string{"+CFUN: 0", "OK"}, term.exec("AT+CFUN?"))
		assert.Equal(t, []string{"NO CARRIER"}, term.exec("ATD+12025550100;"))
		sim.SetRegistration(1)
		assert.Equal(t, []string{"+CREG: 1,0", "OK"}, term.exec("AT+CREG?"), "the radio is off")
		term.ok("AT+CFUN=1")
		term.next("+CREG: 1")
		for _, bad := range []string{"AT+CFUN=2", "AT+CFUN=x", "AT+CFUN=0,1", "AT+CFUN=1,2", "AT+CFUN=1,1,1"} {
			assert.Equal(t, []string{"ERROR"}, term.exec(bad), bad)
		}
	})
}
