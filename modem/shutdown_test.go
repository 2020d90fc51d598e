package modem_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestShutdownOfAModemThatWasGivenUpLetsHandlersEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, &modem.Config{GiveUp: time.Second})
		at, stored := make(chan error, 1), make(chan error, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			at <- call.Answer(ctx)
			<-call.Done()
			select {
			case <-time.After(time.Minute): // stores what the caller said
				stored <- nil
			case <-ctx.Done():
				stored <- ctx.Err()
			}
			return nil
		})
		mock.Inject(ringing)
		require.NoError(t, receive(t, at))
		mock.Break(io.EOF)
		receive(t, m.Done())
		require.NoError(t, m.Shutdown(deadline(t)))
		require.NoError(t, receive(t, stored))
		assert.Equal(t, modem.Closed, m.State())
	})
}

func TestShutdownEndsWithACloseOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		at, leave := make(chan error, 1), make(chan struct{})
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			at <- call.Answer(ctx)
			<-leave
			return nil
		})
		mock.Inject(ringing)
		require.NoError(t, receive(t, at))
		shut := make(chan error, 1)
		time.AfterFunc(0, func() { shut <- m.Shutdown(context.WithoutCancel(t.Context())) })
		time.Sleep(time.Second)
		require.ErrorIs(t, m.Close(), modem.ErrHandlersRunning)
		require.ErrorIs(t, receive(t, shut), modem.ErrHandlersRunning)
		require.NoError(t, m.Shutdown(deadline(t)), "it is closed already")
		close(leave)
	})
}

func TestCloseDoesNotWaitForTheAudioOfASilentModem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		m, _ := talking(t, mock, nil)
		mock.On("AT*").Silent()
		start := time.Now()
		require.NoError(t, m.Close())
		assert.Less(t, time.Since(start), 9*time.Second, "calls are given up after 8 s")
	})
}

func TestLossWhileTheModemIsClosedIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		at := make(chan error, 1)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			at <- call.Answer(ctx)
			<-ctx.Done()
			time.Sleep(3 * time.Second)
			return nil
		})
		mock.Inject(ringing)
		require.NoError(t, receive(t, at))
		time.AfterFunc(time.Second, func() { mock.Break(io.EOF) })
		start := time.Now()
		require.NoError(t, m.Close())
		assert.Equal(t, 3*time.Second, time.Since(start), "the handler is waited for")
		synctest.Wait()
		assert.Equal(t, []modem.State{modem.Closed}, modemStates(rec))
	})
}
