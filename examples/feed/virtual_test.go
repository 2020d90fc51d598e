package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// TestPeopleCall has all of them call twice, in virtual time.
func TestPeopleCall(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(within(t, 5*time.Minute))
		bus := &events.Bus{}
		box, err := voicemail.Open(dir, &voicemail.Config{Events: bus})
		require.NoError(t, err)
		sim := modemtest.New(nil)
		s := &settings{}
		m, err := modem.Open(ctx, sim, &modem.Config{Events: bus, OnCall: voice.RingFor(time.Second, s.takeMessage(box))})
		require.NoError(t, err)
		states := events.Subscribe[voice.StateChanged](bus, 1000)
		saved := events.Subscribe[voicemail.Saved](bus, 1000)
		discarded := events.Subscribe[voicemail.Discarded](bus, 1000)
		digits := events.Subscribe[voice.DigitPressed](bus, 1000)
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() { callAgainAndAgain(ctx, sim, 10*time.Second) })

		var rang []time.Duration
		var ends []voice.EndReason
		for e := range states.C() {
			if e.State == voice.Ringing {
				rang = append(rang, e.Time.Sub(start))
			}
			if e.State == voice.Ended {
				ends = append(ends, e.End.Reason)
			}
			if len(ends) == 2*len(people) {
				break
			}
		}
		cancel()
		wg.Wait()
		require.NoError(t, m.Close())
		require.NoError(t, sim.Close())
		for message, err := range box.List() {
			assert.Fail(t, "nobody wants to keep it", "%v %v", message, err)
		}
		require.NoError(t, box.Close())

		require.Len(t, rang, 2*len(people))
		for i, at := range rang {
			assert.InDelta(t, (firstCall + time.Duration(i)*10*time.Second).Seconds(), at.Seconds(), 1)
		}
		once := []voice.EndReason{voice.RemoteHangup, voice.RemoteHangup, voice.RemoteHangup, voice.RemoteHangup, voice.Missed}
		assert.Equal(t, append(once, once...), ends)
		assert.Len(t, saved.C(), 6)
		reasons := map[voicemail.Reason]int{}
		for range len(discarded.C()) {
			e := <-discarded.C()
			reasons[e.Message.Reason]++
		}
		assert.Equal(t, 2, reasons[voicemail.TooShort], "who hangs up when it beeps")
		// That somebody gave up, the modem may tell when the call is being answered.
		assert.LessOrEqual(t, reasons[voicemail.Abandoned], 2)
		assert.LessOrEqual(t, len(reasons), 2)
		assert.Len(t, digits.C(), 6)
		for _, sub := range []interface{ Close() }{states, saved, discarded, digits} {
			sub.Close()
		}
	})
}

func TestHumIsHeard(t *testing.T) {
	loud := 0
	for _, sample := range hum(time.Second) {
		if sample > 3000 || sample < -3000 {
			loud++
		}
	}
	assert.Greater(t, loud, 2000)
	assert.Len(t, hum(time.Second), 8000)
}

// TestCallOver shows messages to the client of -once.
func TestCallOver(t *testing.T) {
	const ended, saved = `{"type":"call.state","data":{"state":"ended"}}`, `{"type":"voicemail.saved","data":{}}`
	tests := map[string]struct {
		messages []string
		over     bool
	}{
		"nothing":             {[]string{`{"type":"hello"}`, `{"type":"modem.state","data":{"state":"ended"}}`}, false},
		"it rings":            {[]string{`{"type":"call.state","data":{"state":"ringing"}}`}, false},
		"it ended":            {[]string{ended}, false},
		"ended, then saved":   {[]string{ended, saved}, true},
		"saved, then ended":   {[]string{saved, ended}, true},
		"nothing to be saved": {[]string{ended, strings.Replace(saved, "saved", "discarded", 1)}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var c call
			for _, m := range tt.messages {
				require.NoError(t, c.take([]byte(m)))
			}
			assert.Equal(t, tt.over, c.over())
		})
	}
	var c call
	require.Error(t, c.take([]byte(`{"type":`)))
}
