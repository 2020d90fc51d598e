package modemtest_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/vectors"
	"github.com/callstack-go/callstack/modem/modemtest"
)

// plain takes what differs from call to call out of a stream: numbers, times,
// ids, and the space that one firmware puts after a colon and another does not.
func plain(stream string) string {
	for _, r := range []struct{ from, to string }{
		{`CALL: ?`, `CALL:`},
		{`END: ?[0-9]{6}`, `END:T`},
		{`"\+?[0-9]+",(129|145)`, `N`},
		{`ATD\+?[0-9]+;`, `ATDN;`},
		{`\+CLCC: [0-9]`, `+CLCC: I`},
		{`\r\r\n`, "\r\n"},
	} {
		stream = regexp.MustCompile(r.from).ReplaceAllString(stream, r.to)
	}
	return strings.Join(lines(stream), "|")
}

// TestStreamsOfTheVectors drives modems through what manuals and logs of the
// SIM7600 show, until a seed gives the very same dialogue.
func TestStreamsOfTheVectors(t *testing.T) {
	connected := func(sim *modemtest.Modem, term *terminal) {
		sim.Call("+12025550100")
		term.next("RING")
		term.exec("ATA")
		time.Sleep(time.Second)
	}
	tests := map[string]struct {
		setup  []string
		before func(sim *modemtest.Modem, term *terminal)
		do     func(ctx context.Context, sim *modemtest.Modem, term *terminal)
	}{
		"framing-019": {before: connected, do: func(_ context.Context, _ *modemtest.Modem, term *terminal) {
			term.exec("AT+CVHU=0")
			time.Sleep(time.Second)
			term.exec("ATH")
		}},
		"framing-020": {before: connected, do: func(_ context.Context, _ *modemtest.Modem, term *terminal) { term.exec("AT+CHUP") }},
		"framing-021": {setup: []string{"AT+COLP=1"}, do: func(_ context.Context, _ *modemtest.Modem, term *terminal) { term.exec("ATD10086;") }},
		"framing-022": {do: func(_ context.Context, _ *modemtest.Modem, term *terminal) {
			term.exec("ATD10086;")
			term.next("VOICE CALL")
		}},
		"framing-023": {before: func(sim *modemtest.Modem, term *terminal) {
			sim.Call("+12025550100")
			term.next("RING")
			time.Sleep(time.Second)
		}, do: func(_ context.Context, _ *modemtest.Modem, term *terminal) { term.exec("ATA") }},
		"framing-024": {setup: []string{"AT+CLCC=1"}, do: func(_ context.Context, sim *modemtest.Modem, term *terminal) {
			caller := sim.Call("+12025550100")
			term.next("+CLCC")
			term.exec("ATA")
			time.Sleep(8 * time.Second)
			caller.Hangup()
		}},
		"framing-025": {setup: []string{"AT+CLCC=1"}, do: func(ctx context.Context, sim *modemtest.Modem, term *terminal) {
			term.exec("ATD+12025550100;")
			callee, err := sim.WaitDialled(ctx)
			require.NoError(t, err)
			require.NoError(t, callee.WaitAnswered(ctx))
			time.Sleep(3 * time.Second)
			callee.Hangup()
		}},
		"framing-026": {setup: []string{"AT+CVHU=0"}, before: connected, do: func(_ context.Context, _ *modemtest.Modem, term *terminal) { term.exec("ATH") }},
	}
	// The rows stop where the log or the example did; what the modem says
	// about the same end afterwards is none of theirs.
	stops := map[string]string{"framing-019": "|NO CARRIER", "framing-020": "|NO CARRIER"}
	rows := map[string]string{}
	for _, row := range vectors.Load(t, "framing") {
		rows[row.ID] = row.Raw
	}
	for id, tt := range tests {
		t.Run(id, func(t *testing.T) {
			require.Contains(t, rows, id)
			want := plain(rows[id]) + stops[id]
			var got []string
			for seed := range uint64(40) {
				inBubble(t, func(t *testing.T, ctx context.Context) {
					sim := newSim(t, &modemtest.Config{Seed: seed})
					term := dial(t, sim)
					term.ok(tt.setup...)
					if tt.before != nil {
						tt.before(sim, term)
					}
					time.Sleep(time.Second)
					start := len(term.seen())
					tt.do(ctx, sim, term)
					time.Sleep(time.Second)
					got = append(got, plain(term.seen()[start:]))
				})
			}
			assert.Contains(t, got, want)
		})
	}
}
