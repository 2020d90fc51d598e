package modemtest_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// TestTenMinutesBothWays is a long call with the audio of both sides compared
// sample for sample, while the program polls and the modem makes noise.
func TestTenMinutesBothWays(t *testing.T) {
	const minutes = 10
	inBubble(t, func(t *testing.T, _ context.Context) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		p, caller := answer(t, ctx, &modemtest.Config{Seed: 3})
		p.ok("AT+CREG=2", "AT+AUTOCSQ=1,1", "AT+CLCC=1", "AT+CPCMREG=1")
		time.Sleep(time.Second)
		music := ramp(minutes * 60 * 8000)
		var wg sync.WaitGroup
		wg.Go(func() { assert.NoError(t, caller.Say(ctx, music)) })
		wg.Go(func() {
			p.say(music[:480])
			for i := 480; i < len(music); i += 160 {
				time.Sleep(20 * time.Millisecond)
				p.say(music[i : i+160])
			}
		})
		wg.Go(func() {
			for range minutes * 60 {
				assert.Contains(t, strings.Join(p.exec("AT+CLCC"), "|"), "+CLCC: 1,1,0,0,0")
				time.Sleep(time.Second)
			}
		})
		wg.Wait()
		time.Sleep(time.Second)
		assert.GreaterOrEqual(t, find(p.heard(), music), 0)
		assert.GreaterOrEqual(t, find(caller.Heard(), music), 0)
		stats := p.sim.Stats()
		assert.Zero(t, stats.Overlapping)
		assert.Zero(t, stats.AudioLost+stats.AudioUnread+stats.ATUnread)
	})
}

// TestManyModemsInOneBubble: they have nothing in common.
func TestManyModemsInOneBubble(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		var wg sync.WaitGroup
		for seed := range uint64(50) {
			sim := newSim(t, &modemtest.Config{Seed: seed})
			term := dial(t, sim).quiet()
			wg.Go(func() {
				caller := sim.Call(fmt.Sprintf("+120255501%02d", seed))
				assert.NoError(t, caller.WaitAnswered(ctx))
				assert.NoError(t, caller.Say(ctx, ramp(8000)))
				caller.Hangup()
			})
			wg.Go(func() {
				term.next("RING")
				term.write("ATA\r")
				term.next("NO CARRIER")
			})
		}
		wg.Wait()
	})
}

// TestAllAtOnce calls everything from many goroutines: the race detector has
// the word.
func TestAllAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{CallWaiting: true})
		term := dial(t, sim)
		audio, err := sim.OpenAudio(ctx)
		require.NoError(t, err)
		soon, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for i := range 4 {
			for _, do := range []func(){
				func() { term.write("AT+CLCC\rATA\rAT+CPCMREG=1\r") },
				func() { term.write("ATD+12025550100;\r") },
				func() { term.write("AT+CHLD=2\rAT+CHUP\r") },
				func() { _, _ = audio.Write(make([]byte, 320)) },
				func() { sim.SetSignal(i, 99); sim.SetRegistration(5); sim.SetMode(i) },
				func() { sim.Inject([]byte("x")); sim.URC("NOTE"); sim.EchoOn() },
				func() { sim.Ignore("AT+X", 1); sim.LoseURCs("X", 1); sim.SplitSample() },
				func() { _, _, _ = sim.Written(), sim.Dialled(), sim.Stats() },
				func() { _ = fmt.Sprint(sim) },
				func() {
					caller := sim.Call("+12025550101")
					if caller.WaitAnswered(soon) == nil {
						caller.Press("123")
						_ = caller.Say(soon, ramp(800))
						_, _, _, _ = caller.Heard(), caller.Rings(), caller.Rate(), caller.Held()
					}
					caller.Answer()
					caller.Hangup()
					_, _ = caller.Pressed(), caller.String()
				},
				func() { _, _ = sim.WaitDialled(soon) },
			} {
				wg.Go(func() {
					for range 5 {
						do()
						time.Sleep(time.Duration(100+i*37) * time.Millisecond)
					}
				})
			}
		}
		wg.Go(func() {
			time.Sleep(20 * time.Second)
			sim.Reset()
		})
		wg.Wait()
		time.Sleep(time.Minute)
		term.ok("AT")
	})
}

// TestEndMeetsCommand: the far side hangs up while a command about the call is
// on its way.
func TestEndMeetsCommand(t *testing.T) {
	tests := map[string]struct {
		cmd  string
		want string
	}{
		"hang-up":   {"AT+CHUP", "OK"},
		"audio on":  {"AT+CPCMREG=1", "ERROR"},
		"audio off": {"AT+CPCMREG=0,1", "OK"},
		"hold":      {"AT+CHLD=2", "ERROR"},
		"a tone":    {"AT+VTS=1", "ERROR"},
		"the list":  {"AT+CLCC", "OK"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				p, caller := answer(t, ctx, &modemtest.Config{Calm: true})
				before := len(p.seen())
				p.write(tt.cmd + "\r")
				caller.Hangup()
				time.Sleep(5 * time.Second)
				got := lines(p.seen()[before:])
				assert.Contains(t, got, tt.want)
				assert.Contains(t, got, "NO CARRIER")
				assert.Equal(t, 1, strings.Count(strings.Join(got, "|"), "VOICE CALL: END"))
			})
		})
	}
}

// TestFarSideGoneBeforeTheOK: ATD has one result, and nothing comes after it.
func TestFarSideGoneBeforeTheOK(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Dialling: time.Second})
		term := dial(t, sim).quiet()
		term.ok("AT+CLCC=1")
		before := len(term.seen())
		term.write("ATD+12025550100;\r")
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		callee.Hangup()
		time.Sleep(10 * time.Second)
		assert.Equal(t, "\r\nNO CARRIER\r\n", term.seen()[before:])
	})
}

// TestResetInTheMiddle: what was in progress is gone, and the modem is not.
func TestResetInTheMiddle(t *testing.T) {
	for _, cmd := range []string{"ATD+12025550100;", "ATA", "AT+COPS=?", "AT+CSQ", "AT+CP"} {
		t.Run(cmd, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				sim := newSim(t, nil)
				term := dial(t, sim).quiet()
				if cmd == "ATA" {
					sim.Call("+12025550100")
					term.next("RING")
				}
				end := "\r"
				if cmd == "AT+CP" {
					end = ""
				}
				term.write(cmd + end)
				time.Sleep(time.Millisecond)
				before := len(term.seen())
				sim.Reset()
				term.next("PB DONE")
				assert.NotContains(t, term.seen()[before:], "OK")
				assert.NotContains(t, term.seen()[before:], "NO CARRIER")
				term.ok("AT")
			})
		})
	}
}

// TestCallsDuringALongCommand: RING and the like come while the modem searches
// or is late with an answer.
func TestCallsDuringALongCommand(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		term.ok("AT+CLIP=1", "AT+CLCC=1")
		term.write("AT+COPS=?\r")
		time.Sleep(time.Second)
		caller := sim.Call("+12025550100")
		start := time.Now()
		term.next("+CLIP")
		assert.Less(t, time.Since(start), 100*time.Millisecond)
		caller.Hangup()
		term.next("MISSED_CALL")
		assert.Less(t, time.Since(start), 300*time.Millisecond)
		term.next("+COPS: (2")

		sim.Delay("AT+CSQ", 1, 20*time.Second)
		term.write("AT+CSQ\r")
		time.Sleep(time.Second)
		caller = sim.Call("+12025550101")
		start = time.Now()
		term.next("+CLIP")
		assert.Less(t, time.Since(start), 100*time.Millisecond)
		caller.Hangup()
		term.next("+CSQ")
	})
}

// TestNothingComesFromAClosedPort: what the modem says while nobody has the
// port open is lost, also the lines of a start.
func TestNothingComesFromAClosedPort(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		dial(t, sim).hangUp()
		sim.Reset()
		caller := sim.Call("+12025550100")
		end, _ := caller.Ended()
		assert.Equal(t, modemtest.EndedNoService, end, "it has not registered yet")
		time.Sleep(time.Minute)
		caller = sim.CallWith(modemtest.Incoming{Number: "+12025550100", RingFor: 2 * time.Second})
		require.NoError(t, caller.WaitEnded(ctx))
		term := dial(t, sim)
		time.Sleep(time.Minute)
		assert.Empty(t, term.seen())
		assert.Equal(t, []string{"AT+CREG?", "+CREG: 0,1", "OK"}, term.exec("AT+CREG?"))
	})
}
