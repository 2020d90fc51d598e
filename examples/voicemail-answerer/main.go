// Command voicemail-answerer takes messages from whoever calls.
//
// Without a modem it runs on a virtual one, with one caller who leaves a message
// of five seconds and presses #:
//
//	go run ./examples/voicemail-answerer
//
// It prints what happens as it happens, leaves the message as WAV and JSON in the
// directory of -dir, and exits. Ctrl-C hangs up and closes.
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
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
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

// settings are the program's flags.
type settings struct {
	dir      string
	greeting string
	after    time.Duration
	once     bool
	verbose  bool
}

func parse(args []string, stderr io.Writer) (*settings, error) {
	var s settings
	f := flag.NewFlagSet("voicemail-answerer", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&s.dir, "dir", "./messages", "the `directory` for messages; it is made if need be")
	f.StringVar(&s.greeting, "greeting", "", "the greeting, a WAV `file` of 16-bit mono at 8 kHz (default: a built-in one)")
	f.DurationVar(&s.after, "after", 2*time.Second, "how long a call rings before it is answered")
	f.BoolVar(&s.once, "once", false, "exit when the first message is taken, not when all callers are done (the virtual modem has one)")
	f.BoolVar(&s.verbose, "v", false, "log the dialogue with the modem to standard error, without numbers and texts")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: see -h", f.Arg(0))
	}
	return &s, nil
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

	world := newVirtualWorld()
	defer world.Close()
	fmt.Fprintln(stdout, "no modem given: running on a virtual SIM7600, with one caller")
	m, err := modem.Open(ctx, world.modem, &modem.Config{Events: bus, OnCall: answer, Logger: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()

	called := world.call(ctx)
	var first <-chan error // nobody sends, unless -once
	if s.once {
		first = served
	}
	select {
	case err = <-first:
	case err = <-called: // the one caller is done
		if err == nil {
			err = <-served
		}
	case <-m.Done():
		err = m.Err()
	case <-ctx.Done():
		fmt.Fprintln(stdout, "interrupted: hanging up")
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
