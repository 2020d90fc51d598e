package modem_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// untilState waits until the modem is in a state.
func untilState(t *testing.T, m *modem.Modem, want modem.State) {
	t.Helper()
	until(t, func() bool { return m.State() == want })
}

// until waits for something that nothing tells of.
func until(t *testing.T, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(5 * time.Minute); !ok(); {
		require.True(t, time.Now().Before(limit), "that never came")
		time.Sleep(100 * time.Millisecond)
	}
	synctest.Wait()
}

// inCall opens a modem on a virtual one, and lets a caller be recorded.
func inCall(t *testing.T, simCfg *modemtest.Config, cfg *modem.Config) (*modem.Modem, *modemtest.Modem, *modemtest.Caller, chan voice.Recording) {
	t.Helper()
	m, sim := openSim(t, simCfg, cfg)
	recorded := make(chan voice.Recording, 10)
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		if err := call.Answer(ctx); err != nil {
			return err
		}
		r, err := call.Record(ctx, io.Discard, nil)
		recorded <- r
		return err
	})
	caller := sim.Call("+12025550100")
	require.NoError(t, caller.WaitAnswered(deadline(t)))
	require.NoError(t, caller.Say(deadline(t), speech(16000)))
	return m, sim, caller, recorded
}

func TestScenarioB14ModemThatRestartsInACall(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprintf("B14 seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, sim, _, recorded := inCall(t, &modemtest.Config{Seed: seed}, nil)
				rec := record(t, m.Events())
				call := m.Calls()[0]
				sim.Reset()
				assert.Equal(t, voice.ModemLost, endOf(t, call).Reason)
				assert.GreaterOrEqual(t, receive(t, recorded).Duration, time.Second, "what was said is there")
				untilState(t, m, modem.Ready)
				assert.Equal(t, []modem.State{modem.Lost, modem.Opening, modem.Ready}, modemStates(rec))
				assert.ErrorIs(t, of[modem.StateChanged](rec)[0].Err, modem.ErrRestarted)

				until(t, func() bool { r, err := m.Registration(deadline(t)); return err == nil && r.Voice() })
				next := sim.Call("+12025550101")
				require.NoError(t, next.WaitAnswered(deadline(t)))
				require.NoError(t, next.Say(deadline(t), speech(16000)))
				assert.Equal(t, "+12025550101", string(m.Calls()[0].Number()), "the number is reported again")
				next.Hangup()
				assert.InDelta(t, 2, receive(t, recorded).Duration.Seconds(), 0.5, "and there is audio again")
			})
		})
	}
}

func TestModemThatRestartsWhileItIsOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CLIP=1").Once().Then(func() { mock.Inject("\r\nRDY\r\n") }).Reply()
		mock.On("AT+CMGF=0").After(10 * time.Millisecond).Reply()
		m := openMock(t, mock, nil)
		synctest.Wait()
		assert.Equal(t, modem.Ready, m.State())
		assert.Equal(t, 2, written(mock, "AT+CLIP=1"), "what it has forgotten is said again")
		assert.Equal(t, 2, written(mock, "ATE0Q0V1"))
		time.Sleep(time.Minute)
		assert.Equal(t, 2, written(mock, "ATE0Q0V1"), "and no more than that")
	})
}

func TestScenarioB18EchoComesBack(t *testing.T) {
	t.Run("B18 without a call", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, nil, nil)
			rec := record(t, m.Events())
			time.Sleep(time.Minute)
			before := heardBy(sim, "AT+CLIP=1")
			sim.EchoOn()
			until(t, func() bool { return len(modemStates(rec)) == 3 })
			assert.Equal(t, []modem.State{modem.Lost, modem.Opening, modem.Ready}, modemStates(rec))
			assert.Equal(t, before+1, heardBy(sim, "AT+CLIP=1"), "the settings are made again")
		})
	})
	t.Run("B18 in a call that is still there", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m, sim, caller, recorded := inCall(t, nil, nil)
			sim.EchoOn()
			require.NoError(t, caller.Say(deadline(t), speech(80000)))
			assert.Equal(t, modem.Ready, m.State(), "the call is not ended for an echo")
			caller.Hangup()
			assert.InDelta(t, 12, receive(t, recorded).Duration.Seconds(), 0.5)
			untilState(t, m, modem.Lost)
			untilState(t, m, modem.Ready)
		})
	})
	t.Run("B18 in a call that is gone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := answerable()
			m, call := talking(t, mock, nil)
			mock.On("AT+CLCC").Raw("AT+CLCC\r\r\nOK\r\n")
			assert.Equal(t, voice.ModemLost, endOf(t, call).Reason)
			mock.On("AT+CLCC").Reply()
			untilState(t, m, modem.Ready)
		})
	})
}

// answer is a handler that answers, and waits for the end.
func answer(ctx context.Context, call *voice.CallSession) error {
	if err := call.Answer(ctx); err != nil {
		return err
	}
	<-call.Done()
	return nil
}

// heardBy counts the lines that were written to a virtual modem and begin so.
func heardBy(sim *modemtest.Modem, prefix string) int {
	n := 0
	for _, w := range sim.Written() {
		if strings.HasPrefix(w.Text, prefix) {
			n++
		}
	}
	return n
}

func TestModemThatForgotItsSettingsSilently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{NetworkPoll: -1})
		time.Sleep(29 * time.Second)
		mock.On("AT+CMEE?").Once().Reply("+CMEE: 0")
		time.Sleep(5 * time.Second)
		assert.Equal(t, modem.Ready, m.State())
		assert.Equal(t, 2, written(mock, "AT+CLIP=1"), "the watchdog has noticed")
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 2, written(mock, "AT+CLIP=1"), "and has nothing else to find fault with")
	})
}

func TestScenarioB15PortThatIsGone(t *testing.T) {
	eio := errors.New("input/output error")
	for name, read := range map[string]func() (int, error){
		"B15 EIO for ever":     func() (int, error) { return 0, eio },
		"B15 0 bytes for ever": func() (int, error) { return 0, nil },
		"B15 EOF":              func() (int, error) { return 0, io.EOF },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := &dying{MockTransport: sim7600(), read: read}
				m, err := modem.Open(deadline(t), tr, nil)
				require.NoError(t, err)
				t.Cleanup(func() { m.Close() })
				rec := record(t, m.Events())
				tr.die()
				untilState(t, m, modem.Lost)
				time.Sleep(5 * time.Minute)
				states := modemStates(rec)
				assert.Equal(t, modem.Lost, states[0])
				assert.NotContains(t, states[1:], modem.Lost, "lost once")
				assert.Less(t, tr.opened(), 30, "it is not opened all the time")
				assert.Less(t, tr.reads(), 150*tr.opened(), "nor read from all the time")
				tr.revive()
				untilState(t, m, modem.Ready)
				_, err = m.Signal(deadline(t))
				require.NoError(t, err)
			})
		})
	}
}

func TestBackoffIsBoundedAndJitters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		tr := &dying{MockTransport: mock, read: func() (int, error) { return 0, io.EOF }}
		m, err := modem.Open(deadline(t), tr, nil)
		require.NoError(t, err)
		t.Cleanup(func() { m.Close() })
		mock.Break(io.EOF)
		time.Sleep(10 * time.Minute)
		var gaps []time.Duration
		for i, at := range tr.times()[2:] {
			gaps = append(gaps, at.Sub(tr.times()[i+1]))
		}
		for i, gap := range gaps {
			usual := min(500*time.Millisecond<<min(i+1, 10), 30*time.Second)
			assert.InDelta(t, usual.Seconds(), gap.Seconds(), 0.26*usual.Seconds(), "attempt %d", i)
		}
		assert.Greater(t, len(slices.Compact(gaps[7:])), 1, "not all alike")
	})
}

func TestUnresponsiveModem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		rec := record(t, m.Events())
		time.Sleep(10 * time.Second)
		sim.Silence(2 * time.Minute)
		untilState(t, m, modem.Lost)
		assert.ErrorIs(t, of[modem.StateChanged](rec)[0].Err, modem.ErrUnresponsive)
		untilState(t, m, modem.Ready)
		caller := sim.Call("+12025550100")
		m.OnCallFunc(answer)
		require.NoError(t, caller.WaitAnswered(deadline(t)))
	})
}

func TestModemThatIsSilentForAMomentIsNotGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		rec := record(t, m.Events())
		for range 10 {
			time.Sleep(40 * time.Second)
			sim.Silence(6 * time.Second)
		}
		time.Sleep(time.Minute)
		assert.Empty(t, modemStates(rec))
	})
}

func TestCallIsNotEndedBecauseTheDialogueIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim, caller, recorded := inCall(t, nil, nil)
		for range 12 {
			sim.Ignore("AT", 1)
			require.NoError(t, caller.Say(deadline(t), speech(40000)))
		}
		require.Equal(t, modem.Ready, m.State(), "there is sound: the modem is there")
		caller.Hangup()
		assert.GreaterOrEqual(t, receive(t, recorded).Duration, time.Minute)
	})
}

func TestWatchdogDisturbsNoDialling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("ATD*").After(100 * time.Second).Reply()
		m := openMock(t, mock, &modem.Config{Watchdog: time.Second, NetworkPoll: time.Second})
		_, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		before := len(mock.Written())
		time.Sleep(95 * time.Second)
		assert.Equal(t, 1, written(mock, "ATD"+callee+";"))
		assert.Equal(t, before, len(mock.Written()), "any byte would end the call")
	})
}

func TestGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{GiveUp: time.Minute})
		rec := record(t, m.Events())
		unplugged := errors.New("unplugged")
		mock.Break(unplugged)
		start := time.Now()
		receive(t, m.Done())
		assert.InDelta(t, 60, time.Since(start).Seconds(), 40)
		require.ErrorIs(t, m.Err(), unplugged)
		synctest.Wait()
		assert.Equal(t, []modem.State{modem.Lost, modem.Failed}, modemStates(rec))
		_, err := m.Place(deadline(t), callee, nil)
		require.ErrorIs(t, err, unplugged)
		_, err = m.Signal(deadline(t))
		require.ErrorIs(t, err, unplugged)
		require.NoError(t, m.Close())
		require.ErrorIs(t, m.Err(), unplugged, "the first reason stays")
	})
}

func TestModemThatIsThereAndDoesNotStartIsRestarted(t *testing.T) {
	for name, tt := range map[string]struct {
		perDay, want int
	}{
		"as often as is usual":  {0, 4},
		"as often as is wanted": {2, 2},
		"never":                 {-1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				m := openMock(t, mock, &modem.Config{ResetsPerDay: tt.perDay})
				mock.On("ATE0Q0V1").Silent()
				hiccup(mock)
				time.Sleep(4 * time.Hour)
				resets := written(mock, "AT+CRESET")
				assert.Equal(t, tt.want, resets)
				time.Sleep(19*time.Hour + 45*time.Minute)
				assert.Equal(t, resets, written(mock, "AT+CRESET"), "that was a day's")
				time.Sleep(5 * time.Hour)
				assert.Equal(t, 2*tt.want, written(mock, "AT+CRESET"), "the next day")
				mock.On("ATE0Q0V1").Reply()
				untilState(t, m, modem.Ready)
			})
		})
	}
}

// hiccup breaks the connection for a moment.
func hiccup(mock *modem.MockTransport) {
	mock.Break(io.EOF)
	synctest.Wait()
	mock.Mend()
}

func TestCloseWhileTheModemIsLost(t *testing.T) {
	for name, breaks := range map[string]func(*modem.MockTransport){
		"and not there":         func(m *modem.MockTransport) { m.Break(io.EOF) },
		"and being opened":      func(m *modem.MockTransport) { m.On("AT*").Silent(); hiccup(m) },
		"and waiting for a SIM": func(m *modem.MockTransport) { m.On("AT+CPIN?").Final("+CME ERROR: 14"); hiccup(m) },
	} {
		for _, after := range []time.Duration{0, time.Millisecond, 600 * time.Millisecond, 3 * time.Second, time.Minute} {
			t.Run(fmt.Sprintf("%s %v", name, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					mock := sim7600()
					m := openMock(t, mock, nil)
					breaks(mock)
					time.Sleep(after)
					start := time.Now()
					require.NoError(t, m.Close())
					assert.Less(t, time.Since(start), 2*time.Second)
					assert.Equal(t, modem.Closed, m.State())
					require.ErrorIs(t, m.Err(), modem.ErrClosed)
				})
			})
		}
	}
}

func TestCallThatTheModemKeptIsHungUp(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			m, sim, caller, _ := inCall(t, &modemtest.Config{Seed: seed}, nil)
			sim.Disconnect(io.EOF)
			require.NoError(t, caller.WaitEnded(deadline(t)), "nobody is there for it any more")
			end, _ := caller.Ended()
			assert.Equal(t, modemtest.EndedByProgram, end)
			untilState(t, m, modem.Ready)
			assert.Empty(t, m.Calls())
		})
	}
}

func TestCallThatRingsAcrossALossIsServed(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, &modemtest.Config{Seed: seed}, nil)
			caller := sim.Call("+12025550100")
			until(t, func() bool { return len(m.Calls()) == 1 })
			sim.Disconnect(io.EOF)
			m.OnCallFunc(answer)
			require.NoError(t, caller.WaitAnswered(deadline(t)))
		})
	}
}

func TestWhatARestartDoesToACommandThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		time.Sleep(5 * time.Second)
		sim.Ignore("AT+CGMR", 1)
		start := time.Now()
		time.AfterFunc(time.Second, sim.Reset)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		_, err := m.Exec(ctx, "AT+CGMR")
		require.ErrorIs(t, err, modem.ErrLost)
		require.ErrorIs(t, err, atcmd.ErrClosed)
		assert.Less(t, time.Since(start), 15*time.Second)
		untilState(t, m, modem.Ready)
	})
}

func TestAnswersThatOthersLeftOnThePort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.Inject("\r\nOK\r\n")
		m := openMock(t, mock, nil)
		assert.Equal(t, "MOCK INCORPORATED", m.Identity().Manufacturer)
		assert.Equal(t, "SIMCOM_SIM7600E-H", m.Identity().Model)
		got, err := m.Signal(deadline(t))
		require.NoError(t, err)
		assert.True(t, got.Known)
	})
}

func TestLooseContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		tr := &dying{MockTransport: mock, read: func() (int, error) { return 0, io.EOF }}
		m, err := modem.Open(deadline(t), tr, &modem.Config{Watchdog: -1, NetworkPoll: -1})
		require.NoError(t, err)
		t.Cleanup(func() { m.Close() })
		lose := func() {
			tr.die()
			untilState(t, m, modem.Lost)
			tr.revive()
		}
		time.Sleep(time.Minute)
		for range 8 {
			lose()
			untilState(t, m, modem.Ready)
		}
		at := tr.times()
		assert.Greater(t, at[len(at)-1].Sub(at[len(at)-2]), 6*time.Second, "it is not initialised all the time")
		time.Sleep(time.Minute)
		start := time.Now()
		lose()
		untilState(t, m, modem.Ready)
		assert.Less(t, time.Since(start), 2*time.Second, "but at once after it has held")
	})
}

func TestPINNoteOfAnAttemptThatWasRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "pin.json")
		require.NoError(t, os.WriteFile(path, []byte("{}"), 0o600))
		openMock(t, sim7600(), &modem.Config{PIN: "2468", PINState: path})
		assert.NoFileExists(t, path, "the SIM is ready: whoever tried, was right")
	})
}

func TestCommandsThatAreLostNowAndThenAreNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{NetworkPoll: -1, Watchdog: 10 * time.Second})
		rec := record(t, m.Events())
		var lost atomic.Int32
		mock.On("AT+CMEE?").Reply("+CMEE: 1")
		for range 20 {
			mock.On("AT+CPIN?").Once().Then(func() { lost.Add(1) }).Silent()
			time.Sleep(30 * time.Second)
		}
		assert.Greater(t, int(lost.Load()), 10)
		assert.Empty(t, modemStates(rec), "it answers all else")
	})
}
