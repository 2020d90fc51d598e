// Command callstack looks after modems from the command line:
//
//	go run ./examples/callstack doctor
//
// finds the modems of this machine, tells how they are, what is in their way, and
// what to do about it. callstack -h lists the commands, and callstack COMMAND -h
// explains one.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit codes of all commands. (go run shows them, and exits with 1 itself.)
const (
	exitHealthy = 0 // all is well
	exitTrouble = 1 // something is to be mended
	exitUsage   = 2 // the command line is wrong
	exitNothing = 3 // there is no modem, or not where it was named
)

// command is one of the program's commands.
type command struct {
	name    string
	summary string
	// run does it and returns the exit code.
	run func(ctx context.Context, args []string, stdout, stderr io.Writer) int
}

var commands = []command{
	{"doctor", "find the modems, and what is wrong with them", runDoctor},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program, without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return exitUsage
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, args[1:], stdout, stderr)
		}
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		usage(stdout)
		return exitHealthy
	}
	fmt.Fprintf(stderr, "callstack: no command %q\n\n", args[0])
	usage(stderr)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: callstack COMMAND [flags]\n\ncommands:")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprintln(w, "\ncallstack COMMAND -h explains one.")
}
