package modem_test

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

const (
	onLTE  = 8 // of AT+CNSMOD
	onUMTS = 4
)

func TestScenarioB3RateOfThePort(t *testing.T) {
	tests := map[string]struct {
		volte   bool
		mode    int
		before  []string // sent in an earlier life
		refuses []string
		rate    int
	}{
		"B3 forced to 8 kHz":                    {volte: true, mode: onLTE, rate: 8000},
		"B3 forced, wide before":                {mode: onUMTS, before: []string{"AT+CPCMFRM=1"}, rate: 8000},
		"B3 no band width, VoLTE":               {volte: true, mode: onLTE, refuses: []string{"AT+CPCMBANDWIDTH="}, rate: 16000},
		"B3 no band width, no VoLTE":            {mode: onUMTS, refuses: []string{"AT+CPCMBANDWIDTH="}, rate: 8000},
		"B3 no band width, all wide":            {mode: onUMTS, before: []string{"AT+CPCMBANDWIDTH=0,0"}, refuses: []string{"AT+CPCMBANDWIDTH="}, rate: 16000},
		"B3 no frame format, wide":              {mode: onUMTS, before: []string{"AT+CPCMFRM=1"}, refuses: []string{"AT+CPCMFRM="}, rate: 16000},
		"B3 no frame format, narrow":            {volte: true, mode: onLTE, refuses: []string{"AT+CPCMFRM="}, rate: 8000},
		"B3 nothing of both, VoLTE":             {volte: true, mode: onLTE, refuses: []string{"AT+CPCMFRM=", "AT+CPCMBANDWIDTH="}, rate: 16000},
		"B3 nothing of both, wide, no VoLTE":    {mode: onUMTS, before: []string{"AT+CPCMFRM=1"}, refuses: []string{"AT+CPCMFRM=", "AT+CPCMBANDWIDTH="}, rate: 16000},
		"B3 nothing of both, neither the query": {mode: onUMTS, refuses: []string{"AT+CPCM"}, rate: 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(4) {
				synctest.Test(t, func(t *testing.T) {
					sim := modemtest.New(&modemtest.Config{VoLTE: tt.volte, Seed: seed})
					t.Cleanup(func() { sim.Close() })
					earlier := open(t, sim, nil)
					for _, cmd := range tt.before {
						_, err := earlier.Exec(deadline(t), cmd)
						require.NoError(t, err)
					}
					if len(tt.before) == 0 { // as the modem is delivered
						_, err := earlier.Exec(deadline(t), "AT+CPCMBANDWIDTH=0,1")
						require.NoError(t, err)
					}
					require.NoError(t, earlier.Close())
					sim.SetMode(tt.mode)
					for _, cmd := range tt.refuses {
						sim.Reply(cmd, 4, "\r\nERROR\r\n")
					}
					if tt.rate == 0 {
						assert.Equal(t, 8000, open(t, sim, nil).Capabilities().AudioRate, "the usual one")
						return
					}
					bothWays(t, open(t, sim, nil), sim, tt.rate)
				})
			}
		})
	}
}

// bothWays checks that a call has a rate, and that what is said reaches the other
// side sample for sample.
func bothWays(t *testing.T, m *modem.Modem, sim *modemtest.Modem, rate int) {
	t.Helper()
	ctx := deadline(t)
	greeting, message := speech(rate), speech(2*rate)
	var heard bytes.Buffer
	formats := make(chan voice.Format, 1)
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		if err := call.Answer(ctx); err != nil {
			return err
		}
		if _, err := call.Play(ctx, voice.PCM(rate, greeting), nil); err != nil {
			return err
		}
		f, _ := call.Format()
		formats <- f
		_, err := call.Record(ctx, &heard, &voice.RecordOptions{Finish: "#"})
		return err
	})
	caller := sim.Call("+12025550100")
	require.NoError(t, caller.WaitAnswered(ctx))
	require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))
	require.Equal(t, rate, caller.Rate(), "of the modem")
	require.NoError(t, caller.Say(ctx, message))
	caller.Press("#")
	require.NoError(t, caller.WaitEnded(ctx))
	assert.Equal(t, voice.Format{Rate: rate}, receive(t, formats))
	assert.GreaterOrEqual(t, index(caller.Heard(), greeting), 0)
	assert.True(t, bytes.Contains(heard.Bytes(), bytesOf(message)))
}

// Calls of one modem can have different rates, where it cannot be told otherwise.
func TestRateFromCallToCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		mock.On("AT+CPCMBANDWIDTH=1,1").Final("ERROR")
		mock.On("AT+CPCMBANDWIDTH?").Reply("+CPCMBANDWIDTH: 0,1")
		mock.On("AT+CNSMOD?").Reply("+CNSMOD: 0,8")
		m, call := talking(t, mock, &modem.Config{ResetsPerDay: -1}) // though no frame comes
		assert.Equal(t, 8000, m.Capabilities().AudioRate, "of most calls")
		for i, want := range []struct {
			mode string
			rate int
		}{{"+CNSMOD: 0,8", 16000}, {"+CNSMOD: 0,4", 8000}, {"+CNSMOD: 1,8", 16000}, {"", 8000}} {
			if i > 0 {
				ended(mock)
				inject(mock, "NO CARRIER")
				receive(t, call.Done())
				time.Sleep(5 * time.Second)
				mock.On("AT+CNSMOD?").Reply(want.mode)
				mock.Inject(ringing)
				time.Sleep(6 * time.Second)
				require.Len(t, m.Calls(), 1)
				call = m.Calls()[0]
			}
			f, has := call.Format()
			require.True(t, has)
			assert.Equal(t, want.rate, f.Rate, want.mode)
			before := len(mock.WrittenAudio())
			time.Sleep(time.Second)
			assert.InDelta(t, 2*want.rate, len(mock.WrittenAudio())-before, 1300)
		}
	})
}

func TestRateIsNotAskedWhereItIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		talking(t, mock, nil)
		for _, cmd := range mock.Written() {
			assert.NotContains(t, []string{"AT+CPCMFRM?", "AT+CPCMBANDWIDTH?", "AT+CNSMOD?"}, cmd)
		}
	})
}
