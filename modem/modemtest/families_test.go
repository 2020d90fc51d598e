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

// courses are the ways in which a call goes.
var courses = []string{
	"in, they hang up", "in, we hang up", "in, given up", "in, rejected",
	"out, they hang up", "out, we hang up", "out, busy", "out, no answer", "out, rejected", "out, no service",
}

// run has a call that goes this way, and returns when it is over.
func run(t *testing.T, ctx context.Context, sim *modemtest.Modem, term *terminal, course string) {
	t.Helper()
	way, end, _ := strings.Cut(course, ", ")
	results := map[string]modemtest.Result{
		"busy": modemtest.Busy, "no answer": modemtest.NoAnswer, "rejected": modemtest.Reject, "no service": modemtest.NoService,
	}
	if result, ok := results[end]; ok && way == "out" {
		require.NoError(t, dialled(t, ctx, sim, term, result).WaitEnded(ctx))
		return
	}
	var far *modemtest.Caller
	switch {
	case way == "out":
		far = dialled(t, ctx, sim, term, modemtest.Answer)
		require.NoError(t, far.WaitAnswered(ctx))
	case end == "given up" || end == "rejected":
		far = sim.Call("+12025550100")
	default:
		far = answered(t, ctx, sim, term)
	}
	wait := 12 * time.Second
	if way == "in" && end == "given up" {
		wait = 6 * time.Second
	}
	if way == "in" && end == "rejected" {
		wait = time.Second
	}
	time.Sleep(wait)
	if end == "they hang up" || end == "given up" {
		far.Hangup()
		return
	}
	term.ok("AT+CHUP")
}

// answered is a call that the terminal has answered.
func answered(t *testing.T, ctx context.Context, sim *modemtest.Modem, term *terminal) *modemtest.Caller {
	t.Helper()
	caller := sim.Call("+12025550100")
	time.Sleep(time.Second)
	term.ok("ATA")
	require.NoError(t, caller.WaitAnswered(ctx))
	return caller
}

// dialled is a call that the terminal has dialled, with this result ahead.
func dialled(t *testing.T, ctx context.Context, sim *modemtest.Modem, term *terminal, result modemtest.Result) *modemtest.Caller {
	t.Helper()
	sim.OnDial("+12025550100", modemtest.Outcome{Result: result})
	term.exec("ATD+12025550100;")
	callee, err := sim.WaitDialled(ctx)
	require.NoError(t, err)
	return callee
}

// TestCoursesByTheLine is what calm modems say of calls. The lines are those of
// calls-034 to calls-066, framing-024 to framing-029 and the SIM800 manual; that
// they have the bytes of those is for TestLinesAreInTheirVectors.
func TestCoursesByTheLine(t *testing.T) {
	for family, d := range dialects {
		require.Len(t, d.said, len(courses))
		for _, course := range courses {
			t.Run(family.String()+" "+course, func(t *testing.T) {
				inBubble(t, func(t *testing.T, ctx context.Context) {
					sim := newSim(t, &modemtest.Config{Family: family, Calm: true})
					term := dial(t, sim).quiet()
					term.ok(d.on...)
					before := len(term.seen())
					run(t, ctx, sim, term, course)
					time.Sleep(time.Second)
					want := strings.ReplaceAll(d.said[course], "<n>", "+12025550100")
					assert.Equal(t, strings.Split(want, "|"), lines(term.seen()[before:]))
					assert.Equal(t, []string{"OK"}, term.exec("AT+CLCC"), "no call is left")
				})
			})
		}
	}
}

// TestCoursesOfHostileModems holds that a seed changes the spelling and the
// order of lines, and that of what is optional only NO CARRIER may be missing
// or added.
func TestCoursesOfHostileModems(t *testing.T) {
	for family, d := range dialects {
		for _, course := range courses {
			t.Run(family.String()+" "+course, func(t *testing.T) {
				for seed := range uint64(6) {
					inBubble(t, func(t *testing.T, ctx context.Context) {
						sim := newSim(t, &modemtest.Config{Family: family, Seed: seed})
						term := dial(t, sim).quiet()
						term.ok(d.on...)
						before := len(term.seen())
						run(t, ctx, sim, term, course)
						time.Sleep(10 * time.Second)
						assert.Equal(t, kinds(strings.Split(d.said[course], "|")), kinds(lines(term.seen()[before:])), "seed %d", seed)
					})
				}
			})
		}
	}
}

// kinds counts lines by what they are about, without what is optional: how often
// it rings is a matter of time, noise and a last result code come as they like.
func kinds(all []string) map[string]int {
	count := map[string]int{}
	for _, l := range all {
		kind, _, _ := strings.Cut(l, ":")
		switch kind {
		case "RING", "+CRING", "+CLIP", "NO CARRIER", "BUSY", "NO ANSWER", "^BOOT", "^RSSI", "^MODE", "^DSFLOWRPT":
		case "VOICE CALL":
			kind, _, _ = strings.Cut(strings.TrimLeft(l[len("VOICE CALL:"):], " "), ":")
			count[kind]++
		default:
			count[kind]++
		}
	}
	return count
}
