package main

import (
	"context"
	_ "embed"
	"encoding/binary"
	"sync"
	"time"

	"github.com/callstack-go/callstack/modem/modemtest"
)

//go:embed audio/greeting.wav
var greetingWAV []byte

//go:embed audio/caller.wav
var callerWAV []byte

// wavHeader is the length of the header of callerWAV, which is a plain one.
const wavHeader = 44

// virtualWorld is a virtual modem with a person who calls it.
type virtualWorld struct {
	modem *modemtest.Modem
	wg    sync.WaitGroup
}

func newVirtualWorld() *virtualWorld { return &virtualWorld{modem: modemtest.New(nil)} }

// call has the person call, listen, leave a message and press #. The channel
// gets what came of it.
func (w *virtualWorld) call(ctx context.Context) <-chan error {
	done := make(chan error, 1)
	w.wg.Go(func() { done <- leaveMessage(ctx, w.modem.Call("+12025550100")) })
	return done
}

func leaveMessage(ctx context.Context, caller *modemtest.Caller) error {
	if err := caller.WaitAnswered(ctx); err != nil {
		return err
	}
	// The beep is the end of what there is to hear.
	if err := caller.WaitQuiet(ctx, 800*time.Millisecond); err != nil {
		return err
	}
	if err := caller.Say(ctx, samples(callerWAV)); err != nil {
		return err
	}
	caller.Press("#")
	return caller.WaitEnded(ctx)
}

// samples returns those of a WAV file whose header is known to be plain.
func samples(wav []byte) []int16 {
	pcm := wav[wavHeader:]
	out := make([]int16, len(pcm)/2)
	for i := range out {
		out[i] = int16(binary.LittleEndian.Uint16(pcm[2*i:]))
	}
	return out
}

// Close switches the modem off and waits for the person.
func (w *virtualWorld) Close() {
	w.modem.Close()
	w.wg.Wait()
}
