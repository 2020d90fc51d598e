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

// TestIncomingByTheByte is what a calm SIM7600 with all its call lines on says
// of a call, as its logs have it.
func TestIncomingByTheByte(t *testing.T) {
	const number = `"+12025550100",145`
	tests := map[string]struct {
		in    modemtest.Incoming
		setup string
		do    func(term *terminal, caller *modemtest.Caller)
		want  string
	}{
		"answered, the caller hangs up": { // framing-024
			do: func(term *terminal, caller *modemtest.Caller) {
				term.write("ATA\r")
				time.Sleep(8*time.Second + 300*time.Millisecond)
				caller.Hangup()
			},
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0," + number + "\r\n\r\n+CLIP: " + number + ",,,,0\r\n" +
				"\r\nVOICE CALL: BEGIN\r\n\r\nOK\r\n\r\n+CLCC: 1,1,0,0,0," + number + "\r\n" +
				"\r\n+CLCC: 1,1,6,0,0," + number + "\r\n\r\nVOICE CALL: END: 000008\r\n\r\nNO CARRIER\r\n",
		},
		"answered, the program hangs up": {
			do: func(term *terminal, _ *modemtest.Caller) {
				term.write("ATA\r")
				time.Sleep(77 * time.Second)
				term.write("AT+CHUP\r")
			},
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0," + number + "\r\n\r\n+CLIP: " + number + ",,,,0\r\n" +
				"\r\nVOICE CALL: BEGIN\r\n\r\nOK\r\n\r\n+CLCC: 1,1,0,0,0," + number + "\r\n" +
				"\r\nVOICE CALL: END: 000116\r\n\r\nOK\r\n\r\n+CLCC: 1,1,6,0,0," + number + "\r\n\r\nNO CARRIER\r\n",
		},
		"rejected": {
			do: func(term *terminal, _ *modemtest.Caller) { term.write("AT+CHUP\r") },
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0," + number + "\r\n\r\n+CLIP: " + number + ",,,,0\r\n" +
				"\r\nVOICE CALL: END: 000000\r\n\r\nOK\r\n\r\n+CLCC: 1,1,6,0,0," + number + "\r\n\r\nNO CARRIER\r\n",
		},
		"given up": {
			in: modemtest.Incoming{RingFor: 6 * time.Second},
			do: func(*terminal, *modemtest.Caller) { time.Sleep(10 * time.Second) },
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0," + number + "\r\n\r\n+CLIP: " + number + ",,,,0\r\n" +
				"\r\nRING\r\n\r\n+CLIP: " + number + ",,,,0\r\n" +
				"\r\n+CLCC: 1,1,6,0,0," + number + "\r\n\r\nMISSED_CALL: 12:00AM +12025550100\r\n\r\nNO CARRIER\r\n",
		},
		"given up while it is being answered": {
			do: func(term *terminal, caller *modemtest.Caller) {
				term.write("ATA\r")
				time.Sleep(100 * time.Millisecond)
				caller.Hangup()
			},
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0," + number + "\r\n\r\n+CLIP: " + number + ",,,,0\r\n" +
				"\r\n+CLCC: 1,1,6,0,0," + number + "\r\n\r\nNO CARRIER\r\n",
		},
		"withheld": {
			in:   modemtest.Incoming{Withheld: true},
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0,\"\",128\r\n\r\n+CLIP: \"\",128,,,,1\r\n",
		},
		"unavailable": {
			in:   modemtest.Incoming{Unavailable: true},
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0,\"\",128\r\n\r\n+CLIP: \"\",128,,,,2\r\n",
		},
		"late number": {
			in: modemtest.Incoming{CLIPAfter: 7 * time.Second},
			do: func(*terminal, *modemtest.Caller) { time.Sleep(10 * time.Second) },
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0," + number + "\r\n\r\nRING\r\n\r\n+CLIP: " + number + ",,,,0\r\n" +
				"\r\nRING\r\n\r\n+CLIP: " + number + ",,,,0\r\n",
		},
		"no number line": {
			in:   modemtest.Incoming{NoCLIP: true},
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0," + number + "\r\n",
		},
		"national number and name": {
			in: modemtest.Incoming{Number: "2025550100", Name: "Ann"}, setup: "AT+CNAP=1",
			want: "\r\nRING\r\n\r\n+CLCC: 1,1,4,0,0,\"2025550100\",129\r\n\r\n+CLIP: \"2025550100\",129,,,,0\r\n\r\n+CNAP: \"Ann\",0\r\n",
		},
		"CRC=1": {
			setup: "AT+CRC=1",
			want:  "\r\n+CRING: VOICE\r\n\r\n+CLCC: 1,1,4,0,0," + number + "\r\n\r\n+CLIP: " + number + ",,,,0\r\n",
		},
		"nothing asked for": {
			setup: "AT+CLIP=0;+CLCC=0", in: modemtest.Incoming{Name: "Ann"},
			want: "\r\nRING\r\n",
		},
		"V0": {
			setup: "AT+CLIP=0;+CLCC=0;V0",
			want:  "2\r",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				sim := newSim(t, &modemtest.Config{Calm: true})
				term := dial(t, sim).quiet()
				term.ok("AT+CLIP=1", "AT+CLCC=1")
				if tt.setup != "" {
					term.write(tt.setup + "\r")
				}
				time.Sleep(time.Second)
				before := len(term.seen())
				if tt.in.Number == "" {
					tt.in.Number = "+12025550100"
				}
				caller := sim.CallWith(tt.in)
				time.Sleep(time.Second)
				if tt.do != nil {
					tt.do(term, caller)
					time.Sleep(time.Second)
				}
				assert.Equal(t, tt.want, term.seen()[before:])
			})
		})
	}
}

func TestGenericSaysWhatTheStandardSays(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Family: modemtest.Generic})
		term := dial(t, sim).quiet()
		term.ok("AT+CLIP=1")
		before := len(term.seen())
		caller := sim.Call("+12025550100")
		time.Sleep(time.Second)
		term.ok("ATA")
		caller.Press("123")
		require.NoError(t, caller.Say(ctx, make([]int16, 8000)))
		assert.Equal(t, []string{`+CLCC: 1,1,0,0,0,"+12025550100",145`, "OK"}, term.exec("AT+CLCC"))
		term.ok("ATH")
		assert.Equal(t, []string{`+CEER: "Normal call clearing"`, "OK"}, term.exec("AT+CEER"))
		assert.Equal(t, "\r\nRING\r\n\r\n+CLIP: \"+12025550100\",145,,,,0\r\n\r\nOK\r\n"+
			"\r\n+CLCC: 1,1,0,0,0,\"+12025550100\",145\r\n\r\nOK\r\n\r\nOK\r\n\r\nNO CARRIER\r\n"+
			"\r\n+CEER: \"Normal call clearing\"\r\n\r\nOK\r\n", term.seen()[before:])
		assert.Empty(t, caller.Heard(), "there is no audio port")
	})
}

func TestRingsEveryFiveSecondsForAMinute(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		start := time.Now()
		caller := sim.Call("+12025550100")
		require.ErrorIs(t, caller.WaitAnswered(ctx), modemtest.ErrEnded)
		assert.Equal(t, 60*time.Second, time.Since(start))
		assert.Equal(t, 12, caller.Rings())
		time.Sleep(time.Second)
		assert.Equal(t, 12, strings.Count(term.seen(), "RING"))
		end, _ := caller.Ended()
		assert.Equal(t, modemtest.EndedByCaller, end)
	})
}

func TestSecondCallerFindsTheLineBusy(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		first := sim.Call("+12025550100")
		second := sim.Call("+12025550101")
		require.NoError(t, second.WaitEnded(ctx))
		end, _ := second.Ended()
		assert.Equal(t, modemtest.EndedBusy, end)
		assert.Zero(t, second.Rings())
		second.Hangup()
		second.Press("1")
		require.ErrorIs(t, second.Say(ctx, nil), modemtest.ErrEnded)
		term.next("RING")
		assert.Contains(t, first.String(), "ringing")
	})
}

func TestCallWaiting(t *testing.T) {
	const one, two = `"+12025550100",145`, `"+12025550101",145`
	start := func(t *testing.T) (sim *modemtest.Modem, term *terminal, a, b *modemtest.Caller) {
		sim = newSim(t, &modemtest.Config{Calm: true})
		term = dial(t, sim).quiet()
		term.ok("AT+CCWA=1,1,1", "AT+CLCC=1")
		assert.Equal(t, []string{"+CCWA: 1,1", "OK"}, term.exec("AT+CCWA=1,2"))
		a = sim.Call("+12025550100")
		term.next("RING")
		term.ok("ATA")
		b = sim.Call("+12025550101")
		assert.Equal(t, `+CCWA: `+two+`,1`, term.next("+CCWA"))
		assert.Equal(t, []string{"+CLCC: 1,1,0,0,0," + one, "+CLCC: 2,1,5,0,0," + two, "OK"}, term.exec("AT+CLCC"))
		return sim, term, a, b
	}
	state := func(term *terminal) []string {
		time.Sleep(time.Second)
		return term.exec("AT+CLCC")
	}
	tests := map[string]struct {
		cmds []string
		want []string
		a, b modemtest.End
	}{
		"hold and answer":         {[]string{"AT+CHLD=2"}, []string{"+CLCC: 1,1,1,0,0," + one, "+CLCC: 2,1,0,0,0," + two, "OK"}, 0, 0},
		"swap":                    {[]string{"AT+CHLD=2", "AT+CHLD=2"}, []string{"+CLCC: 1,1,0,0,0," + one, "+CLCC: 2,1,1,0,0," + two, "OK"}, 0, 0},
		"release and answer":      {[]string{"AT+CHLD=1"}, []string{"+CLCC: 2,1,0,0,0," + two, "OK"}, modemtest.EndedByProgram, 0},
		"refuse the waiting":      {[]string{"AT+CHLD=0"}, []string{"+CLCC: 1,1,0,0,0," + one, "OK"}, 0, modemtest.EndedBusy},
		"refuse it by id":         {[]string{"AT+CHLD=12"}, []string{"+CLCC: 1,1,0,0,0," + one, "OK"}, 0, modemtest.EndedRejected},
		"release the held":        {[]string{"AT+CHLD=2", "AT+CHLD=0"}, []string{"+CLCC: 2,1,0,0,0," + two, "OK"}, modemtest.EndedByProgram, 0},
		"talk to one alone":       {[]string{"AT+CHLD=2", "AT+CHLD=21"}, []string{"+CLCC: 1,1,0,0,0," + one, "+CLCC: 2,1,1,0,0," + two, "OK"}, 0, 0},
		"hang up and it rings":    {[]string{"AT+CHUP"}, []string{"+CLCC: 2,1,4,0,0," + two, "OK"}, modemtest.EndedByProgram, 0},
		"and ATA answers it":      {[]string{"AT+CHUP", "ATA"}, []string{"+CLCC: 2,1,0,0,0," + two, "OK"}, modemtest.EndedByProgram, 0},
		"hang up twice":           {[]string{"AT+CHUP", "AT+CHUP"}, []string{"OK"}, modemtest.EndedByProgram, modemtest.EndedRejected},
		"ATA does not choose":     {[]string{"ATA"}, []string{"+CLCC: 1,1,0,0,0," + one, "+CLCC: 2,1,5,0,0," + two, "OK"}, 0, 0},
		"dialling is not allowed": {[]string{"ATD+12025550102;"}, []string{"+CLCC: 1,1,0,0,0," + one, "+CLCC: 2,1,5,0,0," + two, "OK"}, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				sim, term, a, b := start(t)
				for _, cmd := range tt.cmds {
					term.exec(cmd)
				}
				assert.Equal(t, tt.want, state(term))
				endA, _ := a.Ended()
				endB, _ := b.Ended()
				assert.Equal(t, []modemtest.End{tt.a, tt.b}, []modemtest.End{endA, endB})
				assert.Empty(t, sim.Dialled())
			})
		})
	}
}

// TestWaitingCallIsGivenUpQuietly: the end of one call must not look like the
// end of the other.
func TestWaitingCallIsGivenUpQuietly(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, CallWaiting: true})
		term := dial(t, sim).quiet()
		sim.Call("+12025550100")
		term.next("RING")
		term.ok("ATA")
		before := len(term.seen())
		waiting := sim.Call("+12025550101")
		time.Sleep(time.Second)
		assert.Empty(t, term.seen()[before:], "nothing was asked for")
		waiting.Hangup()
		time.Sleep(time.Second)
		assert.Equal(t, []string{"MISSED_CALL: 12:00AM +12025550101"}, lines(term.seen()[before:]))
		third := sim.Call("+12025550102")
		fourth := sim.Call("+12025550103")
		_, ended := third.Ended()
		assert.False(t, ended)
		end, _ := fourth.Ended()
		assert.Equal(t, modemtest.EndedBusy, end, "one can wait")
		term.ok("AT+CCWA=0,0,1")
		third.Hangup()
		time.Sleep(time.Second)
		end, _ = sim.Call("+12025550104").Ended()
		assert.Equal(t, modemtest.EndedBusy, end, "the service was switched off")
		for _, bad := range []string{"AT+CCWA=2", "AT+CCWA=1,3", "AT+CCWA=1,1,1,1", "AT+CHLD=x", `AT+CHLD="1"`, "AT+CHLD=3", "AT+CHLD=17"} {
			assert.Equal(t, []string{"ERROR"}, term.exec(bad), bad)
		}
	})
}

func TestDataBearerIsListedAsACall(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{DataBearer: true})
		term := dial(t, sim).quiet()
		assert.Equal(t, []string{`+CLCC: 1,0,0,1,0,"",128`, "OK"}, term.exec("AT+CLCC"))
		sim.Call("+12025550100")
		term.next("RING")
		assert.Equal(t, []string{`+CLCC: 1,0,0,1,0,"",128`, `+CLCC: 2,1,4,0,0,"+12025550100",145`, "OK"}, term.exec("AT+CLCC"))
	})
}

// TestATHHangsUpOnlyWithCVHU0: else it is OK and nothing happens.
func TestATHHangsUpOnlyWithCVHU0(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		caller := sim.Call("+12025550100")
		term.next("RING")
		term.ok("ATA", "ATH")
		_, ended := caller.Ended()
		assert.False(t, ended)
		term.ok("AT+CVHU=0")
		assert.Contains(t, strings.Join(term.exec("ATH"), "|"), "VOICE CALL")
		require.NoError(t, caller.WaitEnded(ctx))
	})
}
