package voice_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
)

func TestCallTellsWhatItIs(t *testing.T) {
	call, feed := fed(t, nil, voice.Info{ID: "c1", Direction: voice.Outgoing, State: voice.Dialing, Number: "+12025550100"})
	assert.Equal(t, "c1", call.ID())
	assert.Equal(t, voice.Outgoing, call.Direction())
	assert.Equal(t, events.Number("+12025550100"), call.Number())
	assert.Equal(t, voice.Dialing, call.State())
	_, known := call.Format()
	assert.False(t, known)
	_, ended := call.End()
	assert.False(t, ended)
	assert.Equal(t, "outgoing call c1, dialing, +120****0100", call.String())

	feed.Number("+12025550111")
	feed.Attach(voice.MediaInfo{Format: voice.Format{Rate: 16000}})
	feed.State(voice.Active)
	assert.Equal(t, events.Number("+12025550111"), call.Number())
	f, known := call.Format()
	assert.True(t, known)
	assert.Equal(t, 16000, f.Rate)
	assert.Equal(t, "outgoing call c1, active, +120****0111", fmt.Sprintf("%#v", call))
	feed.Detach()
	_, known = call.Format()
	assert.True(t, known, "on hold, too")

	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", slog.Any("call", call))
	assert.Contains(t, log.String(), "call.id=c1 call.direction=outgoing call.state=active call.number=+120****0111")
}

func TestCallsWithoutAnIDGetOneEach(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		call, _ := fed(t, nil, voice.Info{})
		assert.Len(t, call.ID(), 16)
		seen[call.ID()] = true
	}
	assert.Len(t, seen, 100)
}

func TestDoneClosesWithTheCall(t *testing.T) {
	call, feed := fed(t, nil, voice.Info{State: voice.Active})
	select {
	case <-call.Done():
		require.Fail(t, "the call is up")
	default:
	}
	feed.End(voice.End{Reason: voice.Limit})
	<-call.Done()
	end, ended := call.End()
	assert.True(t, ended)
	assert.Equal(t, voice.Limit, end.Reason)
	assert.Equal(t, voice.Ended, call.State())
}

func TestWaitAnswered(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{Direction: voice.Outgoing, State: voice.Dialing})
		wait := background(t, func() (time.Time, error) { return now(call.WaitAnswered(ctx)) })
		pass(time.Second)
		feed.State(voice.Alerting)
		pass(time.Second)
		answered := time.Now()
		feed.State(voice.Active)
		at, err := wait()
		require.NoError(t, err)
		assert.Equal(t, answered, at)

		feed.State(voice.Held)
		require.NoError(t, call.WaitAnswered(ctx), "it was answered")
		feed.End(voice.End{Reason: voice.RemoteHangup})
		require.NoError(t, call.WaitAnswered(ctx), "it was answered, and is over")
	})
}

func TestWaitAnsweredOfACallThatNeverIs(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{Direction: voice.Outgoing, State: voice.Dialing})
		short, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		require.ErrorIs(t, call.WaitAnswered(short), context.DeadlineExceeded)
		feed.End(voice.End{Reason: voice.Busy, Cause: 17})
		err := call.WaitAnswered(ctx)
		require.ErrorIs(t, err, voice.ErrEnded)
		assert.Equal(t, "voice: call ended: busy (cause 17)", err.Error())
		err = &voice.EndedError{End: voice.End{Reason: voice.Failed, Text: "Network out of order"}}
		assert.Equal(t, "voice: call ended: failed: Network out of order", err.Error())
	})
}

// now returns err and when it came.
func now(err error) (time.Time, error) { return time.Now(), err }
