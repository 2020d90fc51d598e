package modem_test

import (
	"context"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	errorReply = "\r\nERROR\r\n"
	cmeReply   = "\r\n+CME ERROR: 515\r\n"
)

// confuse has the modem lose, repeat or delay something.
func (h *history) confuse() {
	n := 1 + h.rng.IntN(2)
	line := pick(h.rng, "RING", "+CLIP:", "+CLCC:", "VOICE CALL", "NO CARRIER", "MISSED_CALL")
	cmd := pick(h.rng, "AT+CLCC", "AT+CLCC", "AT+CHUP", "ATH", "AT+CPCMREG=1", "AT+CPCMREG=0", "AT+CEER", "AT+CSQ", "ATA")
	what := h.rng.IntN(8)
	if h.withheld {
		what = 6
	}
	switch what {
	case 0:
		h.say("lose %s %d", line, n)
		h.sim.LoseURCs(line, n)
	case 1:
		h.say("double %s %d", line, n)
		h.sim.DoubleURCs(line, n)
	case 2:
		d := h.upTo(800 * time.Millisecond) // an end is taken for news after 3 s, and lines may wait 2 s by themselves
		h.say("delay %s %d %v", line, n, d)
		h.sim.DelayURCs(line, n, d)
	case 3:
		h.say("ignore %s", cmd)
		h.sim.Ignore(cmd, 1)
		h.burn = append(h.burn, cmd)
	case 4:
		d := h.upTo(3 * time.Second)
		h.say("delay %s %v", cmd, d)
		h.sim.Delay(cmd, 1, d)
		h.burn = append(h.burn, cmd)
	case 5, 6:
		h.say("refuse AT+CLCC %d", n)
		h.sim.Reply("AT+CLCC", n, pick(h.rng, errorReply, cmeReply))
		h.burn = append(h.burn, "AT+CLCC", "AT+CLCC")
	default:
		raw := pick(h.rng, "\x00\xff\xfe", "\r\n+CLCC: 1,1", "~\xff\x03\xc0!", "\r\n", "+CRE", "OK\r\n", "\r\r\n>\r\n")
		h.say("inject %q", raw)
		h.sim.Inject([]byte(raw))
	}
}

// hurt breaks something for a while.
func (h *history) hurt() {
	switch what := h.rng.IntN(7); {
	case what == 0 && !h.withheld:
		d := h.upTo(6 * time.Second)
		h.say("silence %v", d)
		h.sim.Silence(d)
	case what == 1:
		h.say("echo")
		h.flag(&h.shaken)
		h.sim.EchoOn()
	case what == 2:
		on := h.one(2)
		h.say("stop audio %t", on)
		h.sim.StopAudio(on)
	case what == 3:
		h.say("stall audio")
		h.sim.StallAudio(h.upTo(3 * time.Second))
	case what == 4:
		d := h.upTo(8 * time.Second)
		h.say("refuse audio %v", d)
		h.sim.RefuseAudio(d)
	case what == 5 && !h.withheld:
		d := h.upTo(3 * time.Second)
		h.say("stall AT %v", d)
		h.sim.StallAT(d)
	default:
		h.say("registration")
		h.sim.SetRegistration(pick(h.rng, 0, 1, 2, 5))
		pause(h.ctx, time.Second)
		h.sim.SetRegistration(1)
	}
}

// look has the program ask the modem for what it can tell.
func (h *history) look() {
	h.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(h.ctx, 5*time.Second)
		defer cancel()
		_, _ = h.m.Signal(ctx)
		_, _ = h.m.Registration(ctx)
		for _, c := range h.m.Calls() {
			_ = c.String()
		}
		h.m.OnCall(nil)
		h.m.OnCallFunc(h.serve)
	})
}

// end is what a history may do only once.
func (h *history) end() {
	h.mu.Lock()
	done := h.lost || h.closed
	h.mu.Unlock()
	switch n := h.rng.IntN(12); {
	case done:
	case n == 0:
		h.say("disconnect")
		h.flag(&h.shaken)
		h.sim.Disconnect(nil)
	case n == 1:
		h.say("close")
		h.flag(&h.closed)
		h.tasks.Go(func() {
			assert.NoError(h.t, h.m.Close())
			h.say("closed")
		})
	case n == 2:
		h.flag(&h.closed)
		limit := h.upTo(20 * time.Second)
		h.say("shutdown %v", limit)
		h.tasks.Go(func() {
			ctx, cancel := context.WithTimeout(h.ctx, limit)
			defer cancel()
			err := h.m.Shutdown(ctx)
			h.say("shut down: %v", err)
		})
	}
}

// calmDown ends the faults, and lets both sides come to their ends.
func (h *history) calmDown() {
	h.say("calm down")
	h.sim.Silence(0)
	h.sim.StopAudio(false)
	h.sim.StallAudio(0)
	h.sim.RefuseAudio(0)
	h.sim.SetRegistration(1)
	if h.mend != nil {
		h.mend()
	}
	h.tasks.Wait()
	h.waitServed()
	h.say("quiet")
}

// waitServed waits until no handler runs.
func (h *history) waitServed() {
	for h.handlers() > 0 {
		pause(h.ctx, 100*time.Millisecond)
		require.NoError(h.t, h.ctx.Err())
	}
}

func (h *history) handlers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.serving
}
