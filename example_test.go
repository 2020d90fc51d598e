package callstack_test

import (
	"context"
	"fmt"
	"os"
	"time"

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
// says a second and a half of nothing in particular, and presses a key.
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
		if err := caller.Say(ctx, make([]int16, 12000)); err != nil {
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
