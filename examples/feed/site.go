package main

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"path"
	"strconv"
	"sync"
	"time"

	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

//go:embed web
var web embed.FS

// farewell is how long clients have to take what waits for them at the end.
const farewell = 5 * time.Second

// site is the host's HTTP server, with the feed among what else it may serve.
type site struct {
	url    string
	failed <-chan error // why it serves no more

	hub    *realtime.Hub
	server *http.Server
	wg     sync.WaitGroup
}

// openSite serves the page and the feed, on a goroutine of its own.
func openSite(l net.Listener, hub *realtime.Hub, log *slog.Logger) *site {
	mux := http.NewServeMux()
	mux.Handle("GET /ws", ws.Handler(hub, nil))
	mux.Handle("GET /events", hub.SSE())
	mux.Handle("GET /", page())

	failed := make(chan error, 1)
	s := &site{url: urlOf(l.Addr()), failed: failed, hub: hub}
	s.server = &http.Server{
		Handler: mux,
		// The feed's handlers bound their own time, and lift what a ReadTimeout or
		// WriteTimeout would say of it.
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	// The server waits for those who follow the events, and knows no WebSockets.
	s.server.RegisterOnShutdown(func() {
		ctx, cancel := context.WithTimeout(context.Background(), farewell)
		defer cancel()
		_ = hub.Shutdown(ctx) // a client that is too slow is cut off
	})
	s.wg.Go(func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	})
	return s
}

// urlOf is where a browser of this machine finds what listens at an address.
func urlOf(addr net.Addr) string {
	where := addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		where = net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return "http://" + where + "/"
}

// close tells the clients, and waits until they are gone.
func (s *site) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*farewell)
	defer cancel()
	err := s.server.Shutdown(ctx)
	if err != nil { // somebody does not end a request
		err = s.server.Close()
	}
	s.wg.Wait()
	return errors.Join(err, s.hub.Close())
}

// policy allows the page its own files and the feed of its own host, and nothing
// else: no inline script, no other host, no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// contentTypes are those of the page's files. What the machine says of its own,
// package mime would take over.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// page serves the page and its files.
func page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path[1:]
		if name == "" {
			name = "index.html"
		}
		data, err := fs.ReadFile(web, "web/"+name) // no file where it is no clean path
		kind, known := contentTypes[path.Ext(name)]
		if err != nil || !known {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		_, _ = w.Write(data) // the browser may be gone
	})
}
