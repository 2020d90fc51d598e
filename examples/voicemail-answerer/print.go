package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// printEvents prints what happens on the bus, each line with the time since the
// program began. stop prints what is left and ends it.
func printEvents(bus *events.Bus, w io.Writer) (stop func()) {
	start := time.Now()
	sub := events.Subscribe[events.Event](bus, 256)
	var wg sync.WaitGroup
	wg.Go(func() {
		for e := range sub.C() {
			if line := describe(e); line != "" {
				fmt.Fprintf(w, "%5.1fs  %s\n", e.EventHeader().Time.Sub(start).Seconds(), line)
			}
		}
	})
	return func() {
		sub.Close()
		wg.Wait()
	}
}

// describe says in a line what an event means, or nothing. Numbers print masked.
func describe(e events.Event) string {
	switch e := e.(type) {
	case modem.StateChanged:
		if e.Err != nil {
			return fmt.Sprintf("modem %s: %v", e.State, e.Err)
		}
		return fmt.Sprintf("modem %s", e.State)
	case modem.SIMChanged:
		if e.Err != nil {
			return fmt.Sprintf("SIM %s: %v", e.State, e.Err)
		}
		return fmt.Sprintf("SIM %s", e.State)
	case modem.NoAudio:
		return "nothing is heard of the call"
	case modem.SignalChanged:
		return fmt.Sprintf("signal %s", e.Signal)
	case modem.RegistrationChanged:
		return fmt.Sprintf("network %s", e.Registration)
	case modem.Rang:
		return "ring"
	case voice.CallerIdentified:
		return fmt.Sprintf("the caller is %s", e.Number)
	case voice.StateChanged:
		if e.State == voice.Ended {
			return fmt.Sprintf("call ended: %s, after %s of talk", e.End.Reason, e.End.Talk.Round(time.Second))
		}
		return fmt.Sprintf("call %s", e.State)
	case voice.DigitPressed:
		return "the caller pressed a key"
	case voicemail.Saved:
		return fmt.Sprintf("message of %s (%s) saved in %s",
			e.Message.Duration.Round(100*time.Millisecond), e.Message.Reason, e.Message.Path)
	case voicemail.Discarded:
		return fmt.Sprintf("no message: %s", e.Message.Reason)
	}
	return ""
}
