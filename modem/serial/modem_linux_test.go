package serial_test

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/modem/serial"
	"github.com/callstack-go/callstack/voice"
)

// cable puts a virtual modem on pseudo-terminals.
type cable struct {
	t   *testing.T
	sim *modemtest.Modem
	wg  sync.WaitGroup
	far []*far
}

// plugIn connects the modem's ports with nodes.
func (c *cable) plugIn(at, audio string) {
	c.t.Helper()
	atPort, err := c.sim.OpenAT(inTime(c.t))
	require.NoError(c.t, err)
	audioPort, err := c.sim.OpenAudio(inTime(c.t))
	require.NoError(c.t, err)
	for _, p := range []struct {
		node string
		port io.ReadWriteCloser
	}{{at, atPort}, {audio, audioPort}} {
		f := newFar(c.t).node(p.node)
		c.far = append(c.far, f)
		c.wg.Go(func() { _, _ = io.Copy(f, p.port); f.unplug() })
		c.wg.Go(func() { _, _ = io.Copy(p.port, f); p.port.Close() })
	}
}

// pullOut takes the modem away.
func (c *cable) pullOut() {
	c.sim.Unplug()
	for _, f := range c.far {
		f.unplug()
	}
	c.wg.Wait()
	c.far = nil
}

// becomes waits for a state of the modem.
func becomes(t *testing.T, states *events.Subscription[modem.StateChanged], want modem.State) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for s := range states.All(ctx) {
		if s.State == want {
			return
		}
	}
	require.FailNow(t, "not in time", want.String())
}

// A modem in its own words, over ports of this package: it answers a call, is pulled
// out, comes back under other names, and answers again.
func TestScenarioB16ModemComesBack(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	nodes := tr.plug("1-1.2", sim7600, 0)
	sim := modemtest.New(&modemtest.Config{Calm: true})
	c := &cable{t: t, sim: sim}
	c.plugIn(nodes[2], nodes[4])

	var bus events.Bus
	states := events.Subscribe[modem.StateChanged](&bus, 64)
	defer states.Close()
	answered := make(chan error, 4)
	m, err := modem.Open(inTime(t), &serial.Ports{AT: nodes[2], System: tr.system()}, &modem.Config{
		Events: &bus,
		OnCall: voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
			err := call.Answer(ctx)
			if err == nil {
				_, err = call.Record(ctx, io.Discard, &voice.RecordOptions{Max: 200 * time.Millisecond})
			}
			answered <- err
			return err
		}),
	})
	require.NoError(t, err)
	defer func() {
		assert.NoError(t, m.Close())
		c.pullOut()
		assert.NoError(t, sim.Close())
	}()
	becomes(t, states, modem.Ready)
	assert.True(t, m.Capabilities().Audio)
	answers := func() {
		require.NoError(t, sim.WaitReachable(inTime(t)), "one that has just started is in no network yet")
		caller := sim.Call("+12025550147")
		within(t, "the call", func() { assert.NoError(t, <-answered) })
		assert.NoError(t, caller.WaitEnded(inTime(t)))
	}
	answers()

	c.pullOut()
	tr.unplug()
	becomes(t, states, modem.Lost)
	tr.plug("1-1.3", ec25, 0) // another one takes the names
	nodes = tr.plug("1-1.2", sim7600, 5)
	sim.Replug()
	c.plugIn(nodes[2], nodes[4])
	becomes(t, states, modem.Ready)
	answers()
}

// What the virtual modem sends in each state of its line is seen for what it is, with
// the settings that Probe has of itself.
func TestProbeOfAVirtualModem(t *testing.T) {
	tests := map[string]struct {
		line modemtest.LineState
		want serial.Verdict
	}{
		"ready":          {modemtest.LineReady, serial.Answers},
		"B20 silent":     {modemtest.LineSilent, serial.Silent},
		"B20 PPP":        {modemtest.LinePPP, serial.DataMode},
		"B20 wrong rate": {modemtest.LineGarbled, serial.Noise},
		"B20 diagnostic": {modemtest.LineDiagnostic, serial.Diagnostic},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			nodes := tr.plug("1-1.2", sim7600, 0)
			sim := modemtest.New(nil)
			sim.SetLine(tt.line)
			c := &cable{t: t, sim: sim}
			c.plugIn(nodes[2], nodes[4])
			t.Cleanup(func() {
				c.pullOut()
				assert.NoError(t, sim.Close())
			})
			got, err := serial.Probe(inTime(t), nodes[2], &serial.ProbeConfig{System: tr.system()})
			require.NoError(t, err)
			assert.Equal(t, serial.Probed{Verdict: tt.want, Baud: 115200}, got)
		})
	}
}
