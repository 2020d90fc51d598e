package realtime_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/realtime"
)

// lines is a transport of the host's own: a message a line, on a plain connection.
type lines struct{ net.Conn }

// Send bounds its own time, as the hub does not.
func (l lines) Send(msgs [][]byte) error {
	if err := l.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	var batch net.Buffers
	for _, m := range msgs {
		batch = append(batch, m, []byte{'\n'})
	}
	_, err := batch.WriteTo(l.Conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return realtime.ErrSlow
	}
	return err
}

// Close has no way to tell the code. It ends a Send that is running.
func (l lines) Close(int, string) error { return l.Conn.Close() }

// serveLines serves one connection, whose first line is the query, until either side
// ends it. The hub decides about requests of HTTP, so it is given one.
func serveLines(hub *realtime.Hub, conn net.Conn) {
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	query, err := bufio.NewReader(io.LimitReader(conn, 1024)).ReadString('\n')
	if err != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	admission, err := hub.Admit(&http.Request{
		Method: http.MethodGet, URL: &url.URL{RawQuery: strings.TrimSpace(query)},
		Host: "localhost", RemoteAddr: conn.RemoteAddr().String(), Header: http.Header{},
	})
	if err != nil { // a *realtime.RefusedError, with a status
		fmt.Fprintln(conn, err)
		return
	}
	client := hub.Attach(lines{conn}, admission)
	_, _ = io.Copy(io.Discard, conn) // until the far side goes, or the hub closes it
	client.Close(realtime.CloseNormal, "")
	<-client.Done()
}

// A transport that is neither WebSocket nor HTTP: Admit decides, Attach takes over, and
// whoever reads tells that the far side has gone.
func ExampleHub_Attach() {
	bus := new(events.Bus)
	hub := realtime.NewHub(bus, &realtime.Config{Auth: realtime.LoopbackOnly, Events: []string{"door.opened"}})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serveLines(hub, conn) })
		}
	})

	for _, query := range []string{"events=door.opened", "events=door.opend"} {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Fprintln(conn, query)
		for in := bufio.NewScanner(conn); in.Scan(); {
			fmt.Println(in.Text()[:min(len(in.Text()), 27)])
			if strings.HasPrefix(in.Text(), `{"type":"hello"`) {
				events.Publish(bus, DoorOpened{Door: "garage"})
			} else {
				break
			}
		}
		conn.Close()
	}
	listener.Close()
	_ = hub.Shutdown(context.Background())
	serving.Wait()
	hub.Close()
	// Output:
	// {"type":"hello","version":1
	// {"type":"door.opened","time
	// realtime: refused with 400:
}
