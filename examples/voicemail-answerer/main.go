// Command voicemail-answerer takes messages from whoever calls.
//
// Without a modem it runs on a virtual one, with one caller who leaves a message
// of five seconds and presses #:
//
//	go run ./examples/voicemail-answerer
//
// It prints what happens as it happens, leaves the message as WAV and JSON in the
// directory of -dir, and exits. Ctrl-C hangs up and closes.
//
// With a modem, at its serial ports or behind TCP, it takes messages until Ctrl-C,
// then lets the present call end for some seconds:
//
//	go run ./examples/voicemail-answerer -at /dev/ttyUSB2 -audio /dev/ttyUSB4
//	go run ./examples/voicemail-answerer -tcp 127.0.0.1:2000 -tcp-audio 127.0.0.1:2001
//
// A SIM's PIN is read from a file, so that it shows in no list of processes.
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
	"path/filepath"
	"syscall"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
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
		fmt.Fprintln(os.Stderr, "voicemail-answerer:", err)
		os.Exit(1)
	}
}

// run is the program, without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	return s.run(ctx, s.transport(), stdout, stderr)
}

// run takes messages over a transport, or from the virtual modem if that is nil.
func (s *settings) run(ctx context.Context, transport modem.Transport, stdout, stderr io.Writer) (err error) {
	log := slog.New(slog.DiscardHandler)
	if s.verbose {
		log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	greeting, cleanup, err := greetingFile(s.greeting)
	if err != nil {
		return err
	}
	defer cleanup()

	bus := &events.Bus{}
	stopPrinting := printEvents(bus, stdout)
	defer stopPrinting()

	box, err := voicemail.Open(s.dir, &voicemail.Config{Greeting: greeting, Events: bus, Logger: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, box.Close()) }()

	served := make(chan error, 1)
	answer := voice.RingFor(s.after, voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
		_, err := box.Record(ctx, call) // answers, greets, beeps, records, hangs up
		select {
		case served <- err:
		default:
		}
		return err
	}))
	p := &program{settings: s, stdout: stdout, served: served}
	p.config = modem.Config{Events: bus, OnCall: answer, Logger: log}
	if transport != nil {
		return p.real(ctx, transport)
	}
	return p.demo(ctx)
}

// program is what takes messages, but for the modem.
type program struct {
	*settings
	stdout io.Writer
	config modem.Config
	served <-chan error // how taking a message went
}

// first gives how taking the first message went, if that is to be the last.
func (p *program) first() <-chan error {
	if p.once {
		return p.served
	}
	return nil // nobody sends
}

// demo takes the messages of those who call a virtual modem.
func (p *program) demo(ctx context.Context) (err error) {
	world := newVirtualWorld()
	defer world.Close()
	fmt.Fprintln(p.stdout, "no modem given: running on a virtual SIM7600, with one caller")
	m, err := modem.Open(ctx, world.modem, &p.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()

	called := world.call(ctx)
	select {
	case err = <-p.first():
	case err = <-called: // the one caller is done
		if err == nil {
			err = <-p.served
		}
	case <-m.Done():
		err = m.Err()
	case <-ctx.Done():
		fmt.Fprintln(p.stdout, "interrupted: hanging up")
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// greetingFile returns the path of the greeting: the one that was given, or the
// built-in one in a temporary file, which cleanup removes.
func greetingFile(given string) (path string, cleanup func(), err error) {
	if given != "" {
		return given, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "voicemail-answerer")
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(dir, "greeting.wav")
	if err := os.WriteFile(path, greetingWAV, 0o600); err != nil {
		os.RemoveAll(dir)
		return "", nil, err
	}
	return path, func() { os.RemoveAll(dir) }, nil
}
