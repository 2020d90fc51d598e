package modemtest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// dialBoth opens both AT ports, without echo.
func dialBoth(t *testing.T, sim *modemtest.Modem) (first, second *terminal) {
	t.Helper()
	port, err := sim.OpenReports(t.Context())
	require.NoError(t, err)
	return dial(t, sim).quiet(), listen(t, port).quiet()
}

// ringing lets somebody call, and tells how often each port said so.
func ringing(sim *modemtest.Modem, ports ...*terminal) []int {
	var before, counts []int
	for _, term := range ports {
		before = append(before, len(term.seen()))
	}
	caller := sim.Call("+12025550100")
	time.Sleep(time.Second)
	caller.Hangup()
	time.Sleep(time.Second)
	for i, term := range ports {
		counts = append(counts, strings.Count(term.seen()[before[i]:], "RING"))
	}
	return counts
}

func TestNoSecondPort(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		_, err := sim.OpenReports(ctx)
		require.ErrorIs(t, err, errors.ErrUnsupported)
		term := dial(t, sim).quiet()
		assert.Equal(t, []string{"+CATR: 0", "OK"}, term.exec("AT+CATR?"))
		assert.Equal(t, []int{1}, ringing(sim, term))
		for port, want := range []int{1, 0, 0, 1, 0} {
			term.ok("AT+CATR=" + string(rune('0'+port)))
			assert.Equal(t, []int{want}, ringing(sim, term), "AT+CATR=%d", port)
		}
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CATR=8"))
		term.ok("AT&F", "ATE0")
		assert.Equal(t, []int{1}, ringing(sim, term))
	})
}

func TestWhereReportsGo(t *testing.T) {
	tests := map[modemtest.Reports]struct {
		catr string
		want []int
	}{
		modemtest.ReportsOnFirst:  {"3", []int{1, 0}},
		modemtest.ReportsOnSecond: {"2", []int{0, 1}},
		modemtest.ReportsOnBoth:   {"0", []int{1, 1}},
	}
	for reports, tt := range tests {
		inBubble(t, func(t *testing.T, _ context.Context) {
			sim := newSim(t, &modemtest.Config{Reports: reports})
			first, second := dialBoth(t, sim)
			assert.Equal(t, tt.want, ringing(sim, first, second), "as delivered")
			assert.Equal(t, []string{"+CATR: " + tt.catr, "OK"}, first.exec("AT+CATR?"))
			for to, then := range tests {
				second.ok("AT+CATR=" + then.catr)
				assert.Equal(t, then.want, ringing(sim, first, second), "AT+CATR for %d", to)
			}
			first.ok("AT+CATR=1")
			assert.Equal(t, []int{0, 0}, ringing(sim, first, second), "the UART, which nobody has")
			sim.ResetSilently()
			time.Sleep(20 * time.Second)
			assert.Equal(t, tt.want, ringing(sim, first, second), "it is not kept over a reset")
			second.hangUp()
			assert.Equal(t, tt.want[:1], ringing(sim, first), "what goes to a closed port is lost")
		})
	}
}

func TestWhereReportsGoOnQuectel(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Family: modemtest.EC25, Reports: modemtest.ReportsOnSecond})
		first, second := dialBoth(t, sim)
		assert.Equal(t, []int{0, 1}, ringing(sim, first, second))
		assert.Equal(t, []string{`+QURCCFG: "urcport","usbmodem"`, "OK"}, first.exec(`AT+QURCCFG="urcport"`))
		first.ok(`AT+QURCCFG="urcport","usbat"`)
		assert.Equal(t, []int{1, 0}, ringing(sim, first, second))
		first.ok(`AT+QURCCFG="urcport","ALL"`)
		assert.Equal(t, []int{1, 1}, ringing(sim, first, second))
		first.ok(`AT+QURCCFG="urcport","uart1"`)
		assert.Equal(t, []int{0, 0}, ringing(sim, first, second))
	})
}

// TestBothPortsTakeCommands: at the same time, each with its own echo, of one
// modem.
func TestBothPortsTakeCommands(t *testing.T) {
	for seed := range uint64(6) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim := newSim(t, &modemtest.Config{Seed: seed, Reports: modemtest.ReportsOnFirst})
			first, second := dialBoth(t, sim)
			second.ok("ATE1")
			assert.Equal(t, []string{"+CMEE: 0", "OK"}, first.exec("AT+CMEE?"))
			assert.Equal(t, []string{"AT+CMEE=2", "OK"}, second.exec("AT+CMEE=2"))
			assert.Equal(t, []string{"+CMEE: 2", "OK"}, first.exec("AT+CMEE?"), "one setting for both")
			second.ok("ATE0")

			first.write("ATD+12025550100;\r")
			callee, err := sim.WaitDialled(ctx)
			require.NoError(t, err)
			assert.Contains(t, second.exec("AT+CLCC")[0], "+CLCC: 1,0,2", "in the middle of ATD")
			assert.Zero(t, sim.Stats().Aborts, "a byte on the other port aborts nothing")
			first.next("OK")
			second.ok("AT+CHUP")
			require.NoError(t, callee.WaitEnded(ctx))
			first.next("NO CARRIER")

			caller := sim.Call("+12025550101")
			first.next("RING")
			second.ok("ATA")
			require.NoError(t, caller.WaitAnswered(ctx))
			first.ok("AT+CHUP")
			require.NoError(t, caller.WaitEnded(ctx))
		})
	}
}

func TestNumericResultsOnOnePort(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Reports: modemtest.ReportsOnBoth})
		first, second := dialBoth(t, sim)
		second.write("ATV0\r")
		second.next("0")
		first.ok("AT")
		before, then := len(first.seen()), len(second.seen())
		assert.Equal(t, []int{1, 0}, ringing(sim, first, second))
		assert.Equal(t, "\r\nRING\r\n", first.seen()[before:][:8])
		assert.Equal(t, "2\r", second.seen()[then:][:2])
		second.hangUp()
		port, err := sim.OpenReports(t.Context())
		require.NoError(t, err)
		second = listen(t, port)
		second.write("AT\r")
		second.next("0")
		sim.EchoOn()
		assert.Equal(t, []string{"AT", "OK"}, first.exec("AT"))
		second.write("AT+CGMI\r")
		second.next("AT+CGMI")
	})
}

func TestWrittenTellsThePort(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Reports: modemtest.ReportsOnFirst})
		ports := allPorts(t, ctx, sim)
		for _, piece := range []string{"A", "T\r"} { // not one line of pieces of two
			for _, name := range []string{"AT", "reports"} {
				_, err := io.WriteString(ports[name], piece)
				require.NoError(t, err)
			}
		}
		lines := sim.Written()
		require.Len(t, lines, 2)
		assert.Equal(t, []string{"AT", "AT"}, []string{lines[0].Text, lines[1].Text})
		assert.Equal(t, []bool{false, true}, []bool{lines[0].Second, lines[1].Second})
	})
}

func TestTheSecondPortHasOneUser(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{Reports: modemtest.ReportsOnFirst})
		port, err := sim.OpenReports(ctx)
		require.NoError(t, err)
		_, err = sim.OpenReports(ctx)
		require.ErrorIs(t, err, modemtest.ErrPortInUse)
		require.NoError(t, port.Close())
		require.NoError(t, port.Close())
		_, err = sim.OpenReports(ctx)
		require.NoError(t, err)
		require.NoError(t, sim.Close())
		_, err = sim.OpenReports(ctx)
		require.ErrorIs(t, err, modemtest.ErrClosed)
	})
}

// TestFaultsReachBothPorts: a line that is lost is lost on both.
func TestFaultsReachBothPorts(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Reports: modemtest.ReportsOnBoth})
		first, second := dialBoth(t, sim)
		sim.LoseURCs("RING", 1)
		assert.Equal(t, []int{0, 0}, ringing(sim, first, second))
		sim.DoubleURCs("RING", 1)
		assert.Equal(t, []int{2, 2}, ringing(sim, first, second))
		sim.Silence(5 * time.Second)
		assert.Equal(t, []int{0, 0}, ringing(sim, first, second))
		time.Sleep(5 * time.Second)
		sim.Disconnect(io.ErrUnexpectedEOF)
		for _, term := range []*terminal{first, second} {
			_, err := term.port.Write([]byte("AT\r"))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	})
}
