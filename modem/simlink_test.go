package modem_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestSIMThatIsBusyInACallCostsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, &modem.Config{Watchdog: -1})
		rec := record(t, m.Events())
		mock.On("AT+CPIN?").Once().Final("+CME ERROR: 14")
		mock.Inject("\r\n+CPIN: NOT READY\r\n")
		until(t, func() bool { return len(simStates(rec)) == 1 })
		time.Sleep(time.Minute)
		assert.Equal(t, voice.Active, call.State(), "a SIM that is there again does not end it")
		assert.Empty(t, modemStates(rec))
		ended(mock)
		endOf(t, call)
		until(t, func() bool { return len(simStates(rec)) == 2 })
		assert.Equal(t, []modem.SIMState{modem.SIMBusy, modem.SIMReady}, simStates(rec))
		assert.Equal(t, []modem.State{modem.Lost, modem.Opening, modem.Ready}, modemStates(rec), "it may be another one")
	})
}

func TestSIMThatIsLockedInACallIsToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		rec := record(t, m.Events())
		mock.On("AT+CPIN?").Reply("+CPIN: SIM PUK")
		mock.Inject("\r\n+CPIN: SIM PUK\r\n")
		time.Sleep(time.Second)
		assert.Equal(t, []modem.SIMState{modem.SIMLocked}, simStates(rec))
		assert.Equal(t, voice.Active, call.State())
	})
}

func TestAnswerOfSomethingElseDoesNotChangeTheSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{Watchdog: -1})
		rec := record(t, m.Events())
		mock.On("AT+CPIN?").Once().Reply()
		mock.Inject("\r\n+CPIN: READY\r\n")
		time.Sleep(time.Minute)
		assert.Empty(t, simStates(rec))
		assert.Empty(t, modemStates(rec))
		assert.Equal(t, 3, written(mock, "AT+CPIN?"), "by Open, for the report, and again for an answer")
	})
}

func TestSIMThatCouldNotBeAskedIsUnlockedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{PIN: "2468", Watchdog: -1})
		rec := record(t, m.Events())
		mock.On("AT+CPIN?").Final("ERROR")
		mock.On(`AT+CPINR="SIM PIN"`).Reply("+CPINR: SIM PIN,3,3")
		mock.On(`AT+CPIN="2468"`).Then(func() { mock.On("AT+CPIN?").Reply("+CPIN: READY") }).Reply()
		hiccup(mock)
		untilState(t, m, modem.Ready)
		time.Sleep(time.Minute)
		assert.Equal(t, []modem.SIMState{modem.SIMFailed}, simStates(rec), "it is not known to be locked")
		mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
		until(t, func() bool { return slices.Contains(simStates(rec), modem.SIMReady) })
		assert.Equal(t, 1, written(mock, `AT+CPIN="2468"`))
	})
}

// noAttempts has a modem not tell how many attempts are left for the PIN.
func noAttempts(mock *modem.MockTransport) {
	for _, cmd := range []string{"AT+CPINR*", "AT+SPIC", "AT+QPINC*", "AT^CPIN?", "AT#PCT"} {
		mock.On(cmd).Final("ERROR")
	}
}

func TestPINOfWhichNobodyKnowsWhatCameIsNotSentAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		left string
		want int
	}{
		"attempts are not told": {"", 1},
		"one is used up":        {"+CPINR: SIM PIN,2,3", 1},
		"none is used up":       {"+CPINR: SIM PIN,3,3", 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				noAttempts(mock)
				m := openMock(t, mock, &modem.Config{PIN: "2468", PINForce: true})
				if tt.left != "" {
					mock.On(`AT+CPINR="SIM PIN"`).Reply(tt.left)
				}
				mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
				mock.On(`AT+CPIN="2468"`).Once().Then(func() { mock.Break(io.EOF) }).Silent()
				mock.On(`AT+CPIN="2468"`).Final("+CME ERROR: 16")
				hiccup(mock)
				until(t, func() bool { return written(mock, `AT+CPIN="2468"`) == 1 })
				mock.Mend()
				untilState(t, m, modem.Ready)
				for range 3 {
					hiccup(mock)
					time.Sleep(time.Minute)
				}
				assert.Equal(t, tt.want, written(mock, `AT+CPIN="2468"`), "three would lock the SIM")
				_, err := m.Place(deadline(t), callee, nil)
				if tt.want == 1 {
					require.ErrorIs(t, err, modem.ErrPINAttempts)
				} else {
					require.ErrorIs(t, err, modem.ErrPINWrong)
				}
			})
		})
	}
	t.Run("once it was right it is sent after each restart", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			noAttempts(mock)
			m := openMock(t, mock, &modem.Config{PIN: "2468", PINForce: true})
			mock.On(`AT+CPIN="2468"`).Then(func() { mock.On("AT+CPIN?").Reply("+CPIN: READY") }).Reply()
			for n := range 3 {
				mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
				hiccup(mock)
				time.Sleep(time.Minute)
				assert.Equal(t, n+1, written(mock, `AT+CPIN="2468"`))
				assert.Equal(t, modem.Ready, m.State())
			}
		})
	})
}

func TestSIMThatIsSwappedForOneWhosePINIsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{PIN: "1357", Watchdog: -1})
		rec := record(t, m.Events())
		mock.On(`AT+CPINR="SIM PIN"`).Reply("+CPINR: SIM PIN,3,3")
		mock.On(`AT+CPIN="1357"`).Final("+CME ERROR: 16")
		mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
		hiccup(mock)
		time.Sleep(time.Minute)
		mock.On("AT+CPIN?").Reply("+CPIN: READY") // somebody unlocked it
		time.Sleep(time.Minute)
		require.Equal(t, []modem.SIMState{modem.SIMLocked, modem.SIMReady}, simStates(rec))
		links := len(modemStates(rec))
		mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
		mock.Inject("\r\n+CPIN: SIM PIN\r\n")
		time.Sleep(time.Minute)
		assert.Len(t, modemStates(rec), links, "a new link would not unlock it")
		_, err := m.Place(deadline(t), callee, nil)
		require.ErrorIs(t, err, modem.ErrPINWrong, "and not that Config.PIN were not set")
		assert.Equal(t, 1, written(mock, `AT+CPIN="1357"`))
	})
}

func TestPINStateThatCannotBeWrittenAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "state")
		require.NoError(t, os.Mkdir(dir, 0o700))
		cfg := &modem.Config{PIN: "2468", PINState: filepath.Join(dir, "pin.json")}
		mock := sim7600()
		m := openMock(t, mock, cfg)
		rec := record(t, m.Events())
		require.NoError(t, os.Remove(dir))
		require.NoError(t, os.WriteFile(dir, nil, 0o600)) // a file where the folder was
		hiccup(mock)
		time.Sleep(10 * time.Minute)
		assert.Equal(t, []modem.State{modem.Lost, modem.Opening, modem.Ready}, modemStates(rec), "the SIM is ready: that is enough")
		assert.Empty(t, simStates(rec))

		mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
		mock.On(`AT+CPINR="SIM PIN"`).Reply("+CPINR: SIM PIN,3,3")
		hiccup(mock)
		time.Sleep(10 * time.Minute)
		assert.Len(t, modemStates(rec), 6, "nor is it opened again and again for that")
		assert.Equal(t, []modem.SIMState{modem.SIMLocked}, simStates(rec))
		assert.Zero(t, written(mock, `AT+CPIN="2468"`))

		require.NoError(t, m.Close())
		mock.On("AT+CPIN?").Reply("+CPIN: READY")
		_, err := modem.Open(deadline(t), mock, cfg)
		require.ErrorContains(t, err, "Config.PINState", "who opens it is there to mend it")
		assert.NotContains(t, err.Error(), "phone", "the SIM has nothing to do with it")
	})
}

func TestPINThatIsTakenAndWantedAgainIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{PIN: "2468"})
		mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
		mock.On(`AT+CPINR="SIM PIN"`).Reply("+CPINR: SIM PIN,3,3") // says the modem
		for range 3 {
			hiccup(mock)
			time.Sleep(time.Minute)
		}
		assert.Equal(t, 1, written(mock, `AT+CPIN="2468"`))
		_, err := m.Place(deadline(t), callee, nil)
		require.ErrorIs(t, err, modem.ErrPINWrong)
	})
}

func TestPINForWhichTheModemIsTooBusyIsNotWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
		mock.On(`AT+CPINR="SIM PIN"`).Reply("+CPINR: SIM PIN,3,3")
		mock.On(`AT+CPIN="2468"`).Final("+CME ERROR: 14")
		err := openError(t, mock, &modem.Config{PIN: "2468"})
		require.NotErrorIs(t, err, modem.ErrPINWrong)
		require.ErrorIs(t, err, atcmd.CMEError(14))
		assert.Equal(t, 1, written(mock, `AT+CPIN="2468"`))
	})
}

func TestSIMThatIsBusyIsAskedForSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{Watchdog: -1})
		rec := record(t, m.Events())
		mock.On("AT+CPIN?").Once().Final("+CME ERROR: 14")
		mock.Inject("\r\n+CPIN: NOT READY\r\n")
		time.Sleep(2 * time.Second)
		assert.Equal(t, []modem.SIMState{modem.SIMBusy, modem.SIMReady}, simStates(rec))
	})
}
