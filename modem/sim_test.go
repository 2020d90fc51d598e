package modem_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// lockedSIM wants the PIN 2468.
var lockedSIM = modemtest.SIM{State: modemtest.SIMPIN, PIN: "2468"}

// simStates returns the states that the SIM went through.
func simStates(r *recorder) []modem.SIMState {
	var out []modem.SIMState
	for _, e := range of[modem.SIMChanged](r) {
		out = append(out, e.State)
	}
	return out
}

func TestScenarioA30WrongPINIsTriedOnce(t *testing.T) {
	for _, family := range []modemtest.Family{modemtest.SIM7600, modemtest.Generic, modemtest.EC25, modemtest.Huawei} {
		t.Run("A30 "+family.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, sim := openSim(t, &modemtest.Config{Family: family}, &modem.Config{PIN: "1357"})
				rec := record(t, m.Events())
				sim.InsertSIM(lockedSIM)
				until(t, func() bool { return slices.Contains(simStates(rec), modem.SIMLocked) })
				for range 5 {
					sim.Disconnect(io.EOF)
					untilState(t, m, modem.Lost)
					untilState(t, m, modem.Ready)
					time.Sleep(time.Minute)
				}
				assert.Equal(t, 1, heardBy(sim, "AT+CPIN="), "at most one try")
				_, err := m.Dial(deadline(t), callee, nil)
				require.ErrorIs(t, err, modem.ErrPINWrong)
				require.NotEmpty(t, simStates(rec))
				assert.Equal(t, modem.SIMLocked, simStates(rec)[len(simStates(rec))-1])
			})
		})
	}
}

func TestScenarioB29WrongPINAcrossRestarts(t *testing.T) {
	unreadable := func(sim *modemtest.Modem) {
		for _, cmd := range []string{"AT+CPINR", "AT+SPIC", "AT+QPINC", "AT^CPIN?", "AT#PCT"} {
			sim.Reply(cmd, 1000, "\r\nERROR\r\n")
		}
	}
	for name, tt := range map[string]struct {
		prepare func(*modemtest.Modem)
		state   bool
		want    error
	}{
		"B29 attempts that can be read":            {func(*modemtest.Modem) {}, false, modem.ErrPINAttempts},
		"B29 attempts that can be read, with file": {func(*modemtest.Modem) {}, true, modem.ErrPINAttempts},
		"B29 attempts that cannot":                 {unreadable, true, modem.ErrPINNoted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := modemtest.New(&modemtest.Config{SIM: lockedSIM})
				t.Cleanup(func() { sim.Close() })
				tt.prepare(sim)
				cfg := &modem.Config{PIN: "1357"}
				if tt.state {
					cfg.PINState = filepath.Join(t.TempDir(), "pin.json")
				}
				_, err := modem.Open(deadline(t), sim, cfg)
				require.ErrorIs(t, err, modem.ErrPINWrong)
				for range 5 {
					_, err := modem.Open(deadline(t), sim, cfg)
					require.ErrorIs(t, err, tt.want)
				}
				assert.Equal(t, 1, heardBy(sim, "AT+CPIN="))
			})
		})
	}
}

func TestPINState(t *testing.T) {
	unreadable := func(mock *modem.MockTransport) {
		for _, cmd := range []string{"AT+CPINR*", "AT+SPIC", "AT+QPINC*", "AT^CPIN?", "AT#PCT"} {
			mock.On(cmd).Final("ERROR")
		}
	}
	t.Run("noted before it is sent, and forgotten when it was right", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			unreadable(mock)
			path := filepath.Join(t.TempDir(), "pin.json")
			mock.On("AT+CPIN?").Once().Reply("+CPIN: SIM PIN")
			seen := false
			mock.On(`AT+CPIN="2468"`).Then(func() {
				text, err := os.ReadFile(path)
				assert.NoError(t, err)
				var note map[string]any
				assert.NoError(t, json.Unmarshal(text, &note))
				assert.Equal(t, 1.0, note["version"])
				assert.NotContains(t, string(text), "2468")
				info, err := os.Stat(path)
				assert.NoError(t, err)
				assert.Equal(t, fs.FileMode(0o600), info.Mode())
				seen = true
			}).Reply()
			openMock(t, mock, &modem.Config{PIN: "2468", PINState: path})
			assert.True(t, seen)
			assert.NoFileExists(t, path)
		})
	})
	t.Run("kept when it is not known what came of it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			unreadable(mock)
			path := filepath.Join(t.TempDir(), "pin.json")
			mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
			mock.On(`AT+CPIN="2468"`).Then(func() { mock.Break(io.EOF) }).Silent()
			_, err := modem.Open(deadline(t), mock, &modem.Config{PIN: "2468", PINState: path})
			require.ErrorIs(t, err, io.EOF)
			assert.FileExists(t, path)
			mock.Mend()
			_, err = modem.Open(deadline(t), mock, &modem.Config{PIN: "2468", PINState: path})
			require.ErrorIs(t, err, modem.ErrPINNoted)
			mock.On(`AT+CPIN="2468"`).Then(func() { mock.On("AT+CPIN?").Reply("+CPIN: READY") }).Reply()
			openMock(t, mock, &modem.Config{PIN: "2468", PINState: path, PINForce: true})
			assert.NoFileExists(t, path)
		})
	})
	t.Run("forced once, though nobody knows what came of it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			unreadable(mock)
			m := openMock(t, mock, &modem.Config{PIN: "2468", PINForce: true})
			mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
			mock.On(`AT+CPIN="2468"`).Then(func() { mock.Break(io.EOF) }).Silent()
			for range 5 {
				mock.Break(io.EOF)
				untilState(t, m, modem.Lost)
				mock.Mend()
				time.Sleep(2 * time.Minute)
			}
			assert.Equal(t, 1, written(mock, `AT+CPIN="2468"`))
			_, err := m.Dial(deadline(t), callee, nil)
			require.ErrorIs(t, err, modem.ErrPINAttempts)

			mock.On("AT+CPIN?").Reply("+CPIN: READY") // unlocked in a phone
			mock.Break(io.EOF)
			untilState(t, m, modem.Lost)
			mock.Mend()
			untilState(t, m, modem.Ready)
			mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
			mock.On(`AT+CPIN="2468"`).Then(func() { mock.On("AT+CPIN?").Reply("+CPIN: READY") }).Reply()
			mock.Break(io.EOF)
			untilState(t, m, modem.Lost)
			mock.Mend()
			untilState(t, m, modem.Ready)
			assert.Equal(t, 2, written(mock, `AT+CPIN="2468"`), "for the next time that the SIM wants it")
		})
	})
	t.Run("not sent where it cannot be noted", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
			mock.On(`AT+CPINR="SIM PIN"`).Reply("+CPINR: SIM PIN,3,3")
			_, err := modem.Open(deadline(t), mock, &modem.Config{PIN: "2468", PINState: filepath.Join(t.TempDir(), "no folder", "pin")})
			require.ErrorIs(t, err, fs.ErrNotExist)
			assert.ErrorContains(t, err, "PINState")
			assert.Zero(t, written(mock, `AT+CPIN="2468"`))
		})
	})
}

func TestPINAttemptsInEveryWay(t *testing.T) {
	tests := map[string]struct{ cmd, two, three string }{
		"27.007":  {`AT+CPINR="SIM PIN"`, "+CPINR: SIM PIN,2,3", "+CPINR: SIM PIN,3,3"},
		"SIMCom":  {"AT+SPIC", "+SPIC: 2,10,3,10", "+SPIC: 3,10,3,10"},
		"Quectel": {`AT+QPINC="SC"`, `+QPINC: "SC",2,10`, `+QPINC: "SC",3,10`},
		"Huawei":  {"AT^CPIN?", "^CPIN: SIM PIN,,10,2,10,3", "^CPIN: SIM PIN,,10,3,10,3"},
		"Telit":   {"AT#PCT", "#PCT: 2", "#PCT: 3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for line, want := range map[string]error{tt.two: modem.ErrPINAttempts, tt.three: nil} {
				synctest.Test(t, func(t *testing.T) {
					mock := sim7600()
					for _, other := range tests {
						mock.On(other.cmd).Final("ERROR")
					}
					mock.On(tt.cmd).Reply(line)
					mock.On("AT+CPIN?").Reply("+CPIN: SIM PIN")
					mock.On(`AT+CPIN="2468"`).Then(func() { mock.On("AT+CPIN?").Reply("+CPIN: READY") }).Reply()
					m, err := modem.Open(deadline(t), mock, &modem.Config{PIN: "2468"})
					require.ErrorIs(t, err, want)
					if err == nil {
						require.NoError(t, m.Close())
					}
				})
			}
		})
	}
}

func TestScenarioB25SIMIsRemovedAndInserted(t *testing.T) {
	for _, family := range []modemtest.Family{modemtest.SIM7600, modemtest.Generic, modemtest.EC25, modemtest.EC200, modemtest.Huawei, modemtest.A7670, modemtest.SIM868} {
		t.Run("B25 "+family.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, sim := openSim(t, &modemtest.Config{Family: family}, &modem.Config{
					PIN: "2468", PINState: filepath.Join(t.TempDir(), "pin.json"),
				})
				rec := record(t, m.Events())
				m.OnCallFunc(answer)
				caller := sim.Call("+12025550100")
				require.NoError(t, caller.WaitAnswered(deadline(t)))
				call := m.Calls()[0]
				require.NoError(t, call.Answer(deadline(t)), "known to the program, too")

				sim.RemoveSIM()
				assert.Contains(t, []voice.EndReason{voice.RemoteHangup, voice.Failed, voice.ModemLost}, endOf(t, call).Reason)
				until(t, func() bool { return len(simStates(rec)) > 0 })
				assert.Equal(t, modem.SIMMissing, simStates(rec)[0])
				require.ErrorIs(t, of[modem.SIMChanged](rec)[0].Err, modem.ErrSIMMissing)
				_, err := m.Dial(deadline(t), callee, nil)
				require.ErrorIs(t, err, modem.ErrSIMMissing)
				require.NoError(t, m.Err(), "the modem is there")

				sim.InsertSIM(lockedSIM)
				until(t, func() bool { states := simStates(rec); return states[len(states)-1] == modem.SIMReady })
				until(t, func() bool { r, err := m.Registration(deadline(t)); return err == nil && r.Voice() })
				next := sim.Call("+12025550101")
				require.NoError(t, next.WaitAnswered(deadline(t)))
				until(t, func() bool { return len(m.Calls()) == 1 && m.Calls()[0].Number() == "+12025550101" })
			})
		})
	}
}

func TestSIMEventShowsNoSecret(t *testing.T) {
	e := modem.SIMChanged{State: modem.SIMLocked, Err: errors.New("+12025550100")}
	text, err := json.Marshal(e.PublicData(events.Full))
	require.NoError(t, err)
	assert.JSONEq(t, `{"state":"locked","reason":"other"}`, string(text))
	assert.Equal(t, "sim.state", e.EventName())
}
