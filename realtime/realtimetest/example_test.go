package realtimetest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
)

// What a program's feed tells of a call, on a virtual modem. This runs in real
// time; within testing/synctest it takes none.
func ExampleDial() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	// The program under test.
	sim := modemtest.New(nil)
	defer sim.Close()
	m, err := modem.Open(ctx, sim, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	hub := realtime.NewHub(m.Events(), &realtime.Config{Auth: realtime.LoopbackOnly})
	defer hub.Close()

	feed, err := realtimetest.Dial(ctx, hub, &realtimetest.Config{Events: []string{"call.state", "call.caller_id"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer feed.Close()
	fmt.Println("selected:", feed.Hello().SelectedEvents)

	caller := sim.Call("+12025550100")
	for msg := range feed.All(ctx) {
		var call struct{ State, Number, Reason string }
		if err := msg.Decode(&call); err != nil {
			fmt.Println(err)
			return
		}
		switch {
		case msg.Type == "call.caller_id":
			fmt.Println("by", call.Number)
			caller.Hangup()
		case call.State == "ended":
			fmt.Println("ended:", call.Reason)
			return
		default:
			fmt.Println(call.State)
		}
	}
	// Output:
	// selected: [call.state call.caller_id]
	// ringing
	// by +120****0100
	// ended: missed
}
