package modemtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

func calmModem(t *testing.T, family modemtest.Family) (*modemtest.Modem, *terminal) {
	t.Helper()
	sim := newSim(t, &modemtest.Config{Family: family, Calm: true})
	return sim, dial(t, sim).quiet()
}

// TestEC25IsSilentAboutCallsUntilAsked holds that each kind of report has its
// switch, and that one switches all of +QIND.
func TestEC25IsSilentAboutCallsUntilAsked(t *testing.T) {
	const dsci, info = "^DSCI", "+QIND: \"ccinfo\""
	tests := map[string]struct {
		cmds      []string
		has, lack []string
	}{
		"as it comes": {lack: []string{dsci, info}},
		"DSCI":        {cmds: []string{"AT^DSCI=1"}, has: []string{dsci}, lack: []string{info}},
		"ccinfo":      {cmds: []string{`AT+QINDCFG="ccinfo",1,1`}, has: []string{info}, lack: []string{dsci}},
		"all off":     {cmds: []string{`AT+QINDCFG="ccinfo",1`, `AT+QINDCFG="all",0`}, lack: []string{dsci, info}},
		"off again":   {cmds: []string{"AT^DSCI=1", "AT^DSCI=0"}, lack: []string{dsci, info}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim, term := calmModem(t, modemtest.EC25)
				term.ok(tt.cmds...)
				answered(t, ctx, sim, term).Hangup()
				time.Sleep(time.Second)
				for _, l := range tt.has {
					assert.Contains(t, term.seen(), l)
				}
				for _, l := range tt.lack {
					assert.NotContains(t, term.seen(), l)
				}
			})
		})
	}
}

func TestQINDCFGIsKept(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim, term := calmModem(t, modemtest.EC25)
		term.ok(`AT+QINDCFG="csq",1`, `AT+QINDCFG="ccinfo",1,1`)
		assert.Equal(t, []string{`+QINDCFG: "csq",1`, "OK"}, term.exec(`AT+QINDCFG="csq"`))
		before := len(term.seen())
		sim.SetSignal(23, 99)
		time.Sleep(time.Second)
		assert.Equal(t, "\r\n+QIND: \"csq\",23,99\r\n", term.seen()[before:])
		sim.Reset()
		time.Sleep(10 * time.Second)
		term.quiet()
		assert.Equal(t, []string{`+QINDCFG: "csq",0`, "OK"}, term.exec(`AT+QINDCFG="csq"`), "not saved")
		assert.Equal(t, []string{`+QINDCFG: "ccinfo",1`, "OK"}, term.exec(`AT+QINDCFG="ccinfo"`), "saved")
		for _, bad := range []string{`AT+QINDCFG="calls",1`, `AT+QINDCFG=ccinfo,1`, `AT+QINDCFG="ccinfo",2`, `AT+QINDCFG="ccinfo",1,2`} {
			assert.Equal(t, []string{"ERROR"}, term.exec(bad), bad)
		}
	})
}

// TestReportsGoToAnotherPort holds the first thing to look at when a Quectel says
// nothing by itself.
func TestReportsGoToAnotherPort(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim, term := calmModem(t, modemtest.EC25)
		rings := func() bool {
			before := len(term.seen())
			caller := sim.Call("+12025550100")
			time.Sleep(time.Second)
			caller.Hangup()
			time.Sleep(time.Second)
			return len(term.seen()) > before
		}
		assert.Equal(t, []string{`+QURCCFG: "urcport","usbat"`, "OK"}, term.exec(`AT+QURCCFG="urcport"`))
		for port, here := range map[string]bool{"usbat": true, "all": true, "usbmodem": false, "uart1": false} {
			term.ok(`AT+QURCCFG="urcport","` + port + `"`)
			assert.Equal(t, here, rings(), port)
		}
		assert.Equal(t, []string{"ERROR"}, term.exec(`AT+QURCCFG="urcport","usb"`))
		assert.Equal(t, []string{"ERROR"}, term.exec(`AT+QURCCFG="port"`))
		term.ok(`AT+QURCCFG="urcport","uart1"`)
		sim.Reset()
		time.Sleep(10 * time.Second)
		assert.True(t, rings(), "forgotten")
	})
}

func TestQuectelTellsAboutItsSIM(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.EC25, Calm: true, SIM: modemtest.SIM{State: modemtest.SIMPIN}})
		term := dial(t, sim).quiet()
		assert.Equal(t, []string{`+QPINC: "SC",3,10`, `+QPINC: "P2",3,10`, "OK"}, term.exec("AT+QPINC?"))
		term.exec(`AT+CPIN="0000"`)
		assert.Equal(t, []string{`+QPINC: "SC",2,10`, "OK"}, term.exec(`AT+QPINC="SC"`))
		assert.Equal(t, []string{`+QPINC: "P2",3,10`, "OK"}, term.exec(`AT+QPINC="P2"`))
		assert.Equal(t, []string{"ERROR"}, term.exec(`AT+QPINC="P3"`))
		assert.Equal(t, []string{"+QSIMSTAT: 0,1", "OK"}, term.exec("AT+QSIMSTAT?"))
		term.ok("AT+QSIMSTAT=1")
		assert.Equal(t, []string{"+QSIMSTAT: 1,1", "OK"}, term.exec("AT+QSIMSTAT?"))
		assert.Equal(t, []string{"+QNWINFO: No Service", "OK"}, term.exec("AT+QNWINFO"))
		term.ok(`AT+CPIN="1234"`)
		time.Sleep(10 * time.Second)
		assert.Equal(t, []string{`+QNWINFO: "FDD LTE","00101","LTE BAND 3",1300`, "OK"}, term.exec("AT+QNWINFO"))
	})
}

// TestQHUP holds that the program can say why it hangs up.
func TestQHUP(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim, term := calmModem(t, modemtest.EC25)
		term.ok("AT+CMEE=1")
		assert.Equal(t, []string{"+CME ERROR: 3"}, term.exec("AT+QHUP=16"), "no call")
		ends := func(cmd string, answer bool) modemtest.End {
			caller := sim.Call("+12025550100")
			time.Sleep(time.Second)
			if answer {
				term.ok("ATA")
			}
			term.ok(cmd)
			require.NoError(t, caller.WaitEnded(ctx))
			end, _ := caller.Ended()
			return end
		}
		assert.Equal(t, modemtest.EndedByProgram, ends("AT+QHUP=16", true))
		assert.Equal(t, modemtest.EndedRejected, ends("AT+QHUP=21", false))
		assert.Equal(t, modemtest.EndedBusy, ends("AT+QHUP=17,1", false))
		assert.NotContains(t, term.seen(), "BUSY", "that is for the far side")
		answered(t, ctx, sim, term)
		for _, bad := range []string{"AT+QHUP=2", "AT+QHUP=", "AT+QHUP=16,8", "AT+QHUP=16,1,1"} {
			assert.Equal(t, []string{"ERROR"}, term.exec(bad), bad)
		}
		assert.Equal(t, []string{"+CME ERROR: 3"}, term.exec("AT+QHUP=16,2"), "no such call")
	})
}

// TestQuectelHangsUpSlowly: the manual allows 90 s for it.
func TestQuectelHangsUpSlowly(t *testing.T) {
	longest := time.Duration(0)
	for seed := range uint64(10) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim := newSim(t, &modemtest.Config{Family: modemtest.EC25, Seed: seed})
			term := dial(t, sim).quiet()
			answered(t, ctx, sim, term)
			start := time.Now()
			term.ok("AT+CHUP")
			longest = max(longest, time.Since(start))
			start = time.Now()
			term.ok("AT+CHUP")
			assert.Less(t, time.Since(start), 2*time.Second, "without a call")
		})
	}
	assert.Greater(t, longest, 4*time.Second)
}

// TestEC200AllowsThirtyRestartsADay and refuses the next one, for the sake of its
// flash.
func TestEC200AllowsThirtyRestartsADay(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		_, term := calmModem(t, modemtest.EC200)
		for range 15 {
			term.ok("AT+CFUN=4", "AT+CFUN=1")
		}
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CFUN=1,1"))
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CFUN=4"))
		assert.Equal(t, []string{"+CFUN: 1", "OK"}, term.exec("AT+CFUN?"), "asking is free")
		time.Sleep(24 * time.Hour)
		term.ok("AT+CFUN=4")
	})
}

func TestEC200KnowsNoReportsOfCalls(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		_, term := calmModem(t, modemtest.EC200)
		for _, cmd := range []string{
			"AT^DSCI=1", "AT^DSCI?", `AT+QINDCFG="ccinfo",1`, "AT+QPCMV=0", "AT+QPCMV=1,0", "AT+QPCMV?", "AT+QAUDMOD=3", "AT+QGPSCFG=\"outport\"",
		} {
			assert.Equal(t, []string{"ERROR"}, term.exec(cmd), cmd)
		}
		term.ok(`AT+QURCCFG="urcport","usbat"`, `AT+QINDCFG="csq",1`, "AT+QTONEDET=1")
	})
}

func TestEC25RefusesWhatMakesNoSense(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		_, term := calmModem(t, modemtest.EC25)
		for _, cmd := range []string{
			"AT+QPCMV=1", "AT+QPCMV=1,3", "AT+QPCMV=0,0", "AT+QPCMV=2,0", "AT+QPCMV=", "AT+QAUDMOD=4", "AT+QAUDMOD=1,1",
			`AT+QGPSCFG="outport","usb"`, `AT+QGPSCFG="inport"`, "AT^DSCI=2", "AT+CPCMREG=1", "AT+CCID", "AT^DDSETEX=2", "AT+DDET=1",
		} {
			assert.Equal(t, []string{"ERROR"}, term.exec(cmd), cmd)
		}
		assert.Equal(t, []string{`+QGPSCFG: "outport","usbnmea"`, "OK"}, term.exec(`AT+QGPSCFG="outport"`))
		term.ok(`AT+QGPSCFG="outport","none"`, "AT+QAUDMOD=3", "AT&F", "ATE0")
		assert.Equal(t, []string{`+QGPSCFG: "outport","none"`, "OK"}, term.exec(`AT+QGPSCFG="outport"`))
		assert.Equal(t, []string{"+QAUDMOD: 3", "OK"}, term.exec("AT+QAUDMOD?"), "it is no setting of AT&F")
	})
}
