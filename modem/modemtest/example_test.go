package modemtest_test

import (
	"bufio"
	"context"
	"fmt"
	"time"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// A program that reads a modem line by line, and somebody who calls it. This
// runs at real pace; within testing/synctest it would take no time.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	sim := modemtest.New(&modemtest.Config{Calm: true})
	defer sim.Close()
	port, err := sim.OpenAT(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	lines := bufio.NewScanner(port)
	next := func() string { // the next line that is not empty
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text()
			}
		}
		return ""
	}

	fmt.Fprint(port, "ATE0+CLIP=1\r")
	fmt.Printf("%q\n", next()) // the echo, for the last time
	fmt.Println(next())

	caller := sim.Call("+12025550100")
	fmt.Println(next())
	fmt.Println(next())

	fmt.Fprint(port, "ATA\r")
	fmt.Println(next())
	fmt.Println(next())
	if err := caller.WaitAnswered(ctx); err != nil {
		fmt.Println(err)
		return
	}
	caller.Hangup()
	fmt.Println(next())
	fmt.Println(caller)
	// Output:
	// "ATE0+CLIP=1\r"
	// OK
	// RING
	// +CLIP: "+12025550100",145,,,,0
	// VOICE CALL: BEGIN
	// OK
	// VOICE CALL: END: 000000
	// modemtest.Caller(+120****0100, ended)
}

// The far side of a call that the program dials.
func ExampleModem_WaitDialled() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	sim := modemtest.New(&modemtest.Config{Calm: true})
	defer sim.Close()
	sim.OnDial("+12025550101", modemtest.Outcome{Result: modemtest.Ring, Alert: 10 * time.Millisecond})
	port, err := sim.OpenAT(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}

	fmt.Fprint(port, "ATD+12025550101;\r")
	callee, err := sim.WaitDialled(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	callee.Answer()
	if err := callee.WaitAnswered(ctx); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sim.Dialled())
	callee.Hangup()
	fmt.Println(callee.Ended())
	// Output:
	// [+12025550101]
	// ended by the far side true
}

// A modem that does not answer at first.
func ExampleModem_Ignore() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	sim := modemtest.New(&modemtest.Config{Calm: true})
	defer sim.Close()
	sim.Ignore("AT+CSQ", 1)
	port, err := sim.OpenAT(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(port, "ATE0\rAT+CSQ\rAT+CSQ\r")
	for lines := bufio.NewScanner(port); lines.Scan(); {
		if text := lines.Text(); text != "" {
			fmt.Printf("%q\n", text)
		}
		if len(sim.Written()) == 3 && lines.Text() == "+CSQ: 20,99" {
			break
		}
	}
	// Output:
	// "ATE0\r"
	// "OK"
	// "+CSQ: 20,99"
}
