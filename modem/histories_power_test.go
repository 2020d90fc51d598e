package modem_test

import (
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
)

// allFamilies are those of the virtual modem.
var allFamilies = []modemtest.Family{
	modemtest.SIM7600, modemtest.Generic, modemtest.A7670, modemtest.SIM868, modemtest.EC25, modemtest.EC200,
	modemtest.Huawei, modemtest.Telit, modemtest.Ublox,
}

// TestHistoriesOfAModemThatComesAndGoes is TestHistories with modems of all families
// that lose their power, their ports, their settings, their SIM or their audio in the
// middle of it. Whatever they do, each call ends once, no call is there that nobody
// made, and in the end the modem is ready and takes a call.
func TestHistoriesOfAModemThatComesAndGoes(t *testing.T) {
	takeHistories(t, func(h *history) { h.shake() })
}

// shake takes something from the modem, and gives it back after a while.
func (h *history) shake() {
	h.flag(&h.shaken)
	h.mend = h.recover
	back := h.upTo(pick(h.rng, 100*time.Millisecond, 3*time.Second, 40*time.Second)) + 1
	what := h.rng.IntN(8)
	h.say("shake %d for %v", what, back)
	later := func(f func()) {
		h.tasks.Go(func() {
			pause(h.ctx, back)
			h.say("shaken %d", what)
			f()
		})
	}
	switch what {
	case 0:
		h.sim.Unplug()
		later(h.sim.Replug)
	case 1:
		h.sim.Reset()
	case 2:
		h.sim.ResetSilently()
	case 3:
		h.sim.Disconnect(pick(h.rng, io.EOF, error(syscall.EIO), io.ErrUnexpectedEOF))
	case 4:
		h.sim.RemoveSIM()
		later(func() { h.sim.InsertSIM(modemtest.SIM{}) })
	case 5:
		h.sim.Silence(back)
	case 6:
		h.sim.StallAT(back)
	default:
		h.sim.SetLine(pick(h.rng, modemtest.LinePPP, modemtest.LineSilent, modemtest.LineGarbled))
		later(func() { h.sim.SetLine(modemtest.LineReady) })
	}
}

// recover waits until the modem is what it was.
func (h *history) recover() {
	h.tasks.Wait()
	h.sim.Replug()
	h.sim.InsertSIM(modemtest.SIM{})
	h.sim.SetLine(modemtest.LineReady)
	h.sim.StallAT(0)
	if !h.closed {
		h.awaitReady()
	}
}

// awaitReady waits until the modem can be called.
func (h *history) awaitReady() {
	start := time.Now()
	for h.m.State() != modem.Ready || !h.registered() {
		pause(h.ctx, time.Second)
		if !assert.NoError(h.t, h.ctx.Err(), "never ready again: %v", h.m) {
			return
		}
	}
	h.say("ready after %v", time.Since(start))
}

func (h *history) registered() bool {
	r, err := h.m.Registration(h.ctx)
	return err == nil && r.Voice()
}
