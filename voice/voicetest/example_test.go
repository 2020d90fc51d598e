package voicetest_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// A test plays the far side of a call. This one runs in real time; within
// testing/synctest, minutes of it take milliseconds.
func ExampleNewCall() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	// The program under test.
	program := voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
		if err := call.Answer(ctx); err != nil {
			return err
		}
		if _, err := call.Play(ctx, voice.Tone(40*time.Millisecond, 440), nil); err != nil {
			return err
		}
		choice, err := call.Collect(ctx, &voice.CollectOptions{Max: 1})
		fmt.Println("chosen:", choice.Keys)
		return err
	})

	call, caller := voicetest.NewCall(&voicetest.Config{Number: "+12025550100"})
	defer caller.Close()
	var wg sync.WaitGroup
	wg.Go(func() { fmt.Println("served:", voice.Serve(ctx, program, call)) })

	fmt.Println("answered:", caller.WaitAnswered(ctx))
	fmt.Println("greeting over:", caller.WaitQuiet(ctx, 20*time.Millisecond))
	caller.Press("1")
	wg.Wait()
	end, _ := call.End()
	fmt.Println("ended:", end.Reason)
	// Output:
	// answered: <nil>
	// greeting over: <nil>
	// chosen: 1
	// served: <nil>
	// ended: local_hangup
}
