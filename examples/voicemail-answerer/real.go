package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/serial"
)

// grace is how long a call may go on after Ctrl-C.
const grace = 10 * time.Second

// transport is the way to the modem's ports, or nil if no modem is given.
func (s *settings) transport() modem.Transport {
	switch {
	case s.tcp != "":
		return &modem.TCP{AT: s.tcp, Audio: s.tcpAudio, AllowRemote: s.tcpRemote}
	case s.at != "":
		return &serial.Ports{AT: s.at, Audio: s.audio, Reports: s.reports, Baud: s.baud}
	}
	return nil
}

// real takes messages over a modem's ports until ctx is done. What it does in the
// meantime, events tell: a modem that is lost is opened again by itself.
func (p *program) real(ctx context.Context, transport modem.Transport) (err error) {
	if p.pinFile != "" {
		if p.config.PIN, err = readPIN(p.pinFile); err != nil {
			return err
		}
		if p.config.PINState, err = pinState(p.dir); err != nil {
			return err
		}
	}
	m, err := modem.Open(ctx, transport, &p.config)
	if ctx.Err() != nil && err != nil {
		fmt.Fprintln(p.stdout, "interrupted")
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w\n(go run ./examples/callstack doctor finds out more)", err)
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	fmt.Fprintf(p.stdout, "taking messages with %s %s until Ctrl-C\n", m.Identity().Manufacturer, m.Identity().Model)
	if !m.Capabilities().Audio {
		fmt.Fprintln(p.stdout, "there is no audio port: calls are answered, but nothing is heard")
	}
	select {
	case err := <-p.first():
		return err
	case <-m.Done():
		return m.Err()
	case <-ctx.Done():
	}
	fmt.Fprintf(p.stdout, "interrupted: no new calls, and %v for the present one\n", grace)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if m.Shutdown(end) != nil {
		fmt.Fprintln(p.stdout, "hanging up")
	}
	return nil
}
