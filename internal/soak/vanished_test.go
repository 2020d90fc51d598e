//go:build linux

package soak_test

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
)

const (
	// maxLoad is which part of a core a modem may take that is not there.
	maxLoad = 0.02

	// maxOpened is how often a dead port may be opened while it is looked at. The
	// wait in between doubles.
	maxOpened = 8
)

// Modems that are gone cost next to nothing until they are back: of one there is no
// device any more, of another there is one that hangs up whenever it is opened, and
// of a third one whose reads return nothing for ever.
func TestScenarioB15GoneForAWhile(t *testing.T) {
	tests := map[string]func(*testing.T, string) *deadPort{
		"B15 no device":               nil,
		"B15 hangs up":                newHangingUp,
		"B15 reads nothing, for ever": newEnded,
	}
	before := hold(t)
	var gone, measured, all sync.WaitGroup // the load is that of all together
	gone.Add(len(tests))
	measured.Add(len(tests))
	for name, place := range tests {
		all.Go(func() {
			isGone, isMeasured := sync.OnceFunc(gone.Done), sync.OnceFunc(measured.Done)
			defer isMeasured()
			defer isGone()
			t.Run(name, func(t *testing.T) {
				r, dead := newGone(t, place)
				isGone()
				gone.Wait()
				d := length(10*time.Second, 3*time.Second)
				got := load(t, d)
				isMeasured()
				measured.Wait()
				t.Logf("%d modems gone for %v: %.2f %% of a core", len(tests), d, 100*got)
				assert.Less(t, got, maxLoad*float64(len(tests)))
				dead.check(t, r)
				r.sim.Replug()
				r.awaitState(modem.Ready)
			})
		})
	}
	all.Wait()
	if !t.Failed() {
		before.assertGivenBack(t)
	}
}

// newGone opens a modem and takes it away, and puts a dead port in place of it, if
// there is to be one.
func newGone(t *testing.T, place func(*testing.T, string) *deadPort) (*rig, *deadPort) {
	t.Helper()
	r := newRig(t, modemtest.SIM7600, 1)
	r.sim.Unplug()
	r.awaitState(modem.Lost)
	require.True(t, eventually(r.within(), func() bool {
		_, err := os.Lstat(r.ptys.AT())
		return os.IsNotExist(err)
	}))
	if place == nil {
		return r, nil
	}
	return r, place(t, r.ptys.AT())
}

// check ends a dead port, and looks how often it was opened. Without one, the modem
// must have been lost once.
func (d *deadPort) check(t *testing.T, r *rig) {
	t.Helper()
	if d == nil {
		assert.Equal(t, modem.Lost, r.modem.State())
		assert.Empty(t, r.states.C(), "no more than one loss")
		return
	}
	d.close()
	t.Logf("opened %d times", d.opened)
	assert.Positive(t, d.opened)
	assert.LessOrEqual(t, d.opened, maxOpened)
}
