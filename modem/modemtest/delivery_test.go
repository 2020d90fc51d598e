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

// transcript is what arrives in a fixed course of events, with the time of
// every read.
func transcript(t *testing.T, cfg modemtest.Config) []string {
	var chunks []string
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &cfg)
		term := dial(t, sim)
		for _, cmd := range []string{"ATE1", "AT+CLIP=1", "AT+CLCC=1", "AT+CREG=2", "AT+AUTOCSQ=1,1", "AT+CPMS?"} {
			term.write(cmd + "\r")
			time.Sleep(500 * time.Millisecond)
		}
		caller := sim.Call("+12025550100")
		time.Sleep(7 * time.Second)
		term.write("ATA\r")
		time.Sleep(2 * time.Second)
		for range 20 {
			term.write("AT+CLCC\r")
			time.Sleep(500 * time.Millisecond)
		}
		caller.Hangup()
		time.Sleep(time.Second)
		term.mu.Lock()
		defer term.mu.Unlock()
		chunks = term.chunks
	})
	return chunks
}

func TestSameSeedSamePattern(t *testing.T) {
	for seed := range uint64(5) {
		first := transcript(t, modemtest.Config{Seed: seed})
		assert.Equal(t, first, transcript(t, modemtest.Config{Seed: seed}))
		assert.NotEqual(t, first, transcript(t, modemtest.Config{Seed: seed + 1}))
	}
}

// TestCalmBringsWholeLinesAtOnce: each read is one or more whole lines.
func TestCalmBringsWholeLinesAtOnce(t *testing.T) {
	calm := transcript(t, modemtest.Config{Calm: true})
	assert.Equal(t, calm, transcript(t, modemtest.Config{Calm: true, Seed: 99}), "the seed does not matter")
	for _, chunk := range calm {
		assert.True(t, strings.HasSuffix(chunk, "\r") || strings.HasSuffix(chunk, "\r\n"), "%q", chunk)
	}
}

// TestReadsAreCutAnywhere: over a number of seeds, the end of a read falls
// behind each byte of an answer, and one read brings many lines.
func TestReadsAreCutAnywhere(t *testing.T) {
	const answer = "\r\n+CSQ: 20,99\r\n"
	cut := map[int]bool{}
	merged := false
	for seed := range uint64(60) {
		inBubble(t, func(t *testing.T, _ context.Context) {
			term := dial(t, newSim(t, &modemtest.Config{Seed: seed})).quiet()
			for range 10 {
				term.exec("AT+CSQ")
			}
			all, at := term.seen(), 0
			for _, chunk := range term.chunks {
				_, text, _ := strings.Cut(chunk, " ")
				merged = merged || strings.Count(text, "\n") > 3
				at += len(text)
				if i := strings.LastIndex(all[:min(len(all), at+len(answer))], answer); i >= 0 && at > i && at < i+len(answer) {
					cut[at-i] = true
				}
			}
		})
	}
	for i := 1; i < len(answer); i++ {
		assert.True(t, cut[i], "behind byte %d", i)
	}
	assert.True(t, merged)
}

// TestURCsFallIntoEveryPlace: before the echo, after it, before the result and
// after it, and between the lines of an answer.
func TestURCsFallIntoEveryPlace(t *testing.T) {
	places := map[string]string{
		"before the echo":   "NOTE: 1|AT+CPINR",
		"after the echo":    "AT+CPINR|NOTE: 1|+CPINR: SIM PIN",
		"within the answer": "+CPINR: SIM PIN,3,3|NOTE: 1|+CPINR: SIM PUK",
		"before the result": "+CPINR: SIM PUK,10,10|NOTE: 1|OK",
		"after the result":  "OK|NOTE: 1",
	}
	seen := map[string]int{}
	for seed := range uint64(200) {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Seed: seed})
			term := dial(t, sim)
			term.ok("AT")
			time.Sleep(100 * time.Millisecond)
			before := len(term.seen())
			term.write("AT+CPINR\r")
			sim.URC("NOTE: 1")
			time.Sleep(time.Second)
			got := strings.Join(lines(term.seen()[before:]), "|")
			for place, want := range places {
				if strings.Contains(got, want) {
					seen[place]++
				}
			}
		})
	}
	for place := range places {
		assert.Positive(t, seen[place], place)
	}
}

// TestURCsKeepTheirOrder whatever their delay, and come within 80 ms.
func TestURCsKeepTheirOrder(t *testing.T) {
	for seed := range uint64(20) {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Seed: seed})
			term := dial(t, sim).quiet()
			var want, got []string
			for i := range 50 {
				note := "NOTE: " + strings.Repeat("I", i)
				want = append(want, note)
				sim.URC(note)
				if i%7 == 0 {
					term.write("AT+CSQ\r")
					time.Sleep(30 * time.Millisecond)
				}
			}
			time.Sleep(500 * time.Millisecond)
			for _, l := range lines(term.seen()) {
				if strings.HasPrefix(l, "NOTE") {
					got = append(got, l)
				}
			}
			assert.Equal(t, want, got)
			start := time.Now()
			sim.URC("LAST")
			term.next("LAST")
			assert.LessOrEqual(t, time.Since(start), 90*time.Millisecond)
		})
	}
}

// TestAnswersAreNotOlderThanTheLinesBefore: what AT+CLCC answers is never
// followed by an older line of the same kind.
func TestAnswersAreNotOlderThanTheLinesBefore(t *testing.T) {
	for seed := range uint64(30) {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Seed: seed})
			term := dial(t, sim).quiet()
			term.ok("AT+CREG=1")
			for range 20 {
				sim.SetRegistration(2)
				term.write("AT+CREG?\r")
				time.Sleep(10 * time.Millisecond)
				sim.SetRegistration(5)
				time.Sleep(400 * time.Millisecond)
				all := lines(term.seen())
				last := all[len(all)-1]
				require.NotEqual(t, "+CREG: 2", last)
			}
		})
	}
}

// TestFirmwaresSpellDifferently: over a number of seeds each spelling of a line
// is used, and by one modem only one.
func TestFirmwaresSpellDifferently(t *testing.T) {
	begins, rings, first := map[string]bool{}, map[string]bool{}, map[bool]bool{}
	for seed := range uint64(40) {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Seed: seed})
			term := dial(t, sim).quiet()
			term.ok("AT+CLIP=1")
			time.Sleep(time.Second)
			before := len(term.seen())
			sim.Call("+12025550100")
			time.Sleep(11 * time.Second)
			heard := term.seen()[before:]
			parts := strings.Split(heard, "RING")
			for _, after := range parts[1:] {
				rings[parts[1][:2]] = true
				assert.Equal(t, parts[1][:2], after[:2])
			}
			first[strings.Index(heard, "+CLIP") < strings.Index(heard, "RING")] = true
			got := strings.Join(append(term.exec("ATA"), "-"), "|")
			time.Sleep(100 * time.Millisecond)
			for _, spelling := range []string{"VOICE CALL: BEGIN", "VOICE CALL:BEGIN"} {
				if strings.Contains(term.seen(), spelling) {
					begins[spelling] = true
				}
			}
			first[strings.Contains(got, "BEGIN|OK")] = true
		})
	}
	assert.Len(t, begins, 2)
	assert.Len(t, rings, 2, "CR LF and CR CR LF")
	assert.Len(t, first, 2, "the number before RING, and BEGIN after OK, happen")
}
