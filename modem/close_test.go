package modem_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
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

func TestScenarioA33CloseInACall(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, &modemtest.Config{Seed: seed}, nil)
			rec := record(t, m.Events())
			answered := make(chan error, 1)
			m.OnCall(answering(answered))
			caller := sim.Call("+12025550100")
			require.NoError(t, receive(t, answered))
			call := m.Calls()[0]
			start := time.Now()
			require.NoError(t, m.Close())
			assert.Less(t, time.Since(start), 3*time.Second)
			assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
			end, ended := caller.Ended()
			assert.True(t, ended, "the line is hung up, not left")
			assert.Equal(t, modemtest.EndedByProgram, end)
			require.NoError(t, m.Close(), "twice is once")
			assert.ErrorIs(t, m.Err(), modem.ErrClosed)
			receive(t, m.Done())
			synctest.Wait()
			got := of[modem.StateChanged](rec)
			assert.Equal(t, modem.Closed, got[len(got)-1].State)
			require.NoError(t, got[len(got)-1].Err, "that is no fault")
		})
	}
}

func TestScenarioB30CloseWhileAHandlerIsAtWork(t *testing.T) {
	work := map[string]func(ctx context.Context, call *voice.CallSession) error{
		"B30 in Play": func(ctx context.Context, call *voice.CallSession) error {
			_, err := call.Play(ctx, voice.Silence(time.Hour), nil)
			return err
		},
		"B30 in Record": func(ctx context.Context, call *voice.CallSession) error {
			_, err := call.Record(ctx, io.Discard, nil)
			return err
		},
		"B30 in Collect": func(ctx context.Context, call *voice.CallSession) error {
			_, err := call.Collect(ctx, &voice.CollectOptions{First: time.Hour})
			return err
		},
		"B30 waiting for its context": func(ctx context.Context, _ *voice.CallSession) error {
			<-ctx.Done()
			return ctx.Err()
		},
	}
	for name, f := range work {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, sim := openSim(t, nil, &modem.Config{OnHandlerError: func(*voice.CallSession, error) {}})
				at := make(chan error, 1)
				m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
					at <- call.Answer(ctx)
					return f(ctx, call)
				})
				caller := sim.Call("+12025550100")
				require.NoError(t, receive(t, at))
				time.Sleep(2 * time.Second)
				start := time.Now()
				require.NoError(t, m.Close())
				assert.Less(t, time.Since(start), 10*time.Second)
				_, ended := caller.Ended()
				assert.True(t, ended)
			})
		})
	}
	t.Run("B30 never returning", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, nil, nil)
			at, leave, left := make(chan error, 1), make(chan struct{}), make(chan struct{})
			m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
				defer close(left)
				at <- call.Answer(ctx)
				<-leave
				return nil
			})
			caller := sim.Call("+12025550100")
			require.NoError(t, receive(t, at))
			start := time.Now()
			require.ErrorIs(t, m.Close(), modem.ErrHandlersRunning)
			assert.Equal(t, 10*time.Second, time.Since(start).Round(100*time.Millisecond))
			_, ended := caller.Ended()
			assert.True(t, ended, "the line is hung up all the same")
			close(leave)
			receive(t, left)
		})
	})
	t.Run("B30 from the handler itself", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, nil, nil)
			closed := make(chan error, 1)
			m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
				if err := call.Answer(ctx); err != nil {
					return err
				}
				closed <- m.Close()
				return nil
			})
			sim.Call("+12025550100")
			require.ErrorIs(t, receive(t, closed), modem.ErrHandlersRunning)
		})
	})
}

func TestWhoClosesAgainWaitsForTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		m.OnCallFunc(func(ctx context.Context, _ *voice.CallSession) error {
			<-ctx.Done()
			time.Sleep(3 * time.Second)
			return nil
		})
		sim.Call("+12025550100")
		time.Sleep(5 * time.Second)
		first := make(chan error, 1)
		time.AfterFunc(0, func() { first <- m.Close() })
		time.Sleep(time.Second)
		start := time.Now()
		require.NoError(t, m.Close())
		assert.Equal(t, 2*time.Second, time.Since(start).Round(time.Second))
		require.NoError(t, receive(t, first))
	})
}

func TestUnpluggedWhileClosing(t *testing.T) {
	for _, after := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond, 300 * time.Millisecond} {
		for seed := range uint64(10) {
			synctest.Test(t, func(t *testing.T) {
				m, sim := openSim(t, &modemtest.Config{Seed: seed}, nil)
				answered := make(chan error, 1)
				m.OnCall(answering(answered))
				sim.Call("+12025550100")
				require.NoError(t, receive(t, answered))
				time.AfterFunc(after, func() { sim.Disconnect(nil) })
				start := time.Now()
				require.NoError(t, m.Close())
				assert.Less(t, time.Since(start), 2*time.Second)
			})
		}
	}
}

func TestCloseOfAModemThatHasGoneSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		mock.On("*").Silent()
		start := time.Now()
		require.NoError(t, m.Close(), "the handler returned when its call was over")
		assert.LessOrEqual(t, time.Since(start), 10*time.Second)
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
	})
}

func TestHandlerThatEndsItsGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			_ = call.Answer(ctx)
			runtime.Goexit() // as t.FailNow does
			return nil
		})
		require.NoError(t, sim.Call("+12025550100").WaitEnded(deadline(t)))
		start := time.Now()
		require.NoError(t, m.Shutdown(deadline(t)))
		assert.Less(t, time.Since(start), 2*time.Second)
	})
}

func TestHangupReturnsWhenTheCallIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		mock.On("AT+X").Silent()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		done := make(chan error, 1)
		time.AfterFunc(0, func() {
			_, err := m.Exec(ctx, "AT+X")
			done <- err
		})
		time.Sleep(time.Second)
		start := time.Now()
		require.NoError(t, call.Hangup(deadline(t)))
		assert.Equal(t, 10*time.Second, time.Since(start).Round(100*time.Millisecond), "when it was given up")
		require.ErrorIs(t, receive(t, done), context.DeadlineExceeded)
		ended(mock)
		time.Sleep(30 * time.Second)
		assert.Zero(t, written(mock, "AT+CHUP"), "it could have hit another call")
	})
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		mock.On("AT+CHUP").Then(func() { ended(mock) }).After(time.Second).Reply()
		time.AfterFunc(0, func() { inject(mock, "VOICE CALL: END: 000005") })
		ctx, cancel := context.WithCancel(deadline(t))
		require.NoError(t, call.Hangup(ctx))
		cancel()
		_, err := m.Signal(deadline(t))
		require.NoError(t, err)
		assert.Equal(t, 1, written(mock, "AT+CMEE?"), "by Open: the command was not given up, so that nothing is out of step")
	})
}

func TestScenarioB31MessageIsStoredAfterTheCallerHungUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, nil, nil)
		stored := make(chan error, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			if err := call.Answer(ctx); err != nil {
				return err
			}
			<-call.Done()
			time.Sleep(5 * time.Second) // a slow disk
			stored <- ctx.Err()
			return nil
		})
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(deadline(t)))
		time.Sleep(time.Second)
		caller.Hangup()
		require.NoError(t, receive(t, stored), "ctx is alive")
	})
}

func TestShutdownLetsThePresentCallEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, nil, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		caller := sim.Call("+12025550100")
		require.NoError(t, receive(t, answered))
		time.AfterFunc(20*time.Second, caller.Hangup)
		late := make(chan *modemtest.Caller, 1)
		time.AfterFunc(25*time.Second, func() { late <- sim.Call("+12025550199") })
		start := time.Now()
		require.NoError(t, m.Shutdown(ctx))
		assert.InDelta(t, 20, time.Since(start).Seconds(), 3)
		assert.Equal(t, modem.Closed, m.State())
		_, err := m.Place(ctx, callee, nil)
		require.ErrorIs(t, err, modem.ErrClosed)
		require.NoError(t, m.Shutdown(ctx), "of a closed modem it is a no-op")
		_, ended := receive(t, late).Ended()
		assert.False(t, ended, "a modem that is closed answers nobody")
	})
}

func TestShutdownTakesNoNewCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		answered := make(chan error, 2)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		down := make(chan error, 1)
		time.AfterFunc(0, func() { down <- m.Shutdown(ctx) })
		synctest.Wait()
		_, err := m.Place(ctx, callee, nil)
		require.ErrorIs(t, err, modem.ErrShutdown)
		mock.On("AT+CLCC").Reply(listedAs("0"), `+CLCC: 2,1,4,0,0,"+12025550199",145`)
		time.Sleep(5 * time.Second)
		assert.Empty(t, answered, "the handler gets nothing new")
		require.ErrorIs(t, receive(t, down), context.DeadlineExceeded)
		assert.Equal(t, modem.Ready, m.State(), "it stays open for the present call")
		assert.Equal(t, voice.Active, m.Calls()[0].State())
	})
}

func TestLostConnectionEndsCallsAndIsMadeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, nil, nil)
		rec := record(t, m.Events())
		recorded := make(chan voice.Recording, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			if err := call.Answer(ctx); err != nil {
				return err
			}
			r, err := call.Record(ctx, io.Discard, nil)
			recorded <- r
			return err
		})
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(ctx))
		require.NoError(t, caller.Say(ctx, speech(24000)))
		call := m.Calls()[0]
		unplugged := errors.New("unplugged")
		sim.Disconnect(unplugged)
		assert.Equal(t, voice.ModemLost, endOf(t, call).Reason)
		assert.GreaterOrEqual(t, receive(t, recorded).Duration, 2*time.Second, "what was said is there")
		_, err := m.Signal(ctx)
		require.ErrorIs(t, err, modem.ErrLost)
		require.ErrorIs(t, err, unplugged)
		require.ErrorIs(t, err, atcmd.ErrClosed)
		require.NoError(t, caller.WaitEnded(ctx), "nobody is there to talk to")
		require.NoError(t, m.Err())
		untilState(t, m, modem.Ready)
		_, err = m.Signal(ctx)
		require.NoError(t, err)
		synctest.Wait()
		assert.Equal(t, []modem.State{modem.Lost, modem.Opening, modem.Ready}, modemStates(rec))
		assert.ErrorIs(t, of[modem.StateChanged](rec)[0].Err, unplugged)
		assert.Empty(t, m.Calls())
	})
}

// stuckLog is a log handler that does not return while it is shut, which holds up
// the dialogue.
type stuckLog struct {
	slog.Handler
	shut *atomic.Bool
	open chan struct{}
}

func (h stuckLog) Handle(ctx context.Context, r slog.Record) error {
	if h.shut.Load() && strings.HasPrefix(r.Message, "atcmd: ") {
		<-h.open
	}
	return nil
}

func (h stuckLog) WithAttrs([]slog.Attr) slog.Handler { return h }

func TestScenarioB36StateIsReadAgainWhenReportsWereLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		debug := &slog.HandlerOptions{Level: slog.LevelDebug}
		log := stuckLog{slog.NewTextHandler(io.Discard, debug), &atomic.Bool{}, make(chan struct{})}
		m := openMock(t, mock, &modem.Config{Logger: slog.New(log), NetworkPoll: -1})
		time.Sleep(10 * time.Second)
		asked := map[string]int{"AT+CLCC": 0, "AT+CSQ": 0, "AT+CREG?": 0}
		for cmd := range asked {
			asked[cmd] = written(mock, cmd)
		}
		log.shut.Store(true)
		inject(mock, "UNHEARD OF") // which is logged
		synctest.Wait()
		for range 200 {
			mock.Inject(strings.Repeat("\r\nSMS DONE\r\n", 600))
			synctest.Wait()
		}
		mock.On("AT+CLCC").Reply(listedAs("4"))
		mock.On("AT+CREG?").Reply("+CREG: 2,5")
		inject(mock, "RING", "+CREG: 5") // are lost
		synctest.Wait()
		log.shut.Store(false)
		close(log.open)
		time.Sleep(time.Second)
		for cmd, before := range asked {
			assert.Greater(t, written(mock, cmd), before, cmd)
		}
		require.Len(t, m.Calls(), 1, "the call that rang meanwhile")
	})
}

func TestHandlerThatPanicsOrFails(t *testing.T) {
	boom := errors.New("boom")
	tests := map[string]struct {
		handler func(context.Context, *voice.CallSession) error
		check   func(*testing.T, error)
	}{
		"panics": {
			func(context.Context, *voice.CallSession) error { panic(boom) },
			func(t *testing.T, err error) {
				p, ok := errors.AsType[*voice.PanicError](err)
				require.True(t, ok, "%v", err)
				assert.Contains(t, string(p.Stack), "close_test.go")
				assert.ErrorIs(t, err, boom)
			},
		},
		"returns an error": {
			func(context.Context, *voice.CallSession) error { return boom },
			func(t *testing.T, err error) { assert.ErrorIs(t, err, boom) },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := deadline(t)
				failed := make(chan error, 1)
				m, sim := openSim(t, nil, &modem.Config{
					OnHandlerError: func(_ *voice.CallSession, err error) { failed <- err },
				})
				m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
					if err := call.Answer(ctx); err != nil {
						return err
					}
					return tt.handler(ctx, call)
				})
				caller := sim.Call("+12025550100")
				tt.check(t, receive(t, failed))
				require.NoError(t, caller.WaitEnded(ctx), "the call is hung up")
				second := sim.Call("+12025550199")
				require.NoError(t, second.WaitAnswered(ctx), "the next one is served")
			})
		})
	}
}

func TestHandlerErrorThatIsTheEndOfTheCallIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, nil, &modem.Config{
			OnHandlerError: func(_ *voice.CallSession, err error) { t.Errorf("told of %v", err) },
		})
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			if err := call.Answer(ctx); err != nil {
				return err
			}
			_, err := call.Play(ctx, voice.Silence(time.Hour), nil)
			return err
		})
		caller := sim.Call("+12025550100")
		require.NoError(t, caller.WaitAnswered(ctx))
		time.Sleep(time.Second)
		caller.Hangup()
		time.Sleep(10 * time.Second)
		assert.Empty(t, m.Calls())
	})
}

func TestFloodOfReportsHarmsNoCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		asked := written(mock, "AT+CLCC")
		mock.On("AT+CGMM").After(3 * time.Second).Reply("MOCK")
		done := make(chan error, 1)
		time.AfterFunc(0, func() {
			_, err := m.Exec(deadline(t), "AT+CGMM")
			done <- err
		})
		synctest.Wait()
		for range 10_000 {
			mock.Inject("\r\n+CSQ: 20,99\r\n")
		}
		require.NoError(t, receive(t, done), "the command completes")
		time.Sleep(time.Second)
		assert.Greater(t, written(mock, "AT+CLCC"), asked)
		assert.Len(t, m.Calls(), 1)
	})
}

func TestCloseIsNoFaultOfAHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faults := make(chan error, 4)
		m, sim := openSim(t, &modemtest.Config{Answering: 3 * time.Second}, &modem.Config{
			OnHandlerError: func(_ *voice.CallSession, err error) { faults <- err },
		})
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error { return call.Answer(ctx) })
		sim.Call("+12025550100")
		until(t, func() bool { return heardBy(sim, "ATA") == 1 })
		require.NoError(t, m.Close())
		assert.Empty(t, faults, "it did what it was told")
	})
}

func TestCloseSaysWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log spill
		m, sim := openSim(t, nil, &modem.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		closed := make(chan error, 1)
		m.OnCallFunc(func(context.Context, *voice.CallSession) error {
			closed <- m.Close() // which waits for this
			return nil
		})
		sim.Call("+12025550100")
		require.ErrorIs(t, receive(t, closed), modem.ErrHandlersRunning)
		assert.Contains(t, log.text(), "Close waits for call handlers")
		synctest.Wait()
	})
}
