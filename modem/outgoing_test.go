package modem_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

const callee = "+12025550123"

// dialledAs is a line of AT+CLCC for the callee, with the state.
func dialledAs(stat string) string { return `+CLCC: 1,0,` + stat + `,0,0,"` + callee + `",145` }

func endOf(t *testing.T, call *voice.CallSession) voice.End {
	t.Helper()
	receive(t, call.Done())
	end, ended := call.End()
	require.True(t, ended)
	return end
}

func TestScenarioA32DialAndHangUp(t *testing.T) {
	for _, family := range []modemtest.Family{modemtest.SIM7600, modemtest.Generic} {
		for seed := range uint64(10) {
			synctest.Test(t, func(t *testing.T) {
				ctx := deadline(t)
				m, sim := openSim(t, &modemtest.Config{Family: family, Seed: seed}, nil)
				rec := record(t, m.Events())
				sim.OnDial(callee, modemtest.Outcome{Result: modemtest.Answer, After: 6 * time.Second})
				call, err := m.Place(ctx, callee, nil)
				require.NoError(t, err)
				assert.Equal(t, voice.Outgoing, call.Direction())
				assert.Equal(t, callee, string(call.Number()))
				require.NoError(t, call.WaitAnswered(ctx))
				assert.Equal(t, []string{callee}, sim.Dialled())
				time.Sleep(3 * time.Second)
				require.NoError(t, call.Hangup(ctx))
				assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
				time.Sleep(5 * time.Second)
				got := states(rec, "")
				assert.Equal(t, voice.Dialing, got[0])
				assert.Equal(t, []voice.State{voice.Active, voice.Ended}, got[len(got)-2:])
				assert.LessOrEqual(t, len(got), 4)
			})
		}
	}
}

func TestDialReturnsWhenAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, nil, nil)
		sim.OnDial(callee, modemtest.Outcome{Result: modemtest.Answer, After: 3 * time.Second})
		call, err := m.Dial(ctx, callee, nil)
		require.NoError(t, err)
		assert.Equal(t, voice.Active, call.State())
		_, err = call.Play(ctx, voice.Beep(), nil)
		require.NoError(t, err)
		require.NoError(t, call.SendDTMF(ctx, "12#", nil))
		far, err := sim.WaitDialled(ctx)
		require.NoError(t, err)
		assert.Equal(t, "12#", far.Pressed())
		require.NoError(t, call.Hangup(ctx))
	})
}

func TestDialTellsWhyItWasNotAnswered(t *testing.T) {
	tests := map[string]struct {
		outcome modemtest.Outcome
		want    voice.EndReason
	}{
		"busy":       {modemtest.Outcome{Result: modemtest.Busy, After: 2 * time.Second}, voice.Busy},
		"no answer":  {modemtest.Outcome{Result: modemtest.NoAnswer, After: 30 * time.Second}, voice.NoAnswer},
		"rejected":   {modemtest.Outcome{Result: modemtest.Reject, After: 2 * time.Second}, voice.Rejected},
		"no service": {modemtest.Outcome{Result: modemtest.NoService}, voice.Failed},
	}
	for name, tt := range tests {
		for _, family := range []modemtest.Family{modemtest.SIM7600, modemtest.Generic} {
			t.Run(name+", "+family.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m, sim := openSim(t, &modemtest.Config{Family: family}, nil)
					sim.OnDial(callee, tt.outcome)
					call, err := m.Dial(deadline(t), callee, nil)
					assert.Nil(t, call)
					ended, ok := errors.AsType[*voice.EndedError](err)
					require.True(t, ok, "%v", err)
					assert.Equal(t, tt.want, ended.End.Reason)
					assert.Zero(t, ended.End.Talk)
					assert.Empty(t, m.Calls())
				})
			})
		}
	}
}

func TestDialIsHungUpWhenItsContextIsDone(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, &modemtest.Config{Seed: seed}, nil)
			sim.OnDial(callee, modemtest.Outcome{Result: modemtest.Ring})
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(seed)*700*time.Millisecond+10*time.Millisecond)
			defer cancel()
			start := time.Now()
			call, err := m.Dial(ctx, callee, nil)
			assert.Nil(t, call)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Less(t, time.Since(start), time.Duration(seed)*700*time.Millisecond+4*time.Second)
			time.Sleep(5 * time.Second)
			assert.Empty(t, m.Calls())
			if len(sim.Dialled()) > 0 {
				far, err := sim.WaitDialled(deadline(t))
				require.NoError(t, err)
				_, ended := far.Ended()
				assert.True(t, ended, "seed %d: %v", seed, far)
			}
		})
	}
}

func TestScenarioA9HangUpWhileDialling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		mock := sim7600()
		mock.On("ATD*").Silent()
		mock.On("").Raw("\r\nNO CARRIER\r\n") // the CR that aborts it
		m := openMock(t, mock, nil)
		call, err := m.Place(ctx, callee, nil)
		require.NoError(t, err)
		time.Sleep(time.Second)
		start := time.Now()
		require.NoError(t, call.Hangup(ctx))
		assert.Less(t, time.Since(start), 500*time.Millisecond, "at once")
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		w := mock.Written()
		i := lastIndex(w, "ATD"+callee+";")
		assert.Equal(t, []string{"ATD" + callee + ";", "", "AT+CHUP"}, w[i:i+3], "aborted, then hung up")
	})
}

func lastIndex(s []string, want string) int {
	for i, line := range slices.Backward(s) {
		if line == want {
			return i
		}
	}
	return -1
}

func TestScenarioA10DiallingIsNeverAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").Silent()
		m := openMock(t, mock, nil)
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		end := endOf(t, call)
		assert.Equal(t, voice.Failed, end.Reason)
		w := mock.Written()
		w = w[lastIndex(w, "ATD"+callee+";"):]
		assert.Contains(t, w, "AT+CHUP")
		assert.Contains(t, w, "AT+CLCC", "the list has the last word")
		_, err = m.Signal(deadline(t))
		require.NoError(t, err, "the dialogue goes on")
	})
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").Silent()
		mock.On("AT+CHUP").Then(func() { mock.On("AT+CLCC").Reply() }).Reply()
		m := openMock(t, mock, nil)
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		mock.On("AT+CLCC").Reply(dialledAs("0")) // it was answered all the same
		assert.Equal(t, voice.Failed, endOf(t, call).Reason)
		assert.Equal(t, 1, written(mock, "AT+CHUP"), "which ended it, as the list says")
	})
}

func TestScenarioB5HangUpThatDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		mock := answerable()
		mock.On("AT+CHUP").Reply() // and nothing happens
		mock.On("ATH").Then(func() { mock.On("AT+CLCC").Reply() }).Reply()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		call := m.Calls()[0]
		require.NoError(t, call.Hangup(ctx))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		w := mock.Written()
		chup, ath := lastIndex(w, "AT+CHUP"), lastIndex(w, "ATH")
		assert.Less(t, chup, ath, "AT+CHUP first, ATH as fallback")
		assert.Contains(t, w[ath:], "AT+CLCC", "the end is checked")
	})
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		mock := answerable()
		m := openMock(t, mock, nil) // nothing ends the call
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		start := time.Now()
		require.NoError(t, m.Calls()[0].Hangup(ctx))
		assert.InDelta(t, 10, time.Since(start).Seconds(), 1, "it is given up after 10 s")
		assert.Greater(t, written(mock, "ATH"), 3)
	})
}

func TestScenarioB12NothingIsSentWhileDialling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").After(25 * time.Second).Reply()
		m := openMock(t, mock, &modem.Config{NetworkPoll: 2 * time.Second})
		time.Sleep(5 * time.Second)
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		time.Sleep(24 * time.Second)
		w := mock.Written()
		assert.Equal(t, "ATD"+callee+";", w[len(w)-1], "neither poll nor keep-alive")
		assert.Equal(t, voice.Dialing, call.State())
		mock.On("AT+CLCC").Reply(dialledAs("0"))
		require.NoError(t, call.WaitAnswered(deadline(t)))
		assert.Greater(t, len(mock.Written()), len(w))
	})
}

func TestScenarioB21HangUpWithConnectedLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, nil, nil)
		_, err := m.Exec(ctx, "AT+COLP=1")
		require.NoError(t, err)
		sim.OnDial(callee, modemtest.Outcome{Result: modemtest.Answer, After: 25 * time.Second})
		call, err := m.Place(ctx, callee, nil)
		require.NoError(t, err)
		time.Sleep(3 * time.Second)
		start := time.Now()
		require.NoError(t, call.Hangup(ctx))
		assert.Less(t, time.Since(start), 2*time.Second, "aborted at once")
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		assert.NotZero(t, sim.Stats().Aborts)
	})
}

func TestScenarioB26DialStringsThatWouldBeCommands(t *testing.T) {
	for _, bad := range []string{
		"12025550123\r", "1202\n5550123", "1202\x1b5550123", "1202\x1a5550123", "12025550123;", `1202"5550123`,
		"12025550123;+CPWD", "1202555\x000123",
	} {
		checkRefused(t, bad)
	}
}

func TestScenarioB27WhatIsNoNumber(t *testing.T) {
	for _, bad := range []string{
		"*100#", "#31#12025550123", "**21*12025550123#", "CALLME", "1202,555", "1202T555", "1202P555", "",
		"+", "++12025550123", "1+2025550123", strings.Repeat("1234567890", 4), "123456789012345678901", "12025550123 ", "１２３",
	} {
		checkRefused(t, bad)
	}
}

func checkRefused(t *testing.T, number string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		time.Sleep(time.Second)
		before := len(mock.Written())
		call, err := m.Dial(deadline(t), number, nil)
		assert.Nil(t, call)
		require.ErrorIs(t, err, modem.ErrBadNumber)
		assert.Len(t, mock.Written(), before, "nothing is written")
		assert.Empty(t, m.Calls())
	})
}

func TestDialOptions(t *testing.T) {
	tests := map[modem.CallerID]string{
		modem.CallerIDDefault: "ATD" + callee + ";",
		modem.CallerIDShown:   "ATD" + callee + "i;",
		modem.CallerIDHidden:  "ATD" + callee + "I;",
	}
	for id, want := range tests {
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			m := openMock(t, mock, nil)
			_, err := m.Place(deadline(t), callee, &modem.DialOptions{CallerID: id})
			require.NoError(t, err)
			synctest.Wait()
			assert.Equal(t, 1, written(mock, want))
		})
	}
}

func TestSecondCallIsRefusedRatherThanHoldingTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, &modemtest.Config{CallWaiting: true}, &modem.Config{CallWaiting: true})
		_, err := m.Exec(ctx, "AT+CCWA=1")
		require.NoError(t, err)
		refused := make(chan error, 1)
		first := make(chan error, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			if call.State() == voice.Waiting {
				refused <- call.Answer(ctx)
				return call.Reject(ctx)
			}
			return answering(first).ServeCall(ctx, call)
		})
		sim.Call("+12025550100")
		require.NoError(t, receive(t, first))
		_, err = m.Dial(ctx, callee, nil)
		require.ErrorIs(t, err, modem.ErrLineBusy)
		second := sim.Call("+12025550199")
		require.ErrorIs(t, receive(t, refused), modem.ErrLineBusy)
		require.NoError(t, second.WaitEnded(ctx))
		time.Sleep(time.Second)
		require.Len(t, m.Calls(), 1, "the first goes on")
		assert.Equal(t, voice.Active, m.Calls()[0].State())
	})
}

func TestHoldAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, nil, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		caller := sim.Call("+12025550100")
		require.NoError(t, receive(t, answered))
		call := m.Calls()[0]
		require.NoError(t, call.Hold(ctx))
		assert.Equal(t, voice.Held, call.State())
		assert.True(t, caller.Held())
		time.Sleep(5 * time.Second)
		assert.Equal(t, voice.Held, call.State())
		require.NoError(t, call.Resume(ctx))
		assert.Equal(t, voice.Active, call.State())
		assert.False(t, caller.Held())
		time.Sleep(5 * time.Second)
		assert.Equal(t, voice.Active, call.State())
	})
}

func TestRejectedCallerIsNotMissed(t *testing.T) {
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			ctx := deadline(t)
			m, sim := openSim(t, &modemtest.Config{Seed: seed}, nil)
			var call *voice.CallSession
			got := make(chan error, 1)
			m.OnCallFunc(func(ctx context.Context, c *voice.CallSession) error {
				call = c
				got <- c.Reject(ctx)
				return nil
			})
			caller := sim.Call("+12025550100")
			require.NoError(t, receive(t, got))
			assert.Equal(t, voice.Rejected, endOf(t, call).Reason)
			require.NoError(t, caller.WaitEnded(ctx))
			end, _ := caller.Ended()
			assert.Contains(t, []modemtest.End{modemtest.EndedByProgram, modemtest.EndedRejected}, end)
		})
	}
}
