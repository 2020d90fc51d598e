// Command hub measures hubs that send each event to many WebSocket clients: the
// library's feed beside peers and floors. A hub runs in a process of its own (this
// program again, or any that serves the same paths), the clients in this one.
//
//	go run ./hub -clients 100,1000 -stalled 10 -runs 5
//	go run ./hub -hubs 'coder,cmd:./mine -flag mine' -clients 1000
//
// The hubs take turns within each run. It prints tables in Markdown and, with -check,
// exits with 1 if a figure is over the bound that the library promises.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/callstack-go/callstack/internal/bench/hub/peers"
)

func main() { os.Exit(exitCode()) }

func exitCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case !errors.Is(err, errOver):
		fmt.Fprintln(os.Stderr, "hub:", err)
	}
	return 1
}

// errOver means that a promised bound does not hold; the table tells which.
var errOver = errors.New("a bound does not hold")

// options are what the flags say.
type options struct {
	hubs    []string
	crowds  []crowdSize
	runs    int
	phase   time.Duration // how long each phase of a run lasts
	window  int           // events published at once when saturated
	profile string        // folder for processor profiles of the hubs, or ""
	check   bool
}

// crowdSize is how many clients there are, and how many of them never read.
type crowdSize struct{ clients, stalled int }

// String tells both, as the tables do.
func (s crowdSize) String() string {
	if s.stalled == 0 {
		return fmt.Sprintf("%d clients", s.clients)
	}
	return fmt.Sprintf("%d clients, %d of which never read", s.clients, s.stalled)
}

// run does what the flags say, as a hub's process or as the one that measures.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("hub", flag.ContinueOnError)
	flags.SetOutput(progress)
	serve := flags.String("serve", "", "serve the hub of this `name` and print the address")
	small := flags.Bool("small-buffers", false, "with -serve: buffer 16 KiB in the kernel for each client")
	hubs := flags.String("hubs", strings.Join(peers.Names(), ","), "which to measure, or cmd:PROGRAM ARGUMENTS NAME")
	clients := flags.String("clients", "100,1000", "how many clients, one table for each")
	stalled := flags.Int("stalled", 0, "measure 1,000 clients again, of which as many never read")
	o := options{}
	flags.IntVar(&o.runs, "runs", 5, "how often all is measured")
	flags.DurationVar(&o.phase, "phase", time.Second, "how long each phase lasts")
	flags.IntVar(&o.window, "window", 64, "how many events are published at once when saturated")
	flags.StringVar(&o.profile, "profile", "", "`folder` for processor profiles of the saturated hubs, which then cost a little more")
	flags.BoolVar(&o.check, "check", false, "exit with 1 if a promised bound does not hold")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *serve != "" {
		return serveHub(ctx, *serve, *small, out)
	}
	if o.runs < 1 || o.window < 1 || o.phase <= 0 {
		return errors.New("-runs, -window and -phase are at least 1")
	}
	o.hubs = strings.Split(*hubs, ",")
	var err error
	if o.crowds, err = crowdSizes(*clients, *stalled); err != nil {
		return err
	}
	return measureAll(ctx, o, out, progress)
}

// crowdSizes reads a list of numbers of clients, and adds the one with stalled
// clients, behind the one that it is compared with.
func crowdSizes(list string, stalled int) ([]crowdSize, error) {
	var sizes []crowdSize
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-clients: %q is no number of clients", text)
		}
		sizes = append(sizes, crowdSize{clients: n})
	}
	if stalled < 0 || stalled >= stalledOf {
		return nil, fmt.Errorf("-stalled: 0 to %d", stalledOf-1)
	}
	if stalled > 0 {
		sizes = append(sizes, crowdSize{stalledOf, stalled})
	}
	slices.SortStableFunc(sizes, func(a, b crowdSize) int { return cmp.Compare(a.clients, b.clients) })
	return sizes, nil
}

// stalledOf is how many clients there are where some never read.
const stalledOf = 1000

// serveHub is the process of one hub. It prints its address and ends when ctx is
// done or it is killed.
func serveHub(ctx context.Context, name string, small bool, out io.Writer) error {
	h, err := peers.New(name)
	if err != nil {
		return err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	fmt.Fprintln(out, ln.Addr())
	if small {
		ln = peers.SmallBuffers{Listener: ln}
	}
	return peers.Serve(ln, h)
}

// measureAll measures all hubs in turn, as often as asked, and prints the tables.
func measureAll(ctx context.Context, o options, out, progress io.Writer) error {
	r := results{}
	for i := range o.runs {
		for size, hub := range o.turns() {
			f, err := measure(ctx, hub, size, o)
			if err != nil {
				return fmt.Errorf("%s with %v: %w", label(hub), size, err)
			}
			fmt.Fprintf(progress, "run %d of %d: %v: %s: %v\n", i+1, o.runs, size, label(hub), f)
			r.add(size, label(hub), f)
		}
	}
	for _, size := range o.crowds {
		r.table(out, size)
	}
	if o.check && r.check(out, bounds) {
		return errOver
	}
	return nil
}

// turns yields what is measured in one run. What is compared follows soon upon each
// other: the hubs with as many clients, and each with some that never read upon itself
// without them.
func (o options) turns() iter.Seq2[crowdSize, string] {
	return func(yield func(crowdSize, string) bool) {
		for from, size := range o.crowds {
			if from > 0 && o.crowds[from-1].clients == size.clients {
				continue // was with the one before
			}
			for _, hub := range o.hubs {
				for _, s := range o.crowds[from:] {
					skip := s.stalled > 0 && slices.Contains(waits, hub)
					if s.clients == size.clients && !skip && !yield(s, hub) {
						return
					}
				}
			}
		}
	}
}

// waits are the hubs that write to a client that never reads for ever.
var waits = []string{"raw-sync"}

// label is what a hub is called in tables: the last word of a command.
func label(hub string) string {
	words := strings.Fields(hub)
	return words[len(words)-1]
}
