package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// settings are the program's flags.
type settings struct {
	dir      string
	greeting string
	after    time.Duration
	once     bool
	verbose  bool

	at, audio, reports string
	baud               int
	tcp, tcpAudio      string
	tcpRemote          bool
	pinFile            string
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
	f.StringVar(&s.at, "at", "", "the `path` of a modem's port for commands, such as /dev/ttyUSB2 (default: a virtual modem); callstack doctor finds it")
	f.StringVar(&s.audio, "audio", "", "the `path` of its port for the voice of calls (default: the one of the same modem, if it is known)")
	f.StringVar(&s.reports, "reports", "", "the `path` of its second port for commands, if it sends its reports there")
	f.IntVar(&s.baud, "baud", 0, "the `rate` of -at in bits per second (default: found out, or 115200)")
	f.StringVar(&s.tcp, "tcp", "", "a modem's port for commands that ser2net or the like has put on TCP: `host:port`")
	f.StringVar(&s.tcpAudio, "tcp-audio", "", "its port for the voice of calls: `host:port`")
	f.BoolVar(&s.tcpRemote, "tcp-remote", false, "allow other machines for -tcp: there is no authentication and no encryption")
	f.StringVar(&s.pinFile, "sim-pin-file", "", "a `file` with the SIM's PIN, that nobody else may read (mode 0600); it is tried once, as a file beside -dir notes")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: see -h", f.Arg(0))
	}
	return &s, s.check()
}

// check refuses what cannot be meant.
func (s *settings) check() error {
	switch {
	case s.at != "" && s.tcp != "":
		return errors.New("-at and -tcp exclude each other")
	case s.at == "" && (s.audio != "" || s.reports != "" || s.baud != 0):
		return errors.New("-audio, -reports and -baud go with -at")
	case s.tcp == "" && (s.tcpAudio != "" || s.tcpRemote):
		return errors.New("-tcp-audio and -tcp-remote go with -tcp")
	case s.pinFile != "" && !s.isReal():
		return errors.New("-sim-pin-file goes with -at or -tcp: the virtual modem's SIM wants no PIN")
	}
	return nil
}

// isReal tells whether a modem is given.
func (s *settings) isReal() bool { return s.at != "" || s.tcp != "" }
