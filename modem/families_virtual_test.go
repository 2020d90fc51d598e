package modem_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// virtual is a family of the virtual modem, and what the library has to find.
type virtual struct {
	family      modemtest.Family
	profile     string
	audio, keys bool
}

var virtuals = []virtual{
	{modemtest.SIM7600, "SIM7600", true, true},
	{modemtest.A7670, "A76xx", false, true},
	{modemtest.SIM868, "SIM800", false, true},
	{modemtest.EC25, "EC2x", true, true},
	{modemtest.EC200, "EC200", false, true},
	{modemtest.Huawei, "Huawei", true, true},
	{modemtest.Telit, "Telit", false, true},
	{modemtest.Ublox, "u-blox", false, true},
	{modemtest.Telit, "Telit", false, true},
	{modemtest.Ublox, "u-blox", false, true},
	{modemtest.Generic, "generic", false, false},
}

// inEach runs a test on each family of the virtual modem, over several seeds.
func inEach(t *testing.T, seeds uint64, test func(t *testing.T, v virtual, cfg *modemtest.Config)) {
	for _, v := range virtuals {
		t.Run(v.profile, func(t *testing.T) {
			for seed := range seeds {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { test(t, v, &modemtest.Config{Family: v.family, Seed: seed}) })
				})
			}
		})
	}
}

func TestVirtualModemsAreKnown(t *testing.T) {
	inEach(t, 3, func(t *testing.T, v virtual, cfg *modemtest.Config) {
		cfg.Boot = cfg.Seed == 2
		m, sim := openSim(t, cfg, nil)
		assert.Equal(t, v.profile, m.Identity().Profile)
		caps := m.Capabilities()
		assert.True(t, caps.Voice)
		assert.True(t, caps.Messages)
		assert.Equal(t, v.audio, caps.Audio)
		assert.Equal(t, v.keys, caps.Keys)
		if v.audio {
			assert.Equal(t, 8000, caps.AudioRate)
		}
		time.Sleep(time.Minute)
		reg, err := m.Registration(deadline(t))
		require.NoError(t, err)
		assert.True(t, reg.Voice())
		assert.Equal(t, modem.Ready, m.State())
		assert.Empty(t, m.Calls())
		assert.Zero(t, sim.Stats().Aborts)
	})
}

// takesMessage answers like an answering machine: as far as the modem has audio it
// greets and records, and it takes the key 5 and then #.
func (v virtual) takesMessage(call *voice.CallSession, ctx context.Context, greeting []int16, heard *bytes.Buffer) error {
	if err := call.Answer(ctx); err != nil {
		return err
	}
	if v.audio {
		if _, err := call.Play(ctx, voice.PCM(8000, greeting), nil); err != nil {
			return err
		}
		if _, err := call.Record(ctx, heard, &voice.RecordOptions{Finish: "5"}); err != nil {
			return err
		}
	}
	if !v.keys {
		time.Sleep(5 * time.Second)
		return nil
	}
	d, err := call.Collect(ctx, &voice.CollectOptions{Max: 9, Terminator: "#", First: time.Minute})
	if err == nil && d.Keys != "5" && d.Keys != "" {
		err = fmt.Errorf("keys %q", d.Keys)
	}
	return err
}

func TestMessageOverEachFamily(t *testing.T) {
	inEach(t, 6, func(t *testing.T, v virtual, cfg *modemtest.Config) {
		ctx := deadline(t)
		m, sim := openSim(t, cfg, nil)
		rec := record(t, m.Events())
		greeting, message := speech(8000), speech(40000)
		var heard bytes.Buffer
		served := make(chan error, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			err := v.takesMessage(call, ctx, greeting, &heard)
			served <- err
			return err
		})
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(ctx))
		if v.audio {
			require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))
			require.NoError(t, caller.Say(ctx, message))
		} else {
			time.Sleep(2 * time.Second)
		}
		caller.Press("5#")
		require.NoError(t, receive(t, served))
		require.NoError(t, caller.WaitEnded(ctx))
		if v.audio {
			assert.GreaterOrEqual(t, index(caller.Heard(), greeting), 0, "the caller heard the greeting, sample for sample")
			assert.True(t, bytes.Contains(heard.Bytes(), bytesOf(message)), "the program heard the caller, sample for sample")
		}
		how, _ := caller.Ended()
		assert.Equal(t, modemtest.EndedByProgram, how)
		stats := sim.Stats()
		assert.Zero(t, stats.AudioLost, "written faster than the modem takes it")
		if v.profile != "EC2x" && v.profile != "EC200" { // whose hang-up may take longer than is waited for
			assert.Zero(t, stats.Overlapping, "written before the result of the command before")
		}
		time.Sleep(10 * time.Second)
		assert.Equal(t, []voice.State{voice.Ringing, voice.Active, voice.Ended}, states(rec, ""))
		assert.Empty(t, m.Calls())
	})
}

// Calls that one side ends or the other, one after the other.
func TestCallerOfEachFamilyHangsUp(t *testing.T) {
	inEach(t, 4, func(t *testing.T, v virtual, cfg *modemtest.Config) {
		ctx := deadline(t)
		m, sim := openSim(t, cfg, nil)
		rec := record(t, m.Events())
		m.OnCall(answering(make(chan error, 9)))
		for range 3 {
			caller := sim.Call("+12025550100")
			require.NoError(t, caller.WaitAnswered(ctx))
			for len(m.Calls()) == 0 {
				time.Sleep(10 * time.Millisecond)
			}
			call := m.Calls()[0]
			time.Sleep(6700 * time.Millisecond)
			caller.Hangup()
			end := endOf(t, call)
			assert.Equal(t, voice.RemoteHangup, end.Reason)
			assert.InDelta(t, 6.7, end.Talk.Seconds(), 3)
			time.Sleep(5 * time.Second)
		}
		one := []voice.State{voice.Ringing, voice.Active, voice.Ended}
		assert.Equal(t, append(append(append([]voice.State{}, one...), one...), one...), states(rec, ""))
	})
}

func TestCallerOfEachFamilyGivesUp(t *testing.T) {
	inEach(t, 4, func(t *testing.T, v virtual, cfg *modemtest.Config) {
		m, sim := openSim(t, cfg, nil)
		caller := sim.CallWith(modemtest.Incoming{Number: "+12025550100", RingFor: 13 * time.Second})
		time.Sleep(5 * time.Second)
		require.Len(t, m.Calls(), 1)
		call := m.Calls()[0]
		assert.Equal(t, voice.Missed, endOf(t, call).Reason)
		require.NoError(t, caller.WaitEnded(deadline(t)))
		time.Sleep(10 * time.Second)
		assert.Empty(t, m.Calls())
	})
}

func TestRejectedCallOfEachFamily(t *testing.T) {
	inEach(t, 4, func(t *testing.T, v virtual, cfg *modemtest.Config) {
		m, sim := openSim(t, cfg, nil)
		caller := sim.Call("+12025550100")
		time.Sleep(3 * time.Second)
		require.Len(t, m.Calls(), 1)
		call := m.Calls()[0]
		require.NoError(t, call.Reject(deadline(t)))
		assert.Equal(t, voice.Rejected, endOf(t, call).Reason)
		require.NoError(t, caller.WaitEnded(deadline(t)))
	})
}

func TestDialledCallOfEachFamily(t *testing.T) {
	inEach(t, 6, func(t *testing.T, v virtual, cfg *modemtest.Config) {
		ctx := deadline(t)
		m, sim := openSim(t, cfg, nil)
		rec := record(t, m.Events())
		call, err := m.Dial(ctx, callee, nil)
		require.NoError(t, err)
		far, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		require.NoError(t, far.WaitAnswered(ctx))
		if v.audio {
			message := speech(12000)
			_, err = call.Play(ctx, voice.PCM(8000, message), nil)
			require.NoError(t, err)
			time.Sleep(50 * time.Millisecond) // the far side hears in bursts
			assert.GreaterOrEqual(t, index(far.Heard(), message), 0)
		}
		require.NoError(t, call.SendDTMF(ctx, "42#", nil))
		assert.Equal(t, "42#", far.Pressed())
		assert.Zero(t, sim.Stats().TonesLost)
		byUs := cfg.Seed%2 == 0
		if byUs {
			require.NoError(t, call.Hangup(ctx))
			assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		} else {
			far.Hangup()
			assert.Equal(t, voice.RemoteHangup, endOf(t, call).Reason)
		}
		require.NoError(t, far.WaitEnded(ctx))
		time.Sleep(10 * time.Second)
		got := states(rec, call.ID())
		require.NotEmpty(t, got)
		assert.Equal(t, voice.Dialing, got[0])
		assert.Equal(t, []voice.State{voice.Active, voice.Ended}, got[len(got)-2:])
		assert.Empty(t, m.Calls())
	})
}

func TestCallThatComesToNothingOnEachFamily(t *testing.T) {
	outcomes := map[string]struct {
		outcome modemtest.Outcome
		want    voice.EndReason
	}{
		"busy":       {modemtest.Outcome{Result: modemtest.Busy, After: 2 * time.Second}, voice.Busy},
		"no answer":  {modemtest.Outcome{Result: modemtest.NoAnswer, After: 30 * time.Second}, voice.NoAnswer},
		"rejected":   {modemtest.Outcome{Result: modemtest.Reject, After: 2 * time.Second}, voice.Rejected},
		"no service": {modemtest.Outcome{Result: modemtest.NoService}, voice.Failed},
	}
	for name, tt := range outcomes {
		t.Run(name, func(t *testing.T) {
			inEach(t, 3, func(t *testing.T, _ virtual, cfg *modemtest.Config) {
				m, sim := openSim(t, cfg, nil)
				sim.OnDial(callee, tt.outcome)
				_, err := m.Dial(deadline(t), callee, nil)
				ended, ok := errors.AsType[*voice.EndedError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, tt.want, ended.End.Reason)
				assert.Zero(t, ended.End.Talk)
				assert.NotErrorIs(t, err, modem.ErrNoVoice)
			})
		})
	}
}

func TestHangUpAtAnyTimeOfDiallingOnEachFamily(t *testing.T) {
	inEach(t, 8, func(t *testing.T, _ virtual, cfg *modemtest.Config) {
		ctx := deadline(t)
		m, sim := openSim(t, cfg, nil)
		sim.OnDial(callee, modemtest.Outcome{Result: modemtest.Ring})
		call, err := m.Place(ctx, callee, nil)
		require.NoError(t, err)
		time.Sleep(time.Duration(cfg.Seed) * 437 * time.Millisecond)
		require.NoError(t, call.Hangup(ctx))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		time.Sleep(30 * time.Second)
		assert.Empty(t, m.Calls())
		if len(sim.Dialled()) > 0 {
			far, err := sim.WaitDialled(ctx)
			require.NoError(t, err)
			how, ended := far.Ended()
			assert.True(t, ended, "%v, %v", far, how)
		}
	})
}

func TestScenarioB24OnVirtualModems(t *testing.T) {
	for _, v := range []virtual{
		{modemtest.A7670, "A76xx", false, true}, {modemtest.SIM7600, "SIM7600", true, true}, {modemtest.Huawei, "Huawei", false, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			m, _ := openSim(t, &modemtest.Config{Family: v.family, DataOnly: true}, nil)
			assert.Equal(t, v.profile, m.Identity().Profile)
			assert.False(t, m.Capabilities().Voice)
			assert.False(t, m.Capabilities().Messages)
			_, err := m.Dial(deadline(t), callee, nil)
			require.ErrorIs(t, err, modem.ErrNoVoice)
			require.ErrorIs(t, err, voice.ErrEnded)
		})
	}
}

// Reports may be lost on their way; then the list of calls tells, only later.
func TestReportsOfEachFamilyAreLost(t *testing.T) {
	inEach(t, 6, func(t *testing.T, _ virtual, cfg *modemtest.Config) {
		ctx := deadline(t)
		m, sim := openSim(t, cfg, nil)
		rec := record(t, m.Events())
		m.OnCall(answering(make(chan error, 9)))
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(ctx))
		time.Sleep(3 * time.Second)
		require.Len(t, m.Calls(), 1)
		call := m.Calls()[0]
		sim.LoseURCs("", 1000)
		caller.Hangup()
		start := time.Now()
		assert.Equal(t, voice.RemoteHangup, endOf(t, call).Reason)
		assert.Less(t, time.Since(start), 4*time.Second)
		time.Sleep(5 * time.Second)
		sim.OnDial(callee, modemtest.Outcome{After: 4 * time.Second})
		dialled, err := m.Dial(ctx, callee, nil)
		require.NoError(t, err)
		far, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		far.Hangup()
		assert.Equal(t, voice.RemoteHangup, endOf(t, dialled).Reason)
		time.Sleep(10 * time.Second)
		assert.Equal(t, []voice.State{voice.Ringing, voice.Active, voice.Ended}, states(rec, call.ID()))
		assert.Empty(t, m.Calls())
	})
}

// Reports may come twice, as where two ports bring them.
func TestReportsOfEachFamilyComeTwice(t *testing.T) {
	inEach(t, 6, func(t *testing.T, v virtual, cfg *modemtest.Config) {
		ctx := deadline(t)
		m, sim := openSim(t, cfg, nil)
		rec := record(t, m.Events())
		m.OnCall(answering(make(chan error, 9)))
		sim.DoubleURCs("", 10000)
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(ctx))
		time.Sleep(3 * time.Second)
		require.Len(t, m.Calls(), 1)
		call := m.Calls()[0]
		if v.keys {
			caller.Press("5")
			time.Sleep(time.Second)
		}
		caller.Hangup()
		assert.Equal(t, voice.RemoteHangup, endOf(t, call).Reason)
		time.Sleep(10 * time.Second)
		assert.Equal(t, []voice.State{voice.Ringing, voice.Active, voice.Ended}, states(rec, ""))
		assert.Empty(t, m.Calls())
		keys := of[voice.DigitPressed](rec)
		if v.keys {
			assert.Len(t, keys, 1)
		}
	})
}

func TestSIMOfEachFamilyIsUnlocked(t *testing.T) {
	inEach(t, 3, func(t *testing.T, v virtual, cfg *modemtest.Config) {
		cfg.SIM = modemtest.SIM{State: modemtest.SIMPIN, PIN: "2468"}
		cfg.Boot = cfg.Seed == 2
		settings := &modem.Config{PIN: "2468"}
		if v.family == modemtest.SIM868 { // firmware that does not tell how many attempts are left
			old := modemtest.New(cfg)
			old.Reply("AT+SPIC", 9, "\r\nERROR\r\n")
			require.ErrorIs(t, openError(t, old, settings), modem.ErrPINAttempts)
			settings.PINState = filepath.Join(t.TempDir(), "pin")
		}
		m, _ := openSim(t, cfg, settings)
		assert.Equal(t, modem.Ready, m.State())
	})
}
