package sms_test

import (
	"encoding/json"
	"fmt"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem/sms"
)

// A program that shows messages as they come. Here the test publishes one.
func ExampleReceived() {
	var bus events.Bus
	sub := events.Subscribe[sms.Received](&bus, 8)
	defer sub.Close()

	events.Publish(&bus, sms.Received{Message: "m1", Sender: "+12025550100", Body: "example message", Parts: 1})

	e := <-sub.C()
	fmt.Println(e.Sender, "writes:", e.Body) // the number prints masked
	fmt.Println(e)                           // and so does the event, without its text
	data, err := json.Marshal(e.PublicData(events.Strict))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(data))
	// Output:
	// +120****0100 writes: example message
	// [message=m1 sender=+120****0100 characters=15 parts=1 incomplete=false]
	// {"message":"m1","sender":"+120****0100","body_length":15,"parts":1}
}
