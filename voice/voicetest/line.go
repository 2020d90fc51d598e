package voicetest

import (
	"context"
	"time"

	"github.com/callstack-go/callstack/voice"
)

// line is the carrier: what the call asks for, it does to the far side.
type line struct{ far *Far }

var (
	_ voice.Line   = line{}
	_ voice.Holder = line{}
)

func (l line) Answer(context.Context) error {
	if err := l.far.cfg.AnswerError; err != nil {
		return err
	}
	l.far.activate()
	return nil
}

func (l line) Hangup(context.Context) error {
	reason := voice.LocalHangup
	if s := l.far.call.State(); s == voice.Ringing || s == voice.Waiting {
		reason = voice.Rejected
	}
	l.far.End(voice.End{Reason: reason, Cause: 16})
	return nil
}

func (l line) SendDTMF(_ context.Context, key byte, _ time.Duration) error {
	l.far.mu.Lock()
	defer l.far.mu.Unlock()
	l.far.keys = append(l.far.keys, key)
	return nil
}

func (l line) Hold(context.Context) error {
	l.far.TakeAudio()
	l.far.feed.State(voice.Held)
	return nil
}

func (l line) Resume(context.Context) error {
	l.far.feed.State(voice.Active)
	l.far.GiveAudio()
	return nil
}
