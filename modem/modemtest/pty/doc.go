// Package pty puts a virtual modem on pseudo-terminals, so that programs that
// open devices by their names can talk to it: those that use a serial port
// library, and those that are not written in Go.
//
//	sim := modemtest.New(&modemtest.Config{Calm: true})
//	server, err := pty.Serve(sim, &pty.Config{Dir: "/tmp/modem"})
//	// /tmp/modem/modem-at, modem-audio
//
// The names are symbolic links. They stay the same while the devices that they
// point to come and go with the modem's cable: Unplug and the resets of a modem
// on USB close the terminals, for which an open one reports a hang-up, and
// remove the links; when the modem is there again the links point to new ones.
//
// A directory is for one server at a time, which a hidden file in it sees to; what one
// has left behind whose process was killed is taken over.
//
// A terminal is a port of the modem: opening it opens the port, closing it by
// the last who has it closes the port, and what the modem sends in between is
// lost. Opening is noticed within [Attend]. The terminals are raw: bytes pass
// as they are, whatever their rate. A program that opens one finds the settings
// of a serial line in it, of which only the rate has a meaning, see
// [Config.Baud]; there are no modem lines, which such a program has to bear.
//
// Everything runs in real time. On Linux and darwin it works; elsewhere Serve
// fails with [errors.ErrUnsupported].
//
// # Concurrency
//
// All methods may be called from any goroutine. For each port there is one
// goroutine, and two more while its terminal is there; they end with Close.
package pty
