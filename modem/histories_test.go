package modem_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// histories is how many random histories a run of the tests takes. The
// environment variable CALLSTACK_HISTORIES takes another number, for long runs;
// -run 'TestHistories/seed_17$' takes one again.
const histories = 300

// TestHistories lets a program and far sides do at random what they can do, on
// a virtual modem that fails at random in the ways it can, and then looks at
// what must hold however it went.
func TestHistories(t *testing.T) { takeHistories(t, nil) }

// takeHistories takes histories, with faults of their own beside the usual ones.
func takeHistories(t *testing.T, faults func(*history)) {
	t.Helper()
	n := histories
	if s := os.Getenv("CALLSTACK_HISTORIES"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	for seed := range uint64(n) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newHistory(t, seed, faults).run() })
		})
	}
}

// history is one of them. Its fields below mu are shared by its goroutines.
type history struct {
	t    *testing.T
	ctx  context.Context // of all that waits
	seed uint64
	rng  *rand.Rand // of the script

	faults func(*history) // beside the usual ones; nil if there are none
	mend   func()         // what is to be done about them in the end
	sim    *modemtest.Modem
	m      *modem.Modem

	// waiting tells that the network offers second calls. Nobody holds a call
	// then: AT+CHLD=2 would take a second one that came at that moment.
	waiting bool
	// withheld tells that some callers hide their numbers. The modem loses no
	// lines then: nobody could tell one such caller from the next.
	withheld bool

	rec   *recorder
	start time.Time
	tasks sync.WaitGroup // of both sides

	mu      sync.Mutex
	log     []string
	forks   uint64
	fars    []*far
	hungUp  map[string]bool // by ID or number: the program did, or let its handler return
	served  map[string]int  // by ID
	serving int             // handlers
	burn    []string        // commands whose faults may be left
	shaken  bool            // the connection was broken, or the modem seems to have restarted
	lost    bool            // the modem was given up
	closed  bool            // Close or Shutdown was called
}

// far is the far side of a call.
type far struct {
	caller  *modemtest.Caller
	number  string
	reached bool // the modem rang
	dialled bool
	outcome modemtest.Result
}

// tone is the one value of all the samples that a side of the call with number
// n says: no sound of one call may be heard in another.
func tone(n string, program bool) int16 {
	v := int16(1000)
	if len(n) > 4 {
		i, _ := strconv.Atoi(n[len(n)-4:])
		v += int16(2 * i)
	}
	if program {
		v++
	}
	return v
}

func samples(v int16, d time.Duration) []int16 {
	return slices.Repeat([]int16{v}, int(d*8000/time.Second))
}

func newHistory(t *testing.T, seed uint64, faults func(*history)) *history {
	h := &history{
		t: t, ctx: deadline(t), seed: seed, start: time.Now(),
		hungUp: map[string]bool{}, served: map[string]int{}, faults: faults,
	}
	h.rng = h.fork()
	h.waiting, h.withheld = h.one(3), h.one(4)
	cfg := &modemtest.Config{
		Seed: seed, CallWaiting: h.waiting, DataBearer: h.one(5),
		AudioDelay: h.upTo(2 * time.Second), Answering: h.upTo(2*time.Second) + 1,
	}
	if h.one(5) {
		cfg.Family = modemtest.Generic
	}
	if faults != nil {
		cfg.Family = pick(h.rng, allFamilies...)
		cfg.Reports = pick(h.rng, modemtest.OnePort, modemtest.OnePort, modemtest.ReportsOnSecond, modemtest.ReportsOnBoth)
	}
	h.sim = modemtest.New(cfg)
	t.Cleanup(func() { h.sim.Close() })
	var bus events.Bus
	h.rec = record(t, &bus)
	var log *slog.Logger
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	resets := -1 // a modem that restarts takes no last call
	if faults != nil {
		resets = 0
	}
	m, err := modem.OpenSeeded(h.ctx, h.sim, &modem.Config{
		ResetsPerDay: resets,
		Events:       &bus, CallWaiting: h.waiting && h.one(2), Logger: log,
		OnHandlerError: func(*voice.CallSession, error) {}, NetworkPoll: 10 * time.Second,
	}, seed)
	require.NoError(t, err)
	h.m = m
	t.Cleanup(func() { m.Close() })
	m.OnCallFunc(h.serve)
	return h
}

// fork returns a sequence of random numbers for another goroutine.
func (h *history) fork() *rand.Rand {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forks++
	return rand.New(rand.NewPCG(h.seed, h.forks))
}

func (h *history) one(in int) bool { return h.rng.IntN(in) == 0 }

func (h *history) upTo(d time.Duration) time.Duration { return upTo(h.rng, d) }

func upTo(r *rand.Rand, d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }

func pick[T any](r *rand.Rand, s ...T) T { return s[r.IntN(len(s))] }

// pause waits for d, or for the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// say notes what happens, for the report of a failure.
func (h *history) say(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := time.Since(h.start).Round(time.Millisecond)
	line := fmt.Sprintf("%8v  %s", at, fmt.Sprintf(format, args...))
	h.log = append(h.log, line)
	if testing.Verbose() {
		h.t.Log(line)
	}
}

func (h *history) did(set map[string]bool, keys ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range keys {
		set[k] = true
	}
}

func (h *history) flag(f *bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*f = true
}

func (h *history) run() {
	for range 6 + h.rng.IntN(20) {
		pause(h.ctx, h.upTo(pick(h.rng, 100*time.Millisecond, time.Second, 3*time.Second, 8*time.Second)))
		h.step()
	}
	h.calmDown()
	h.checkQuiet()
	h.checkNext()
	h.close()
	h.checkCalls()
	if h.t.Failed() {
		for _, line := range h.log {
			h.t.Log(line)
		}
	}
}

// step is one of the things that can happen.
func (h *history) step() {
	if h.faults != nil && h.one(5) {
		h.faults(h)
		return
	}
	switch h.rng.IntN(12) {
	case 0, 1, 2, 3:
		h.call()
	case 4, 5:
		h.dial()
	case 6, 7, 8:
		h.confuse()
	case 9:
		h.hurt()
	case 10:
		h.look()
	default:
		h.end()
	}
}

// newFar notes a far side with a number that no other has.
func (h *history) newFar() *far {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := &far{number: fmt.Sprintf("+1202555%04d", len(h.fars))}
	h.fars = append(h.fars, f)
	return f
}

// call has somebody call the modem.
func (h *history) call() {
	f := h.newFar()
	in := modemtest.Incoming{Number: f.number, NoCLIP: h.one(6), RingFor: h.upTo(20*time.Second) + 1}
	switch h.rng.IntN(8) {
	case 0, 1:
		in.Withheld = h.withheld
	case 2:
		in.CLIPAfter = h.upTo(4*time.Second) + 1
	}
	f.caller = h.sim.CallWith(in)
	_, ended := f.caller.Ended()
	f.reached = !ended
	h.say("call from %s %v", f.number[8:], f.caller)
	h.tasks.Go(func() { h.live(f, h.fork()) })
}

// live is what a far side does.
func (h *history) live(f *far, r *rand.Rand) {
	ctx, cancel := context.WithTimeout(h.ctx, upTo(r, 12*time.Second)+1)
	defer cancel()
	if f.caller.WaitAnswered(ctx) == nil {
		h.say("%s is answered", f.number[8:])
		_ = f.caller.Say(ctx, samples(tone(f.number, false), upTo(r, 3*time.Second)))
		f.caller.Press(pick(r, "", "1", "12#", "55"))
	}
	_ = f.caller.WaitEnded(ctx)
	if _, ended := f.caller.Ended(); !ended {
		h.say("%s hangs up", f.number[8:])
	}
	f.caller.Hangup()
}

// serve is the program's handler.
func (h *history) serve(ctx context.Context, call *voice.CallSession) (err error) {
	r := h.fork()
	h.mu.Lock()
	h.served[call.ID()]++
	h.serving++
	h.mu.Unlock()
	h.say("serve %s %v", call.ID()[:4], call)
	defer func() {
		h.say("served %s: %v", call.ID()[:4], err)
		h.did(h.hungUp, call.ID())
		h.mu.Lock()
		h.serving--
		h.mu.Unlock()
	}()
	switch r.IntN(10) {
	case 0:
		return nil
	case 1:
		h.did(h.hungUp, call.ID())
		return call.Reject(ctx)
	case 2:
		return voice.RingFor(30*time.Second, answering(make(chan error, 1))).ServeCall(ctx, call)
	case 3, 4, 5:
		pause(ctx, upTo(r, 4*time.Second))
	}
	limit := 20 * time.Second
	if r.IntN(8) == 0 {
		limit = upTo(r, time.Second) + 1
	}
	answering, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if r.IntN(6) == 0 { // at the same time
		h.tasks.Go(func() { _ = call.Answer(answering) })
	}
	if err := call.Answer(answering); err != nil {
		return err
	}
	h.say("answered %s", call.ID()[:4])
	return h.talk(ctx, call, r)
}

// talk is what the program does in a call.
func (h *history) talk(ctx context.Context, call *voice.CallSession, r *rand.Rand) error {
	if after := upTo(r, 5*time.Second); r.IntN(4) == 0 {
		h.tasks.Go(func() {
			pause(h.ctx, after)
			h.did(h.hungUp, call.ID())
			h.say("hang up %s from beside", call.ID()[:4])
			_ = call.Hangup(h.ctx)
		})
	}
	for range r.IntN(4) + 1 {
		if err := h.act(ctx, call, r.IntN(7), upTo(r, 2*time.Second)+1); errors.Is(err, voice.ErrEnded) {
			return err
		}
	}
	return nil
}

func (h *history) act(ctx context.Context, call *voice.CallSession, what int, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	switch what {
	case 0, 1:
		_, err := call.Play(ctx, voice.PCM(8000, samples(tone(string(call.Number()), true), d)), nil)
		return err
	case 2, 3:
		var heard bytes.Buffer
		_, err := call.Record(ctx, &heard, &voice.RecordOptions{Max: d, Finish: "#"})
		h.checkSound(call, heard.Bytes())
		return err
	case 4:
		if h.waiting {
			return nil
		}
		if err := call.Hold(ctx); err != nil {
			return err
		}
		pause(ctx, d)
		return call.Resume(ctx)
	case 5:
		return call.SendDTMF(ctx, "1", nil)
	default:
		_, err := call.Collect(ctx, &voice.CollectOptions{Max: 1, First: d})
		return err
	}
}

// checkSound checks that a recording holds what its caller said, or nothing.
func (h *history) checkSound(call *voice.CallSession, pcm []byte) {
	for i := 0; i < len(pcm); i += 2 {
		v := int16(binary.LittleEndian.Uint16(pcm[i:]))
		if v != 0 && call.Number() != "" && v != tone(string(call.Number()), false) {
			assert.Fail(h.t, "a sound of another call", "%d in %v", v, call.Number())
			return
		}
	}
}

// dial has the program call somebody.
func (h *history) dial() {
	f := h.newFar()
	f.dialled, f.outcome = true, modemtest.Result(h.rng.IntN(6))
	h.sim.OnDial(f.number, modemtest.Outcome{
		Result: f.outcome, Alert: h.upTo(2*time.Second) + 1, After: h.upTo(6*time.Second) + 1,
	})
	limit := h.upTo(12*time.Second) + 1
	beside := h.one(4)
	h.say("dial %s %v, %v", f.number[8:], f.outcome, limit)
	watching, stop := context.WithTimeout(h.ctx, 30*time.Second)
	h.tasks.Go(func() { h.watchDialled(watching, f) })
	h.tasks.Go(func() {
		defer stop()
		ctx, cancel := context.WithTimeout(h.ctx, limit)
		defer cancel()
		if beside {
			h.place(ctx, f)
			return
		}
		call, err := h.m.Dial(ctx, f.number, nil)
		h.say("dialled %s: %v", f.number[8:], err)
		if err != nil {
			h.did(h.hungUp, f.number) // if it was the context
			return
		}
		_ = h.talk(h.ctx, call, h.fork())
		h.did(h.hungUp, f.number)
		_ = call.Hangup(h.ctx)
	})
}

// place dials and hangs up at some moment.
func (h *history) place(ctx context.Context, f *far) {
	call, err := h.m.Place(ctx, f.number, nil)
	h.say("placed %s: %v", f.number[8:], err)
	if err != nil {
		return
	}
	_ = call.WaitAnswered(ctx)
	h.did(h.hungUp, f.number)
	h.say("hang up %s", f.number[8:])
	_ = call.Hangup(h.ctx)
}

// watchDialled lets the far side of a dialled call live, if the call gets there.
func (h *history) watchDialled(ctx context.Context, f *far) {
	c, err := h.sim.WaitDialled(ctx)
	if err != nil {
		return
	}
	h.mu.Lock()
	for _, other := range h.fars { // calls need not arrive in the order of their dialling
		if other.number == c.Number() {
			f = other
		}
	}
	f.caller = c
	h.mu.Unlock()
	r := h.fork()
	if f.outcome == modemtest.Ring && r.IntN(2) == 0 {
		c.Answer()
	}
	h.live(f, r)
}
