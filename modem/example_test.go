package modem_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// takeMessages is what README shows: it takes messages until ctx is done.
func takeMessages(ctx context.Context, transport modem.Transport, dir string) error {
	m, err := modem.Open(ctx, transport, nil)
	if err != nil {
		return err
	}
	defer m.Close()

	box, err := voicemail.Open(dir, &voicemail.Config{Events: m.Events()})
	if err != nil {
		return err
	}
	defer box.Close()

	m.OnCall(voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
		msg, err := box.Record(ctx, call) // answers, greets, beeps, records, says goodbye, hangs up
		if err != nil {
			return err
		}
		fmt.Println("message from", msg.Caller, "because of", msg.Reason) // the number prints masked
		return nil
	}))
	<-ctx.Done()
	return nil
}

// A program that takes messages, here on a virtual modem whose far side calls,
// speaks, and presses a key.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	dir, err := os.MkdirTemp("", "callstack")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	sim := modemtest.New(&modemtest.Config{Calm: true})
	defer sim.Close()

	go func() {
		defer cancel()
		caller := sim.Call("+12025550100")
		if err := caller.WaitQuiet(ctx, 300*time.Millisecond); err != nil {
			fmt.Println(err)
			return
		}
		if err := caller.Say(ctx, sound()); err != nil {
			fmt.Println(err)
			return
		}
		caller.Press("#")
		if err := caller.WaitEnded(ctx); err != nil {
			fmt.Println(err)
		}
	}()
	if err := takeMessages(ctx, sim, dir); err != nil {
		fmt.Println(err)
	}
	// Output:
	// message from +120****0100 because of finish_key
}

// sound is a second and a half of sound.
func sound() []int16 {
	pcm := make([]int16, 12000)
	for i := range pcm {
		pcm[i] = int16(i%200) * 50
	}
	return pcm
}

func TestTakesMessages(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // virtual time: the test takes milliseconds
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		sim := modemtest.New(nil) // a virtual SIM7600
		var program sync.WaitGroup
		program.Go(func() { takeMessages(ctx, sim, dir) })
		t.Cleanup(func() { cancel(); program.Wait(); sim.Close() })

		caller := sim.Call("+12025550100") // RING, +CLIP, ...
		require.NoError(t, caller.WaitAnswered(ctx))
		require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond)) // greeting and beep are over
		require.NoError(t, caller.Say(ctx, sound()))                    // into the call, at its pace; returns when spoken
		caller.Press("#")
		require.NoError(t, caller.WaitEnded(ctx))
	})
	box, err := voicemail.Open(dir, nil)
	require.NoError(t, err)
	defer box.Close()
	for msg, err := range box.List() {
		require.NoError(t, err)
		require.Equal(t, voicemail.FinishKey, msg.Reason)
		return
	}
	t.Error("no message")
}

// A program that looks after modems, and tells how one is without touching its
// settings.
func ExampleProbe() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	sim := modemtest.New(&modemtest.Config{Calm: true, SIM: modemtest.SIM{State: modemtest.SIMPIN, PINTries: 2}})
	defer sim.Close()

	found, err := modem.Probe(ctx, sim, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.Identity.Profile, "with a SIM that is", found.SIM)
	fmt.Println(found.PINAttempts, "attempts left:", found.SIMErr)
	// Output:
	// SIM7600 with a SIM that is locked
	// 2 attempts left: the SIM wants its PIN: set Config.PIN, or switch the PIN off in a phone
}
