package modem_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// rings opens a modem to which a call comes that no handler takes.
func rings(t *testing.T, mock *modem.MockTransport) (*modem.Modem, *voice.CallSession) {
	t.Helper()
	m := openMock(t, mock, nil)
	mock.Inject(ringing)
	time.Sleep(10 * time.Millisecond)
	require.Len(t, m.Calls(), 1)
	return m, m.Calls()[0]
}

func TestAnswersAtTheSameTimeAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATA").Once().After(500 * time.Millisecond).Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).Reply()
		mock.On("ATA").Final("NO CARRIER") // there is nothing to answer any more
		_, call := rings(t, mock)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() { assert.NoError(t, call.Answer(deadline(t))) })
		}
		wg.Wait()
		time.Sleep(10 * time.Second)
		assert.Equal(t, voice.Active, call.State())
		assert.Equal(t, 1, written(mock, "ATA"))
	})
}

func TestAnswerWaitsForTheOtherOnlyAsLongAsItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATA").After(20 * time.Second).Reply()
		mock.On("AT+CLCC").Reply(listedAs("4"))
		_, call := rings(t, mock)
		first := make(chan error, 1)
		time.AfterFunc(0, func() { first <- call.Answer(deadline(t)) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(time.Millisecond)
		require.ErrorIs(t, call.Answer(ctx), context.DeadlineExceeded)
		require.NoError(t, receive(t, first), "the first is not aborted by that")
	})
}

func TestAnswerThatIsGivenUp(t *testing.T) {
	tests := map[string]struct {
		listed string
		want   voice.State
	}{
		"rings on":           {listedAs("4"), voice.Ringing},
		"was answered":       {listedAs("0"), voice.Active},
		"the caller is gone": {"", voice.Ended},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("ATA").Silent()
				mock.On("").Raw("\r\nNO CARRIER\r\n") // to the CR that aborts
				_, call := rings(t, mock)
				mock.On("AT+CLCC").Reply(tt.listed)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start := time.Now()
				require.ErrorIs(t, call.Answer(ctx), context.DeadlineExceeded)
				assert.Equal(t, time.Second, time.Since(start), "at once")
				time.Sleep(2 * time.Second)
				assert.Equal(t, tt.want, call.State())
			})
		})
	}
}

func TestRefusedAnswer(t *testing.T) {
	tests := map[string]struct {
		listed string
		want   error
		state  voice.State
	}{
		"rings on":           {listedAs("4"), errors.New("the modem answered ERROR"), voice.Ringing},
		"was answered":       {listedAs("0"), nil, voice.Active},
		"the caller is gone": {"", voice.ErrEnded, voice.Ended},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("ATA").Final("ERROR")
				_, call := rings(t, mock)
				mock.On("AT+CLCC").Reply(tt.listed)
				err := call.Answer(deadline(t))
				if tt.want == nil {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, tt.want.Error())
				}
				assert.Equal(t, tt.state, call.State(), "known before Answer returns")
			})
		})
	}
}

func TestHangupsAtTheSameTimeAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+CHUP").After(300 * time.Millisecond).Then(func() { ended(mock) }).Reply()
		_, call := talking(t, mock, nil)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() { assert.NoError(t, call.Hangup(deadline(t))) })
		}
		wg.Wait()
		time.Sleep(10 * time.Second)
		assert.Equal(t, 1, written(mock, "AT+CHUP"))
		assert.Zero(t, written(mock, "ATH"))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
	})
}

func TestHangupGoesOnWhenItsContextIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+CHUP").Then(func() { ended(mock) }).Reply()
		_, call := talking(t, mock, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, call.Hangup(ctx), context.Canceled)
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason, "it was asked for, and is done")
	})
}

func TestHangupDoesNotReachTheNextCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+CHUP").Reply()
		_, call := talking(t, mock, nil)
		// The list takes longer than the patience with AT+CHUP, and has the
		// call no more; the second command is chosen by then.
		mock.On("AT+CLCC").After(700 * time.Millisecond).Reply()
		require.NoError(t, call.Hangup(deadline(t)))
		time.Sleep(20 * time.Second)
		assert.Equal(t, 1, written(mock, "AT+CHUP"))
		assert.Zero(t, written(mock, "ATH"))
	})
}

func TestCallThatWasGivenUpIsHungUpWhenTheModemAnswersAgain(t *testing.T) {
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, &modemtest.Config{Seed: seed}, nil)
			answered := make(chan error, 1)
			m.OnCall(answering(answered))
			caller := sim.Call("+12025550100")
			require.NoError(t, receive(t, answered))
			call := m.Calls()[0]
			time.Sleep(3 * time.Second)
			sim.Silence(30 * time.Second)
			start := time.Now()
			require.NoError(t, call.Hangup(deadline(t)))
			assert.Equal(t, 10*time.Second, time.Since(start).Round(time.Second))
			assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
			_, over := caller.Ended()
			require.False(t, over, "the modem has it still")
			time.Sleep(35 * time.Second)
			_, over = caller.Ended()
			assert.True(t, over)
			assert.Empty(t, m.Calls(), "and nobody hears of it")
			second := sim.Call(other)
			require.NoError(t, second.WaitAnswered(deadline(t)))
			time.Sleep(20 * time.Second)
			_, over = second.Ended()
			assert.False(t, over, "the next caller is left alone")
		})
	}
}

func TestCallThatIsStuckDoesNotHarmTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		m.OnCall(nil)
		require.NoError(t, call.Hangup(deadline(t))) // in vain, for 10 s
		second := ofOther(`+CLCC: 2,1,4,0,0,"+12025550100",145`)
		mock.On("AT+CLCC").Reply(listedAs("0"), second)
		mock.On("AT+CHLD=11").Then(func() { mock.On("AT+CLCC").Reply(second) }).Reply()
		inject(mock, "RING")
		time.Sleep(2 * time.Second)
		require.Len(t, m.Calls(), 1)
		assert.EqualValues(t, other, m.Calls()[0].Number())
		assert.Equal(t, 1, written(mock, "AT+CHLD=11"), "the command that spares the other call")
		ended(mock)
	})
}

func TestHangupBesideAnotherCallSparesIt(t *testing.T) {
	second := func(stat string) string { return ofOther(`+CLCC: 2,1,` + stat + `,0,0,"+12025550100",145`) }
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		mock.On("AT+CLCC").Reply(listedAs("0"), second("5"))
		time.Sleep(2 * time.Second)
		waiting := m.Calls()[1]
		mock.On("AT+CHLD=0").Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).Reply()
		require.NoError(t, waiting.Reject(deadline(t)))
		assert.Equal(t, voice.Rejected, endOf(t, waiting).Reason)
		assert.Equal(t, voice.Active, call.State())
		assert.Equal(t, 1, written(mock, "AT+CHLD=0"))
		assert.Zero(t, written(mock, "AT+CHUP"))
	})
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		m.OnCall(nil)
		mock.On("AT+CLCC").Reply(listedAs("0"), second("5"))
		time.Sleep(2 * time.Second)
		waiting := m.Calls()[1]
		mock.On("AT+CHLD=11").Then(func() { mock.On("AT+CLCC").Reply(second("4")) }).Reply()
		require.NoError(t, call.Hangup(deadline(t)))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		assert.Equal(t, voice.Ringing, waiting.State())
		assert.Zero(t, written(mock, "AT+CHUP"))
	})
}

func TestHoldBesideAWaitingCallIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		_, call := talking(t, mock, nil)
		mock.On("AT+CLCC").Reply(listedAs("0"), ofOther(`+CLCC: 2,1,5,0,0,"+12025550100",145`))
		time.Sleep(2 * time.Second)
		require.ErrorIs(t, call.Hold(deadline(t)), modem.ErrLineBusy)
		assert.Zero(t, written(mock, "AT+CHLD=2"), "it would answer the call that waits")
		assert.Equal(t, voice.Active, call.State())
	})
}

func TestMethodsThatFailBecauseTheCallIsOver(t *testing.T) {
	tests := map[string]func(context.Context, *voice.CallSession) error{
		"tone": func(ctx context.Context, c *voice.CallSession) error { return c.SendDTMF(ctx, "1", nil) },
		"hold": func(ctx context.Context, c *voice.CallSession) error { return c.Hold(ctx) },
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				mock.On("AT+VTS*").Final("+CME ERROR: 3")
				mock.On("AT+CHLD=2").Final("ERROR")
				_, call := talking(t, mock, nil)
				start := time.Now()
				err := f(deadline(t), call)
				require.Error(t, err)
				require.NotErrorIs(t, err, voice.ErrEnded, "the call is up")
				assert.Less(t, time.Since(start), 200*time.Millisecond, "the list is asked at once")
				assert.Contains(t, err.Error(), "modem: ")
				ended(mock)
				require.ErrorIs(t, f(deadline(t), call), voice.ErrEnded)
			})
		})
	}
	t.Run("connection lost", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := answerable()
			mock.On("AT+VTS*").Then(func() { mock.Break(errors.New("unplugged")) }).Silent()
			_, call := talking(t, mock, nil)
			err := call.SendDTMF(deadline(t), "1", nil)
			ended, ok := errors.AsType[*voice.EndedError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, voice.ModemLost, ended.End.Reason)
		})
	})
}

func TestCloseWhileSomebodyDials(t *testing.T) {
	for after := range 20 {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, &modemtest.Config{Seed: uint64(after)}, nil)
			sim.OnDial(callee, modemtest.Outcome{Result: modemtest.Ring})
			placed := make(chan error, 1)
			time.AfterFunc(0, func() {
				_, err := m.Place(deadline(t), callee, nil)
				placed <- err
			})
			time.Sleep(time.Duration(after) * 10 * time.Millisecond)
			start := time.Now()
			require.NoError(t, m.Close())
			assert.Less(t, time.Since(start), 4*time.Second)
			if err := receive(t, placed); err != nil {
				require.True(t, errors.Is(err, modem.ErrClosed) || errors.Is(err, modem.ErrShutdown), "%v", err)
			}
			if len(sim.Dialled()) > 0 {
				far, err := sim.WaitDialled(deadline(t))
				require.NoError(t, err)
				_, ended := far.Ended()
				assert.True(t, ended, "it rings on")
			}
		})
	}
}

func TestClosesAtTheSameTimeAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		caller := sim.Call("+12025550100")
		require.NoError(t, receive(t, answered))
		call := m.Calls()[0]
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { assert.NoError(t, m.Close()) })
			wg.Go(func() { assert.NoError(t, m.Shutdown(deadline(t))) })
			wg.Go(func() { assert.NoError(t, call.Hangup(deadline(t))) })
		}
		wg.Wait()
		_, ended := caller.Ended()
		assert.True(t, ended)
	})
}

func TestWhoCallsWhileTheModemClosesIsLeftToRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		answered := make(chan error, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			answered <- call.Answer(ctx)
			time.Sleep(6 * time.Second) // it stores what the call left
			return nil
		})
		sim.Call("+12025550100")
		require.NoError(t, receive(t, answered))
		late := make(chan *modemtest.Caller, 1)
		time.AfterFunc(2*time.Second, func() { late <- sim.Call(other) })
		start := time.Now()
		require.NoError(t, m.Close())
		assert.Equal(t, 6*time.Second, time.Since(start).Round(time.Second), "nobody waits for the new call")
		_, ended := receive(t, late).Ended()
		assert.False(t, ended, "it is for who opens the modem next")
	})
}

func TestShutdownDoesNotWaitForWhoCallsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		rec := record(t, m.Events())
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		first := sim.Call("+12025550100")
		require.NoError(t, receive(t, answered))
		time.AfterFunc(10*time.Second, first.Hangup)
		time.AfterFunc(10100*time.Millisecond, func() { sim.Call(other) })
		start := time.Now()
		require.NoError(t, m.Shutdown(deadline(t)))
		assert.Less(t, time.Since(start), 12*time.Second)
		synctest.Wait()
		for _, e := range of[voice.StateChanged](rec) {
			if e.Number == other && e.State == voice.Ended {
				assert.Equal(t, voice.ModemLost, e.End.Reason)
			}
		}
	})
}

func TestCloseLeavesTheCallersOfAShutdownToRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		at := make(chan error, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			at <- call.Reject(ctx)
			<-ctx.Done() // it stores something, for long
			time.Sleep(2 * time.Second)
			return nil
		})
		sim.Call("+12025550100")
		require.NoError(t, receive(t, at))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		late := make(chan *modemtest.Caller, 1)
		time.AfterFunc(5*time.Second, func() { late <- sim.Call(other) })
		require.ErrorIs(t, m.Shutdown(ctx), context.DeadlineExceeded)
		require.Len(t, m.Calls(), 1)
		start := time.Now()
		require.NoError(t, m.Close())
		assert.Equal(t, 2*time.Second, time.Since(start).Round(100*time.Millisecond))
		_, ended := receive(t, late).Ended()
		assert.False(t, ended)
	})
}

func TestHangupWhileTheCallIsBeingAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATA").Silent()
		mock.On("").Raw("\r\nNO CARRIER\r\n") // to the CR that aborts it
		_, call := rings(t, mock)
		answered := make(chan error, 1)
		time.AfterFunc(0, func() { answered <- call.Answer(deadline(t)) })
		time.Sleep(time.Second)
		start := time.Now()
		require.NoError(t, call.Hangup(deadline(t)))
		assert.Less(t, time.Since(start), 200*time.Millisecond)
		assert.Equal(t, voice.Rejected, endOf(t, call).Reason)
		require.ErrorIs(t, receive(t, answered), voice.ErrEnded)
		w := mock.Written()
		i := lastIndex(w, "ATA")
		assert.Equal(t, []string{"ATA", "", "AT+CHUP"}, w[i:i+3])
	})
}

func TestConnectionLostWhileHangingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+CHUP").Then(func() { mock.Break(errors.New("unplugged")) }).Silent()
		_, call := talking(t, mock, nil)
		require.NoError(t, call.Hangup(deadline(t)))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason, "that is what the program wanted")
	})
}

func TestWhoCallsAgainIsNotTheCallThatWasStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		m.OnCall(nil)
		require.NoError(t, call.Hangup(deadline(t))) // in vain, for 10 s
		mock.On("AT+CLCC").Reply(listedAs("4"))
		inject(mock, "RING")
		time.Sleep(20 * time.Second)
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, voice.Ringing, m.Calls()[0].State())
		assert.Zero(t, written(mock, "AT+CHLD=11"))
	})
}

func TestHangupBeforeTheNumberIsDialled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		time.Sleep(time.Second)
		mock.On("AT+CGMM").After(2 * time.Second).Reply("MOCK")
		done := make(chan error, 1)
		time.AfterFunc(0, func() {
			_, err := m.Exec(deadline(t), "AT+CGMM")
			done <- err
		})
		time.Sleep(time.Millisecond)
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.NoError(t, call.Hangup(deadline(t)))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		require.NoError(t, receive(t, done))
		time.Sleep(20 * time.Second)
		assert.Zero(t, written(mock, "ATD"+callee+";"))
	})
}

func TestCloseSwitchesTheAudioOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		sim.Call("+12025550100")
		require.NoError(t, receive(t, answered))
		time.Sleep(2 * time.Second)
		require.NoError(t, m.Close())
		var switched string
		for _, w := range sim.Written() {
			if strings.HasPrefix(w.Text, "AT+CPCMREG=") {
				switched = w.Text
			}
		}
		assert.Equal(t, "AT+CPCMREG=0", switched)
	})
}

func TestPlaceAfterTheConnectionIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		unplugged := errors.New("unplugged")
		sim.Disconnect(unplugged)
		synctest.Wait()
		_, err := m.Place(deadline(t), callee, nil)
		require.ErrorIs(t, err, modem.ErrLost)
		require.NoError(t, m.Close())
		_, err = m.Place(deadline(t), callee, nil)
		require.ErrorIs(t, err, modem.ErrClosed)
	})
}

func TestConnectionLostWhileDialling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").Then(func() { mock.Break(errors.New("unplugged")) }).Silent()
		m := openMock(t, mock, nil)
		_, err := m.Dial(deadline(t), callee, nil)
		ended, ok := errors.AsType[*voice.EndedError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, voice.ModemLost, ended.End.Reason)
	})
}

func TestCallThatEndsWhileOpenIsAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.Audio = true
		for _, cmd := range []string{"AT+CGMM", "AT+CPIN?", "AT+CLIP=1", "AT+CPCMFRM=0", "AT+CPCMBANDWIDTH=1,1"} {
			mock.On(cmd).Once().Then(func() { mock.Inject(ringing + "\r\nNO CARRIER\r\n") }).Reply("+CPIN: READY")
		}
		m := openMock(t, mock, &modem.Config{Profile: nil})
		assert.NotNil(t, m)
		time.Sleep(20 * time.Second)
		assert.Empty(t, m.Calls())
	})
}

func TestNoHandlerIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{OnCall: voice.HandlerFunc(func(context.Context, *voice.CallSession) error {
			t.Error("called")
			return nil
		})})
		m.OnCallFunc(nil)
		mock.On("AT+CLCC").Reply(listedAs("4"))
		mock.Inject(ringing)
		time.Sleep(5 * time.Second)
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, voice.Ringing, m.Calls()[0].State(), "nobody rejects it")
	})
}
