package ws_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// serveFeed is what README shows: it serves the feed of a modem until ctx is done.
func serveFeed(ctx context.Context, m *modem.Modem, listener net.Listener, keyFile string) error {
	auth, err := realtime.APIKeyFile(keyFile) // a random key on each line
	if err != nil {
		return err
	}
	hub := realtime.NewHub(m.Events(), &realtime.Config{Auth: auth})
	defer hub.Close()

	mux := http.NewServeMux()
	mux.Handle("GET /ws", ws.Handler(hub, nil)) // WebSocket
	mux.Handle("GET /events", hub.SSE())        // server-sent events

	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	server.RegisterOnShutdown(func() { hub.Shutdown(context.Background()) }) // ends all clients

	var serving sync.WaitGroup
	serving.Go(func() { server.Serve(listener) })
	defer serving.Wait()
	<-ctx.Done()

	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = server.Shutdown(grace)                 // waits for the clients of /events, and knows none of /ws
	return errors.Join(err, hub.Shutdown(grace)) // waits for them
}

// A program that serves the feed of a modem, here of a virtual one that is called,
// and a client that follows it.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	sim := modemtest.New(&modemtest.Config{Calm: true})
	defer sim.Close()
	m, err := modem.Open(ctx, sim, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "callstack")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	key, keyFile := "0f1e2d3c4b5a69788796a5b4c3d2e1f0", filepath.Join(dir, "keys")
	if err := os.WriteFile(keyFile, []byte(key+"\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	served, stop := context.WithCancel(ctx)
	var program sync.WaitGroup
	program.Go(func() {
		if err := serveFeed(served, m, listener, keyFile); err != nil {
			fmt.Println(err)
		}
	})
	follow(ctx, "http://"+listener.Addr().String()+"/ws?events=call.caller_id", key, func(typ string) {
		if typ == "hello" {
			sim.Call("+12025550100")
		} else {
			stop() // it has seen what it wanted
		}
	})
	stop()
	program.Wait()
	// Output:
	// hello
	// call.caller_id +120****0100
	// the host goes away: StatusGoingAway
}

// follow prints the messages of a feed until it ends, and calls f after each.
func follow(ctx context.Context, url, key string, f func(typ string)) {
	client, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{ //nolint:bodyclose // the connection is in it: Dial says never to close it
		HTTPHeader:   http.Header{"Authorization": {"Bearer " + key}},
		Subprotocols: []string{realtime.Subprotocol},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseNow()
	for {
		_, text, err := client.Read(ctx)
		if err != nil {
			fmt.Println("the host goes away:", websocket.CloseStatus(err))
			return
		}
		var message struct {
			Type string `json:"type"`
			Data struct {
				Number string `json:"number"`
			} `json:"data"`
		}
		if err := json.Unmarshal(text, &message); err != nil {
			fmt.Println(err)
			return
		}
		if message.Data.Number == "" {
			fmt.Println(message.Type)
		} else {
			fmt.Println(message.Type, message.Data.Number)
		}
		f(message.Type)
	}
}
