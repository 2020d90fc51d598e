//go:build linux

package soak_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
	"github.com/callstack-go/callstack/modem/serial"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// patience is how long these tests wait for what must come. A machine that does
// other things besides takes its time.
const patience = time.Minute

// families are all kinds of modem that there are on terminals.
var families = []modemtest.Family{
	modemtest.SIM7600, modemtest.Generic, modemtest.A7670, modemtest.SIM868, modemtest.EC25,
	modemtest.EC200, modemtest.Huawei, modemtest.Telit, modemtest.Ublox,
}

// rig is a virtual modem on terminals, and a program that has it open by the names
// of the links and serves its calls: it takes messages where there is audio, and
// else waits for a key.
type rig struct {
	*testing.T
	sim   *modemtest.Modem
	ptys  *pty.Server
	modem *modem.Modem
	box   *voicemail.VoicemailBox

	states *events.Subscription[modem.StateChanged]
	calls  *events.Subscription[voice.StateChanged]
	served chan served // what came of each call that the program was given
}

// served is what the program made of a call.
type served struct {
	number  events.Number
	message voicemail.Message // where there is audio
	err     error
}

// newRig opens a modem. All is closed at the end of the test.
func newRig(t *testing.T, family modemtest.Family, seed uint64) *rig {
	t.Helper()
	r := &rig{T: t, sim: modemtest.New(&modemtest.Config{Family: family, Seed: seed}), served: make(chan served, 1000)}
	t.Cleanup(func() { require.NoError(t, r.sim.Close()) })
	dir := t.TempDir()
	var err error
	r.ptys, err = pty.Serve(r.sim, &pty.Config{Dir: filepath.Join(dir, "ports")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, errors.Join(r.ptys.Err(), r.ptys.Close())) })
	r.box, err = voicemail.Open(filepath.Join(dir, "messages"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.box.Close()) })

	var bus events.Bus
	r.states = events.Subscribe[modem.StateChanged](&bus, 1000)
	r.calls = events.Subscribe[voice.StateChanged](&bus, 1000)
	t.Cleanup(r.states.Close)
	t.Cleanup(r.calls.Close)
	r.modem, err = modem.Open(r.within(), &serial.Ports{AT: r.ptys.AT(), Audio: r.ptys.Audio()}, &modem.Config{
		Events: &bus, OnCall: voice.HandlerFunc(r.serve), OpenTimeout: patience,
		OnHandlerError: func(_ *voice.CallSession, err error) { t.Errorf("handler: %v", err) },
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.modem.Close()) })
	r.awaitState(modem.Ready)
	return r
}

// within returns a context for one thing to wait for.
func (r *rig) within() context.Context {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	r.Cleanup(cancel)
	return ctx
}

// serve is the program's handler.
func (r *rig) serve(ctx context.Context, call *voice.CallSession) error {
	s := served{number: call.Number()}
	if r.modem.Capabilities().Audio {
		s.message, s.err = r.box.Record(ctx, call)
	} else {
		s.err = pickUp(ctx, call)
	}
	r.served <- s
	return s.err
}

// pickUp answers and waits for #, or the end of the call.
func pickUp(ctx context.Context, call *voice.CallSession) error {
	if err := call.Answer(ctx); err != nil {
		return err
	}
	_, err := call.Collect(ctx, &voice.CollectOptions{Terminator: "#", First: patience})
	return err
}

// awaitServed returns what came of the next call that the program was done with.
func (r *rig) awaitServed() served {
	r.Helper()
	s, ok := receive(r.within(), r.served)
	require.True(r, ok, "no call was served")
	return s
}

// awaitState waits until the modem's state has become s.
func (r *rig) awaitState(s modem.State) {
	r.Helper()
	ctx := r.within()
	for {
		e, ok := receive(ctx, r.states.C())
		require.True(r, ok, "the modem is never %v: it is %v", s, r.modem.State())
		if e.State == s {
			return
		}
	}
}

// awaitNetwork waits until the modem can be called: it registers a while after it
// was switched on.
func (r *rig) awaitNetwork() {
	r.Helper()
	ctx := r.within()
	require.True(r, eventually(ctx, func() bool {
		reg, err := r.modem.Registration(ctx)
		return err == nil && reg.Voice()
	}), "the modem does not register")
}

// receive takes what comes on a channel before ctx is done.
func receive[T any](ctx context.Context, c <-chan T) (T, bool) {
	select {
	case v, ok := <-c:
		return v, ok
	case <-ctx.Done():
		var none T
		return none, false
	}
}

// eventually tells whether ok becomes true before ctx is done.
func eventually(ctx context.Context, ok func() bool) bool {
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		if _, in := receive(ctx, again.C); !in {
			return false
		}
	}
	return true
}
