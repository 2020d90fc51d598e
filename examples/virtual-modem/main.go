// Command virtual-modem puts a virtual modem on pseudo-terminals, for any program
// that talks to a modem by the name of a device:
//
//	go run ./examples/virtual-modem -link /tmp/modem
//	gammu --config ... # with device = /tmp/modem/modem-at
//
// The links modem-at and, where the family has one, modem-audio stay the same
// while the modem is unplugged, plugged in again and reset, as a script can have
// it; so do calls:
//
//	5s call +12025550100 say hello.wav press 1# hangup 20s
//
// It prints where its links are and what happens, with numbers masked, and runs
// until Ctrl-C, which removes the links. See -h.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
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
		fmt.Fprintln(os.Stderr, "virtual-modem:", err)
		os.Exit(1)
	}
}

// settings are the program's flags.
type settings struct {
	modem  modemtest.Config
	dir    string
	baud   int
	script []step
}

func parse(args []string, stderr io.Writer) (*settings, error) {
	s := settings{modem: modemtest.Config{Calm: true}}
	var script string
	f := flag.NewFlagSet("virtual-modem", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Func("family", "the `kind` of modem: "+strings.Join(families(), ", ")+" (default SIM7600)", func(name string) error {
		return familyOf(name, &s.modem.Family)
	})
	f.StringVar(&s.dir, "link", "", "the `directory` for the links, which is made if need be, and is for one virtual modem at a time (default: a temporary one)")
	f.StringVar(&script, "script", "", "a `file` that says what happens, see below")
	f.Func("hostile", "deliver as the worst of modems do, in the pattern of the `seed`, a number (default: calm, since many programs cannot bear it)", func(seed string) (err error) {
		s.modem.Calm = false
		s.modem.Seed, err = strconv.ParseUint(seed, 10, 64)
		return err
	})
	f.Func("reports", "give the modem a second AT port, modem-reports, and send what comes by itself on the first, the second, or both: `which`", func(which string) error {
		return reportsOf(which, &s.modem.Reports)
	})
	f.IntVar(&s.baud, "baud", 0, "the only `rate` at which the modem understands anything (default: any)")
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: virtual-modem [flags]")
		f.PrintDefaults()
		fmt.Fprint(stderr, scriptHelp)
	}
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: see -h", f.Arg(0))
	}
	if script == "" {
		return &s, nil
	}
	var err error
	s.script, err = readScript(script)
	return &s, err
}

// families returns the names of all families.
func families() []string {
	var names []string
	for _, f := range modemtest.Families() {
		names = append(names, f.String())
	}
	return names
}

func familyOf(name string, to *modemtest.Family) error {
	all := modemtest.Families()
	i := slices.IndexFunc(all, func(f modemtest.Family) bool { return strings.EqualFold(f.String(), name) })
	if i < 0 {
		return errors.New("it is one of " + strings.Join(families(), ", "))
	}
	*to = all[i]
	return nil
}

func reportsOf(which string, to *modemtest.Reports) error {
	r, ok := map[string]modemtest.Reports{
		"first": modemtest.ReportsOnFirst, "second": modemtest.ReportsOnSecond, "both": modemtest.ReportsOnBoth,
	}[which]
	if !ok {
		return errors.New("it is first, second or both")
	}
	*to = r
	return nil
}

// run is the program, without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sim := modemtest.New(&s.modem)
	defer sim.Close()
	server, err := pty.Serve(sim, &pty.Config{Dir: s.dir, Baud: s.baud})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Err(), server.Close()) }()
	w := newWorld(sim, stdout)
	w.say("a virtual %v", s.modem.Family)
	for _, link := range []struct{ port, path string }{{"AT", server.AT()}, {"audio", server.Audio()}, {"reports", server.Reports()}} {
		if link.path != "" {
			w.say("%s port: %s", link.port, link.path)
		}
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { w.watchPlug(ctx, server.WaitPorts, cancel) })
	wg.Go(func() { w.watchDialled(ctx) })
	if w.play(ctx, s.script) {
		<-ctx.Done()
		if server.Err() == nil {
			w.say("interrupted")
		}
	}
	return nil
}
