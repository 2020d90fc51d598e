package voice_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// blocking is a line whose methods last until their context is done.
func blocking() *stub {
	forever := func(ctx context.Context) error {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	return &stub{
		answer: forever, hold: forever, resume: forever,
		mute: func(ctx context.Context, _ bool) error { return forever(ctx) },
		tone: func(ctx context.Context, _ byte, _ time.Duration) error { return forever(ctx) },
	}
}

// methods are all that need a call. Each blocks in the state that it names, with
// audio or without, until the call ends.
var methods = map[string]struct {
	state voice.State
	audio bool
	call  func(ctx context.Context, t *testing.T, call *voice.CallSession) error
}{
	"Answer": {voice.Ringing, false, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		return call.Answer(ctx)
	}},
	"WaitAnswered": {voice.Ringing, false, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		return call.WaitAnswered(ctx)
	}},
	"Hold": {voice.Active, true, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		return call.Hold(ctx)
	}},
	"Resume": {voice.Held, false, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		return call.Resume(ctx)
	}},
	"Mute": {voice.Active, true, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		return call.Mute(ctx, true)
	}},
	"SendDTMF": {voice.Active, true, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		return call.SendDTMF(ctx, "1", nil)
	}},
	"Play before audio": {voice.Ringing, false, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		_, err := call.Play(ctx, voice.Beep(), nil)
		return err
	}},
	"Play": {voice.Active, true, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		_, err := call.Play(ctx, voice.Silence(time.Hour), nil)
		return err
	}},
	"Play that is short": {voice.Active, true, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		_, err := call.Play(ctx, voice.Silence(time.Millisecond), nil)
		return err
	}},
	"PlayFile": {voice.Ringing, false, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		_, err := call.PlayFile(ctx, "no such file", nil)
		return err
	}},
	"Start": {voice.Active, true, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		_, err := call.Start(voice.Silence(time.Hour), nil).Wait(ctx)
		return err
	}},
	"Record": {voice.Active, true, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		rec, err := call.Record(ctx, &recorded{}, nil)
		assertEqual(&err, voice.RecordCallEnded, rec.Reason)
		return err
	}},
	"RecordFile": {voice.Ringing, false, func(ctx context.Context, t *testing.T, call *voice.CallSession) error {
		rec, err := call.RecordFile(ctx, filepath.Join(t.TempDir(), "r.wav"), nil)
		assertEqual(&err, voice.RecordCallEnded, rec.Reason)
		return err
	}},
	"Collect": {voice.Ringing, false, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		d, err := call.Collect(ctx, &voice.CollectOptions{First: 24 * time.Hour})
		assertEqual(&err, voice.CollectBroken, d.End)
		return err
	}},
	"PlayAndCollect": {voice.Active, true, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		d, err := call.PlayAndCollect(ctx, voice.Silence(time.Hour), nil)
		assertEqual(&err, voice.CollectBroken, d.End)
		return err
	}},
	"Stream": {voice.Ringing, false, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		_, err := call.Stream(ctx)
		return err
	}},
	"Tap.Read": {voice.Ringing, false, func(ctx context.Context, _ *testing.T, call *voice.CallSession) error {
		_, err := call.Tap(voice.TapOptions{}).Read(ctx, make([]int16, 1))
		return err
	}},
}

// assertEqual makes err say so if two values differ.
func assertEqual[T comparable](err *error, want, got T) {
	if want != got {
		*err = errors.Join(errors.New("wrong reason in the result"), *err)
	}
}

func TestEveryMethodReturnsAsSoonAsTheCallEnds(t *testing.T) {
	for name, m := range methods {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := fed(t, blocking(), voice.Info{State: m.state})
				if m.audio {
					feed.Attach(voice.MediaInfo{Format: narrow, Lead: time.Hour})
				}
				wait := background(t, func() (time.Time, error) { return now(m.call(ctx, t, call)) })
				if name == "Play that is short" { // hang up while it waits out the lead
					synctest.Wait()
					feed.Next(make([]int16, frame))
				}
				pass(7 * time.Second)
				ended := time.Now()
				feed.End(voice.End{Reason: voice.RemoteHangup, Cause: 31})
				at, err := wait()
				e, ok := errors.AsType[*voice.EndedError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, 31, e.End.Cause)
				assert.Equal(t, e.Error(), err.Error(), "nothing else is wrong")
				assert.Equal(t, ended, at, "no virtual time has passed since")
			})
		})
	}
}

func TestEveryMethodFailsOnACallThatHasEnded(t *testing.T) {
	for name, m := range methods {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := fed(t, blocking(), voice.Info{State: m.state})
				if m.audio {
					feed.Attach(voice.MediaInfo{Format: narrow})
				}
				feed.End(voice.End{Reason: voice.RemoteHangup})
				begin := time.Now()
				err := m.call(ctx, t, call)
				require.ErrorIs(t, err, voice.ErrEnded)
				assert.Equal(t, "voice: call ended: remote_hangup", err.Error())
				assert.Equal(t, begin, time.Now())
				assert.True(t, call.Idle())
			})
		})
	}
}

func TestEveryMethodReturnsAsSoonAsItsContextIsDone(t *testing.T) {
	for name, m := range methods {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := fed(t, blocking(), voice.Info{State: m.state})
				if m.audio {
					feed.Attach(voice.MediaInfo{Format: narrow})
				}
				enough := errors.New("enough")
				ctx, cancel := context.WithCancelCause(ctx)
				wait := background(t, func() (time.Time, error) { return now(m.call(ctx, t, call)) })
				pass(7 * time.Second)
				canceled := time.Now()
				cancel(enough)
				at, err := wait()
				require.ErrorIs(t, err, enough)
				assert.Equal(t, canceled, at)
				_, over := call.End()
				assert.False(t, over)

				err = m.call(ctx, t, call)
				if name == "Start" {
					require.Error(t, err) // there is a playback still
					return
				}
				require.ErrorIs(t, err, enough, "done before")
			})
		})
	}
}

func TestAnEndedCallIsEndedWhateverItsCarrierCannot(t *testing.T) {
	call, feed := fed(t, bare{&stub{}}, voice.Info{Direction: voice.Outgoing, State: voice.Active})
	feed.End(voice.End{Reason: voice.Busy})
	for _, method := range []func(context.Context) error{
		call.Answer, call.Hold, call.Resume,
		func(ctx context.Context) error { return call.Mute(ctx, true) },
	} {
		require.ErrorIs(t, method(t.Context()), voice.ErrEnded)
	}
}
