package modemtest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem/modemtest"
)

// onAudio opens both ports of a modem and records its audio.
func onAudio(t *testing.T, ctx context.Context, cfg *modemtest.Config) *phone {
	t.Helper()
	sim := newSim(t, cfg)
	p := &phone{terminal: dial(t, sim).quiet(), sim: sim, start: time.Now()}
	var err error
	p.audio, err = sim.OpenAudio(ctx)
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(p.record)
	t.Cleanup(func() {
		_ = p.audio.Close()
		wg.Wait()
	})
	return p
}

// talk has a call, to the modem or from it, with commands before and after.
func (p *phone) talk(ctx context.Context, out bool, before, after []string) *modemtest.Caller {
	p.t.Helper()
	p.ok(before...)
	var far *modemtest.Caller
	if out {
		far = dialled(p.t, ctx, p.sim, p.terminal, modemtest.Answer)
		require.NoError(p.t, far.WaitAnswered(ctx))
	} else {
		far = answered(p.t, ctx, p.sim, p.terminal)
	}
	p.ok(after...)
	return far
}

// onNMEA is what frees the EC25's port for audio, and arms what is to be armed
// before each call.
var onNMEA = []string{"AT+QAUDMOD=3", `AT+QGPSCFG="outport","none"`, "AT+QPCMV=0", "AT+QPCMV=1,0"}

// TestFamiliesTalk holds that each sample arrives, in both directions and both
// kinds of calls: at the program's clock with the EC25, at the modem's with the
// Huawei.
func TestFamiliesTalk(t *testing.T) {
	tests := map[modemtest.Family]struct {
		before, after []string
		echo          bool // a frame is sent for each that comes
	}{
		modemtest.EC25:   {before: onNMEA},
		modemtest.Huawei: {after: []string{"AT^DDSETEX=2"}, echo: true},
	}
	for family, tt := range tests {
		for seed := range uint64(6) {
			t.Run(family.String(), func(t *testing.T) {
				inBubble(t, func(t *testing.T, ctx context.Context) {
					p := onAudio(t, ctx, &modemtest.Config{Family: family, Seed: seed})
					music := ramp(16000)
					rest := music
					send := func() {
						if len(rest) > 0 {
							p.say(rest[:160])
							rest = rest[160:]
						}
					}
					if tt.echo {
						p.onFrame = send
					}
					far := p.talk(ctx, seed%2 == 1, tt.before, tt.after)
					assert.Equal(t, 8000, far.Rate())
					if !tt.echo {
						p.say(rest[:480]) // a lead of three frames
						rest = rest[480:]
					}
					var wg sync.WaitGroup
					wg.Go(func() { assert.NoError(t, far.Say(ctx, ramp(12345))) })
					for !tt.echo && len(rest) > 0 {
						time.Sleep(20 * time.Millisecond)
						send()
					}
					wg.Wait()
					time.Sleep(3 * time.Second)
					assert.GreaterOrEqual(t, find(p.heard(), ramp(12345)), 0, "what the far side said")
					assert.GreaterOrEqual(t, find(far.Heard(), music), 0, "what the program said")
					assert.Zero(t, p.sim.Stats().AudioLost)
					assert.NotContains(t, p.seen(), "+QPCMV: 0,0")
				})
			})
		}
	}
}

func TestAnalogFamiliesHaveNoAudioPort(t *testing.T) {
	for _, family := range []modemtest.Family{modemtest.A7670, modemtest.SIM868, modemtest.EC200, modemtest.Telit, modemtest.Ublox, modemtest.Generic} {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			sim := newSim(t, &modemtest.Config{Family: family})
			_, err := sim.OpenAudio(ctx)
			require.ErrorIs(t, err, errors.ErrUnsupported)
			term := dial(t, sim).quiet()
			for _, cmd := range []string{"AT+CPCMREG=?", "AT+CPCMREG=1", "AT+QPCMV=1,0", "AT+QPCMV=1,2", "AT^DDSETEX=2"} {
				assert.Equal(t, []string{"ERROR"}, term.exec(cmd), "%v %s", family, cmd)
			}
			far := answered(t, ctx, sim, term)
			require.NoError(t, far.Say(ctx, ramp(800)), "into the air")
			assert.Empty(t, far.Heard())
		})
	}
}

// TestEC25AudioIsArmedBeforeTheCall holds what is needed for a sound: the way of
// the audio, a free port, and the switch before each call.
func TestEC25AudioIsArmedBeforeTheCall(t *testing.T) {
	without := func(cmd string) []string {
		return slices.DeleteFunc(slices.Clone(onNMEA), func(c string) bool { return c == cmd })
	}
	tests := map[string]struct {
		before, after []string
		sounds        bool
	}{
		"as it should be":        {before: onNMEA, sounds: true},
		"never switched on":      {before: without("AT+QPCMV=1,0")},
		"only in the call":       {before: without("AT+QPCMV=1,0"), after: []string{"AT+QPCMV=1,0"}},
		"in the call once more":  {before: onNMEA, after: []string{"AT+QPCMV=1,0"}, sounds: true},
		"off in the call":        {before: onNMEA, after: []string{"AT+QPCMV=0"}},
		"not by way of USB":      {before: without("AT+QAUDMOD=3")},
		"positions on the port":  {before: without(`AT+QGPSCFG="outport","none"`)},
		"to the debugging UART":  {before: append(without("AT+QPCMV=1,0"), "AT+QPCMV=1,1")},
		"to the sound card":      {before: append(without("AT+QPCMV=1,0"), "AT+QPCMV=1,2")},
		"sound card, then port":  {before: append([]string{"AT+QPCMV=1,2"}, onNMEA...), sounds: true},
		"switched off once more": {before: append(slices.Clone(onNMEA), "AT+QPCMV=0")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, ctx context.Context) {
				p := onAudio(t, ctx, &modemtest.Config{Family: modemtest.EC25})
				far := p.talk(ctx, false, tt.before, tt.after)
				p.forget()
				require.NoError(t, far.Say(ctx, ramp(800)))
				time.Sleep(time.Second)
				assert.Equal(t, tt.sounds, find(p.heard(), ramp(800)) >= 0)
				assert.Equal(t, tt.sounds, len(p.heard()) > 0)
			})
		})
	}
}

func TestEC25AudioIsForOneCall(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p := onAudio(t, ctx, &modemtest.Config{Family: modemtest.EC25, Calm: true})
		p.talk(ctx, false, onNMEA, nil).Hangup()
		p.next("NO CARRIER")
		assert.Equal(t, []string{"+QPCMV: 1,0", "OK"}, p.exec("AT+QPCMV?"), "it reads as on")
		p.forget()
		p.talk(ctx, true, nil, nil)
		time.Sleep(time.Second)
		assert.Empty(t, p.heard(), "and is not")
		p.ok("AT+CHUP", "AT+QPCMV=0")
		assert.Equal(t, []string{"+QPCMV: 0,0", "OK"}, p.exec("AT+QPCMV?"))
		p.ok("AT+QPCMV=1,0")
		missed := p.sim.Call("+12025550101")
		time.Sleep(time.Second)
		missed.Hangup()
		p.talk(ctx, true, nil, nil)
		time.Sleep(time.Second)
		assert.NotEmpty(t, p.heard(), "a call that was missed in between used nothing up")
	})
}

// TestEC25FlowControl holds that a program that writes far ahead is told to
// pause, and what it writes all the same is lost and counted.
func TestEC25FlowControl(t *testing.T) {
	for seed := range uint64(4) {
		inBubble(t, func(t *testing.T, ctx context.Context) {
			p := onAudio(t, ctx, &modemtest.Config{Family: modemtest.EC25, Seed: seed})
			far := p.talk(ctx, false, onNMEA, nil)
			time.Sleep(time.Second)
			p.say(ramp(1600)) // 200 ms
			time.Sleep(time.Second)
			assert.NotContains(t, p.seen(), "+QPCMV: 0,0")
			p.say(ramp(1600)[:1500])
			p.say(ramp(8000))
			p.next("+QPCMV: 0,0")
			assert.InDelta(t, 2*(9500-3200), p.sim.Stats().AudioLost, 640)
			start := time.Now()
			p.next("+QPCMV: 1,0")
			assert.InDelta(t, 300*time.Millisecond, time.Since(start), float64(130*time.Millisecond))
			time.Sleep(time.Second)
			p.say(ramp(2000))
			p.next("+QPCMV: 0,0")
			far.Hangup()
			p.next("NO CARRIER")
			time.Sleep(time.Second)
			p.talk(ctx, false, onNMEA, nil)
			time.Sleep(time.Second)
			p.say(ramp(2000))
			p.next("+QPCMV: 0,0") // the end of a call ends a pause
		})
	}
}

func TestHuaweiTakesAFrameForEach(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p := onAudio(t, ctx, &modemtest.Config{Family: modemtest.Huawei})
		far := p.talk(ctx, false, nil, []string{"AT^DDSETEX=2"})
		p.forget()
		time.Sleep(time.Second)
		assert.InDelta(t, 8000, len(p.heard()), 160, "it streams by itself")
		p.say(ramp(1600))
		assert.Equal(t, 2*(1600-320), p.sim.Stats().AudioLost, "one in hand and one that waits")
		time.Sleep(time.Second)
		assert.GreaterOrEqual(t, find(far.Heard(), ramp(320)), 0)
		assert.Negative(t, find(far.Heard(), ramp(321)))
		p.ok("AT^DDSETEX=0")
		p.forget()
		time.Sleep(time.Second)
		assert.Empty(t, p.heard())
	})
}

func TestHuaweiRoutesAudioInACallOnly(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context) {
		p := onAudio(t, ctx, &modemtest.Config{Family: modemtest.Huawei, Calm: true})
		assert.Equal(t, []string{"ERROR"}, p.exec("AT^DDSETEX=2"), "idle")
		assert.Equal(t, []string{"^DDSETEX:0", "OK"}, p.exec("AT^DDSETEX?"))
		caller := p.sim.Call("+12025550100")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"ERROR"}, p.exec("AT^DDSETEX=2"), "it rings")
		caller.Hangup()
		far := dialled(t, ctx, p.sim, p.terminal, modemtest.Answer)
		p.ok("AT^DDSETEX=2") // as chan_dongle does, while it rings there
		assert.Equal(t, []string{"^DDSETEX:2", "OK"}, p.exec("AT^DDSETEX?"))
		assert.Empty(t, p.heard())
		require.NoError(t, far.WaitAnswered(ctx))
		time.Sleep(time.Second)
		assert.NotEmpty(t, p.heard())
		for cmd, want := range map[string]string{"AT^DDSETEX=3": "ERROR", "AT^DDSETEX=": "ERROR", "AT^DDSETEX=2,1": "TOO MANY PARAMETERS"} {
			assert.Equal(t, []string{want}, p.exec(cmd), cmd)
		}
		far.Hangup()
		p.forget()
		p.talk(ctx, false, nil, nil)
		time.Sleep(time.Second)
		assert.Empty(t, p.heard(), "each call anew")
	})
}
