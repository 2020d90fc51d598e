// Package voicetest is a phone line without a modem, for tests of what serves
// calls: handlers, menus, voicemail.
//
// # Usage
//
// [NewCall] returns a call and its far side. The test gives the call to the
// program and plays the other person:
//
//	synctest.Test(t, func(t *testing.T) { // virtual time: seconds take microseconds
//		call, far := voicetest.NewCall(nil)
//		t.Cleanup(far.Close)
//		var wg sync.WaitGroup
//		wg.Go(func() { voice.Serve(t.Context(), program, call) })
//		require.NoError(t, far.WaitAnswered(ctx))
//		far.Press("1")
//		...
//	})
//
// # Time
//
// The line has a clock of 20 ms from when its audio flows until the call ends.
// It runs in virtual time within testing/synctest, and in real time without.
// Within a bubble, give every wait a context with a deadline: a clock that runs
// keeps a stuck test from ever being a deadlock. The clock ticks 7 ms beside the
// multiples of 20 ms, so that it never meets the program's own timers.
//
// For a program that uses package modem, package modem/modemtest has a virtual
// modem, which is closer to the truth: it speaks AT commands.
package voicetest
