package modem_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
)

func TestScenarioB20PortThatIsNoATPort(t *testing.T) {
	tests := map[string]struct {
		line modemtest.LineState
		want error
		says string
	}{
		"B20 silent":           {modemtest.LineSilent, modem.ErrNoAnswer, "no other program uses the port"},
		"B20 wrong baud rate":  {modemtest.LineGarbled, modem.ErrBaudRate, "set the modem's"},
		"B20 diagnostic port":  {modemtest.LineDiagnostic, modem.ErrDiagnosticPort, "use its AT port"},
		"B20 PPP data mode":    {modemtest.LinePPP, nil, ""},
		"B20 nothing is wrong": {modemtest.LineReady, nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(5) {
				synctest.Test(t, func(t *testing.T) {
					sim := modemtest.New(&modemtest.Config{Seed: seed, Line: tt.line})
					t.Cleanup(func() { sim.Close() })
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					defer cancel()
					m, err := modem.Open(ctx, sim, nil)
					if tt.want == nil {
						require.NoError(t, err, "a connection that was left behind is ended")
						require.NoError(t, m.Close())
						return
					}
					require.ErrorIs(t, err, tt.want)
					assert.ErrorContains(t, err, tt.says)
				})
			}
		})
	}
	t.Run("B20 PPP data mode that cannot be left", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := &modem.MockTransport{}
			mock.On("*").Raw("\x7e\xff\x7d\x23\xc0\x21\x7d\x21\x7d\x20\x7d\x34\x7e")
			_, err := modem.Open(deadline(t), mock, nil)
			require.ErrorIs(t, err, modem.ErrDataMode)
			assert.Equal(t, 1, strings.Count(strings.Join(mock.Written(), ""), "+++"), "that would be data to whoever is there")
		})
	})
	t.Run("B20 port of positions", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := &modem.MockTransport{}
			mock.On("*").Raw("$GPGSV,1,1,00*79\r\n")
			_, err := modem.Open(deadline(t), mock, nil)
			require.ErrorIs(t, err, modem.ErrPositionPort)
		})
	})
	t.Run("B20 port in data mode while the modem is in use", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m, sim := openSim(t, nil, nil)
			time.Sleep(5 * time.Second)
			sim.SetLine(modemtest.LinePPP)
			untilState(t, m, modem.Lost)
			untilState(t, m, modem.Ready)
		})
	})
}
