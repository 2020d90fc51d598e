package main

import (
	"context"
	"math"
	"time"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// firstCall is how long after the start somebody calls.
const firstCall = 2 * time.Second

// people call one after the other, and then from the beginning.
var people = []struct {
	number string
	signal int // how good the modem's signal is meanwhile, as AT+CSQ has it
	talk   func(context.Context, *modemtest.Caller) error
}{
	{"+12025550100", 20, leaveMessage},
	{"+12025550143", 14, leaveMessage},
	{"+12025550187", 17, changeOnesMind},
	{"+12025550100", 25, leaveMessage},
	{"+12025550164", 22, giveUp},
}

// callAgainAndAgain has people call a virtual modem until ctx is done: each when it is
// time, and the call before is over.
func callAgainAndAgain(ctx context.Context, sim *modemtest.Modem, every time.Duration) {
	due := time.NewTimer(firstCall)
	defer due.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-due.C:
		}
		due.Reset(every)
		p := people[i%len(people)]
		sim.SetSignal(p.signal, 99)
		caller := sim.Call(p.number)
		_ = p.talk(ctx, caller) // who is cut off does not complain
		caller.Hangup()
	}
}

// leaveMessage speaks after the beep, presses a key and hangs up.
func leaveMessage(ctx context.Context, caller *modemtest.Caller) error {
	if err := caller.WaitAnswered(ctx); err != nil {
		return err
	}
	// The beep is the end of what there is to hear.
	if err := caller.WaitQuiet(ctx, 800*time.Millisecond); err != nil {
		return err
	}
	if err := caller.Say(ctx, hum(2*time.Second)); err != nil {
		return err
	}
	caller.Press("5")
	return caller.Say(ctx, hum(500*time.Millisecond))
}

// changeOnesMind hangs up when it beeps.
func changeOnesMind(ctx context.Context, caller *modemtest.Caller) error {
	if err := caller.WaitAnswered(ctx); err != nil {
		return err
	}
	return caller.WaitQuiet(ctx, 300*time.Millisecond)
}

// giveUp does not wait until somebody answers.
func giveUp(ctx context.Context, caller *modemtest.Caller) error {
	ctx, cancel := context.WithTimeout(ctx, 700*time.Millisecond)
	defer cancel()
	return caller.WaitAnswered(ctx)
}

// hum returns a voice that hums, at the 8 kHz of a call.
func hum(d time.Duration) []int16 {
	const rate = 8000
	out := make([]int16, int(d.Seconds()*rate))
	for i := range out {
		t := float64(i) / rate
		pitch := 2 * math.Pi * (140*t - 2*math.Cos(2*math.Pi*3*t)) // up and down by a few tones
		out[i] = int16(5000*math.Sin(pitch) + 2500*math.Sin(2*pitch))
	}
	return out
}
