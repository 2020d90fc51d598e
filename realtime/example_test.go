package realtime_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/realtimetest"
	"github.com/callstack-go/callstack/voice"
)

// A hub on its host's own mux, and a program that follows it, by nothing but
// HTTP. That the bus is a modem's makes no difference.
func ExampleNewHub() {
	bus := new(events.Bus) // m.Events() of a modem
	hub := realtime.NewHub(bus, &realtime.Config{Auth: realtime.LoopbackOnly})
	defer hub.Close()
	mux := http.NewServeMux()
	mux.Handle("GET /events", hub.SSE()) // and "GET /ws", ws.Handler(hub, nil)
	server := httptest.NewServer(mux)
	defer server.Close()

	resp, err := http.Get(server.URL + "/events")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, `data: {"type":"hello",`):
			fmt.Println("hello")
			events.Publish(bus, voice.StateChanged{
				Header: events.Header{Time: time.Date(2026, 6, 24, 12, 0, 0, 0, time.UTC), Source: "gsm0"},
				Call:   "c1", State: voice.Ringing, Number: "+12025550100",
			})
		case strings.HasPrefix(line, "data: "):
			before, _, _ := strings.Cut(line, `,"id":`) // which is another with each hub
			fmt.Println(before)
			_ = hub.Shutdown(context.Background()) // ends the stream
		}
	}
	// Output:
	// hello
	// data: {"type":"call.state","timestamp":"2026-06-24T12:00:00Z","data":{"call":"c1","direction":"incoming","state":"ringing","number":"+120****0100"}
}

// A client gets what it selects. That others were left out shows in seq, and is no
// loss.
func ExampleHub_Admit_filter() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	bus := new(events.Bus)
	hub := realtime.NewHub(bus, &realtime.Config{Auth: realtime.LoopbackOnly})
	defer hub.Close()

	// As GET /ws?events=call.dtmf.
	feed, err := realtimetest.Dial(ctx, hub, &realtimetest.Config{Events: []string{"call.dtmf"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer feed.Close()
	events.Publish(bus, voice.StateChanged{Call: "c1", State: voice.Active})
	events.Publish(bus, voice.DigitPressed{Call: "c1", Key: '5'})
	msg, err := feed.Next(ctx)
	fmt.Println(msg.Type, msg.Seq, err)

	_, err = realtimetest.Dial(ctx, hub, &realtimetest.Config{Events: []string{"call.dmtf"}})
	fmt.Println(err)
	// Output:
	// call.dtmf 2 <nil>
	// realtime: refused with 400: events: no such event; the first message of the feed names them all
}

// DoorOpened is an event of the host's own.
type DoorOpened struct {
	events.Header
	Door string
	By   events.Number // who called to have it opened
}

// EventName returns the name that stands in Config.Events.
func (DoorOpened) EventName() string { return "door.opened" }

// PublicData shows of the event what p allows.
func (d DoorOpened) PublicData(p events.Privacy) any {
	return map[string]string{"door": d.Door, "by": p.Number(d.By)}
}

// A host's own events are on the feed beside the library's, once their names are in
// the configuration.
func ExampleConfig_events() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	bus := new(events.Bus)
	hub := realtime.NewHub(bus, &realtime.Config{
		Auth:   realtime.LoopbackOnly,
		Events: []string{"door.opened"},
	})
	defer hub.Close()
	feed, err := realtimetest.Dial(ctx, hub, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer feed.Close()

	events.Publish(bus, DoorOpened{Door: "garage", By: "+12025550100"})
	msg, err := feed.Await(ctx, "door.opened")
	fmt.Println(string(msg.Data), err)
	// Output: {"by":"+120****0100","door":"garage"} <nil>
}
