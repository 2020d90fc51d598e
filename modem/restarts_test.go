package modem_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

// comeAndGo is a transport whose AT port is not there every fourth time.
type comeAndGo struct {
	*modem.MockTransport
	opened int
}

func (c *comeAndGo) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	if c.opened++; c.opened%4 == 0 {
		return nil, errors.New("no such device")
	}
	return c.MockTransport.OpenAT(ctx)
}

func TestModemIsRestartedAfterFourAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		tr := &dying{MockTransport: mock}
		m := open(t, tr, nil)
		mock.On("ATE0Q0V1").Silent()
		var at []int
		mock.On("AT+CRESET").Then(func() { at = append(at, tr.opened()) }).Reply()
		hiccup(mock)
		time.Sleep(15 * time.Minute)
		require.NoError(t, m.Close())
		require.GreaterOrEqual(t, len(at), 2)
		assert.Equal(t, []int{1 + 4 + 1, 1 + 8 + 1}, at[:2], "Open, attempts in vain, and the one that begins with it")
	})
}

func TestModemThatComesAndGoesIsNotRestarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := open(t, &comeAndGo{MockTransport: mock}, nil)
		mock.On("ATE0Q0V1").Silent()
		hiccup(mock)
		time.Sleep(2 * time.Hour)
		assert.Zero(t, written(mock, "AT+CRESET"), "who starts all the time needs no restart")
		require.Equal(t, modem.Lost, m.State())
	})
}

func TestCallThatIsOverWhenTheModemIsLostEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CEER").Silent()
		m := openMock(t, mock, nil)
		mock.Inject(ringing)
		time.Sleep(time.Second)
		call := m.Calls()[0]
		inject(mock, "MISSED_CALL: 11:01AM 12025550100")
		time.Sleep(500 * time.Millisecond)
		require.Equal(t, 1, written(mock, "AT+CEER"), "why it ended is being asked for")
		require.Len(t, m.Calls(), 1)
		mock.Break(io.EOF)
		synctest.Wait()
		end, over := call.End()
		require.True(t, over, "nobody will tell any more")
		assert.Equal(t, voice.End{Reason: voice.Missed}, end)
	})
}

func TestWatchdogAloneFindsAModemThatIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{NetworkPoll: -1})
		rec := record(t, m.Events())
		time.Sleep(time.Second)
		mock.On("AT*").Silent()
		start := time.Now()
		untilState(t, m, modem.Lost)
		assert.InDelta(t, 29+5+2+5+2+5, time.Since(start).Seconds(), 6, "and asks soon again")
		assert.ErrorIs(t, of[modem.StateChanged](rec)[0].Err, modem.ErrUnresponsive)
	})
}

// heldAudio is a modem whose audio port somebody else holds.
type heldAudio struct {
	*modem.MockTransport
	held *atomic.Bool
}

func (h heldAudio) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	if h.held.Load() {
		return nil, errBroken
	}
	return h.MockTransport.OpenAudio(ctx)
}

func TestModemIsNotRestartedForAPortThatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.Audio = true
		var held atomic.Bool
		m := open(t, heldAudio{mock, &held}, nil)
		held.Store(true)
		hiccup(mock)
		time.Sleep(time.Hour)
		assert.NotEqual(t, modem.Ready, m.State())
		assert.Zero(t, written(mock, "AT+CRESET"), "no restart gives it back")
		held.Store(false)
		untilState(t, m, modem.Ready)
	})
}
