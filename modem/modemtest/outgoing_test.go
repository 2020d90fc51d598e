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

// TestOutgoingByTheByte is what a calm SIM7600 says of a call that it dials.
func TestOutgoingByTheByte(t *testing.T) {
	const who = `,"+12025550100",145` + "\r\n"
	const dialling = "\r\n+CLCC: 1,0,2,0,0" + who
	const alerting = "\r\n+CLCC: 1,0,3,0,0" + who
	const released = "\r\n+CLCC: 1,0,6,0,0" + who
	tests := map[string]struct {
		outcome modemtest.Outcome
		colp    bool
		want    string
		cause   string
	}{
		"answered": { // framing-025
			want:  "\r\nOK\r\n" + dialling + alerting + "\r\nVOICE CALL: BEGIN\r\n\r\n+CLCC: 1,0,0,0,0" + who + released + "\r\nVOICE CALL: END: 000010\r\n\r\nNO CARRIER\r\n",
			cause: `"Normal call clearing"`,
		},
		"busy": {
			outcome: modemtest.Outcome{Result: modemtest.Busy},
			want:    "\r\nOK\r\n" + dialling + released + "\r\nBUSY\r\n", cause: `"User busy"`,
		},
		"not answered": {
			outcome: modemtest.Outcome{Result: modemtest.NoAnswer, After: 5 * time.Second},
			want:    "\r\nOK\r\n" + dialling + alerting + released + "\r\nNO ANSWER\r\n", cause: `"User alerting, no answer"`,
		},
		"rejected": {
			outcome: modemtest.Outcome{Result: modemtest.Reject},
			want:    "\r\nOK\r\n" + dialling + alerting + released + "\r\nNO CARRIER\r\n", cause: `"Call rejected"`,
		},
		"no service": {
			outcome: modemtest.Outcome{Result: modemtest.NoService},
			want:    "\r\nNO CARRIER\r\n", cause: `"Network out of order"`,
		},
		"answered, COLP=1": { // framing-021
			colp: true,
			want: dialling + alerting + "\r\nVOICE CALL: BEGIN\r\n\r\n+COLP: \"+12025550100\",145,,,\r\n\r\nOK\r\n\r\n+CLCC: 1,0,0,0,0" + who +
				released + "\r\nVOICE CALL: END: 000010\r\n\r\nNO CARRIER\r\n",
			cause: `"Normal call clearing"`,
		},
		"busy, COLP=1":         {colp: true, outcome: modemtest.Outcome{Result: modemtest.Busy}, want: dialling + released + "\r\nBUSY\r\n", cause: `"User busy"`},
		"not answered, COLP=1": {colp: true, outcome: modemtest.Outcome{Result: modemtest.NoAnswer, After: time.Second}, want: dialling + alerting + released + "\r\nNO ANSWER\r\n", cause: `"User alerting, no answer"`},
		"rejected, COLP=1":     {colp: true, outcome: modemtest.Outcome{Result: modemtest.Reject}, want: dialling + alerting + released + "\r\nNO CARRIER\r\n", cause: `"Call rejected"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim := newSim(t, &modemtest.Config{Calm: true})
				sim.OnDial("+12025550100", tt.outcome)
				term := dial(t, sim).quiet()
				term.ok("AT+CLCC=1")
				if tt.colp {
					term.ok("AT+COLP=1")
				}
				before := len(term.seen())
				term.write("ATD+12025550100;\r")
				callee, err := sim.WaitDialled(ctx)
				require.NoError(t, err)
				if callee.WaitAnswered(ctx) == nil {
					time.Sleep(10 * time.Second)
					callee.Hangup()
				}
				time.Sleep(time.Second)
				assert.Equal(t, tt.want, term.seen()[before:])
				assert.Equal(t, []string{"+CEER: " + tt.cause, "OK"}, term.exec("AT+CEER"))
				assert.Equal(t, []string{"+12025550100"}, sim.Dialled())
				assert.Equal(t, "+12025550100", callee.Number())
			})
		})
	}
}

func TestFarSideDecides(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		sim.OnDial("", modemtest.Outcome{Result: modemtest.Ring})
		term := dial(t, sim).quiet()
		term.ok("AT+CLCC=1", "ATD12025550100;")
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		assert.Contains(t, term.next("+CLCC: 1,0,3"), `"12025550100",129`)
		time.Sleep(100 * time.Second)
		callee.Answer()
		require.NoError(t, callee.WaitAnswered(ctx))
		term.next("VOICE CALL")
		callee.Hangup()
		callee.Hangup() // a no-op
		end, _ := callee.Ended()
		assert.Equal(t, modemtest.EndedByCaller, end)
		term.next("NO CARRIER")

		term.ok("ATD+12025550101;")
		callee, err = sim.WaitDialled(ctx)
		require.NoError(t, err)
		term.next("+CLCC: 1,0,3")
		callee.Hangup()
		end, _ = callee.Ended()
		assert.Equal(t, modemtest.EndedRejected, end, "not answered: it was rejected")
		term.next("NO CARRIER")

		term.ok("ATD+12025550102;")
		callee, err = sim.WaitDialled(ctx)
		require.NoError(t, err)
		term.next("+CLCC: 1,0,3")
		term.ok("AT+CHUP")
		end, _ = callee.Ended()
		assert.Equal(t, modemtest.EndedByProgram, end)
	})
}

func TestOutcomeIsAskedFor(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		var sim *modemtest.Modem
		asked := make(chan string, 3)
		sim = newSim(t, &modemtest.Config{Calm: true, Outcome: func(number string) modemtest.Outcome {
			assert.Equal(t, number, sim.Dialled()[0], "no lock is held")
			asked <- number
			time.Sleep(4 * time.Second) // the OK waits for it
			return modemtest.Outcome{Result: modemtest.Busy}
		}})
		term := dial(t, sim).quiet()
		start := time.Now()
		term.ok("ATD+12025550100;")
		assert.Equal(t, 4*time.Second, time.Since(start).Truncate(10*time.Millisecond))
		assert.Equal(t, "+12025550100", <-asked)
		term.next("BUSY")
		sim.OnDial("+12025550101", modemtest.Outcome{Result: modemtest.NoService})
		assert.Equal(t, []string{"NO CARRIER"}, term.exec("ATD+12025550101;"))
		assert.Empty(t, asked, "OnDial goes first")
		_, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		second, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		assert.Equal(t, "+12025550101", second.Number(), "each once, in order")
	})
}

func TestWhatIsDialled(t *testing.T) {
	tests := map[string]struct{ cmd, number, result string }{
		"international":          {"ATD+12025550100;", "+12025550100", "OK"},
		"national":               {"ATD2025550100;", "2025550100", "OK"},
		"lower case":             {"atd2025550100;", "2025550100", "OK"},
		"hidden":                 {"ATD2025550100I;", "2025550100", "OK"},
		"shown":                  {"ATD2025550100i;", "2025550100", "OK"},
		"marks that are ignored": {"ATDT202-555 0100,;", "2025550100", "OK"},
		"data call":              {"ATD2025550100", "", "NO CARRIER"},
		"nothing":                {"ATD;", "", "ERROR"},
		"plus alone":             {"ATD+;", "", "ERROR"},
		"plus within":            {"ATD20+2;", "", "ERROR"},
		"a service code":         {"ATD*100#;", "", "ERROR"},
		"a divert":               {"ATD**21*2025550100#;", "", "ERROR"},
		"letters":                {"ATD2025CALL;", "", "ERROR"},
		"a memory":               {"ATD>1;", "", "ERROR"},
		"another command":        {"ATD2025550100;+CMEE=1", "", "ERROR"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				sim := newSim(t, nil)
				term := dial(t, sim).quiet()
				assert.Equal(t, []string{tt.result}, term.exec(tt.cmd))
				assert.Equal(t, tt.number, strings.Join(sim.Dialled(), "|"))
			})
		})
	}
}

func TestDialBesideOtherCalls(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		term.ok("AT+CMEE=1")
		caller := sim.Call("+12025550100")
		term.next("RING")
		assert.Equal(t, []string{"+CME ERROR: 3"}, term.exec("ATD+12025550101;"), "it rings")
		term.ok("ATA")
		assert.Equal(t, []string{"+CME ERROR: 3"}, term.exec("ATD+12025550101;"), "somebody is on the line")
		term.ok("AT+CHLD=2")
		assert.True(t, caller.Held())
		term.ok("ATD+12025550101;")
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		require.NoError(t, callee.WaitAnswered(ctx))
		callee.Hangup()
		time.Sleep(time.Second)
		assert.NotContains(t, term.seen(), "NO CARRIER", "a call goes on")
		term.ok("AT+CHLD=2")
		assert.False(t, caller.Held())
	})
}

func TestSendingTones(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		term.ok("AT+CMEE=1")
		assert.Equal(t, []string{"+CME ERROR: 3"}, term.exec("AT+VTS=1"), "no call")
		term.ok("ATD+12025550100;")
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		assert.Equal(t, []string{"+CME ERROR: 3"}, term.exec("AT+VTS=1"), "not answered")
		require.NoError(t, callee.WaitAnswered(ctx))
		term.ok("AT+VTS=1")
		time.Sleep(180 * time.Millisecond)
		term.ok("AT+VTS=#,5")
		time.Sleep(600 * time.Millisecond)
		term.ok(`AT+VTS="2,*,D"`)
		time.Sleep(time.Second)
		term.ok("AT+VTD=3", "AT+VTS=4")
		time.Sleep(200 * time.Millisecond)
		term.ok("AT+VTS=5") // while the other sounds
		assert.Equal(t, "1#2*D4", callee.Pressed())
		assert.Equal(t, 1, sim.Stats().TonesLost)
		for _, bad := range []string{"AT+VTS=12", "AT+VTS=", "AT+VTS=E", "AT+VTS=a", `AT+VTS="1",1`, "AT+VTS=1,256", "AT+VTS=1,1,1", `AT+VTS="` + strings.Repeat("1", 30) + `"`} {
			assert.Equal(t, []string{"ERROR"}, term.exec(bad), bad)
		}
	})
}

func TestPressingKeys(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Tone: 100 * time.Millisecond, ToneGap: 50 * time.Millisecond})
		term := dial(t, sim).quiet()
		caller := sim.Call("+12025550100")
		caller.Press("9") // nobody hears it
		term.next("RING")
		term.ok("ATA")
		caller.Press("8") // nobody listens
		time.Sleep(time.Second)
		term.ok("AT+DDET=1")
		start := time.Now()
		before := len(term.seen())
		caller.Press("1x2")
		caller.Press("#")
		assert.Equal(t, start, time.Now(), "it does not wait")
		time.Sleep(99 * time.Millisecond)
		assert.Empty(t, term.seen()[before:])
		time.Sleep(2 * time.Millisecond)
		assert.Equal(t, "\r\n+RXDTMF: 1\r\n", term.seen()[before:])
		time.Sleep(150 * time.Millisecond)
		assert.Equal(t, []string{"+RXDTMF: 1", "+RXDTMF: 2"}, lines(term.seen()[before:]))
		time.Sleep(time.Second)
		assert.Equal(t, []string{"+RXDTMF: 1", "+RXDTMF: 2", "+RXDTMF: #"}, lines(term.seen()[before:]))
		caller.Press("5")
		term.next("+RXDTMF: 5")
		term.ok("AT+CHLD=2")
		caller.Press("7") // on hold
		time.Sleep(time.Second)
		assert.NotContains(t, term.seen(), "+RXDTMF: 7")
		assert.NotContains(t, term.seen(), "+RXDTMF: 9")
		assert.NotContains(t, term.seen(), "+RXDTMF: 8")
		require.NoError(t, ctx.Err())
	})
}

func TestCauseOfACallThatTheNetworkDidNotSee(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		sim.OnDial("", modemtest.Outcome{Result: modemtest.Busy})
		term := dial(t, sim).quiet()
		term.write("ATD+12025550100;\r")
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		require.Error(t, callee.WaitAnswered(ctx))
		time.Sleep(time.Second)
		assert.Equal(t, []string{`+CEER: "User busy"`, "OK"}, term.exec("AT+CEER"))
		sim.SetRegistration(2)
		assert.Equal(t, []string{"NO CARRIER"}, term.exec("ATD+12025550101;"))
		assert.Equal(t, []string{"+CEER: No cause information available", "OK"}, term.exec("AT+CEER"))
	})
}
