package main

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

func TestCallThatGoesOnAfterCtrlC(t *testing.T) {
	dir := t.TempDir()
	var out output
	synctest.Test(t, func(t *testing.T) {
		sim := modemtest.New(nil)
		defer sim.Close()
		ctx, interrupt := context.WithCancel(within(t, time.Minute))
		var wg sync.WaitGroup
		wg.Go(func() {
			s := &settings{dir: dir, after: time.Second}
			assert.NoError(t, s.run(ctx, sim, &out, &out))
		})
		time.Sleep(10 * time.Second)
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(ctx))
		require.NoError(t, caller.WaitQuiet(ctx, 800*time.Millisecond))
		wg.Go(func() { _ = caller.Say(t.Context(), make([]int16, 60*8000)) })
		time.Sleep(2 * time.Second)
		interrupt()
		start := time.Now()
		require.NoError(t, caller.WaitEnded(within(t, time.Minute)))
		assert.InDelta(t, grace.Seconds(), time.Since(start).Seconds(), 3)
		wg.Wait()
	})
	assert.Contains(t, out.String(), "hanging up\n")
	assert.Contains(t, out.String(), "(canceled) saved in "+dir)
}

func TestInterruptedWhileOpening(t *testing.T) {
	var out output
	synctest.Test(t, func(t *testing.T) {
		sim := modemtest.New(&modemtest.Config{Line: modemtest.LineSilent})
		defer sim.Close()
		s := &settings{dir: t.TempDir()}
		require.NoError(t, s.run(within(t, 5*time.Second), sim, &out, &out))
	})
	assert.Contains(t, out.String(), "interrupted\n")
}

func TestFirstMessageOverAModemIsTheLast(t *testing.T) {
	dir := t.TempDir()
	var out output
	synctest.Test(t, func(t *testing.T) {
		sim := modemtest.New(nil)
		defer sim.Close()
		ctx := within(t, 2*time.Minute)
		var wg sync.WaitGroup
		wg.Go(func() {
			time.Sleep(10 * time.Second)
			assert.NoError(t, leaveMessage(ctx, sim.Call("+12025550100")))
		})
		s := &settings{dir: dir, after: time.Second, once: true}
		require.NoError(t, s.run(ctx, sim, &out, &out))
		wg.Wait()
	})
	assert.Contains(t, out.String(), "(finish_key) saved in "+dir)
	assert.NotContains(t, out.String(), "interrupted")
}
