package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// output is what a program prints, for several goroutines.
type output struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// answerAll is a program that answers every call, and says so when it hears RING.
func answerAll(port io.ReadWriter) {
	buf := make([]byte, 1000)
	for {
		n, err := port.Read(buf)
		if err != nil {
			return
		}
		if strings.Contains(string(buf[:n]), "RING") {
			_, _ = io.WriteString(port, "ATA\r")
		}
	}
}

// played runs a script in virtual time, with a program at the AT port, and
// returns what was printed.
func played(t *testing.T, script string, program func(io.ReadWriter)) string {
	t.Helper()
	var out output
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		steps, err := parseScript(strings.NewReader(script), silence)
		require.NoError(t, err)
		sim := modemtest.New(&modemtest.Config{Calm: true})
		t.Cleanup(func() { require.NoError(t, sim.Close()) })
		port, err := sim.OpenAT(ctx)
		require.NoError(t, err)
		w := newWorld(sim, &out)
		var wg sync.WaitGroup
		wg.Go(func() { program(port) })
		wg.Go(func() { w.watchDialled(ctx) })
		wg.Go(func() { w.watchPlug(ctx, sim.WaitPlugged, cancel) })
		assert.False(t, w.play(ctx, steps), "it ends the program")
		cancel()
		require.NoError(t, port.Close())
		wg.Wait()
	})
	assert.NotContains(t, out.String(), "2025550", "numbers are masked")
	return out.String()
}

func TestACallOfAScript(t *testing.T) {
	out := played(t, "2s call +12025550100 wait 1s say hello.wav press 12# hangup 5s\n1m end", answerAll)
	assert.Equal(t, []string{
		"2.0s  +120****0100 calls",
		"2.2s  the call with +120****0100 is answered",
		"3.2s  +120****0100 speaks",
		"4.2s  +120****0100 presses 3 keys",
		"9.2s  +120****0100 hangs up",
		"9.2s  the call with +120****0100 is over: ended by the far side; the program sent 0 keys",
		"60.0s  the script ends the program",
	}, linesOf(out))
}

// linesOf returns the lines of an output without their indentation. Times of the
// same moment are rounded alike.
func linesOf(out string) []string {
	var lines []string
	for line := range strings.Lines(out) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func TestACallThatNobodyAnswers(t *testing.T) {
	out := played(t, "1s call +12025550100 ring 7s say hello.wav\n20s end", func(io.ReadWriter) {})
	assert.Contains(t, out, "8.0s  the call with +120****0100 is over: ended by the far side")
	assert.NotContains(t, out, "speaks")
}

func TestACallThatTheProgramEnds(t *testing.T) {
	for _, acts := range []string{"wait 30s press 1 hangup", "hangup 30s", "wait 2s hangup 10s"} {
		out := played(t, "2s call +12025550100 "+acts+"\n1m end", func(port io.ReadWriter) {
			time.Sleep(3 * time.Second)
			_, _ = io.WriteString(port, "ATA\r")
			time.Sleep(5 * time.Second)
			_, _ = io.WriteString(port, "AT+CHUP\r")
		})
		assert.Contains(t, out, "8.1s  the call with +120****0100 is over: ended by the program", "at once")
		assert.NotContains(t, out, "hangs up", "who was hung up on")
		assert.NotContains(t, out, "presses")
	}
}

func TestCallsThatTheProgramDials(t *testing.T) {
	out := played(t, "0s dialled +12025550102 busy\n1m end", func(port io.ReadWriter) {
		_, _ = io.WriteString(port, "ATD+12025550101;\r")
		time.Sleep(20 * time.Second)
		_, _ = io.WriteString(port, "AT+VTS=1;+CHUP\r")
		time.Sleep(time.Second)
		_, _ = io.WriteString(port, "ATD+12025550102;\r")
	})
	assert.Contains(t, out, "0.0s  dialled +120****0102 busy\n")
	assert.Contains(t, out, "the program calls +120****0101")
	assert.Contains(t, out, "the call with +120****0101 is answered")
	assert.Contains(t, out, "the call with +120****0101 is over: ended by the program; the program sent 1 keys")
	assert.Contains(t, out, "the call with +120****0102 is over: busy")
}

func TestTheScriptPullsTheCable(t *testing.T) {
	out := played(t, "1s call +12025550100\n3s unplug\n+10s replug\n+5s reset\n+1s sim out\n+1s sim in\n+1s signal 3\n+1s urc +X: 1\n1m end",
		answerAll)
	assert.Contains(t, out, "3.0s  the call with +120****0100 is over: ended by the modem")
	assert.Contains(t, out, "3.0s  the ports are gone")
	assert.Contains(t, out, "13.0s  the ports are there")
	for _, name := range []string{"unplug", "replug", "reset", "sim out", "sim in", "signal 3", "urc"} {
		assert.Contains(t, out, "  "+name+"\n")
	}
}

func TestASoundOfAnotherRate(t *testing.T) {
	var out output
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		sim := modemtest.New(&modemtest.Config{Calm: true})
		t.Cleanup(func() { require.NoError(t, sim.Close()) })
		port, err := sim.OpenAT(ctx)
		require.NoError(t, err)
		var wg sync.WaitGroup
		wg.Go(func() { answerAll(port) })
		acts := []act{{word: "say", rate: 44100, samples: make([]int16, 44100)}, {word: "wait", d: time.Second}, {word: "hangup"}}
		newWorld(sim, &out).call(ctx, &scriptedCall{incoming: modemtest.Incoming{Number: "+12025550100"}, acts: acts})
		require.NoError(t, port.Close())
		wg.Wait()
	})
	assert.Contains(t, out.String(), "says nothing: the file has 44100 samples per second, the call 8000")
	assert.Contains(t, out.String(), "is over")
}

// TestPortsThatCannotCome end the program, which says so at once.
func TestPortsThatCannotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		gone := make(chan struct{})
		close(gone)
		answers := []error{nil, errors.New("no room")}
		there := func(context.Context) (<-chan struct{}, error) {
			err := answers[0]
			answers = answers[1:]
			return gone, err
		}
		var out output
		newWorld(nil, &out).watchPlug(ctx, there, cancel)
		require.ErrorIs(t, ctx.Err(), context.Canceled)
		assert.Equal(t, []string{"0.0s  the ports are gone", "0.0s  no ports any more: no room"}, linesOf(out.String()))
	})
}

// TestInterrupted: the end of the context ends the script and its calls.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		sim := modemtest.New(nil)
		t.Cleanup(func() { require.NoError(t, sim.Close()) })
		steps, err := parseScript(strings.NewReader("1s call +12025550100 ring 1h\n20h end"), silence)
		require.NoError(t, err)
		start := time.Now()
		assert.True(t, newWorld(sim, io.Discard).play(ctx, steps))
		assert.Equal(t, 30*time.Second, time.Since(start))
	})
}
