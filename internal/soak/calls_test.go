//go:build linux

package soak_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

const (
	// lag is how much of what was said last may be missing: what was under way
	// when the call ended.
	lag = time.Second

	// maxGrowth is how much more of the heap may be in use after all calls than
	// after the first of them, in bytes, all families together.
	maxGrowth = 8 << 20
)

// Calls in a row on each family at the same time, over terminals and the serial
// library: the caller ends a third of them in mid-recording, the others end by a key
// or by the program; now and then the modem is unplugged, in a call or between calls.
// No call is lost or served twice, nothing of what was said is lost but the tail,
// and nothing is left over.
func TestCallsInARow(t *testing.T) {
	calls := 50
	if testing.Short() {
		calls = 5
	}
	before := hold(t)
	var all sync.WaitGroup // Parallel would have as many at a time as there are cores
	for i, family := range families {
		all.Go(func() {
			t.Run(family.String(), func(t *testing.T) {
				(&series{rig: newRig(t, family, uint64(i)), family: i}).run(calls)
			})
		})
	}
	all.Wait()
	if !t.Failed() {
		before.assertGivenBack(t)
	}
}

// series is the calls of one family.
type series struct {
	*rig
	family int

	numbers []events.Number // of the calls that were served, in their order
	ids     []string        // of the messages
	unplugs int

	tail time.Duration // the most that was missing of what was said
	back time.Duration // the longest from the plug to Ready
	heap int64         // in use after the first calls
}

// run makes the calls. Of every nine, the second is unplugged, and the modem is
// unplugged after the fourth.
func (s *series) run(calls int) {
	for i := range calls {
		s.call(i)
		if i%9 == 3 {
			s.unplug()
			s.replug(time.Duration(i) * 20 * time.Millisecond)
		}
		if i == calls/4 {
			s.heap = inUse()
		}
	}
	growth := inUse() - s.heap
	assert.Less(s, growth, int64(maxGrowth))
	s.checkEvents(calls)
	s.checkMessages()
	s.Logf("%d calls, %d messages, unplugged %d times: ready again within %v; at most %v of the end missing; %d KiB more in use",
		calls, len(s.ids), s.unplugs, s.back.Round(time.Millisecond), s.tail.Round(time.Millisecond), growth>>10)
}

// ending is a way for a call to end.
type ending struct {
	name   string
	end    func(*series, *modemtest.Caller)
	reason voicemail.Reason
	how    modemtest.End
}

var (
	byCaller  = ending{"the caller hangs up", (*series).callerHangsUp, voicemail.CallerHangup, modemtest.EndedByCaller}
	byKey     = ending{"a key", (*series).callerPresses, voicemail.FinishKey, modemtest.EndedByProgram}
	byProgram = ending{"the program hangs up", (*series).programHangsUp, voicemail.Canceled, modemtest.EndedByProgram}
	byUnplug  = ending{"unplugged", (*series).cableIsPulled, voicemail.ModemLost, modemtest.EndedByModem}
)

func (s *series) callerHangsUp(c *modemtest.Caller) { c.Hangup() }
func (s *series) callerPresses(c *modemtest.Caller) { c.Press("#") }
func (s *series) cableIsPulled(*modemtest.Caller)   { s.unplug() }

func (s *series) programHangsUp(*modemtest.Caller) {
	for _, call := range s.modem.Calls() {
		assert.NoError(s, call.Hangup(s.within()))
	}
}

// ending returns how the i-th call ends.
func (s *series) ending(i int) ending {
	switch {
	case i%9 == 1:
		return byUnplug
	case i%3 == 0:
		return byCaller
	case i%3 == 1 && s.modem.Capabilities().Keys:
		return byKey
	}
	return byProgram
}

// call makes the i-th call: it is answered, the caller speaks where there is audio,
// it ends, and the program has served it.
func (s *series) call(i int) {
	number := events.Number(fmt.Sprintf("+1202555%02d%02d", s.family, i))
	end := s.ending(i)
	said := speech(uint64(100*s.family+i), 1500*time.Millisecond+time.Duration(i%5)*100*time.Millisecond)
	what := fmt.Sprintf("call %d, ended by: %s", i, end.name)

	caller := s.sim.Call(string(number))
	require.NoError(s, caller.WaitAnswered(s.within()), what)
	audio := s.modem.Capabilities().Audio
	if audio {
		require.NoError(s, caller.WaitQuiet(s.within(), 800*time.Millisecond), what) // after the beep
		require.NoError(s, caller.Say(s.within(), said), what)
	}
	end.end(s, caller)
	require.NoError(s, caller.WaitEnded(s.within()), what)
	how, _ := caller.Ended()
	assert.Equal(s, end.how, how, what)

	got := s.awaitServed()
	require.Equal(s, string(number), string(got.number), what)
	s.numbers = append(s.numbers, number)
	if audio {
		s.checkMessage(what, got, end.reason, said)
	}
	if end.name == byUnplug.name {
		s.replug(0)
	}
}

// checkMessage looks whether a message is of the caller, and holds what was said.
func (s *series) checkMessage(what string, got served, reason voicemail.Reason, said []int16) {
	require.NoError(s, got.err, what)
	require.True(s, got.message.Kept(), "%s: %v", what, got.message)
	assert.Equal(s, reason, got.message.Reason, what)
	assert.Equal(s, string(got.number), string(got.message.Caller), what)
	s.ids = append(s.ids, got.message.ID)
	length := time.Duration(len(said)) * time.Second / hz
	missing := length - heard(recorded(s.T, got.message.Path), said)
	s.tail = max(s.tail, missing)
	assert.LessOrEqual(s, missing, lag, "%s: missing of what was said, of %v; the virtual modem: %+v", what, length, s.sim.Stats())
}

// unplug pulls the cable: the modem is lost now, and was not before.
func (s *series) unplug() {
	assert.Empty(s, s.states.C(), "lost though it was there")
	s.unplugs++
	s.sim.Unplug()
	s.awaitState(modem.Lost)
}

// replug plugs the modem in again after a while. The program finds it by itself, and
// takes its time where the link before did not hold for long.
func (s *series) replug(after time.Duration) {
	<-time.After(after) // for which the modem is away
	assert.Empty(s, s.states.C(), "lost more than once")
	start := time.Now()
	s.sim.Replug()
	s.awaitState(modem.Ready)
	s.back = max(s.back, time.Since(start))
	s.awaitNetwork()
}

// checkEvents looks whether each call came once, under its number, and ended once and
// last.
func (s *series) checkEvents(calls int) {
	assert.True(s, eventually(s.within(), func() bool { return len(s.modem.Calls()) == 0 }), "calls that do not end")
	assert.Empty(s, s.states.C(), "lost though it was there")
	s.calls.Close()
	require.Zero(s, s.calls.Missed())
	last := map[string]voice.State{}
	var ended []events.Number
	for e := range s.calls.C() {
		assert.NotEqual(s, voice.Ended, last[e.Call], "an event of a call that is over: %v", e)
		last[e.Call] = e.State
		if e.State == voice.Ended {
			ended = append(ended, e.Number)
		}
	}
	assert.Len(s, last, calls, "calls that the program saw")
	assert.Equal(s, s.numbers, ended)
}

// checkMessages looks whether the box has each message, and no other.
func (s *series) checkMessages() {
	var listed []string
	for m, err := range s.box.List() {
		require.NoError(s, err)
		listed = append([]string{m.ID}, listed...)
	}
	assert.Equal(s, s.ids, listed)
	if s.modem.Capabilities().Audio {
		assert.Len(s, listed, len(s.numbers))
	}
}
