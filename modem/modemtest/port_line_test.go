package modemtest_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

func TestALineThatIsSilent(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Line: modemtest.LineSilent, Boot: true})
		term := dial(t, sim)
		for _, raw := range []string{"AT\r", "\x1b", "~\x00x\xf0~", "+++"} {
			term.write(raw)
			time.Sleep(10 * time.Second)
		}
		caller := sim.Call("+12025550100")
		time.Sleep(time.Second)
		assert.Positive(t, caller.Rings())
		assert.Empty(t, term.seen())
		sim.SetLine(modemtest.LineReady)
		term.next("RING")
		assert.Equal(t, []string{"AT", "OK"}, term.exec("AT"), "nothing of before was kept")
	})
}

// frames takes PPP frames apart: what is between flags, without escapes. It
// checks the check sequence of each.
func frames(t *testing.T, raw string) [][]byte {
	t.Helper()
	var all [][]byte
	for part := range strings.SplitSeq(raw, "\x7e") {
		if part == "" {
			continue
		}
		var frame []byte
		for i := 0; i < len(part); i++ {
			c := part[i]
			if c == 0x7d {
				i++
				c = part[i] ^ 0x20
			}
			frame = append(frame, c)
		}
		assert.Equal(t, uint16(0xf0b8), fcs(frame), "the good final value of RFC 1662, C.2: % x", frame)
		all = append(all, frame[:len(frame)-2])
	}
	return all
}

// fcs runs the check over a frame with its own check at the end.
func fcs(frame []byte) uint16 {
	sum := uint16(0xffff)
	for _, c := range frame {
		for bit := range 8 {
			low := (sum ^ uint16(c)>>bit) & 1
			sum >>= 1
			if low == 1 {
				sum ^= 0x8408
			}
		}
	}
	return sum
}

func TestPPPDataMode(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Line: modemtest.LinePPP})
		term := dial(t, sim)
		for range 5 {
			term.write("AT\r")
			time.Sleep(2 * time.Second)
		}
		sim.Call("+12025550100").Hangup()
		raw := term.seen()
		assert.True(t, strings.HasPrefix(raw, "\x7e\xff\x03\xc0\x21\x09"), "%q", raw)
		assert.NotContains(t, raw, "OK")
		assert.NotContains(t, raw, "RING")
		got := frames(t, raw)
		require.Len(t, got, 4, "at once, and every 3 s")
		for i, f := range got {
			assert.Equal(t, []byte{0xff, 0x03, 0xc0, 0x21}, f[:4])
			assert.Equal(t, []byte{9, 1}[i%2], f[4], "Echo-Request and Configure-Request")
			assert.Equal(t, byte(i), f[5])
			assert.Equal(t, len(f)-4, int(f[6])<<8|int(f[7]))
		}
		assert.NotContains(t, raw[1:], "\xff\x03\xc0\x21\x01", "its control characters are escaped")
	})
}

func TestTheWayOutOfDataMode(t *testing.T) {
	const guard = 1100 * time.Millisecond
	tests := map[string]struct {
		writes []string // with a guard time before and after each
		out    bool
	}{
		"escape":              {[]string{"+++"}, true},
		"after a command":     {[]string{"AT\r", "+++"}, true},
		"after frames":        {[]string{"~\xff}#", "+++"}, true},
		"twice":               {[]string{"++", "+++"}, true},
		"no guard before":     {[]string{"AT\r+++"}, false},
		"no guard after":      {[]string{"+++AT\r"}, false},
		"too many":            {[]string{"++++"}, false},
		"too few":             {[]string{"++"}, false},
		"with guards between": {[]string{"+", "+", "+"}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, _ context.Context) {
				sim := newSim(t, &modemtest.Config{Line: modemtest.LinePPP})
				term := dial(t, sim)
				for _, raw := range tt.writes {
					time.Sleep(guard)
					term.write(raw)
				}
				time.Sleep(guard)
				assert.Equal(t, tt.out, strings.HasSuffix(term.seen(), "\r\nOK\r\n"), "%q", term.seen())
				if tt.out {
					assert.Equal(t, []string{"AT", "OK"}, term.exec("AT"))
				}
			})
		})
	}
}

func TestATHGivesTheDataConnectionUp(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Line: modemtest.LinePPP})
		term := dial(t, sim)
		escape := func() {
			term.until("nothing", func(string) bool { return true })
			time.Sleep(2 * time.Second)
			term.write("+++")
			term.next("OK")
		}
		escape()
		term.ok("ATE0")
		term.write("ATO\r")
		term.next("CONNECT")
		before := len(term.seen())
		time.Sleep(10 * time.Second)
		assert.Contains(t, term.seen()[before:], "\x7e\xff\x03")
		escape()
		term.ok("ATH")
		term.write("ATO\r")
		term.next("NO CARRIER")
		before = len(term.seen())
		time.Sleep(time.Minute)
		assert.Empty(t, term.seen()[before:])
	})
}

func TestAResetEndsDataMode(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Line: modemtest.LinePPP})
		term := dial(t, sim)
		time.Sleep(time.Second)
		sim.Reset()
		term.next("RDY")
		term.ok("AT")
		term.write("ATO\r")
		term.next("NO CARRIER")
	})
}

func TestALineOfAnotherRate(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Line: modemtest.LineGarbled})
		term := dial(t, sim)
		for range 20 {
			term.write("AT\r")
			time.Sleep(time.Second)
		}
		assert.Len(t, term.seen(), 60)
		before := len(term.seen())
		sim.Call("+12025550100")
		time.Sleep(time.Second)
		assert.Greater(t, len(term.seen()), before, "RING, garbled")
		assert.Equal(t, -1, bytes.IndexFunc([]byte(term.seen()), func(r rune) bool { return r < 0x80 }))
		sim.SetLine(modemtest.LineReady)
		term.ok("AT")
	})
}

func TestADiagnosticPort(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true, Line: modemtest.LineDiagnostic})
		term := dial(t, sim)
		sim.Call("+12025550100")
		time.Sleep(time.Minute)
		assert.Empty(t, term.seen(), "it speaks when it is spoken to")
		term.write("AT\r")
		time.Sleep(time.Second)
		got := frames(t, term.seen())
		assert.Equal(t, [][]byte{{0x13, 'A', 'T'}}, got)
		assert.True(t, strings.HasSuffix(term.seen(), "\x7e"))
		term.write("\x7e\x00\x78\xf0\x7e")
		time.Sleep(time.Second)
		assert.Len(t, frames(t, term.seen()), 2)
		term.write(strings.Repeat("x", 100000) + "\r")
		time.Sleep(time.Second)
		assert.Less(t, len(term.seen()), 200, "it keeps no more than it needs")
	})
}

// TestTheSecondPortIsAnATPort whatever the first one is found as.
func TestTheSecondPortIsAnATPort(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Line: modemtest.LineGarbled, Reports: modemtest.ReportsOnBoth})
		port, err := sim.OpenReports(t.Context())
		require.NoError(t, err)
		second := listen(t, port).quiet()
		first := dial(t, sim)
		assert.Equal(t, []int{0, 1}, ringing(sim, first, second))
	})
}

func TestSetLineTakesTheAnswerAway(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		before := len(term.seen())
		term.write("AT+COPS=?\r")
		time.Sleep(time.Second)
		sim.SetLine(modemtest.LineSilent)
		time.Sleep(5 * time.Minute)
		assert.Empty(t, term.seen()[before:])
		sim.SetLine(modemtest.LineReady)
		term.ok("AT")
		require.Zero(t, sim.Stats().Aborts)
	})
}
