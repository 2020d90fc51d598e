package modemtest_test

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// phone is a program in a call: its terminal, its audio port, and all that
// came from there.
type phone struct {
	*terminal
	sim   *modemtest.Modem
	audio io.ReadWriteCloser

	onFrame func() // for each 20 ms at 8 kHz that came

	mu     sync.Mutex
	bytes  []byte
	bursts []time.Duration // of each read, since the answer
	start  time.Time
}

// answer calls the modem and answers, up to the audio.
func answer(t *testing.T, ctx context.Context, cfg *modemtest.Config) (*phone, *modemtest.Caller) {
	t.Helper()
	sim := newSim(t, cfg)
	p := &phone{terminal: dial(t, sim).quiet(), sim: sim}
	var err error
	p.audio, err = sim.OpenAudio(ctx)
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(p.record)
	t.Cleanup(func() {
		_ = p.audio.Close()
		wg.Wait()
	})
	caller := sim.Call("+12025550100")
	p.next("RING")
	p.write("ATA\r")
	require.NoError(t, caller.WaitAnswered(ctx))
	p.mu.Lock()
	p.start = time.Now()
	p.mu.Unlock()
	p.next("OK")
	return p, caller
}

func (p *phone) record() {
	buf := make([]byte, 4096)
	for {
		n, err := p.audio.Read(buf)
		p.mu.Lock()
		before := len(p.bytes) / 320
		p.bytes = append(p.bytes, buf[:n]...)
		p.bursts = append(p.bursts, time.Since(p.start))
		frames := len(p.bytes)/320 - before
		p.mu.Unlock()
		for range frames {
			if p.onFrame != nil {
				p.onFrame()
			}
		}
		if err != nil {
			return
		}
	}
}

// heard returns the samples that came.
func (p *phone) heard() []int16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []int16
	for i := 0; i+1 < len(p.bytes); i += 2 {
		all = append(all, int16(binary.LittleEndian.Uint16(p.bytes[i:])))
	}
	return all
}

func (p *phone) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes, p.bursts = nil, nil
}

// say writes samples to the audio port at once.
func (p *phone) say(samples []int16) {
	p.t.Helper()
	raw := make([]byte, 0, 2*len(samples))
	for _, s := range samples {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(s))
	}
	n, err := p.audio.Write(raw)
	require.NoError(p.t, err)
	require.Len(p.t, raw, n)
}

// ramp returns n samples, all loud and each unlike the ones beside it.
func ramp(n int) []int16 {
	s := make([]int16, n)
	for i := range s {
		s[i] = int16(1000 + i%20000)
	}
	return s
}

// find returns where part lies in all, or -1.
func find(all, part []int16) int {
	for i := 0; i+len(part) <= len(all); i++ {
		if all[i] == part[0] && slices.Equal(all[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

func TestAudioComesInBurstsFrom7msAfterTheAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p, _ := answer(t, ctx, &modemtest.Config{Calm: true})
		time.Sleep(time.Second)
		assert.Empty(t, p.heard(), "it was not switched on")
		p.ok("AT+CPCMREG=1")
		time.Sleep(time.Second)
		require.Len(t, p.heard(), 25*320, "silence is sent too")
		for i, at := range p.bursts {
			assert.Equal(t, 7*time.Millisecond, at%(40*time.Millisecond), "burst %d", i)
		}
		p.ok("AT+CPCMREG=0")
		p.forget()
		time.Sleep(time.Second)
		assert.Empty(t, p.heard())
	})
}

func TestBurstsAreOf20Or40ms(t *testing.T) {
	seen := map[int]bool{}
	for seed := range uint64(8) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			p, _ := answer(t, ctx, &modemtest.Config{Seed: seed})
			p.ok("AT+CPCMREG=1")
			p.forget()
			time.Sleep(4 * time.Second)
			samples := len(p.heard())
			assert.InDelta(t, 32000, samples, 320)
			times := slices.Compact(slices.Clone(p.bursts))
			seen[samples/len(times)] = true
		})
	}
	assert.Equal(t, map[int]bool{160: true, 320: true}, seen)
}

func TestAudioIsRefusedOutsideACall(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, &modemtest.Config{AudioDelay: 1500 * time.Millisecond})
		term := dial(t, sim).quiet()
		refused := func(when string) {
			assert.Equal(t, []string{"ERROR"}, term.exec("AT+CPCMREG=1"), when)
			assert.Equal(t, []string{"+CPCMREG: 0", "OK"}, term.exec("AT+CPCMREG?"), when)
		}
		refused("idle")
		term.ok("AT+CPCMREG=0", "AT+CPCMREG=0,1")
		caller := sim.Call("+12025550100")
		term.next("RING")
		refused("ringing")
		term.ok("ATA")
		refused("just connected")
		time.Sleep(1500 * time.Millisecond)
		term.ok("AT+CPCMREG=1")
		assert.Equal(t, []string{"+CPCMREG: 1", "OK"}, term.exec("AT+CPCMREG?"))
		caller.Hangup()
		term.next("NO CARRIER")
		assert.Equal(t, []string{"ERROR"}, term.exec("AT+CPCMREG=1"), "over")
		term.ok("AT+CPCMREG=0,1")

		sim.OnDial("", modemtest.Outcome{Result: modemtest.Ring})
		term.ok("ATD+12025550101;")
		refused("dialling")
		callee, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		time.Sleep(3 * time.Second)
		refused("alerting")
		sim.RefuseAudio(0)
		callee.Answer()
		require.NoError(t, callee.WaitAnswered(ctx))
		term.ok("AT+CPCMREG=1")
		for _, bad := range []string{"AT+CPCMREG=2", "AT+CPCMREG=1,1", "AT+CPCMREG=0,2", "AT+CPCMREG=0,1,1", "AT+CPCMREG="} {
			assert.Equal(t, []string{"ERROR"}, term.exec(bad), bad)
		}
	})
}

func TestAudioSwitchedOffWithTheCall(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p, caller := answer(t, ctx, nil)
		p.ok("AT+CPCMREG=1", "AT+CPCMREG=0,1")
		p.forget()
		time.Sleep(time.Second)
		assert.NotEmpty(t, p.heard(), "when the call stops, not now")
		caller.Hangup()
		p.next("NO CARRIER")
		assert.Equal(t, []string{"+CPCMREG: 0", "OK"}, p.exec("AT+CPCMREG?"))
		p.forget()
		second := p.sim.Call("+12025550101")
		p.next("RING")
		p.ok("ATA")
		require.NoError(t, second.WaitAnswered(ctx))
		time.Sleep(time.Second)
		assert.Empty(t, p.heard(), "each call is switched on anew")
		p.ok("AT+CPCMREG=1")
		time.Sleep(time.Second)
		assert.NotEmpty(t, p.heard())
	})
}

// TestHeardSampleForSample: 10 s written at the pace of the call are heard as
// 80,000 samples, with nothing between them.
func TestHeardSampleForSample(t *testing.T) {
	for seed := range uint64(6) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			p, caller := answer(t, ctx, &modemtest.Config{Seed: seed})
			p.ok("AT+CPCMREG=1")
			time.Sleep(500 * time.Millisecond)
			music := ramp(80000)
			p.say(music[:480]) // a lead of three frames
			for i := 480; i < len(music); i += 160 {
				time.Sleep(20 * time.Millisecond)
				p.say(music[i : i+160])
			}
			assert.Zero(t, p.sim.Stats().Underruns)
			time.Sleep(time.Second)
			assert.GreaterOrEqual(t, find(caller.Heard(), music), 3000, "silence from the start of audio on")
			stats := p.sim.Stats()
			assert.Zero(t, stats.AudioLost)
			assert.Zero(t, stats.AudioDiscarded)
			assert.Positive(t, stats.Underruns, "it stopped sending, the call went on")
			assert.InDelta(t, 8000, stats.UnderrunSamples, 800)
		})
	}
}

func TestSaidSampleForSample(t *testing.T) {
	for seed := range uint64(6) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			p, caller := answer(t, ctx, &modemtest.Config{Seed: seed})
			require.NoError(t, caller.Say(ctx, ramp(8000)), "before audio is on: lost")
			p.ok("AT+CPCMREG=1")
			time.Sleep(300 * time.Millisecond)
			one, two := ramp(12345), ramp(999)
			var wg sync.WaitGroup
			wg.Go(func() { assert.NoError(t, caller.Say(ctx, one)) })
			synctest.Wait()
			wg.Go(func() { assert.NoError(t, caller.Say(ctx, two)) })
			wg.Wait()
			time.Sleep(100 * time.Millisecond)
			all := p.heard()
			i := find(all, one)
			require.Positive(t, i)
			assert.Equal(t, two, all[i+len(one):i+len(one)+len(two)], "one after the other")
			assert.NotContains(t, all[:i], int16(1000))
		})
	}
}

func TestAudioThatNobodyTakes(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p, caller := answer(t, ctx, nil)
		p.say(ramp(100))
		assert.Equal(t, 200, p.sim.Stats().AudioDiscarded, "audio is off")
		p.ok("AT+CPCMREG=1")
		p.say(ramp(24000))
		lost := p.sim.Stats().AudioLost
		assert.Equal(t, 48000-16000, lost, "a second ahead at most")
		time.Sleep(3 * time.Second)
		assert.GreaterOrEqual(t, find(caller.Heard(), ramp(24000)[:8000]), 0)
		p.say(ramp(8000))
		caller.Hangup()
		assert.Equal(t, 16200, p.sim.Stats().AudioDiscarded, "and what the call leaves behind")
		p.say(ramp(1))
		assert.Equal(t, 16202, p.sim.Stats().AudioDiscarded)
	})
}

func TestUnreadAudioIsLost(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		sim := newSim(t, nil)
		term := dial(t, sim).quiet()
		audio, err := sim.OpenAudio(ctx)
		require.NoError(t, err)
		caller := sim.Call("+12025550100")
		term.next("RING")
		term.ok("ATA", "AT+CPCMREG=1")
		start := time.Now()
		require.NoError(t, caller.Say(ctx, ramp(80000)), "the far side's clock goes on")
		assert.InDelta(t, 10*time.Second, time.Since(start), float64(50*time.Millisecond))
		assert.InDelta(t, 160000-32000, sim.Stats().AudioUnread, 1300)
		require.NoError(t, audio.Close())
		time.Sleep(time.Second)
	})
}

func TestNobodyHearsACallOnHold(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p, caller := answer(t, ctx, &modemtest.Config{Calm: true})
		p.ok("AT+CPCMREG=1", "AT+CHLD=2")
		p.forget()
		before := len(caller.Heard())
		p.say(ramp(4000))
		require.NoError(t, caller.Say(ctx, ramp(8000)))
		for _, s := range append(p.heard(), caller.Heard()[before:]...) {
			require.Zero(t, s)
		}
		assert.Len(t, p.heard(), 8000, "the port goes on with silence")
		p.ok("AT+CHLD=2")
		require.NoError(t, caller.Say(ctx, ramp(8000)))
		time.Sleep(50 * time.Millisecond)
		assert.Positive(t, find(p.heard(), ramp(8000)))
	})
}

func TestAudioAt16kHz(t *testing.T) {
	tests := map[string]struct {
		volte bool
		cmds  []string
		rate  int
	}{
		"as it comes":             {rate: 8000},
		"CPCMFRM=1":               {cmds: []string{"AT+CPCMFRM=1"}, rate: 16000},
		"VoLTE":                   {volte: true, rate: 16000},
		"VoLTE forced to 8 kHz":   {volte: true, cmds: []string{"AT+CPCMBANDWIDTH=1,1"}, rate: 8000},
		"wide-band without VoLTE": {cmds: []string{"AT+CPCMBANDWIDTH=0,0"}, rate: 16000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				sim := newSim(t, &modemtest.Config{Calm: true, VoLTE: tt.volte})
				term := dial(t, sim).quiet()
				term.ok(tt.cmds...)
				caller := sim.Call("+12025550100")
				term.next("RING")
				term.ok("ATA", "AT+CPCMREG=1", "AT+CPCMFRM=0")
				assert.Equal(t, tt.rate, caller.Rate(), "settled with the answer")
				time.Sleep(time.Second)
				assert.InDelta(t, tt.rate, len(caller.Heard()), float64(tt.rate)/25)
			})
		})
	}
}

func TestWaitQuiet(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p, caller := answer(t, ctx, &modemtest.Config{Calm: true})
		p.ok("AT+CPCMREG=1")
		var wg sync.WaitGroup
		start := time.Now()
		var quiet time.Duration
		wg.Go(func() {
			assert.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))
			quiet = time.Since(start)
		})
		time.Sleep(3 * time.Second) // silence alone is not enough
		p.say(ramp(4000))
		time.Sleep(800 * time.Millisecond) // a pause of 300 ms
		p.say(ramp(4000))
		time.Sleep(500 * time.Millisecond)
		p.say([]int16{256, -256, 0, 100}) // too soft to count
		wg.Wait()
		assert.InDelta(t, 4800*time.Millisecond, quiet, float64(90*time.Millisecond))

		p.say([]int16{-257})
		start = time.Now()
		require.NoError(t, caller.WaitQuiet(ctx, time.Second))
		assert.InDelta(t, time.Second, time.Since(start), float64(90*time.Millisecond))
		p.say(ramp(10))
		time.Sleep(2 * time.Second)
		start = time.Now()
		require.NoError(t, caller.WaitQuiet(ctx, time.Second))
		assert.Zero(t, time.Since(start), "it is quiet already")
	})
}
