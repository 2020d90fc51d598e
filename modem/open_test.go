package modem_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

func TestOpenTellsWhoTheModemIs(t *testing.T) {
	tests := map[modemtest.Family]struct {
		model, profile string
		caps           modem.Capabilities
	}{
		modemtest.SIM7600: {"SIMCOM_SIM7600E-H", "SIM7600", modem.Capabilities{Voice: true, Messages: true, Audio: true, AudioRate: 8000, Keys: true}},
		modemtest.Generic: {"", "generic", modem.Capabilities{Voice: true, Messages: true}},
	}
	for family, want := range tests {
		t.Run(family.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var bus events.Bus
				rec := record(t, &bus)
				m, _ := openSim(t, &modemtest.Config{Family: family}, &modem.Config{Events: &bus, Name: "gsm0"})
				id := m.Identity()
				assert.Equal(t, want.profile, id.Profile)
				assert.NotEmpty(t, id.Manufacturer)
				assert.Contains(t, id.Model, want.model)
				assert.Len(t, id.IMEI, 15)
				caps := m.Capabilities()
				caps.Refused = nil
				assert.Equal(t, want.caps, caps)
				assert.Equal(t, modem.Ready, m.State())
				assert.NoError(t, m.Err())
				assert.Same(t, &bus, m.Events())
				time.Sleep(time.Second)
				got := of[modem.StateChanged](rec)
				require.Len(t, got, 2)
				assert.Equal(t, modem.Opening, got[0].State)
				assert.Equal(t, modem.Ready, got[1].State)
				assert.Equal(t, "gsm0", got[1].Source)
			})
		})
	}
}

func TestOpenWhileTheModemBoots(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			m, _ := openSim(t, &modemtest.Config{Seed: seed, Boot: true}, nil)
			assert.Equal(t, modem.Ready, m.State())
			assert.True(t, m.Capabilities().Audio)
		})
	}
}

// openError opens and returns the error; nothing stays open then.
func openError(t *testing.T, tr modem.Transport, cfg *modem.Config) error {
	t.Helper()
	m, err := modem.Open(deadline(t), tr, cfg)
	require.Error(t, err)
	assert.Nil(t, m)
	_, isOpen := errors.AsType[*modem.OpenError](err)
	assert.True(t, isOpen, "%v", err)
	return err
}

func TestOpenTellsWhatIsWrong(t *testing.T) {
	tests := map[string]struct {
		sim  *modemtest.Config
		mock func(*modem.MockTransport)
		cfg  *modem.Config
		want error
		says string // what to do
	}{
		"never answers": {
			mock: func(m *modem.MockTransport) { m.On("*").Silent() },
			want: modem.ErrNoAnswer, says: "check that it is the modem's AT port",
		},
		"not a modem": {
			mock: func(m *modem.MockTransport) { m.On("*").Raw("HELLO\r\n") },
			want: modem.ErrNotModem, says: "try the modem's other ports",
		},
		"SIM missing": {
			sim:  &modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMAbsent}},
			want: modem.ErrSIMMissing, says: "put one in",
		},
		"SIM missing, by a word": {
			mock: func(m *modem.MockTransport) { m.On("AT+CPIN?").Reply("+CPIN: NOT INSERTED") },
			want: modem.ErrSIMMissing,
		},
		"PIN needed and not given": {
			sim:  &modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMPIN, PIN: "2468"}},
			want: modem.ErrPINRequired, says: "set Config.PIN",
		},
		"PIN wrong": {
			sim: &modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMPIN, PIN: "2468"}}, cfg: &modem.Config{PIN: "1357"},
			want: modem.ErrPINWrong, says: "not tried again",
		},
		"PIN attempts missing": {
			mock: func(m *modem.MockTransport) {
				m.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
				m.On(`AT+CPINR="SIM PIN"`).Reply(`+CPINR: SIM PIN,2,3`)
			},
			cfg: &modem.Config{PIN: "2468"}, want: modem.ErrPINAttempts, says: "Config.PINForce",
		},
		"PIN attempts not readable": {
			mock: func(m *modem.MockTransport) {
				m.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
				m.On("AT+CPINR*").Final("ERROR")
				m.On("AT+SPIC").Final("ERROR")
			},
			cfg: &modem.Config{PIN: "2468"}, want: modem.ErrPINAttempts,
		},
		"PUK needed": {
			mock: func(m *modem.MockTransport) { m.On("AT+CPIN?").Reply("+CPIN: SIM PUK") },
			want: modem.ErrPUKRequired, says: "unlock it in a phone",
		},
		"PUK needed, by its error": {
			mock: func(m *modem.MockTransport) { m.On("AT+CPIN?").Final("+CME ERROR: 12") },
			want: modem.ErrPUKRequired,
		},
		"locked to a network": {
			mock: func(m *modem.MockTransport) { m.On("AT+CPIN?").Reply("+CPIN: PH-NET PIN") },
			want: modem.ErrSIMFailure, says: "PH-NET PIN",
		},
		"SIM broken": {
			mock: func(m *modem.MockTransport) { m.On("AT+CPIN?").Final("+CME ERROR: 13") },
			want: modem.ErrSIMFailure, says: "try it in a phone",
		},
		"SIM busy for ever": {
			mock: func(m *modem.MockTransport) { m.On("AT+CPIN?").Final("+CME ERROR: 14") },
			want: context.DeadlineExceeded, says: "Config.OpenTimeout",
		},
		"CPIN refused": {
			mock: func(m *modem.MockTransport) { m.On("AT+CPIN?").Final("ERROR") },
			want: atcmd.ErrRejected, says: "AT+CPIN: the modem answered ERROR; try it in a phone",
		},
		"echo cannot be switched off": {
			mock: func(m *modem.MockTransport) {
				m.On("ATE0Q0V1").Final("ERROR")
				m.On("ATE0").Final("ERROR")
			},
			want: atcmd.ErrRejected, says: "echo off: atcmd: ATE0: the modem answered ERROR; restart the modem",
		},
		"port breaks": {
			mock: func(m *modem.MockTransport) { m.On("AT+CGMM").Then(func() { m.Break(io.ErrUnexpectedEOF) }).Silent() },
			want: io.ErrUnexpectedEOF,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var tr modem.Transport
				if tt.mock != nil {
					mock := &modem.MockTransport{}
					tt.mock(mock)
					tr = mock
				} else {
					sim := modemtest.New(tt.sim)
					defer sim.Close()
					tr = sim
				}
				start := time.Now()
				err := openError(t, tr, tt.cfg)
				require.ErrorIs(t, err, tt.want)
				assert.Contains(t, err.Error(), tt.says)
				assert.NotContains(t, err.Error(), "2468")
				assert.NotContains(t, err.Error(), "\n", "one error, not a list")
				assert.LessOrEqual(t, time.Since(start), 40*time.Second)
			})
		})
	}
}

func TestRemedyIsNotSaidTwice(t *testing.T) {
	for name, script := range map[string]func(*modem.MockTransport){
		"no answer":   func(m *modem.MockTransport) { m.On("*").Silent() },
		"SIM missing": func(m *modem.MockTransport) { m.On("AT+CPIN?").Final("+CME ERROR: 10") },
		"port breaks": func(m *modem.MockTransport) { m.On("AT+CPIN?").Then(func() { m.Break(io.EOF) }).Silent() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				script(mock)
				opening, ok := errors.AsType[*modem.OpenError](openError(t, mock, nil))
				require.True(t, ok)
				assert.Empty(t, opening.Remedy, "the error itself says what to do")
			})
		})
	}
}

func TestOpenSaysToTheModem(t *testing.T) {
	synchronise := []string{"ATE0Q0V1", "AT+CMEE?", "AT+CMEE=1", "AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN", "AT+CPIN?"}
	standard := []string{"AT+CLIP=1", "AT+COLP=0", "AT+CREG=2", "AT+CEREG=2", "AT+CMGF=0"}
	tests := map[string]struct {
		model string
		cfg   modem.Config
		more  []string
	}{
		"nobody knows it": {more: []string{"AT+CVHU=0", "AT+CLCC"}},
		"SIM7600": {"SIMCOM_SIM7600E-H", modem.Config{CallWaiting: true}, []string{
			"AT+CVHU=0", "AT+CSSN=0,0", "AT+CLCC=1", "AT+CATR=0", "AT+CCWA=1", "AT+DDET=1", "AT+CLCC", "AT+CPCMFRM=0", "AT+CPCMBANDWIDTH=1,1",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{Model: tt.model, Audio: true}
				openMock(t, mock, &tt.cfg)
				time.Sleep(time.Second)
				w, want := mock.Written(), slices.Concat(synchronise, standard, tt.more)
				require.GreaterOrEqual(t, len(w), len(want))
				assert.Equal(t, want, w[:len(want)])
				assert.ElementsMatch(t, []string{"AT+CLCC", "AT+CSQ", "AT+CREG?"}, w[len(want):], "what is the case, in any order")
			})
		})
	}
}

func TestOpenUnlocksTheSIM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, sim := openSim(t, &modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMPIN, PIN: "2468"}}, &modem.Config{PIN: "2468"})
		assert.Equal(t, modem.Ready, m.State())
		entered := 0
		for _, w := range sim.Written() {
			if strings.HasPrefix(w.Text, "AT+CPIN=") {
				entered++
			}
		}
		assert.Equal(t, 1, entered)
	})
}

func TestAttemptsAreReadByEitherCommand(t *testing.T) {
	for name, answers := range map[string]struct{ cmd, line, refused string }{
		"27.007": {cmd: `AT+CPINR="SIM PIN"`, line: "+CPINR: SIM PIN,3,3", refused: "AT+SPIC"},
		"SIMCom": {cmd: "AT+SPIC", line: "+SPIC: 3,10,3,10", refused: "AT+CPINR*"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				mock.On(answers.cmd).Reply(answers.line)
				mock.On(answers.refused).Final("ERROR")
				mock.On("AT+CPIN?").Once().Reply("+CPIN: SIM PIN")
				openMock(t, mock, &modem.Config{PIN: "2468"})
				assert.Equal(t, 1, written(mock, `AT+CPIN="2468"`))
			})
		})
	}
}

func TestConnectionLostAtTheEndOfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		bus := &events.Bus{}
		rec := record(t, bus)
		tr := withoutAudio{mock, func() {
			mock.Break(errors.New("unplugged"))
			synctest.Wait()
		}}
		_, err := modem.Open(deadline(t), tr, &modem.Config{Events: bus})
		require.ErrorContains(t, err, "unplugged")
		_, ok := errors.AsType[*modem.OpenError](err)
		assert.True(t, ok)
		synctest.Wait()
		var states []modem.State
		for _, e := range of[modem.StateChanged](rec) {
			states = append(states, e.State)
		}
		assert.Equal(t, []modem.State{modem.Opening, modem.Failed}, states)
	})
}

// withoutAudio calls asked when it is asked for the audio port, which it has not.
type withoutAudio struct {
	*modem.MockTransport
	asked func()
}

func (w withoutAudio) OpenAudio(context.Context) (io.ReadWriteCloser, error) {
	w.asked()
	return nil, errors.ErrUnsupported
}

func TestLogsNameTheModem(t *testing.T) {
	for name, want := range map[string]string{"gate": "modem=gate", "": ""} {
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder
			logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			m := openMock(t, &modem.MockTransport{}, &modem.Config{Name: name, Logger: logger})
			require.NoError(t, m.Close())
			for line := range strings.Lines(log.String()) {
				assert.Contains(t, line, want)
				assert.Equal(t, name != "", strings.Contains(line, "modem="))
			}
			assert.NotEmpty(t, log.String())
		})
	}
}

func TestWrongPINIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := modemtest.New(&modemtest.Config{SIM: modemtest.SIM{State: modemtest.SIMPIN, PIN: "2468"}})
		defer sim.Close()
		for range 3 {
			openError(t, sim, &modem.Config{PIN: "1357"})
		}
		entered := 0
		for _, w := range sim.Written() {
			if strings.HasPrefix(w.Text, "AT+CPIN=") {
				entered++
			}
		}
		assert.Equal(t, 1, entered, "the second Open sees that an attempt is missing")
	})
}

func TestOpenToleratesWhatItCanDoWithout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.Audio = true
		refused := []string{"AT+CMEE=1", "AT+CLIP=1", "AT+COLP=0", "AT+CREG=2", "AT+CMGF=0", "AT+CSSN=0,0", "AT+DDET=1", "AT+CPCMFRM=0"}
		for _, cmd := range refused {
			mock.On(cmd).Final("+CME ERROR: 4")
		}
		m := openMock(t, mock, nil)
		caps := m.Capabilities()
		assert.Equal(t, []string{"AT+CMEE", "AT+CLIP", "AT+COLP", "AT+CREG", "AT+CMGF", "AT+CSSN", "AT+DDET", "AT+CPCMFRM"}, caps.Refused)
		assert.False(t, caps.Keys)
		caps.Refused[0] = "changed"
		assert.Equal(t, "AT+CMEE", m.Capabilities().Refused[0], "a copy")
	})
}

func TestOpenWithAProfileOfOnesOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		m := openMock(t, mock, &modem.Config{Profile: &modem.Profile{
			Name: "mine", Init: []string{"AT+MINE=1"}, Hangup: []string{"ATH"},
		}})
		assert.Equal(t, "mine", m.Identity().Profile)
		assert.Equal(t, 1, written(mock, "AT+MINE=1"))
	})
}

func TestOpenAsksATIWhereTheModelIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		for _, cmd := range []string{"AT+CGMI", "AT+CGMM", "AT+CGMR"} {
			mock.On(cmd).Final("ERROR")
		}
		mock.On("ATI").Reply("Manufacturer: SIMCOM INCORPORATED", "Model: SIMCOM_SIM7600G-H", "Revision: 1.0")
		m := openMock(t, mock, nil)
		assert.Equal(t, "SIM7600", m.Identity().Profile)
		assert.Equal(t, "SIMCOM INCORPORATED", m.Identity().Manufacturer)
		require.NoError(t, m.Close())
		got, err := modem.Probe(deadline(t), mock, nil)
		require.NoError(t, err)
		assert.Equal(t, "SIM7600", got.Identity.Profile, "so does Probe")
	})
}

// brokenTransport fails to open one of its ports.
type brokenTransport struct {
	modem.MockTransport
	at, audio error
}

func (b *brokenTransport) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	if b.at != nil {
		return nil, b.at
	}
	return b.MockTransport.OpenAT(ctx)
}

func (b *brokenTransport) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	if b.audio != nil {
		return nil, b.audio
	}
	return b.MockTransport.OpenAudio(ctx)
}

func TestOpenTellsWhichPortIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := openError(t, &brokenTransport{at: os.ErrNotExist}, nil)
		require.ErrorIs(t, err, os.ErrNotExist)
		assert.Contains(t, err.Error(), "AT port")
		tr := &brokenTransport{audio: os.ErrPermission}
		tr.Model = "SIMCOM_SIM7600E-H"
		err = openError(t, tr, nil)
		require.ErrorIs(t, err, os.ErrPermission)
		assert.Contains(t, err.Error(), "audio port")
	})
}

func TestOpenIsBoundedByItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("AT+CGMI").Silent()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		_, err := modem.Open(ctx, mock, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Less(t, time.Since(start), 4*time.Second)
	})
}

func TestOpenThatIsGivenUpTellsBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("*").Silent()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		_, err := modem.Open(ctx, mock, nil)
		require.ErrorIs(t, err, modem.ErrNoAnswer, "what it interrupted")
		require.ErrorIs(t, err, context.Canceled, "why it was given up")
	})
}

func TestConfigIsChecked(t *testing.T) {
	for name, cfg := range map[string]*modem.Config{
		"PIN of letters":  {PIN: "abcd"},
		"PIN too short":   {PIN: "123"},
		"PIN with a line": {PIN: "1234\r"},
		"poll too often":  {CallPoll: time.Millisecond},
		"poll too seldom": {CallPoll: time.Hour},
		"negative time":   {OpenTimeout: -time.Second},
		"two lines":       {Profile: &modem.Profile{Audio: modem.AudioProfile{Off: []string{"AT+A\rATD1;"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			mock := &modem.MockTransport{}
			_, err := modem.Open(deadline(t), mock, cfg)
			require.Error(t, err)
			assert.Contains(t, err.Error(), "Config.")
			assert.NotContains(t, err.Error(), "abcd")
			assert.Empty(t, mock.Written())
		})
	}
	assert.Equal(t, `modem.Config{Name: "gate", PIN set: true}`, modem.Config{Name: "gate", PIN: "2468"}.String())
	assert.Equal(t, `modem.Config{Name: "", PIN set: false}`, modem.Config{}.String())
}

func TestExecRefusesWhatWouldBeMoreThanALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		m := openMock(t, mock, nil)
		time.Sleep(time.Second)
		before := len(mock.Written())
		for _, bad := range []string{"AT\rATD1;", "AT\n", "AT\x1b", "AT\x1a", "", "CSQ", "A/"} {
			_, err := m.Exec(deadline(t), bad)
			require.ErrorIs(t, err, atcmd.ErrBadCommand, "%q", bad)
		}
		assert.Len(t, mock.Written(), before)
		mock.On("AT+X=1").Final("+CME ERROR: 3")
		_, err := m.Exec(deadline(t), "AT+X=1")
		require.ErrorIs(t, err, atcmd.CMEError(3))
	})
}

func TestExecTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		m := openMock(t, mock, &modem.Config{NetworkPoll: -1})
		time.Sleep(time.Second)
		mock.On("AT+COPS=?").Silent()
		for name, tt := range map[string]struct {
			bound, want time.Duration // 0: no deadline
			err         error
		}{
			"no deadline":    {0, 5 * time.Second, atcmd.ErrTimeout},
			"a deadline":     {time.Minute, time.Minute, context.DeadlineExceeded},
			"a far deadline": {time.Hour, 3 * time.Minute, atcmd.ErrTimeout},
		} {
			ctx := t.Context()
			if tt.bound > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.bound)
				defer cancel()
			}
			start := time.Now()
			_, err := m.Exec(ctx, "AT+COPS=?")
			require.ErrorIs(t, err, tt.err, name)
			assert.Equal(t, tt.want, time.Since(start), name)
		}
	})
}

func TestMethodsAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openMock(t, &modem.MockTransport{}, nil)
		require.NoError(t, m.Close())
		methods := map[string]func() error{
			"Exec":         func() error { _, err := m.Exec(deadline(t), "AT"); return err },
			"Signal":       func() error { _, err := m.Signal(deadline(t)); return err },
			"Registration": func() error { _, err := m.Registration(deadline(t)); return err },
			"Dial":         func() error { _, err := m.Dial(deadline(t), callee, nil); return err },
			"Place":        func() error { _, err := m.Place(deadline(t), callee, nil); return err },
		}
		for name, f := range methods {
			assert.ErrorIs(t, f(), modem.ErrClosed, name)
		}
		require.NoError(t, m.Shutdown(deadline(t)))
		assert.Equal(t, modem.Closed, m.State())
	})
}

func TestScenarioA6LateAnswerGoesToNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		time.Sleep(time.Second)
		mock.On("AT+CGMR").Once().Silent()
		mock.On("AT+CMEE?").After(500 * time.Millisecond).Raw("\r\nlate\r\n\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := m.Exec(ctx, "AT+CGMR")
		require.Error(t, err)
		mock.On("AT+CGMM").After(time.Second).Reply("right")
		lines, err := m.Exec(deadline(t), "AT+CGMM")
		require.NoError(t, err)
		assert.Equal(t, []string{"right"}, lines)
	})
}

func TestLoggerTakesNothingWhereNoneIsGiven(t *testing.T) {
	var b strings.Builder
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(old)
	synctest.Test(t, func(t *testing.T) {
		m, err := modem.Open(deadline(t), &modem.MockTransport{}, nil)
		require.NoError(t, err)
		require.NoError(t, m.Close())
	})
	assert.Empty(t, b.String())
}

func TestErrorOfAHandlerIsToldSomewhere(t *testing.T) {
	var logged, byDefault strings.Builder
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&byDefault, nil)))
	defer slog.SetDefault(old)
	var told []error
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	onError := func(_ *voice.CallSession, err error) { told = append(told, err) }
	for name, tt := range map[string]struct {
		cfg                       modem.Config
		told, logged, byDefaultly bool
	}{
		"nowhere":                {modem.Config{Name: "gate"}, false, false, true},
		"Logger":                 {modem.Config{Name: "gate", Logger: logger}, false, true, false},
		"OnHandlerError":         {modem.Config{OnHandlerError: onError}, true, false, false},
		"OnHandlerError, Logger": {modem.Config{OnHandlerError: onError, Logger: logger}, true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			logged.Reset()
			byDefault.Reset()
			told = nil
			synctest.Test(t, func(t *testing.T) {
				cfg := tt.cfg
				cfg.OnCall = voice.HandlerFunc(func(context.Context, *voice.CallSession) error { panic("kaboom") })
				sim := modemtest.New(nil)
				defer sim.Close()
				m, err := modem.Open(deadline(t), sim, &cfg)
				require.NoError(t, err)
				require.NoError(t, sim.Call("+12025550187").WaitEnded(deadline(t)))
				require.NoError(t, m.Close())
			})
			assert.Equal(t, tt.told, len(told) == 1)
			for log, want := range map[*strings.Builder]bool{&logged: tt.logged, &byDefault: tt.byDefaultly} {
				assert.Equal(t, want, strings.Contains(log.String(), "call handler failed"), log)
				assert.Equal(t, want, strings.Contains(log.String(), "modem=gate"), log)
				assert.Equal(t, want, strings.Contains(log.String(), "open_test.go:"), "where it happened")
				assert.NotContains(t, log.String(), "12025550187")
				assert.NotContains(t, log.String(), "kaboom")
			}
		})
	}
}
