package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/callstack-go/callstack/modem/serial"
)

// settings are the flags of doctor.
type settings struct {
	at, audio string
	baud      int
	timeout   time.Duration
	identify  bool
	json      bool

	progress io.Writer // is told what takes its time; nil means nobody

	// Tests replace these. Zero means the defaults.
	system *serial.System // where devices are
	wait   time.Duration  // for a first answer; a tenth of it for each at other rates
}

const doctorHelp = `usage: callstack doctor [flags]

doctor finds the modems on the serial ports of this machine, asks each how it is, and
says what is wrong and what to do about it. It changes nothing: it sends queries only,
and no PIN, it dials nothing, and ends no data connection. It asks ports that are
known to be a modem's port for commands, and the one of -at.

flags:
`

const doctorCodes = `
exit codes: 0 all is well, 1 something is to be mended, 2 wrong usage, 3 no modem, or
no such port. (go run shows the code, and exits with 1 itself.)

What it is asking it tells on standard error, but for -json.

With -json one object is printed:
  version   1; it changes when the meaning of a key does
  result    "healthy", "trouble" or "nothing", as the exit codes 0, 1 and 3
  devices   what has serial ports: usb, vendor, product, maker, name, modem,
            modemmanager (it will take the ports), ports: path, lasting (a name that
            stays), interface, driver, role, why, uart, group, mode, access, holders
            (pid, command)
  modems    the ports that were asked: at, at_why, audio, audio_why, uart (the rate
            matters), opened, answers, baud (if it answers), go (the expression for
            modem.Open), udev (a rule), and of one that answers modem: manufacturer,
            model, revision, profile, sim (state, pin_attempts or null), registration
            (status, access, voice), signal (known, dbm, bars), capabilities (voice,
            messages, keys, audio_rate), and with -identify imei, imsi, iccid, masked
  findings  severity ("fault" or "note"), id, port, text, remedy
`

// parseDoctor reads the flags.
func parseDoctor(args []string, stdout, stderr io.Writer) (*settings, error) {
	var s settings
	f := flag.NewFlagSet("callstack doctor", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&s.at, "at", "", "ask the port for commands of this `path`, whatever is known of it, and no other")
	f.StringVar(&s.audio, "audio", "", "the `path` of the port for the voice of calls that goes with -at (default: the one of the same modem, if it is known)")
	f.IntVar(&s.baud, "baud", 0, "the `rate` of -at in bits per second (default: the usual ones are tried; USB modems take any)")
	f.DurationVar(&s.timeout, "timeout", 30*time.Second, "how long one modem may take")
	f.BoolVar(&s.identify, "identify", false, "ask for IMEI, IMSI and ICCID too, and print them masked")
	f.BoolVar(&s.json, "json", false, "print JSON")
	help := func(w io.Writer) {
		fmt.Fprint(w, doctorHelp)
		f.SetOutput(w)
		f.PrintDefaults()
		fmt.Fprint(w, doctorCodes)
	}
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		help(stdout)
		return nil, err
	case err == nil:
		err = s.check(f.Args())
	}
	if err != nil {
		fmt.Fprintf(stderr, "callstack doctor: %v: see callstack doctor -h\n", err)
	}
	return &s, err
}

// check refuses what cannot be meant.
func (s *settings) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	case s.at == "" && s.audio != "":
		return errors.New("-audio goes with -at")
	case s.at == "" && s.baud != 0:
		return errors.New("-baud goes with -at")
	case s.baud < 0:
		return errors.New("-baud is negative")
	case s.timeout <= 0:
		return errors.New("-timeout is not positive")
	}
	return nil
}

// runDoctor is the command.
func runDoctor(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parseDoctor(args, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitHealthy
	case err != nil:
		return exitUsage
	}
	return s.run(ctx, stdout, stderr)
}

// say tells what is done that may take its time.
func (s *settings) say(format string, args ...any) {
	if s.progress != nil {
		fmt.Fprintf(s.progress, format+" …\n", args...)
	}
}

// run examines, and prints what was found.
func (s *settings) run(ctx context.Context, stdout, stderr io.Writer) int {
	if !s.json {
		s.progress = stderr
	}
	r := s.examine(ctx)
	var err error
	if s.json {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		err = e.Encode(r)
	} else {
		err = r.print(stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "callstack doctor:", err)
		return exitTrouble
	}
	return r.code()
}
