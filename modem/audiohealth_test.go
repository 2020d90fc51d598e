package modem_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// recordings serves calls by recording them.
func recordings(m *modem.Modem) (<-chan voice.Recording, <-chan error) {
	recorded, errs := make(chan voice.Recording, 10), make(chan error, 10)
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		if err := call.Answer(ctx); err != nil {
			return err
		}
		r, err := call.Record(ctx, io.Discard, nil)
		recorded <- r
		errs <- err
		return nil
	})
	return recorded, errs
}

func TestScenarioB1AudioThatIsRefusedAtFirst(t *testing.T) {
	for _, late := range []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 5 * time.Second, 11 * time.Second} {
		t.Run(fmt.Sprintf("B1 for %v", late), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, sim := openSim(t, &modemtest.Config{AudioDelay: late}, nil)
				recorded, errs := recordings(m)
				caller := sim.Call("+12025550100")
				require.NoError(t, caller.WaitAnswered(deadline(t)))
				time.Sleep(late + time.Second)
				word := speech(16000)
				require.NoError(t, caller.Say(deadline(t), word))
				caller.Hangup()
				r := receive(t, recorded)
				require.ErrorIs(t, receive(t, errs), voice.ErrEnded, "the call is not failed")
				assert.GreaterOrEqual(t, r.Duration, 2*time.Second)
				tries := times(sim, "AT+CPCMREG=1")
				for i := 1; i < len(tries); i++ {
					gap := tries[i].Sub(tries[i-1])
					assert.GreaterOrEqual(t, gap, 300*time.Millisecond)
					assert.LessOrEqual(t, gap, time.Second+500*time.Millisecond, "and what an answer takes")
				}
				assert.GreaterOrEqual(t, len(tries), int(late/time.Second)/2+1)
			})
		})
	}
	t.Run("B1 for longer than is tried", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, &modemtest.Config{AudioDelay: time.Hour}, nil)
			recorded, errs := recordings(m)
			caller := sim.Call("+12025550100")
			require.NoError(t, caller.WaitAnswered(deadline(t)))
			assert.Equal(t, voice.RecordNoAudio, receive(t, recorded).Reason)
			require.ErrorIs(t, receive(t, errs), voice.ErrNoAudio)
			tries := times(sim, "AT+CPCMREG=1")
			assert.InDelta(t, 12, tries[len(tries)-1].Sub(tries[0]).Seconds(), 1)
		})
	})
}

// times returns when lines that begin so were written to a virtual modem.
func times(sim *modemtest.Modem, prefix string) []time.Time {
	var out []time.Time
	for _, w := range sim.Written() {
		if len(w.Text) >= len(prefix) && w.Text[:len(prefix)] == prefix {
			out = append(out, w.Time)
		}
	}
	return out
}

func TestScenarioB2SecondCallIsSilent(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprintf("B2 seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, sim := openSim(t, &modemtest.Config{Seed: seed, AudioDies: true}, nil)
				rec := record(t, m.Events())
				recorded, errs := recordings(m)
				first := sim.Call("+12025550100")
				require.NoError(t, first.WaitAnswered(deadline(t)))
				require.NoError(t, first.Say(deadline(t), speech(16000)))
				first.Hangup()
				require.ErrorIs(t, receive(t, errs), voice.ErrEnded)
				receive(t, recorded)
				time.Sleep(10 * time.Second)
				require.Zero(t, sim.Stats().Resets, "nothing is wrong yet")

				second := sim.Call("+12025550101")
				require.NoError(t, second.WaitAnswered(deadline(t)))
				id := m.Calls()[0].ID()
				answered := time.Now()
				assert.Equal(t, voice.RecordNoAudio, receive(t, recorded).Reason)
				require.ErrorIs(t, receive(t, errs), voice.ErrNoAudio)
				assert.Less(t, time.Since(answered), 5*time.Second)
				until(t, func() bool { return len(of[modem.NoAudio](rec)) == 1 })
				assert.Equal(t, id, of[modem.NoAudio](rec)[0].Call)
				assert.InDelta(t, 4.3, of[modem.NoAudio](rec)[0].After.Seconds(), 0.4)

				until(t, func() bool { return sim.Stats().Resets == 1 })
				_, over := second.Ended()
				assert.True(t, over, "never in a call")
				untilState(t, m, modem.Ready)
				until(t, func() bool { r, err := m.Registration(deadline(t)); return err == nil && r.Voice() })
				third := sim.Call("+12025550102")
				require.NoError(t, third.WaitAnswered(deadline(t)))
				require.NoError(t, third.Say(deadline(t), speech(16000)))
				third.Hangup()
				assert.InDelta(t, 2, receive(t, recorded).Duration.Seconds(), 1, "cured")
			})
		})
	}
	t.Run("B2 without restarts", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, nil, &modem.Config{ResetsPerDay: -1})
			sim.StopAudio(true)
			recorded, _ := recordings(m)
			caller := sim.Call("+12025550100")
			require.NoError(t, caller.WaitAnswered(deadline(t)))
			assert.Equal(t, voice.RecordNoAudio, receive(t, recorded).Reason)
			time.Sleep(time.Hour)
			assert.Zero(t, sim.Stats().Resets)
			assert.Equal(t, modem.Ready, m.State())
		})
	})
}

// A call that goes on without sound is not ended for a cure.
func TestSilentCallIsNotResetAsLongAsItLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		rec := record(t, m.Events())
		sim.StopAudio(true)
		m.OnCallFunc(answer)
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(deadline(t)))
		time.Sleep(time.Minute)
		require.Len(t, of[modem.NoAudio](rec), 1, "told once")
		assert.Zero(t, sim.Stats().Resets)
		_, over := caller.Ended()
		assert.False(t, over)
		caller.Hangup()
		until(t, func() bool { return sim.Stats().Resets == 1 })
	})
}

func TestResetAudio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		m.OnCallFunc(answer)
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(deadline(t)))
		require.ErrorIs(t, m.ResetAudio(deadline(t)), modem.ErrLineBusy)
		caller.Hangup()
		until(t, func() bool { return len(m.Calls()) == 0 })
		require.NoError(t, m.ResetAudio(deadline(t)))
		assert.Equal(t, modem.Ready, m.State())
		assert.Equal(t, 1, sim.Stats().Resets)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, m.ResetAudio(ctx), context.DeadlineExceeded)
		require.ErrorIs(t, m.ResetAudio(deadline(t)), modem.ErrLost)
		untilState(t, m, modem.Ready)
		require.NoError(t, m.Close())
		require.ErrorIs(t, m.ResetAudio(deadline(t)), modem.ErrClosed)
	})
}

func TestResetAudioOfAModemThatARestartDoesNotCure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, &modemtest.Config{Family: modemtest.EC25}, nil)
		require.NoError(t, m.ResetAudio(deadline(t)), "the ports are opened anew")
		assert.Zero(t, sim.Stats().Resets)
	})
}

func TestScenarioB23AudioPortStalls(t *testing.T) {
	for _, family := range []modemtest.Family{modemtest.SIM7600, modemtest.EC25, modemtest.Huawei} {
		t.Run("B23 "+family.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, sim := openSim(t, &modemtest.Config{Family: family, Calm: true}, nil)
				rec := record(t, m.Events())
				var played voice.Played
				done := make(chan error, 1)
				m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
					if err := call.Answer(ctx); err != nil {
						return err
					}
					var err error
					played, err = call.Play(ctx, voice.Silence(10*time.Second), nil)
					done <- err
					return nil
				})
				caller := sim.Call("+12025550100")
				require.NoError(t, caller.WaitAnswered(deadline(t)))
				time.Sleep(4 * time.Second)
				require.Zero(t, modem.SkippedAudio(m))
				sim.StallAudio(2 * time.Second)
				time.Sleep(500 * time.Millisecond)
				start := time.Now()
				_, err := m.Signal(deadline(t))
				require.NoError(t, err)
				call := m.Calls()[0]
				require.NoError(t, call.SendDTMF(deadline(t), "5", nil))
				assert.Less(t, time.Since(start), time.Second, "the control of the call does not stall")
				time.Sleep(3 * time.Second)
				assert.InDelta(t, 2, modem.SkippedAudio(m).Seconds(), 0.3, "what could not be sent is counted")
				require.NoError(t, receive(t, done))
				assert.Equal(t, 10*time.Second, played.Duration)
				require.NoError(t, caller.WaitEnded(deadline(t)))
				assert.Empty(t, of[modem.NoAudio](rec))
				assert.Equal(t, modem.Ready, m.State())
			})
		})
	}
}

func TestAudioPortThatBreaksAloneIsOpenedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		got, _ := recordings(m)
		mock.Inject(ringing)
		time.Sleep(time.Second)
		call := m.Calls()[0]
		mock.InjectAudio(speech(8000))
		time.Sleep(time.Second)
		mock.BreakAudio(errors.New("stalled for good"))
		time.Sleep(2 * time.Second)
		require.Len(t, of[modem.NoAudio](rec), 1)
		assert.Equal(t, call.ID(), of[modem.NoAudio](rec)[0].Call)
		assert.Empty(t, modemStates(rec), "the modem is there")
		mock.Mend()
		time.Sleep(4 * time.Second)
		mock.InjectAudio(speech(8000))
		before := len(mock.WrittenAudio())
		time.Sleep(time.Second)
		assert.InDelta(t, before+16000, len(mock.WrittenAudio()), 1000, "the call has it again")
		ended(mock)
		r := receive(t, got)
		assert.Equal(t, voice.RecordCallEnded, r.Reason)
		assert.GreaterOrEqual(t, r.Duration, 4*time.Second, "with silence for the gap")
	})
}

func TestAudioPortThatBreaksBeforeACallHasIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		mock.On("AT+CPCMREG=1").Final("ERROR")
		m, call := talking(t, mock, nil)
		rec := record(t, m.Events())
		mock.BreakAudio(errors.New("stalled for good"))
		time.Sleep(time.Second)
		assert.Empty(t, of[modem.NoAudio](rec), "there was none to lose")
		mock.On("AT+CPCMREG=1").Reply()
		mock.Mend()
		time.Sleep(5 * time.Second)
		assert.NotEmpty(t, mock.WrittenAudio(), "it is switched on when the port is back")
		ended(mock)
		endOf(t, call)
	})
}

func TestAudioThatIsGoneTwiceIsToldTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, &modem.Config{ResetsPerDay: -1})
		rec := record(t, m.Events())
		m.OnCallFunc(answer)
		require.NoError(t, sim.Call("+12025550100").WaitAnswered(deadline(t)))
		time.Sleep(3 * time.Second)
		for n := range 2 {
			sim.StopAudio(true)
			time.Sleep(15 * time.Second)
			require.Len(t, of[modem.NoAudio](rec), n+1)
			sim.StopAudio(false)
			time.Sleep(5 * time.Second)
		}
	})
}

func TestAudioIsNotSwitchedOnWithoutAPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		_, call := talking(t, mock, nil)
		assert.Zero(t, written(mock, "AT+CPCMREG=1"))
		ended(mock)
		endOf(t, call)
		assert.Zero(t, written(mock, "AT+CPCMREG=0"))
	})
}

func TestNoAudioOnTheFeed(t *testing.T) {
	e := modem.NoAudio{Call: "c0ffee", After: 5 * time.Second}
	text, err := json.Marshal(e.PublicData(events.Strict))
	require.NoError(t, err)
	assert.JSONEq(t, `{"call":"c0ffee","after_ms":5000}`, string(text))
	assert.Equal(t, "call.no_audio", e.EventName())
	assert.Contains(t, e.LogValue().String(), "c0ffee")
}

func TestModemThatIsSilentAltogetherIsNotRestartedForItsAudio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, &modemtest.Config{Calm: true}, nil)
		rec := record(t, m.Events())
		m.OnCallFunc(answer)
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(deadline(t)))
		time.Sleep(2 * time.Second)
		sim.StopAudio(true)
		sim.Silence(7 * time.Second)
		time.Sleep(6500 * time.Millisecond)
		require.Len(t, of[modem.NoAudio](rec), 1)
		sim.StopAudio(false)
		time.Sleep(10 * time.Second)
		caller.Hangup()
		time.Sleep(time.Minute)
		assert.Zero(t, sim.Stats().Resets)
		assert.Equal(t, modem.Ready, m.State())
	})
}
