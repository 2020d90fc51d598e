package modem_test

import (
	"context"
	"log/slog"
	"slices"
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

// inFamily is a call with a modem of a model, which lists it as long as it is up.
func inFamily(t *testing.T, model string, cfg *modem.Config) (*modem.MockTransport, *modem.Modem, *voice.CallSession) {
	t.Helper()
	mock := answerable()
	mock.Model = model
	m, call := talking(t, mock, cfg)
	return mock, m, call
}

// The numbers of ^DSCI are not those of AT+CLCC: 3 is active there, and 6 is over.
// Those of +QIND: "ccinfo" are, but for -1.
func TestScenarioB6StatesOfQuectel(t *testing.T) {
	tests := map[string]struct{ alerts, answers, over string }{
		"B6 ^DSCI": {"^DSCI: 1,0,7,0,+12025550123,145", "^DSCI: 1,0,3,0,+12025550123,145", "^DSCI: 1,0,6,0,+12025550123,145"},
		"B6 +QIND": {
			`+QIND: "ccinfo",1,0,3,0,0,"+12025550123",145`, `+QIND: "ccinfo",1,0,0,0,0,"+12025550123",145`,
			`+QIND: "ccinfo",1,0,-1,0,0,"+12025550123",145`,
		},
		"B6 one of each": {
			`+QIND: "ccinfo",1,0,3,0,0,"+12025550123",145`, "^DSCI: 1,0,3,0,+12025550123,145",
			`+QIND: "ccinfo",1,0,-1,0,0,"+12025550123",145`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{Model: "EC25"}
				mock.On("AT+CLCC").Final("ERROR") // the reports alone tell
				m := openMock(t, mock, nil)
				rec := record(t, m.Events())
				call, err := m.Place(deadline(t), callee, nil)
				require.NoError(t, err)
				time.Sleep(time.Second)
				inject(mock, tt.alerts)
				time.Sleep(4 * time.Second)
				assert.Equal(t, voice.Alerting, call.State())
				inject(mock, tt.answers)
				require.NoError(t, call.WaitAnswered(deadline(t)))
				time.Sleep(8 * time.Second)
				inject(mock, tt.over, "NO CARRIER")
				assert.Equal(t, voice.RemoteHangup, endOf(t, call).Reason)
				time.Sleep(10 * time.Second)
				assert.Equal(t, append(slices.Clone(dialAlertTalk), voice.Ended), states(rec, call.ID()))
			})
		})
	}
}

func TestScenarioB7KeysOfEachFamily(t *testing.T) {
	tests := map[string]struct{ model, line, want string }{
		"B7 EC25":          {"EC25", "+QTONEDET: 56", "8"},
		"B7 EC200, as is":  {"EC200U", "+QTONEDET: 8", "8"},
		"B7 Huawei":        {"E1750", "^DDTMF: 5", "5"},
		"B7 Telit":         {"HE910", "#DTMFEV: 5", "5"},
		"B7 SIM868":        {"SIMCOM_SIM868", "+DTMF: 5,120", "5"},
		"B7 SIM868, plain": {"SIMCOM_SIM868", "+DTMF: 5", "5"},
		"B7 SIM7600":       {"SIMCOM_SIM7600G-H", "+RXDTMF: 5", "5"},
		"B7 A7670":         {"A7670E-FASE", "+RXDTMF: #", "#"},
		"B7 u-blox":        {"SARA-U201", "+UUDTMFD: 5", "5"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock, m, call := inFamily(t, tt.model, nil)
				assert.True(t, m.Capabilities().Keys)
				inject(mock, tt.line)
				d, err := call.Collect(deadline(t), &voice.CollectOptions{Max: 1})
				require.NoError(t, err)
				assert.Equal(t, tt.want, d.Keys)
			})
		})
	}
}

// loudest is a log that keeps the highest level it was told.
type loudest struct {
	mu    sync.Mutex
	level slog.Level
}

func (l *loudest) Enabled(context.Context, slog.Level) bool { return true }

func (l *loudest) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.level = max(l.level, r.Level)
	return nil
}

func (l *loudest) WithAttrs([]slog.Attr) slog.Handler { return l }

func (l *loudest) WithGroup(string) slog.Handler { return l }

func TestScenarioB9NoiseOfHuawei(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock, heard := answerable(), &loudest{level: slog.LevelDebug}
		mock.Model = "E1750"
		noise := []string{
			"^BOOT:20096657,0,0,0,75", "^RSSI:12", "^DSFLOWRPT:0000000A,00000000,00000000,0000000000000000,0000000000000000,0000BB80,0000BB80",
			"^MODE:5,4", "^SRVST:2", "^HCSQ:\"WCDMA\",30,30,58",
		}
		var between strings.Builder
		for _, line := range noise {
			between.WriteString("\r\n" + line + "\r\n")
		}
		mock.On("AT+CSQ").Raw(between.String() + "\r\n+CSQ: 20,99\r\n" + between.String() + "\r\nOK\r\n")
		m, call := talking(t, mock, &modem.Config{Logger: slog.New(heard), NetworkPoll: time.Second})
		heard.mu.Lock()
		heard.level = slog.LevelDebug // it was told that there is no audio port
		heard.mu.Unlock()
		rec := record(t, m.Events())
		for range 60 {
			inject(mock, noise...)
			s, err := m.Signal(deadline(t))
			require.NoError(t, err)
			assert.Equal(t, modem.Signal{Known: true, DBm: -73}, s)
			time.Sleep(time.Second)
		}
		assert.Equal(t, voice.Active, call.State())
		assert.Empty(t, of[voice.StateChanged](rec))
		assert.Len(t, m.Calls(), 1)
		heard.mu.Lock()
		defer heard.mu.Unlock()
		assert.Equal(t, slog.LevelDebug, heard.level)
	})
}

func TestScenarioB10EndThatIsToldThreeTimes(t *testing.T) {
	for name, pause := range map[string]time.Duration{"B10 at once": 0, "B10 after 50 ms each": 50 * time.Millisecond, "B10 after 900 ms each": 900 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock, m, call := inFamily(t, "E1750", nil)
				rec := record(t, m.Events())
				time.Sleep(16500 * time.Millisecond)
				for _, line := range []string{"^CEND:1,22,29,16", "NO CARRIER"} {
					inject(mock, line)
					time.Sleep(pause)
				}
				ended(mock)
				end := endOf(t, call)
				assert.Equal(t, voice.End{Reason: voice.RemoteHangup, Cause: 16, Talk: 22 * time.Second}, end)
				time.Sleep(10 * time.Second)
				assert.Equal(t, []voice.State{voice.Ended}, states(rec, ""))
				assert.Empty(t, m.Calls())
			})
		})
	}
}

// Some firmware reports a key again at once. Nobody can press it that fast.
func TestScenarioB22KeyThatIsReportedTwice(t *testing.T) {
	press := func(keys ...string) string {
		var out strings.Builder
		for _, k := range keys {
			out.WriteString("\r\n+RXDTMF: " + k + "\r\n")
		}
		return out.String()
	}
	tests := map[string]struct {
		first, second string
		apart         time.Duration
		want          string
	}{
		"B22 in one read":              {press("5", "5"), "", 0, "5"},
		"B22 twice within 40 ms":       {press("5"), press("5"), 40 * time.Millisecond, "5"},
		"B22 again 120 ms later":       {press("5"), press("5"), 120 * time.Millisecond, "55"},
		"B22 each twice, 120 ms apart": {press("5", "5"), press("5", "5"), 120 * time.Millisecond, "55"},
		"B22 another key":              {press("5", "6"), "", 0, "56"},
		"B22 the first key again":      {press("5", "6", "5"), "", 0, "565"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock, _, call := inFamily(t, "SIMCOM_SIM7600E-H", nil)
				mock.Inject(tt.first)
				time.Sleep(tt.apart)
				mock.Inject(tt.second)
				time.Sleep(time.Second)
				d, err := call.Collect(deadline(t), &voice.CollectOptions{Max: 9, Next: time.Second})
				require.NoError(t, err)
				assert.Equal(t, tt.want, d.Keys)
			})
		})
	}
}
