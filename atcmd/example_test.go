package atcmd_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/callstack-go/callstack/atcmd"
)

// exampleModem answers a few commands. It stands where a program opens a serial
// port.
func exampleModem() (port io.ReadWriteCloser, wait func()) {
	host, modem := net.Pipe()
	answers := map[string]string{
		"AT+CSQ\r":  "\r\n+CSQ: 20,99\r\n\r\nOK\r\n",
		"AT+CIMI\r": "\r\n+CME ERROR: 10\r\n",
		"ATE0\r":    "\r\nOK\r\n\r\nRING\r\n\r\n+CLIP: \"+12025550100\",145,,,,0\r\n",
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		commands := bufio.NewReader(modem)
		for {
			cmd, err := commands.ReadString('\r')
			if err != nil {
				return
			}
			_, _ = io.WriteString(modem, answers[cmd])
		}
	})
	return host, wg.Wait
}

func ExampleConn_Exec() {
	port, wait := exampleModem()
	defer wait()
	conn := atcmd.New(port, nil)
	defer conn.Close()

	resp, err := conn.Exec(context.Background(), atcmd.Command{Text: "AT+CSQ"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, args := atcmd.Parse(resp.Lines[0])
	if rssi, ok := args[0].Int(); ok && rssi < 32 {
		fmt.Println(-113+2*rssi, "dBm")
	}
	// Output: -73 dBm
}

func ExampleConn_Handle() {
	port, wait := exampleModem()
	defer wait()
	conn := atcmd.New(port, nil)
	defer conn.Close()

	known := make(chan struct{})
	conn.Handle("RING", atcmd.Line, func(atcmd.URC) { fmt.Println("it rings") })
	conn.Handle("+CLIP", atcmd.Line, func(u atcmd.URC) {
		_, args := atcmd.Parse(u.Line)
		fmt.Println("from", args[0].Text)
		close(known)
	})
	if _, err := conn.Exec(context.Background(), atcmd.Command{Text: "ATE0"}); err != nil {
		fmt.Println(err)
	}
	<-known
	// Output:
	// it rings
	// from +12025550100
}

func ExampleCommandError() {
	port, wait := exampleModem()
	defer wait()
	conn := atcmd.New(port, nil)
	defer conn.Close()

	_, err := conn.Exec(context.Background(), atcmd.Command{Text: "AT+CIMI"})
	fmt.Println(err)
	if code, ok := errors.AsType[atcmd.CMEError](err); ok && code == 10 {
		fmt.Println("put a SIM in")
	}
	// Output:
	// atcmd: AT+CIMI: CME error 10: SIM not inserted
	// put a SIM in
}

func ExampleParse() {
	name, args := atcmd.Parse(`+CLCC: 1,1,4,0,0,"+12025550100",145,,`)
	state, _ := args[2].Int()
	fmt.Println(name, len(args), state, args[5].Text, args[5].Quoted)
	// Output: +CLCC 9 4 +12025550100 true
}
