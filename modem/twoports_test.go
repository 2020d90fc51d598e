package modem_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

func TestModemWithASecondATPort(t *testing.T) {
	for name, reports := range map[string]modemtest.Reports{
		"on the first":  modemtest.ReportsOnFirst,
		"on the second": modemtest.ReportsOnSecond,
		"on both":       modemtest.ReportsOnBoth,
	} {
		for _, family := range []modemtest.Family{modemtest.Generic, modemtest.SIM7600, modemtest.EC25} {
			t.Run(fmt.Sprintf("%s, reports %s", family, name), func(t *testing.T) {
				for seed := range uint64(5) {
					synctest.Test(t, func(t *testing.T) {
						m, sim := openSim(t, &modemtest.Config{Seed: seed, Family: family, Reports: reports}, nil)
						rec := record(t, m.Events())
						keys := make(chan string, 1)
						m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
							if err := call.Answer(ctx); err != nil {
								return err
							}
							digits, err := call.Collect(ctx, &voice.CollectOptions{Max: 4, Terminator: "#"})
							keys <- digits.Keys
							return err
						})
						caller := sim.Call("+12025550100")
						require.NoError(t, caller.WaitAnswered(deadline(t)))
						assert.Equal(t, "+12025550100", string(m.Calls()[0].Number()))
						time.Sleep(time.Second)
						if family != modemtest.Generic {
							caller.Press("55#")
							assert.Equal(t, "55", receive(t, keys), "each key once")
						}
						caller.Hangup()
						require.NoError(t, caller.WaitEnded(deadline(t)))
						until(t, func() bool { return len(m.Calls()) == 0 })
						assert.LessOrEqual(t, len(of[modem.Rang](rec)), caller.Rings(), "each ring once")
						ends := of[voice.StateChanged](rec)
						assert.Equal(t, voice.Ended, ends[len(ends)-1].State)
					})
				}
			})
		}
	}
}

func TestSecondATPortThatBreaksEndsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, &modemtest.Config{Family: modemtest.Generic, Reports: modemtest.ReportsOnSecond}, nil)
		sim.Unplug()
		untilState(t, m, modem.Lost)
		sim.Replug()
		untilState(t, m, modem.Ready)
		m.OnCallFunc(answer)
		until(t, func() bool { r, err := m.Registration(deadline(t)); return err == nil && r.Voice() })
		require.NoError(t, sim.Call("+12025550100").WaitAnswered(deadline(t)), "reports come again")
	})
}

// twoMocks is a modem whose second AT port is one of its own.
type twoMocks struct {
	*modem.MockTransport
	second *modem.MockTransport
}

func (m twoMocks) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) {
	return m.second.OpenAT(ctx)
}

func TestSecondATPortThatBreaksAloneEndsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := sim7600()
		m := open(t, twoMocks{sim7600(), second}, nil)
		rec := record(t, m.Events())
		second.Break(errBroken)
		synctest.Wait()
		require.Equal(t, modem.Lost, m.State(), "reports would come no more")
		require.ErrorIs(t, of[modem.StateChanged](rec)[0].Err, errBroken)
		time.Sleep(time.Minute)
		require.Equal(t, modem.Lost, m.State())
		second.Mend()
		untilState(t, m, modem.Ready)
		assert.Equal(t, 2, written(second, "AT+CLIP=1"), "and its settings are made again")
	})
}

func TestStartThatIsToldOnTheSecondATPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := sim7600()
		m := open(t, twoMocks{sim7600(), second}, nil)
		rec := record(t, m.Events())
		second.Inject("\r\nRDY\r\n")
		until(t, func() bool { return len(modemStates(rec)) == 3 })
		assert.Equal(t, []modem.State{modem.Lost, modem.Opening, modem.Ready}, modemStates(rec))
		assert.ErrorIs(t, of[modem.StateChanged](rec)[0].Err, modem.ErrRestarted)
	})
}

func TestLinesOfTwoPortsThatAreFarApartAreTwo(t *testing.T) {
	for gap, want := range map[time.Duration]int{100 * time.Millisecond: 1, 5 * time.Second: 2} {
		synctest.Test(t, func(t *testing.T) {
			first, second := sim7600(), sim7600()
			first.On("AT+CLCC").Reply(listedAs("4"))
			m := open(t, twoMocks{first, second}, nil)
			rec := record(t, m.Events())
			first.Inject("\r\nRING\r\n")
			time.Sleep(gap)
			second.Inject("\r\nRING\r\n")
			time.Sleep(time.Second)
			assert.Len(t, of[modem.Rang](rec), want, "after %v", gap)
		})
	}
}

func TestSecondATPortThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := sim7600(), sim7600()
		m := open(t, twoMocks{first, second}, nil)
		rec := record(t, m.Events())
		time.Sleep(5 * time.Minute)
		require.Empty(t, modemStates(rec), "it is asked, and answers")
		assert.GreaterOrEqual(t, written(second, "AT"), 9)
		second.On("AT").Silent()
		second.On("AT+CMEE?").Silent()
		second.On("AT+CFUN?").Silent()
		untilState(t, m, modem.Lost)
		assert.ErrorIs(t, of[modem.StateChanged](rec)[0].Err, modem.ErrUnresponsive)
	})
}

// brokenReports is a modem whose second AT port cannot be opened.
type brokenReports struct{ *modem.MockTransport }

var errBroken = errors.New("no such port")

func (brokenReports) OpenReports(context.Context) (io.ReadWriteCloser, error) { return nil, errBroken }

func TestSecondATPortThatCannotBeOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := openError(t, brokenReports{&modem.MockTransport{}}, nil)
		require.ErrorIs(t, err, errBroken)
		assert.ErrorContains(t, err, "second AT port")
	})
}
