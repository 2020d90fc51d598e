//go:build linux || darwin

package pty_test

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/modemtest/pty"
)

// A program that opens devices by name finds a modem under the name of the link.
func ExampleServe() {
	sim := modemtest.New(&modemtest.Config{Calm: true})
	defer sim.Close()
	server, err := pty.Serve(sim, nil)
	if err != nil {
		log.Println(err)
		return
	}
	defer server.Close()

	port, err := os.OpenFile(server.AT(), os.O_RDWR, 0)
	if err != nil {
		log.Println(err)
		return
	}
	defer port.Close()
	fmt.Fprint(port, "ATE0;+CSQ\r")
	for lines := bufio.NewScanner(port); lines.Scan() && lines.Text() != "OK"; {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			fmt.Println(line)
		}
	}
	// Output:
	// ATE0;+CSQ
	// +CSQ: 20,99
}
