// Command feed shows what happens on a modem to other programs as it happens: by
// WebSocket, as server-sent events, and on a page for people.
//
//	go run ./examples/feed
//
// It runs on a virtual modem. Somebody calls it after two seconds and then every ten,
// speaks, presses a key and hangs up. Open the page that it names, or follow the feed
// from elsewhere:
//
//	curl -N http://127.0.0.1:8080/events
//
// Only programs and browsers of the same machine may, unless there are keys:
//
//	openssl rand -hex 32 > keys && chmod 600 keys
//	go run ./examples/feed -addr :8080 -keys keys
//
// Ctrl-C hangs up, tells the clients, and closes. See -h.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "feed:", err)
		os.Exit(1)
	}
}

// run is the program, without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	if s.verbose {
		log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	auth, err := s.auth()
	if err != nil {
		return err
	}
	listener, err := s.listen(ctx)
	if err != nil {
		return err
	}
	bus := &events.Bus{}
	hub := realtime.NewHub(bus, &realtime.Config{Auth: auth, Logger: log})
	site := openSite(listener, hub, log)
	defer func() { err = errors.Join(err, site.close()) }()
	s.introduce(stdout, site.url)
	return s.answer(ctx, site, bus, log, stdout)
}

// answer has the virtual modem called, and its messages taken, until ctx is done or
// the first call is over and that is enough. The modem closes before the feed, which
// so tells how it went.
func (s *settings) answer(ctx context.Context, site *site, bus *events.Bus, log *slog.Logger, stdout io.Writer) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dir, cleanup, err := s.messages()
	if err != nil {
		return err
	}
	defer cleanup()
	box, err := voicemail.Open(dir, &voicemail.Config{Events: bus, Source: modemName, Logger: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, box.Close()) }()

	sim := modemtest.New(nil)
	defer sim.Close()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel() // before the wait
	first := make(chan error, 1)
	if s.once {
		wg.Go(func() { first <- follow(ctx, site.url+"events", stdout) })
	}
	m, err := modem.Open(ctx, sim, &modem.Config{
		Name: modemName, Events: bus, Logger: log, NetworkPoll: 5 * time.Second,
		OnCall: voice.RingFor(time.Second, s.takeMessage(box)),
	})
	if err != nil {
		return unlessInterrupted(ctx, err)
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	wg.Go(func() { callAgainAndAgain(ctx, sim, s.every) })
	select {
	case err = <-first:
	case err = <-site.failed:
	case <-m.Done():
		err = m.Err()
	case <-ctx.Done():
		if !s.once { // then it is all JSON
			fmt.Fprintln(stdout, "interrupted: hanging up, and telling the clients")
		}
	}
	return unlessInterrupted(ctx, err)
}

// modemName is the source of the events.
const modemName = "virtual"

// takeMessage returns a handler that takes a message, which is deleted where nobody
// wants to keep it: the feed has told of it.
func (s *settings) takeMessage(box *voicemail.VoicemailBox) voice.Handler {
	return voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
		m, err := box.Record(ctx, call)
		if s.dir == "" && m.Kept() {
			err = errors.Join(err, box.Delete(m.ID))
		}
		return err
	})
}

// messages returns the directory for messages. One that was not asked for is
// removed by cleanup.
func (s *settings) messages() (dir string, cleanup func(), err error) {
	if s.dir != "" {
		return s.dir, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "callstack-feed")
	return dir, func() { os.RemoveAll(dir) }, err
}

// unlessInterrupted returns err, but nothing after Ctrl-C, which is likely what it
// came of.
func unlessInterrupted(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}
