package voice_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

var errLine = errors.New("line out of order")

func TestAnswer(t *testing.T) {
	tests := map[string]struct {
		info  voice.Info
		fails error
		want  error
		asks  bool // the line
	}{
		"rings":             {info: voice.Info{}, asks: true},
		"waits":             {info: voice.Info{State: voice.Waiting}, asks: true},
		"is active already": {info: voice.Info{State: voice.Active}},
		"is on hold":        {info: voice.Info{State: voice.Held}},
		"is outgoing":       {info: voice.Info{Direction: voice.Outgoing, State: voice.Alerting}, want: voice.ErrState},
		"line fails":        {fails: errLine, want: errLine, asks: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			asked := false
			line := &stub{answer: func(context.Context) error {
				asked = true
				return tt.fails
			}}
			call, _ := fed(t, line, tt.info)
			require.ErrorIs(t, call.Answer(t.Context()), tt.want)
			assert.Equal(t, tt.asks, asked)
		})
	}
}

func TestAnsweringACallThatIsGoneSaysHowItEnded(t *testing.T) {
	var feed *voice.Feed
	line := &stub{answer: func(context.Context) error {
		feed.End(voice.End{Reason: voice.Missed}) // ATA answered by NO CARRIER
		return errLine
	}}
	call, feed := fed(t, line, voice.Info{})
	err := call.Answer(t.Context())
	require.ErrorIs(t, err, voice.ErrEnded)
	require.NotErrorIs(t, err, errLine)
}

func TestTheLinesContextCarriesTheCallersValuesAndEndsWithTheCall(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		type key struct{}
		line := &stub{answer: func(ctx context.Context) error {
			assert.Equal(t, 7, ctx.Value(key{}))
			<-ctx.Done()
			return context.Cause(ctx)
		}}
		call, feed := fed(t, line, voice.Info{})
		ctx = context.WithValue(ctx, key{}, 7)
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		require.ErrorIs(t, call.Answer(short), context.DeadlineExceeded)

		wait := background(t, func() (time.Time, error) { return now(call.Answer(ctx)) })
		pass(time.Second)
		ended := time.Now()
		feed.End(voice.End{Reason: voice.Missed})
		at, err := wait()
		require.ErrorIs(t, err, voice.ErrEnded)
		assert.Equal(t, ended, at)
	})
}

func TestReject(t *testing.T) {
	tests := map[string]struct {
		info voice.Info
		want error
	}{
		"rings":    {voice.Info{}, nil},
		"waits":    {voice.Info{State: voice.Waiting}, nil},
		"active":   {voice.Info{State: voice.Active}, voice.ErrState},
		"on hold":  {voice.Info{State: voice.Held}, voice.ErrState},
		"outgoing": {voice.Info{Direction: voice.Outgoing, State: voice.Alerting}, voice.ErrState},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var feed *voice.Feed
			line := &stub{hangup: func(context.Context) error {
				feed.End(voice.End{Reason: voice.Rejected})
				return nil
			}}
			call, feed := fed(t, line, tt.info)
			require.ErrorIs(t, call.Reject(t.Context()), tt.want)
			if tt.want == nil {
				assert.Equal(t, voice.Ended, call.State())
				require.NoError(t, call.Reject(t.Context()), "again")
			} else {
				assert.NotEqual(t, voice.Ended, call.State())
			}
		})
	}
}

func TestHangupReturnsWhenTheCallIsOver(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		asked := 0
		line := &stub{hangup: func(context.Context) error {
			asked++
			return nil
		}}
		call, feed := fed(t, line, voice.Info{State: voice.Active})
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		require.ErrorIs(t, call.Hangup(short), context.DeadlineExceeded, "the carrier has not fed End")

		wait := background(t, func() (time.Time, error) { return now(call.Hangup(ctx)) })
		pass(time.Second)
		ended := time.Now()
		feed.End(voice.End{Reason: voice.LocalHangup})
		at, err := wait()
		require.NoError(t, err)
		assert.Equal(t, ended, at)
		require.NoError(t, call.Hangup(ctx))
		assert.Equal(t, 2, asked, "not for a call that is over")
	})
}

func TestHangupThatFails(t *testing.T) {
	var feed *voice.Feed
	line := &stub{hangup: func(context.Context) error { return errLine }}
	call, feed := fed(t, line, voice.Info{State: voice.Active})
	require.ErrorIs(t, call.Hangup(t.Context()), errLine)
	line.hangup = func(context.Context) error {
		feed.End(voice.End{Reason: voice.RemoteHangup})
		return errLine
	}
	require.NoError(t, call.Hangup(t.Context()), "the far side was faster")
}

func TestHoldAndResume(t *testing.T) {
	ctx := t.Context()
	var feed *voice.Feed
	holds := 0
	line := &stub{
		hold:   func(context.Context) error { holds++; feed.State(voice.Held); return nil },
		resume: func(context.Context) error { feed.State(voice.Active); return nil },
	}
	call, feed := fed(t, line, voice.Info{})
	require.ErrorIs(t, call.Hold(ctx), voice.ErrState, "not answered")
	require.ErrorIs(t, call.Resume(ctx), voice.ErrState, "not answered")
	feed.State(voice.Active)
	require.NoError(t, call.Resume(ctx), "not on hold")
	require.NoError(t, call.Hold(ctx))
	require.NoError(t, call.Hold(ctx), "as it is")
	assert.Equal(t, 1, holds)
	assert.Equal(t, voice.Held, call.State())
	require.NoError(t, call.Resume(ctx))
	assert.Equal(t, voice.Active, call.State())
	line.hold = func(context.Context) error { return errLine }
	require.ErrorIs(t, call.Hold(ctx), errLine)
}

func TestMute(t *testing.T) {
	var asked []bool
	line := &stub{mute: func(_ context.Context, on bool) error {
		asked = append(asked, on)
		return nil
	}}
	call, _ := fed(t, line, voice.Info{State: voice.Active})
	require.NoError(t, call.Mute(t.Context(), true))
	require.NoError(t, call.Mute(t.Context(), false))
	assert.Equal(t, []bool{true, false}, asked)
}

func TestWhatACarrierCannotIsUnsupported(t *testing.T) {
	call, _ := fed(t, bare{&stub{}}, voice.Info{State: voice.Active})
	for name, err := range map[string]error{
		"voice: hold: unsupported operation by this carrier": call.Hold(t.Context()),
		"voice: mute: unsupported operation by this carrier": call.Mute(t.Context(), true),
	} {
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.EqualError(t, err, name)
	}
	require.ErrorIs(t, call.Resume(t.Context()), errors.ErrUnsupported)
}
