package ws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/coder/websocket"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// doorOpened is an event of the program's own.
type doorOpened struct {
	events.Header
	Door string
}

func (doorOpened) EventName() string               { return "door.opened" }
func (e doorOpened) PublicData(events.Privacy) any { return map[string]string{"door": e.Door} }

// The feed stands on a ServeMux beside whatever else a program serves. Here a client
// in the same program follows it.
func ExampleHandler() {
	bus := new(events.Bus)
	hub := realtime.NewHub(bus, &realtime.Config{Auth: realtime.LoopbackOnly, Events: []string{"door.opened"}})
	defer hub.Close()
	mux := http.NewServeMux()
	mux.Handle("GET /ws", ws.Handler(hub, nil))
	server := httptest.NewServer(mux)
	defer server.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, _, err := websocket.Dial(ctx, server.URL+"/ws", nil) //nolint:bodyclose // the connection is in it: Dial says never to close it
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseNow()
	for range 2 { // the first message is hello, and the client is there
		_, text, err := client.Read(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		var message struct {
			Type string          `json:"type"`
			Data json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(text, &message); err != nil {
			fmt.Println(err)
			return
		}
		if message.Type == "hello" {
			events.Publish(bus, doorOpened{Door: "garage"})
			continue
		}
		fmt.Println(message.Type, string(message.Data))
	}
	// Output: door.opened {"door":"garage"}
}
