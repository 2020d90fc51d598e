package peers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/callstack-go/callstack/internal/bench/cpu"
)

// Stats is what a server answers to /ctl/stats.
type Stats struct {
	Clients    int   `json:"clients"`    // of WebSocket
	CPU        int64 `json:"cpu_ns"`     // user and system time so far
	RSS        int64 `json:"rss"`        // resident bytes; 0 where there is no /proc
	HeapStack  int64 `json:"heap_stack"` // bytes of spans in use, by heap and stacks
	Goroutines int   `json:"goroutines"` // all of the process
	Mallocs    int64 `json:"mallocs"`    // so far
	Dropped    int64 `json:"dropped"`    // deliveries, so far
	Kicked     int64 `json:"kicked"`     // clients cut off for being slow, so far
}

// Serve serves a hub on a listener until that is closed, with these paths:
//
//   - /ws takes a client.
//   - /ctl/publish?n=N&interval_us=U publishes N events, U microseconds apart (0 or
//     absent: at once), and answers when the last was handed to the hub.
//   - /ctl/stats answers Stats, after a garbage collection with gc=1.
//   - /debug/pprof/ has the profiles of net/http/pprof.
//
// A program in any language that prints its address and serves the first three can
// be measured beside these hubs.
func Serve(ln net.Listener, h Hub) error {
	var seq atomic.Uint64
	mux := http.NewServeMux()
	mux.Handle("/ws", h)
	mux.HandleFunc("/ctl/publish", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.FormValue("n"))
		us, err2 := strconv.Atoi(cmp.Or(r.FormValue("interval_us"), "0"))
		if err = errors.Join(err, err2); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		publish(r.Context(), h, &seq, n, time.Duration(us)*time.Microsecond)
	})
	mux.HandleFunc("/ctl/stats", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("gc") == "1" {
			runtime.GC()
			debug.FreeOSMemory()
		}
		_ = json.NewEncoder(w).Encode(stats(h))
	})
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	s := &http.Server{Handler: mux, ReadHeaderTimeout: writeTimeout}
	if err := s.Serve(ln); !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("peers: %w", err)
	}
	return nil
}

// publish publishes n events by an absolute schedule.
func publish(ctx context.Context, h Hub, seq *atomic.Uint64, n int, every time.Duration) {
	next := time.NewTimer(0)
	defer next.Stop()
	due := time.Now()
	for range n {
		if every > 0 {
			select {
			case <-next.C:
			case <-ctx.Done():
				return
			}
			due = due.Add(every)
			next.Reset(time.Until(due))
		}
		h.Publish(seq.Add(1))
	}
}

func stats(h Hub) Stats {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	dropped, kicked := h.Losses()
	return Stats{
		Clients: h.Clients(), CPU: int64(cpu.Time()), RSS: rss(), HeapStack: int64(m.HeapInuse + m.StackInuse),
		Goroutines: runtime.NumGoroutine(), Mallocs: int64(m.Mallocs), Dropped: dropped, Kicked: kicked,
	}
}

// rss is the second field of /proc/self/statm, in pages (proc(5)).
func rss() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// SmallBuffers is a listener whose connections buffer 16 KiB of what is sent, so that
// a client that never reads is felt soon.
type SmallBuffers struct {
	net.Listener
}

// Accept waits for a connection.
func (l SmallBuffers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		err = tcp.SetWriteBuffer(16 << 10)
	}
	return c, err
}
