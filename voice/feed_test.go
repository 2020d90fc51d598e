package voice_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

// waiting returns the events that wait in a subscription.
func waiting[T events.Event](sub *events.Subscription[T]) []T {
	var got []T
	for {
		select {
		case e := <-sub.C():
			got = append(got, e)
		default:
			return got
		}
	}
}

func TestEventsOfACallComeInOrder(t *testing.T) {
	bubble(t, func(_ context.Context, t *testing.T) {
		var bus events.Bus
		sub := events.Subscribe[events.Public](&bus, 100)
		defer sub.Close()
		begin := time.Now()
		_, feed := fed(t, nil, voice.Info{ID: "c", Source: "sim", Events: &bus})
		feed.State(voice.Ringing) // as it is: no event
		pass(time.Second)
		feed.Number("+12025550100")
		feed.Number("+12025550100") // as it is
		feed.Number("")             // tells nothing
		pass(time.Second)
		feed.State(voice.Active)
		pass(3 * time.Second)
		feed.Digit('5', voice.FromAudio)
		feed.State(voice.Held)
		pass(4 * time.Second)
		feed.State(voice.Active)
		pass(5 * time.Second)
		feed.State(voice.Ended) // not for State
		feed.End(voice.End{Reason: voice.RemoteHangup, Cause: 16})

		at := func(s int) events.Header {
			return events.Header{Time: begin.Add(time.Duration(s) * time.Second), Source: "sim"}
		}
		state := func(s int, to voice.State) voice.StateChanged {
			return voice.StateChanged{Header: at(s), Call: "c", State: to, Number: "+12025550100"}
		}
		ended := state(14, voice.Ended)
		ended.End = voice.End{Reason: voice.RemoteHangup, Cause: 16, Talk: 12 * time.Second}
		assert.Equal(t, []events.Public{
			voice.StateChanged{Header: at(0), Call: "c", State: voice.Ringing},
			voice.CallerIdentified{Header: at(1), Call: "c", Number: "+12025550100"},
			state(2, voice.Active),
			voice.DigitPressed{Header: at(5), Call: "c", Key: '5', From: voice.FromAudio},
			state(5, voice.Held),
			state(9, voice.Active),
			ended,
		}, waiting(sub))
	})
}

func TestTheFirstEndCounts(t *testing.T) {
	tests := map[string]struct{ in, want voice.End }{
		"talk is counted": {
			voice.End{Reason: voice.RemoteHangup},
			voice.End{Reason: voice.RemoteHangup, Talk: time.Minute},
		},
		"the carrier knows better": {
			voice.End{Reason: voice.RemoteHangup, Talk: 77 * time.Second, Text: "VOICE CALL: END"},
			voice.End{Reason: voice.RemoteHangup, Talk: 77 * time.Second, Text: "VOICE CALL: END"},
		},
		"no reason": {voice.End{}, voice.End{Reason: voice.Failed, Talk: time.Minute}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(_ context.Context, t *testing.T) {
				call, feed := fed(t, nil, voice.Info{State: voice.Active})
				pass(time.Minute)
				feed.End(tt.in)
				pass(time.Minute)
				feed.End(voice.End{Reason: voice.ModemLost})
				end, ended := call.End()
				assert.True(t, ended)
				assert.Equal(t, tt.want, end)
			})
		})
	}
}

func TestACallThatWasNotAnsweredHasNoTalk(t *testing.T) {
	bubble(t, func(_ context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{})
		pass(time.Minute)
		feed.End(voice.End{Reason: voice.Missed})
		end, _ := call.End()
		assert.Zero(t, end.Talk)
	})
}

func TestAfterTheEndAFeedDoesNothing(t *testing.T) {
	var bus events.Bus
	sub := events.Subscribe[events.Event](&bus, 100)
	defer sub.Close()
	call, feed := fed(t, nil, voice.Info{State: voice.Active, Events: &bus})
	feed.Attach(voice.MediaInfo{Format: narrow})
	feed.End(voice.End{Reason: voice.RemoteHangup})
	waiting(sub)

	feed.State(voice.Active)
	feed.Number("+12025550100")
	feed.Digit('1', voice.FromCarrier)
	feed.Attach(voice.MediaInfo{Format: voice.Format{Rate: 16000}})
	feed.Received(noise(1, frame))
	feed.Lost(time.Second)
	feed.Detach()
	out := noise(2, frame)
	feed.Next(out)

	assert.Empty(t, waiting(sub))
	assert.Equal(t, voice.Ended, call.State())
	assert.Empty(t, call.Number())
	assert.Empty(t, call.KeysWaiting())
	assert.Equal(t, make([]int16, frame), out, "silence")
	f, _ := call.Format()
	assert.Equal(t, narrow, f)
}

func TestAfterTheEndNothingIsPlayed(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		release := make(chan struct{})
		reads := 0
		src := &source{read: func(dst []int16) (int, error) {
			if reads++; reads == 10 {
				<-release // the player is there after the end, as its source does not come back
			}
			return copy(dst, noise(1, len(dst))), nil
		}}
		wait := play(ctx, t, call, src, nil)
		synctest.Wait()
		assert.NotEmpty(t, trimmed(listen(feed, 1)))
		feed.End(voice.End{Reason: voice.RemoteHangup})
		assert.Empty(t, trimmed(listen(feed, 1)))
		close(release)
		p, err := wait()
		require.ErrorIs(t, err, voice.ErrEnded)
		assert.Equal(t, frameTime, p.Duration)
	})
}

func TestMistakesOfACarrierPanic(t *testing.T) {
	assert.PanicsWithValue(t, "voice: NewCall of a call that has ended",
		func() { voice.NewCall(&stub{}, voice.Info{State: voice.Ended}) })

	call, feed := fed(t, nil, voice.Info{State: voice.Active})
	assert.PanicsWithValue(t, "voice: Attach at 44100 Hz, not 8000 or 16000 Hz",
		func() { feed.Attach(voice.MediaInfo{Format: voice.Format{Rate: 44100}}) })
	assert.Panics(t, func() { feed.Attach(voice.MediaInfo{}) })
	feed.Attach(voice.MediaInfo{Format: narrow})
	feed.Detach()
	assert.PanicsWithValue(t, "voice: Attach at 16000 Hz to a call at 8000 Hz",
		func() { feed.Attach(voice.MediaInfo{Format: voice.Format{Rate: 16000}}) })
	assert.False(t, call.Locked())
}

func TestNextIsSilenceWhileNothingPlays(t *testing.T) {
	_, feed := fed(t, nil, voice.Info{State: voice.Active})
	for _, step := range []func(){
		func() {},
		func() { feed.Attach(voice.MediaInfo{Format: narrow}) },
		func() { feed.Attach(voice.MediaInfo{Format: narrow}) }, // twice is once
		feed.Detach,
		feed.Detach,
	} {
		step()
		out := noise(1, frame)
		feed.Next(out)
		assert.Equal(t, make([]int16, frame), out)
	}
}

// logTrap is a log handler that asks the call something, as one may that adds
// attributes. Under the call's lock that is a deadlock.
type logTrap struct {
	call    *atomic.Pointer[voice.CallSession]
	records *atomic.Int32
	locked  *atomic.Bool
}

func (logTrap) Enabled(context.Context, slog.Level) bool { return true }
func (h logTrap) WithAttrs([]slog.Attr) slog.Handler     { return h }
func (h logTrap) WithGroup(string) slog.Handler          { return h }

func (h logTrap) Handle(context.Context, slog.Record) error {
	h.records.Add(1)
	if call := h.call.Load(); call != nil && call.Locked() {
		h.locked.Store(true)
	}
	return nil
}

func TestNoLogHandlerRunsUnderTheLock(t *testing.T) {
	trap := logTrap{new(atomic.Pointer[voice.CallSession]), new(atomic.Int32), new(atomic.Bool)}
	call, feed := fed(t, nil, voice.Info{Logger: slog.New(trap)})
	trap.call.Store(call)
	steps := []func(){
		func() { feed.State(voice.Active) },
		func() { feed.Digit('1', voice.FromCarrier) },
		func() { feed.End(voice.End{Reason: voice.Busy}) },
	}
	for _, step := range steps {
		before := trap.records.Load()
		step()
		assert.Equal(t, before+1, trap.records.Load())
	}
	assert.False(t, trap.locked.Load())
}

func TestLogOfACall(t *testing.T) {
	var lines []string
	call, feed := fed(t, nil, voice.Info{ID: "c", Number: "+12025550100", Logger: textLogger(&lines)})
	feed.Number("+12025550199")
	feed.State(voice.Active)
	feed.Digit('7', voice.FromAudio)
	feed.End(voice.End{Reason: voice.RemoteHangup, Cause: 16, Talk: time.Second})
	assert.Equal(t, []string{
		"level=DEBUG msg=\"call state\" call=c state=ringing\n",
		"level=DEBUG msg=\"call state\" call=c state=active\n",
		"level=DEBUG msg=\"key pressed\" call=c from=audio\n",
		"level=DEBUG msg=\"call state\" call=c state=ended end.reason=remote_hangup end.cause=16 end.talk=1s\n",
	}, lines)
	assert.Equal(t, voice.Ended, call.State())
}

type lineWriter []string

func (w *lineWriter) Write(b []byte) (int, error) {
	*w = append(*w, string(b))
	return len(b), nil
}

func textLogger(lines *[]string) *slog.Logger {
	return slog.New(slog.NewTextHandler((*lineWriter)(lines), &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

func TestNamesOfStatesAndReasons(t *testing.T) {
	var states, directions, ends []string
	for s := voice.Ringing; s <= voice.Ended+1; s++ {
		states = append(states, s.String())
	}
	assert.Equal(t, []string{
		"ringing", "waiting", "dialing", "alerting", "active", "held", "ended", "State(7)",
	}, states)
	for d := voice.Incoming; d <= voice.Outgoing+1; d++ {
		directions = append(directions, d.String())
	}
	assert.Equal(t, []string{"incoming", "outgoing", "Direction(2)"}, directions)
	for r := voice.EndReason(0); r <= voice.ModemLost+1; r++ {
		ends = append(ends, r.String())
	}
	assert.Equal(t, []string{
		"", "remote_hangup", "local_hangup", "rejected", "missed", "answered_elsewhere", "busy",
		"no_answer", "failed", "transferred", "limit", "modem_lost", "EndReason(12)",
	}, ends)
	assert.Equal(t, "State(-1) EndReason(-1) RecordReason(-1) CollectEnd(-1)",
		voice.State(-1).String()+" "+voice.EndReason(-1).String()+" "+
			voice.RecordReason(-1).String()+" "+voice.CollectEnd(-1).String())
	assert.Equal(t, []string{"carrier", "audio"}, []string{voice.FromCarrier.String(), voice.FromAudio.String()})
}

func TestEndedErrorNamesReasonAndCause(t *testing.T) {
	err := &voice.EndedError{End: voice.End{Reason: voice.NoAnswer}}
	require.ErrorIs(t, err, voice.ErrEnded)
	assert.Equal(t, "voice: call ended: no_answer", err.Error())
	err.End.Cause = 19
	assert.Equal(t, "voice: call ended: no_answer (cause 19)", err.Error())
}
