package modemtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

func TestPortsHaveOneUser(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		for name, open := range map[string]func(context.Context) (io.ReadWriteCloser, error){"AT": sim.OpenAT, "audio": sim.OpenAudio} {
			port, err := open(ctx)
			require.NoError(t, err, name)
			_, err = open(ctx)
			require.ErrorIs(t, err, modemtest.ErrPortInUse, name)
			require.NoError(t, port.Close())
			require.NoError(t, port.Close(), "closing twice is a no-op")
			port, err = open(ctx)
			require.NoError(t, err, "a closed port opens again")
			require.NoError(t, port.Close())
		}
	})
}

func TestOpenFails(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := modemtest.New(nil)
		over, cancel := context.WithCancelCause(ctx)
		why := errors.New("had enough")
		cancel(why)
		_, err := sim.OpenAT(over)
		require.ErrorIs(t, err, why)
		_, err = sim.OpenAudio(over)
		require.ErrorIs(t, err, why)
		require.NoError(t, sim.Close())
		require.NoError(t, sim.Close(), "closing twice is a no-op")
		_, err = sim.OpenAT(ctx)
		require.ErrorIs(t, err, modemtest.ErrClosed)
		_, err = sim.OpenAudio(ctx)
		require.ErrorIs(t, err, modemtest.ErrClosed)
		_, err = sim.WaitDialled(ctx)
		require.ErrorIs(t, err, modemtest.ErrClosed)
		end, ok := sim.Call("+12025550100").Ended()
		assert.True(t, ok)
		assert.Equal(t, modemtest.EndedByModem, end)

		generic := newSim(t, &modemtest.Config{Family: modemtest.Generic})
		_, err = generic.OpenAudio(ctx)
		require.ErrorIs(t, err, errors.ErrUnsupported)
		assert.Panics(t, func() { modemtest.New(&modemtest.Config{Family: 99}) })
	})
}

func TestCloseUnblocksRead(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		at, err := sim.OpenAT(ctx)
		require.NoError(t, err)
		audio, err := sim.OpenAudio(ctx)
		require.NoError(t, err)
		for _, port := range []io.ReadWriteCloser{at, audio} {
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := port.Read(make([]byte, 10))
				assert.ErrorIs(t, err, os.ErrClosed)
			})
			synctest.Wait() // it blocks
			require.NoError(t, port.Close())
			wg.Wait()
			_, err := port.Write([]byte("AT\r"))
			require.ErrorIs(t, err, os.ErrClosed)
			n, err := port.Read(nil)
			assert.Zero(t, n)
			require.NoError(t, err, "nothing was asked for")
		}
	})
}

// TestReopeningFindsTheModemAsItWas: settings and calls stay, what was on the
// wire does not.
func TestReopeningFindsTheModemAsItWas(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		term.ok("AT+CLIP=1")
		caller := sim.Call("+12025550100")
		term.next("RING")
		term.write("ATA") // half a command
		term.hangUp()
		time.Sleep(12 * time.Second)
		term = dial(t, sim)
		term.next("RING")
		assert.Equal(t, []string{"+CLIP: 1,1", "OK"}, term.exec("AT+CLIP?"), "no echo either")
		term.ok("ATA")
		require.NoError(t, caller.WaitAnswered(ctx))
		assert.Equal(t, 4, caller.Rings(), "it rang while nobody had the port open")
	})
}

func TestACallThatIsBeingSetUpSurvivesThePort(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Answering: time.Second, Dialling: time.Second})
		term := dial(t, sim).quiet()
		term.write("ATD+12025550100;\r")
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		time.Sleep(10 * time.Millisecond)
		term.hangUp()
		require.NoError(t, callee.WaitAnswered(ctx))
		callee.Hangup()

		term = dial(t, sim)
		caller := sim.Call("+12025550101")
		term.write("ATA\r")
		time.Sleep(10 * time.Millisecond)
		term.hangUp()
		require.NoError(t, caller.WaitAnswered(ctx))
	})
}

// TestUnreadOutputIsLostAndCounted: a UART waits for nobody.
func TestUnreadOutputIsLostAndCounted(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		port, err := sim.OpenAT(ctx)
		require.NoError(t, err)
		for range 2000 {
			_, err := port.Write([]byte("AT+COPS?\r"))
			require.NoError(t, err)
			time.Sleep(10 * time.Millisecond)
		}
		assert.Positive(t, sim.Stats().ATUnread)
		_, err = port.Write(bytes.Repeat([]byte("x"), 1<<20))
		require.NoError(t, err, "writing never blocks")
		synctest.Wait()
		assert.Greater(t, sim.Stats().ATLost, 1<<19)
	})
}

func TestNewMayBeOutsideTheBubble(t *testing.T) {
	sim := modemtest.New(nil)
	inBubble(t, func(t *testing.T, ctx context.Context) {
		term := dial(t, sim).quiet()
		caller := sim.Call("+12025550100")
		term.next("RING")
		term.ok("ATA")
		require.NoError(t, caller.WaitAnswered(ctx))
		require.NoError(t, sim.Close())
		require.NoError(t, caller.WaitEnded(ctx))
	})
}

// TestCloseEndsAllGoroutines: a bubble with one left would panic.
func TestCloseEndsAllGoroutines(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := modemtest.New(&modemtest.Config{CallWaiting: true})
		term := dial(t, sim).quiet()
		_, err := sim.OpenAudio(ctx)
		require.NoError(t, err)
		one := sim.Call("+12025550100")
		term.next("RING")
		term.ok("ATA", "AT+CPCMREG=1")
		two := sim.Call("+12025550101")
		time.Sleep(time.Second)
		var wg sync.WaitGroup
		wg.Go(func() { assert.ErrorIs(t, one.Say(ctx, make([]int16, 80000)), modemtest.ErrEnded) })
		wg.Go(func() { assert.ErrorIs(t, one.WaitQuiet(ctx, time.Second), modemtest.ErrEnded) })
		wg.Go(func() { assert.ErrorIs(t, two.WaitAnswered(ctx), modemtest.ErrEnded) })
		wg.Go(func() { assert.NoError(t, two.WaitEnded(ctx)) })
		wg.Go(func() {
			_, err := sim.WaitDialled(ctx)
			assert.ErrorIs(t, err, modemtest.ErrClosed)
		})
		time.Sleep(time.Second)
		require.NoError(t, sim.Close())
		wg.Wait()
		end, _ := one.Ended()
		assert.Equal(t, modemtest.EndedByModem, end)
	})
}

func TestWaitsEndWithTheirContext(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		caller := sim.Call("+12025550100")
		soon := func() context.Context {
			c, cancel := context.WithTimeout(ctx, time.Second)
			t.Cleanup(cancel)
			return c
		}
		require.ErrorIs(t, caller.WaitAnswered(soon()), context.DeadlineExceeded)
		require.ErrorIs(t, caller.Say(ctx, nil), modemtest.ErrNotAnswered)
		term.ok("ATA")
		require.ErrorIs(t, caller.WaitEnded(soon()), context.DeadlineExceeded)
		require.ErrorIs(t, caller.WaitQuiet(soon(), time.Second), context.DeadlineExceeded)
		_, err := sim.WaitDialled(soon())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		start := time.Now()
		require.ErrorIs(t, caller.Say(soon(), make([]int16, 80000)), context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		require.NoError(t, caller.Say(ctx, make([]int16, 8000)), "the rest of the other is gone")
		assert.InDelta(t, 2*time.Second, time.Since(start), float64(50*time.Millisecond))
	})
}

// TestAtRealPace is the one test that waits in real time.
func TestAtRealPace(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	sim := newSim(t, &modemtest.Config{Answering: 50 * time.Millisecond})
	term := dial(t, sim).quiet()
	start := time.Now()
	caller := sim.Call("+12025550100")
	term.next("RING")
	term.ok("ATA")
	require.NoError(t, caller.WaitAnswered(ctx))
	require.NoError(t, caller.Say(ctx, make([]int16, 1600)))
	term.ok("AT+CHUP")
	assert.Less(t, time.Since(start), 10*time.Second)
	assert.Greater(t, time.Since(start), 200*time.Millisecond)
	assert.Contains(t, strings.Join(lines(term.seen()), "|"), "VOICE CALL")
}
