package modemtest_test

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

func TestSilence(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		time.Sleep(time.Second)
		before := len(term.seen())
		sim.Silence(10 * time.Second)
		term.write("AT+CMEE=1\r")
		caller := sim.Call("+12025550100")
		time.Sleep(9 * time.Second)
		assert.Empty(t, term.seen()[before:])
		assert.Equal(t, 2, caller.Rings(), "the network goes on")
		time.Sleep(2 * time.Second)
		term.next("RING")
		assert.Equal(t, []string{"+CMEE: 0", "OK"}, term.exec("AT+CMEE?"), "it heard nothing")
		sim.Silence(modemtest.Forever)
		term.write("AT\r")
		time.Sleep(5 * time.Minute)
		sim.Silence(0)
		term.ok("AT")
		require.NoError(t, caller.WaitEnded(ctx))
	})
}

func TestIgnoreDelayReply(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim)
		sim.Ignore("AT+CMEE", 1)
		term.write("AT+CMEE=1\r")
		time.Sleep(time.Minute)
		assert.Equal(t, "AT+CMEE=1\r", term.seen(), "the echo, and no more")
		term.ok("ATE0")
		assert.Equal(t, []string{"+CMEE: 0", "OK"}, term.exec("AT+CMEE?"))

		sim.Delay("AT+CSQ", 1, 20*time.Second)
		start := time.Now()
		before := len(term.seen())
		term.write("AT+CSQ\r")
		time.Sleep(10 * time.Second)
		assert.Empty(t, term.seen()[before:])
		term.write("AT+CMEE?\r") // the program has given up
		term.next("+CMEE")
		assert.Greater(t, time.Since(start), 20*time.Second)
		assert.Equal(t, "\r\n+CSQ: 20,99\r\n\r\nOK\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n", term.seen()[before:])

		sim.Reply("AT+CMEE=", 2, "\r\n+CME ERROR: 100\r\n")
		for range 2 {
			assert.Equal(t, []string{"+CME ERROR: 100"}, term.exec("at+cmee=1"))
		}
		term.ok("AT+CMEE=1")
		sim.Reply("AT", 1, "\r\nOK\r\nVOICE CALL: BE")
		assert.Equal(t, []string{"OK", "VOICE CALL: BE"}, term.exec("AT+CSQ"))
		term.ok("AT")
	})
}

func TestLostDoubledAndDelayedURCs(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		term := dial(t, sim).quiet()
		term.ok("AT+CLIP=1")
		before := len(term.seen())
		sim.LoseURCs("RING", 1)
		sim.DoubleURCs("RING", 1)
		sim.DelayURCs("+CLIP", 1, 2*time.Second)
		caller := sim.Call("+12025550100")
		time.Sleep(time.Second)
		assert.Empty(t, term.seen()[before:])
		assert.Equal(t, 1, caller.Rings())
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{`+CLIP: "+12025550100",145,,,,0`}, lines(term.seen()[before:]))
		time.Sleep(8 * time.Second)
		got := strings.Join(lines(term.seen()[before:]), "|")
		assert.Equal(t, `+CLIP|RING|RING|+CLIP|RING|+CLIP`, strings.ReplaceAll(got, `: "+12025550100",145,,,,0`, ""))
	})
}

func TestInjectAndURC(t *testing.T) {
	inBubble(t, func(t *testing.T, _ context.Context) {
		sim := newSim(t, &modemtest.Config{Calm: true})
		sim.Inject([]byte("nobody listens"))
		sim.URC("NOBODY")
		term := dial(t, sim).quiet()
		before := len(term.seen())
		sim.Inject([]byte{0, 0xff, 'x'})
		sim.URC("+CGEV: EPS PDN ACT 1")
		time.Sleep(time.Second)
		assert.Equal(t, "\x00\xffx\r\n+CGEV: EPS PDN ACT 1\r\n", term.seen()[before:])
		sim.EchoOn()
		assert.Equal(t, []string{"AT", "OK"}, term.exec("AT"))
	})
}

func TestDisconnect(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		gone := errors.New("input/output error")
		for _, cause := range []error{nil, gone} {
			sim := newSim(t, &modemtest.Config{Calm: true})
			at, err := sim.OpenAT(ctx)
			require.NoError(t, err)
			audio, err := sim.OpenAudio(ctx)
			require.NoError(t, err)
			caller := sim.Call("+12025550100")
			time.Sleep(time.Second)
			sim.Disconnect(cause)
			sim.Disconnect(errors.New("too late"))
			raw, err := io.ReadAll(at)
			assert.Equal(t, "\r\nRING\r\n", string(raw), "what was sent is read first")
			assert.Equal(t, cause, err)
			_, err = audio.Read(make([]byte, 1))
			want := cause
			if want == nil {
				want = io.EOF
			}
			assert.Equal(t, want, err)
			for _, port := range []io.Writer{at, audio} {
				n, err := port.Write([]byte("AT\r"))
				assert.Zero(t, n)
				require.Error(t, err)
			}
			require.NoError(t, at.Close())
			require.NoError(t, audio.Close())
			_, ended := caller.Ended()
			assert.False(t, ended, "it rings on")
			term := dial(t, sim)
			term.next("RING")
		}
	})
}

func TestStalledWrites(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		at, err := sim.OpenAT(ctx)
		require.NoError(t, err)
		audio, err := sim.OpenAudio(ctx)
		require.NoError(t, err)
		sim.StallAT(3 * time.Second)
		sim.StallAudio(5 * time.Second)
		start := time.Now()
		_, err = at.Write([]byte("AT\r"))
		require.NoError(t, err)
		assert.Equal(t, 3*time.Second, time.Since(start))
		_, err = audio.Write(make([]byte, 320))
		require.NoError(t, err)
		assert.Equal(t, 5*time.Second, time.Since(start))

		for port, stall := range map[io.ReadWriteCloser]func(time.Duration){at: sim.StallAT, audio: sim.StallAudio} {
			stall(modemtest.Forever)
			failed := make(chan error, 1)
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := port.Write([]byte("AT\r"))
				failed <- err
			})
			synctest.Wait()
			require.NoError(t, port.Close())
			require.Error(t, <-failed, "closing lets the writer go")
			wg.Wait()
		}
	})
}

func TestAudioFaults(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p, caller := answer(t, ctx, &modemtest.Config{Calm: true})
		p.sim.RefuseAudio(10 * time.Second)
		assert.Equal(t, []string{"ERROR"}, p.exec("AT+CPCMREG=1"))
		time.Sleep(10 * time.Second)
		p.sim.StopAudio(true)
		p.ok("AT+CPCMREG=1")
		p.say(ramp(8000))
		time.Sleep(3 * time.Second)
		assert.Empty(t, p.heard(), "OK, and no frames")
		assert.GreaterOrEqual(t, find(caller.Heard(), ramp(8000)), 0, "the other way works")
		p.sim.StopAudio(false)
		p.sim.SplitSample()
		time.Sleep(time.Second)
		p.mu.Lock()
		assert.Equal(t, 1, len(p.bytes)%2, "a stray byte")
		p.mu.Unlock()
		p.sim.StopAudio(true)
		p.forget()
		time.Sleep(time.Second)
		assert.Empty(t, p.heard(), "the frames stop")
	})
}

// TestAudioThatDies: the second call of a SIM7600 whose firmware is known for it.
func TestAudioThatDies(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p, caller := answer(t, ctx, &modemtest.Config{Calm: true, AudioDies: true})
		talk := func(c *modemtest.Caller) (heard, said bool) {
			p.forget()
			p.ok("AT+CPCMREG=1")
			p.say(ramp(8000))
			time.Sleep(3 * time.Second)
			return len(p.heard()) > 0, find(c.Heard(), ramp(8000)) >= 0
		}
		heard, said := talk(caller)
		assert.True(t, heard && said, "the first call is fine")
		p.ok("AT+CHUP", "AT+CPCMREG=0")
		again := func() *modemtest.Caller {
			c := p.sim.Call("+12025550100")
			p.next("RING")
			p.ok("ATA")
			return c
		}
		second := again()
		heard, said = talk(second)
		assert.False(t, heard || said, "the second is silent both ways")
		assert.Equal(t, []string{"+CPCMREG: 1", "OK"}, p.exec("AT+CPCMREG?"), "and the modem denies it")
		p.sim.Reset()
		time.Sleep(20 * time.Second)
		p.exec("ATE0")
		heard, said = talk(again())
		assert.True(t, heard && said, "a reset cures it")
	})
}
