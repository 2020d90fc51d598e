package modem_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestNoCallBeginsBeforeARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		m.OnCallFunc(answer)
		time.Sleep(5 * time.Second)
		mock.On("AT+CGMR").Once().After(4 * time.Second).Reply("1.0")
		start := time.Now()
		version, reset := make(chan error, 1), make(chan error, 1)
		var wg sync.WaitGroup
		wg.Go(func() { _, err := m.Exec(t.Context(), "AT+CGMR"); version <- err })
		synctest.Wait()
		wg.Go(func() { reset <- m.ResetAudio(t.Context()) })
		time.Sleep(time.Second)
		require.Zero(t, written(mock, "AT+CRESET"), "it waits for the other command")
		_, err := m.Place(deadline(t), callee, nil)
		require.ErrorIs(t, err, modem.ErrLost, "or it would be ended by the restart")
		mock.Inject(ringing)
		require.NoError(t, receive(t, version))
		require.NoError(t, receive(t, reset))
		wg.Wait()
		assert.Equal(t, 1, written(mock, "AT+CRESET"))
		assert.Zero(t, written(mock, "ATA"), "nor is one answered for that")
		assert.Greater(t, time.Since(start), 8*time.Second, "and the modem has had time to go")
	})
}

func TestRestartWaitsOnlySoLongForItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		mock.On("AT+COPS=?").After(170 * time.Second).Reply()
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = m.Exec(deadline(t), "AT+COPS=?") })
		synctest.Wait()
		start := time.Now()
		require.NoError(t, m.ResetAudio(deadline(t)))
		assert.Less(t, time.Since(start), 40*time.Second, "nobody is served meanwhile")
		wg.Wait()
	})
}

func TestAudioIsSwitchedOffThoughItsPortIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		m, call := talking(t, mock, nil)
		mock.BreakAudio(errors.New("stalled for good"))
		time.Sleep(time.Second)
		ended(mock)
		endOf(t, call)
		start := time.Now()
		require.NoError(t, m.Shutdown(deadline(t)))
		assert.Less(t, time.Since(start), 2*time.Second, "there is nothing to wait for")
		assert.Equal(t, 1, written(mock, "AT+CPCMREG=0"))
	})
}

// audioPorts counts the audio ports of a modem that are open, and delays the opening
// of some. The first one is broken.
type audioPorts struct {
	*modem.MockTransport
	late map[int]time.Duration // by the number of the opening

	mu          sync.Mutex
	count, open int
}

func (a *audioPorts) OpenAudio(context.Context) (io.ReadWriteCloser, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := a.count
	a.count++
	a.mu.Unlock()
	time.Sleep(a.late[n])
	a.mu.Lock()
	a.open++
	port := &countedPort{of: a, gone: make(chan struct{})}
	if n == 0 {
		close(port.gone)
	}
	return port, nil
}

func (a *audioPorts) now() (count, open int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count, a.open
}

type countedPort struct {
	of   *audioPorts
	gone chan struct{}
	once sync.Once
}

func (p *countedPort) Read([]byte) (int, error) {
	<-p.gone
	return 0, io.EOF
}

func (p *countedPort) Write(b []byte) (int, error) { return len(b), nil }

func (p *countedPort) Close() error {
	p.once.Do(func() {
		p.of.mu.Lock()
		defer p.of.mu.Unlock()
		p.of.open--
		select {
		case <-p.gone:
		default:
			close(p.gone)
		}
	})
	return nil
}

func TestAudioPortThatIsBackWhileAnotherIsOpenedIsNotLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		tr := &audioPorts{MockTransport: mock, late: map[int]time.Duration{1: 2 * time.Second}}
		setup := "AT+CPCMBANDWIDTH=1,1"
		mock.On(setup).Once().After(10 * time.Millisecond).Then(func() { mock.Inject("\r\nRDY\r\n") }).Reply()
		mock.On("ATE0Q0V1").After(10 * time.Millisecond).Reply() // so that the loss of the first port is noticed
		m := open(t, tr, nil)
		require.Equal(t, 2, written(mock, setup), "it has restarted while it was opened")
		count, open := tr.now()
		require.Equal(t, 3, count, "one that broke, one in its place, and one for the restart")
		assert.Equal(t, 1, open)
		require.NoError(t, m.Close())
		_, open = tr.now()
		assert.Zero(t, open)
	})
}

func TestMethodsTellWhatTheyCouldNotDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{GiveUp: time.Second})
		unplugged := errors.New("unplugged")
		mock.Break(unplugged)
		receive(t, m.Done())
		err := m.ResetAudio(deadline(t))
		require.ErrorIs(t, err, unplugged)
		assert.ErrorContains(t, err, "modem: reset audio: ")
		_, err = m.Place(deadline(t), callee, nil)
		assert.ErrorContains(t, err, "modem: dial: ")
	})
}

func TestNothingBeginsWhileTheModemIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		at, errs := make(chan error, 1), make(chan error, 2)
		m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
			at <- call.Answer(ctx)
			<-call.Done()
			time.Sleep(3 * time.Second)
			_, err := m.Place(t.Context(), callee, nil)
			errs <- err
			errs <- m.ResetAudio(t.Context())
			return nil
		})
		mock.Inject(ringing)
		require.NoError(t, receive(t, at))
		mock.On("AT+CHUP").Then(func() { ended(mock) }).Reply()
		require.NoError(t, m.Close())
		require.ErrorIs(t, receive(t, errs), modem.ErrClosed)
		require.ErrorIs(t, receive(t, errs), modem.ErrClosed)
		assert.Zero(t, written(mock, "AT+CRESET"))
	})
}

func TestCloseOfAModemThatIsOpenedAgainIsNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		mock.On("AT+CGMI").Silent()
		hiccup(mock)
		untilState(t, m, modem.Opening)
		require.NoError(t, m.Close())
		synctest.Wait()
		assert.Equal(t, []modem.State{modem.Lost, modem.Opening, modem.Closed}, modemStates(rec))
	})
}

func TestModemThatIsBackWhileItIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		rec := record(t, m.Events())
		busy := make(chan struct{})
		m.OnCallFunc(func(ctx context.Context, _ *voice.CallSession) error { // of the next call
			close(busy)
			time.Sleep(8 * time.Second)
			return nil
		})
		ended(mock)
		endOf(t, call)
		time.Sleep(15 * time.Second)
		mock.Inject(ringing)
		<-busy
		hiccup(mock)
		before := written(mock, "ATE0Q0V1")
		require.NoError(t, m.Close())
		synctest.Wait()
		assert.NotContains(t, modemStates(rec), modem.Ready, "nobody is there for it")
		assert.Equal(t, before+1, written(mock, "ATE0Q0V1"), "nor is it tried again")
	})
}

// clingy is a transport whose AT port does not close well.
type clingy struct{ *modem.MockTransport }

type clingyPort struct{ io.ReadWriteCloser }

func (c clingy) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	rw, err := c.MockTransport.OpenAT(ctx)
	return clingyPort{rw}, err
}

func (p clingyPort) Close() error {
	return errors.Join(p.ReadWriteCloser.Close(), errors.New("does not let go"))
}

func TestCloseTellsOnceWhatIsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := open(t, clingy{sim7600()}, nil)
		err := m.Close()
		require.Error(t, err)
		assert.Equal(t, 1, strings.Count(err.Error(), "does not let go"))
	})
}

func TestLogOfAModemThatIsNeverRestarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{ResetsPerDay: -1, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		mock.On("ATE0Q0V1").Silent()
		hiccup(mock)
		time.Sleep(time.Hour)
		require.NoError(t, m.Close())
		assert.Contains(t, log.String(), "not back yet")
		assert.NotContains(t, log.String(), "too often", "it was not at all")
	})
}

func TestLateStartOfAModemThatIsReadyAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		cfg  modem.Config
		mode string
		want int
	}{
		"has its settings":             {modem.Config{}, "+CMEE: 1", 3},
		"has lost them":                {modem.Config{}, "+CMEE: 0", 6},
		"has them, but is never asked": {modem.Config{Watchdog: -1}, "+CMEE: 1", 6},
		"does not tell whether it has": {modem.Config{}, "", 6},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				if tt.mode == "" {
					mock.On("AT+CMEE=1").Final("ERROR")
				}
				m := openMock(t, mock, &tt.cfg)
				rec := record(t, m.Events())
				time.Sleep(31 * time.Second)
				mock.Inject("\r\nRDY\r\n")
				until(t, func() bool { return len(modemStates(rec)) == 3 })
				mock.On("AT+CMEE?").Once().Reply(tt.mode)
				mock.Inject("\r\nRDY\r\n") // it was held up behind others
				time.Sleep(20 * time.Second)
				assert.Len(t, modemStates(rec), tt.want)
				assert.Equal(t, modem.Ready, m.State())
			})
		})
	}
}

func TestAudioPortOfAModemThatIsLostWhileItIsOpened(t *testing.T) {
	for name, last := range map[string]string{"in the set-up": "AT+CPCMFRM=0", "in the question for the rate": "AT+CPCMFRM?"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("AT+CPCMBANDWIDTH=1,1").Final("ERROR")
				mock.On(last).Then(func() { mock.Break(io.EOF) }).Silent()
				tr := &audioPorts{MockTransport: mock}
				_, err := modem.Open(deadline(t), tr, nil)
				require.ErrorIs(t, err, io.EOF)
				count, open := tr.now()
				assert.Equal(t, 1, count)
				assert.Zero(t, open)
			})
		})
	}
}

func TestAudioPortIsNotLookedForWhileTheModemIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		tr := &audioPorts{MockTransport: mock}
		m := open(t, tr, nil)
		synctest.Wait() // the audio port is gone, and to be opened again
		mock.Break(io.EOF)
		time.Sleep(time.Minute)
		count, _ := tr.now()
		assert.Equal(t, 1, count, "it could be in the way of who opens the modem")
		mock.Mend()
		untilState(t, m, modem.Ready)
		_, open := tr.now()
		assert.Equal(t, 1, open)
	})
}

func TestAudioPortThatIsBackTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		tr := &audioPorts{MockTransport: mock, late: map[int]time.Duration{1: 10 * time.Second}}
		open(t, tr, nil)
		time.Sleep(5 * time.Second)
		mock.Break(io.EOF)
		time.Sleep(10 * time.Second)
		count, open := tr.now()
		assert.Equal(t, 2, count)
		assert.Zero(t, open, "it is of a link that is gone")
	})
}

func TestCallThatWasRejectedBeforeALoss(t *testing.T) {
	for name, tt := range map[string]struct {
		away             time.Duration
		answered, hungUp int
	}{
		"and rings on":               {3 * time.Second, 0, 1},
		"and the caller calls again": {30 * time.Second, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				mock.On("AT+CLCC").Reply(listedAs("4"))
				mock.On("AT+CHUP").Silent()
				mock.On("AT+CHLD=11").Then(func() { ended(mock) }).Reply()
				m := openMock(t, mock, nil)
				mock.Inject(ringing)
				time.Sleep(time.Second)
				call := m.Calls()[0]
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				require.ErrorIs(t, call.Hangup(ctx), context.DeadlineExceeded)
				mock.Break(io.EOF)
				assert.Equal(t, voice.Rejected, endOf(t, call).Reason)
				m.OnCallFunc(answer)
				time.Sleep(tt.away)
				mock.Mend()
				untilState(t, m, modem.Ready)
				time.Sleep(10 * time.Second)
				assert.Equal(t, tt.answered, written(mock, "ATA"))
				assert.Equal(t, tt.hungUp, written(mock, "AT+CHLD=11"))
			})
		})
	}
}
