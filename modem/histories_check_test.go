package modem_test

import (
	"context"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// checkQuiet checks that soon after both sides are quiet, there are no calls. A list
// that was late may hand a call over after its caller has gone, and where the modem
// does not answer ATA either, nothing may be sent until the handler gives up.
func (h *history) checkQuiet() {
	pause(h.ctx, 15*time.Second)
	if h.handlers() > 0 {
		h.waitServed()
		pause(h.ctx, 15*time.Second)
	}
	assert.Empty(h.t, h.m.Calls(), "calls that never end")
	for _, f := range h.fars {
		if f.caller != nil {
			_, ended := f.caller.Ended()
			assert.True(h.t, ended, "%s goes on", f.number[8:])
		}
	}
}

// checkNext checks that a call goes well after all that.
func (h *history) checkNext() {
	if h.lost || h.closed {
		return
	}
	h.awaitReady() // a modem whose calls were silent is restarted after the last of them
	for _, cmd := range h.burn {
		ctx, cancel := context.WithTimeout(h.ctx, 5*time.Second)
		_, _ = h.m.Exec(ctx, cmd)
		cancel()
	}
	answered := make(chan error, 1)
	h.m.OnCall(answering(answered))
	f := h.newFar()
	f.caller = h.sim.Call(f.number)
	h.say("last call %s", f.number[8:])
	limit, cancel := context.WithTimeout(h.ctx, 30*time.Second)
	defer cancel()
	assert.NoError(h.t, f.caller.WaitAnswered(limit))
	pause(h.ctx, 2*time.Second)
	f.caller.Hangup()
	pause(h.ctx, 5*time.Second)
	assert.Empty(h.t, h.m.Calls(), "the last call does not end")
}

// close closes the modem.
func (h *history) close() {
	start := time.Now()
	h.say("close")
	assert.NoError(h.t, h.m.Close())
	assert.LessOrEqual(h.t, time.Since(start), 11*time.Second, "Close takes too long")
	synctest.Wait()
}

// checkCalls checks what was told of each call.
func (h *history) checkCalls() {
	seen := map[string][]voice.StateChanged{} // by ID
	for _, e := range of[voice.StateChanged](h.rec) {
		seen[e.Call] = append(seen[e.Call], e)
	}
	renumbered := h.renumbered(seen)
	byNumber := map[string]int{}
	for id, changes := range seen {
		h.checkCall(id, changes, renumbered)
		if last := changes[len(changes)-1]; !h.comesAgain(last.End.Reason) {
			byNumber[string(last.Number)]++
		}
		assert.LessOrEqual(h.t, h.served[id], 1, "served twice")
	}
	h.checkGhosts(byNumber)
}

// comesAgain tells whether a call that ended so may still be there when the modem is
// back: it was lost, or rejected when nobody could tell the modem.
func (h *history) comesAgain(reason voice.EndReason) bool {
	return reason == voice.ModemLost || h.shaken && reason == voice.Rejected
}

// checkGhosts checks that there were no more calls than people called. A call
// without a number, or with a number too many, is of a caller who reached the
// modem and has no call of his own: who hides his number, or whose line about it
// was lost, may be taken for the next caller.
func (h *history) checkGhosts(byNumber map[string]int) {
	extra, missing := byNumber[""], 0
	for _, f := range h.fars {
		n := byNumber[f.number]
		switch {
		case f.dialled:
			assert.LessOrEqual(h.t, n, 1, "%s was dialled once", f.number[8:])
		case n == 0 && f.reached:
			missing++
		default:
			extra += max(0, n-1)
		}
	}
	assert.LessOrEqual(h.t, extra, missing, "more calls than were made: %v", byNumber)
}

// checkCall checks the states of one call.
func (h *history) checkCall(id string, changes []voice.StateChanged, renumbered map[events.Number]bool) {
	t, last := h.t, changes[len(changes)-1]
	var states []voice.State
	answered := false
	for i, c := range changes {
		states = append(states, c.State)
		answered = answered || c.State == voice.Active
		assert.Equal(t, i == len(changes)-1, c.State == voice.Ended, "%v: the end is the last", states)
		if i > 0 {
			assert.True(t, follows(changes[i-1].State, c.State), "%v", states)
		}
	}
	if last.State != voice.Ended {
		return
	}
	hungUp := h.hungUp[id] || h.hungUp[string(last.Number)] || h.closed
	want := h.reasons(last, answered, hungUp)
	assert.Contains(t, want, last.End.Reason, "%s %s %v: %v is no reason", id[:4], string(last.Number), states, last.End.Reason)
	h.checkFar(last, hungUp, renumbered[last.Number])
}

// renumbered returns the numbers of calls that turned out to be of another
// caller: the first had given up while nobody could tell, and the second was
// answered in the first one's place.
func (h *history) renumbered(seen map[string][]voice.StateChanged) map[events.Number]bool {
	numbers := map[string][]events.Number{} // by call
	for id, changes := range seen {
		if n := changes[0].Number; n != "" {
			numbers[id] = append(numbers[id], n)
		}
	}
	for _, e := range of[voice.CallerIdentified](h.rec) {
		numbers[e.Call] = append(numbers[e.Call], e.Number)
	}
	out := map[events.Number]bool{}
	for _, all := range numbers {
		for _, n := range all {
			out[n] = out[n] || len(all) > 1
		}
	}
	return out
}

// follows tells whether one state may follow another.
func follows(a, b voice.State) bool {
	switch a {
	case voice.Waiting:
		return b == voice.Ringing || b == voice.Active || b == voice.Ended
	case voice.Ringing, voice.Alerting:
		return b == voice.Active || b == voice.Held || b == voice.Ended
	case voice.Dialing:
		return b == voice.Alerting || b == voice.Active || b == voice.Held || b == voice.Ended
	case voice.Active:
		return b == voice.Held || b == voice.Ended
	case voice.Held:
		return b == voice.Active || b == voice.Ended
	default:
		return false
	}
}

// reasons are those that a call may have ended for.
func (h *history) reasons(last voice.StateChanged, answered, hungUp bool) []voice.EndReason {
	var want []voice.EndReason
	if h.lost || h.shaken || h.closed {
		want = append(want, voice.ModemLost)
	}
	if h.shaken && answered {
		want = append(want, voice.Failed) // the network could not keep it, as without a SIM
	}
	switch {
	case answered:
		want = append(want, voice.RemoteHangup)
	case last.Direction == voice.Incoming:
		want = append(want, voice.Missed)
	default:
		want = append(want, voice.Failed)
		for _, f := range h.fars {
			if f.number == string(last.Number) {
				want = append(want, [...][]voice.EndReason{
					modemtest.Answer: nil, modemtest.Ring: nil, modemtest.NoService: nil,
					modemtest.Busy: {voice.Busy}, modemtest.NoAnswer: {voice.NoAnswer}, modemtest.Reject: {voice.Rejected},
				}[f.outcome]...)
			}
		}
		want = append(want, voice.Rejected) // a far side that hangs up before it answers
	}
	if hungUp && !answered && last.Direction == voice.Incoming {
		want = append(want, voice.Rejected)
	} else if hungUp {
		want = append(want, voice.LocalHangup)
	}
	return want
}

// checkFar compares the end of a call with that at its far side.
func (h *history) checkFar(last voice.StateChanged, hungUp, renumbered bool) {
	for _, f := range h.fars {
		if f.caller == nil || f.number != string(last.Number) {
			continue
		}
		end, _ := f.caller.Ended()
		if end == modemtest.EndedByProgram {
			assert.True(h.t, hungUp || h.shaken, "nobody hung up %s, but it was", f.number[8:])
		}
		if renumbered {
			continue
		}
		own := tone(f.number, true)
		for _, v := range f.caller.Heard() {
			if v != 0 && v != own && v != tone("", true) {
				assert.Fail(h.t, "the far side heard another call", "%d in %s", v, f.number[8:])
				break
			}
		}
	}
}
