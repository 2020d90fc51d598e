package modem_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestCapabilitiesAreThoseThatTheModemShows(t *testing.T) {
	whole := modem.Capabilities{Voice: true, Messages: true, Audio: true, AudioRate: 8000, Keys: true}
	with := func(change func(*modem.Capabilities)) modem.Capabilities {
		c := whole
		change(&c)
		return c
	}
	tests := map[string]struct {
		model, cmd, reply, final string
		want                     modem.Capabilities
	}{
		"all of a SIM7600":         {model: "SIMCOM_SIM7600E-H", want: whole},
		"no reports of keys":       {"SIM7600G-H", "AT+DDET=1", "", "ERROR", with(func(c *modem.Capabilities) { c.Keys = false })},
		"no messages, so no calls": {"SIM7600G-H", "AT+CMGF=0", "", "ERROR", with(func(c *modem.Capabilities) { c.Messages, c.Voice = false, false })},
		"no callers' numbers":      {"SIM7600G-H", "AT+CLIP=1", "", "+CME ERROR: 4", with(func(c *modem.Capabilities) { c.Voice = false })},
		"no audio port":            {model: "A7670E-FASE", want: with(func(c *modem.Capabilities) { c.Audio, c.AudioRate = false, 0 })},
		"voice of a Huawei":        {"E1750", "AT^CVOICE?", "^CVOICE:0,8000,16,20", "", whole},
		"in wide band":             {"E1750", "AT^CVOICE?", "^CVOICE: 0,16000,16,20", "", with(func(c *modem.Capabilities) { c.AudioRate = 16000 })},
		"locked": {"E1750", "AT^CVOICE?", "^CVOICE:1,8000,16,20", "", with(func(c *modem.Capabilities) {
			c.Voice, c.Audio, c.AudioRate = false, false, 0
		})},
		"of another form": {"E1750", "AT^CVOICE?", "^CVOICE:0,8000,8,20", "", with(func(c *modem.Capabilities) {
			c.Voice, c.Audio, c.AudioRate = false, false, 0
		})},
		"not known to it": {"E3372", "AT^CVOICE?", "", "COMMAND NOT SUPPORT", with(func(c *modem.Capabilities) {
			c.Voice, c.Audio, c.AudioRate = false, false, 0
		})},
		"OK and no more": {model: "E1750", want: whole},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{Model: tt.model, Audio: true}
				switch {
				case tt.reply != "":
					mock.On(tt.cmd).Reply(tt.reply)
				case tt.final != "":
					mock.On(tt.cmd).Final(tt.final)
				}
				caps := openMock(t, mock, nil).Capabilities()
				assert.Equal(t, tt.final != "", len(caps.Refused) > 0)
				caps.Refused = nil
				assert.Equal(t, tt.want, caps)
			})
		})
	}
}

// dataOnly is a modem whose firmware is for data only.
func dataOnly(model string) *modem.MockTransport {
	mock := &modem.MockTransport{Model: model}
	mock.On("AT+CMGF*").Final("ERROR")
	mock.On("ATD*").Final("NO CARRIER")
	return mock
}

func TestScenarioB24DataOnlyFirmware(t *testing.T) {
	for _, model := range []string{"A7670E-LNXY-UBL", "SIM7672G", "nobody knows it"} {
		synctest.Test(t, func(t *testing.T) {
			mock := dataOnly(model)
			m := openMock(t, mock, nil)
			assert.Equal(t, modem.Ready, m.State())
			caps := m.Capabilities()
			assert.False(t, caps.Voice)
			assert.False(t, caps.Messages)
			assert.Contains(t, caps.Refused, "AT+CMGF")
			call, err := m.Dial(deadline(t), callee, nil)
			require.ErrorIs(t, err, modem.ErrNoVoice)
			assert.Nil(t, call)
			ended, ok := errors.AsType[*voice.EndedError](err)
			require.True(t, ok)
			assert.Equal(t, voice.Failed, ended.End.Reason)
			assert.Equal(t, 1, written(mock, "ATD"+callee+";"), "it is tried all the same")
			require.NoError(t, m.Close())
		})
	}
}

// What is not known to be the firmware's fault is not said to be.
func TestCallThatFailsOnAModemWithVoice(t *testing.T) {
	for name, dial := range map[string]func(*modem.MockTransport){
		"by the network": func(mock *modem.MockTransport) { mock.On("ATD*").Final("NO CARRIER") },
		"busy, on a modem for data": func(mock *modem.MockTransport) {
			mock.On("AT+CMGF=0").Final("ERROR")
			mock.On("ATD*").Final("BUSY")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				dial(mock)
				m := openMock(t, mock, nil)
				_, err := m.Dial(deadline(t), callee, nil)
				require.ErrorIs(t, err, voice.ErrEnded)
				assert.NotErrorIs(t, err, modem.ErrNoVoice)
			})
		})
	}
}

func TestCallThatFailsWithoutANetworkForIt(t *testing.T) {
	for name, tt := range map[string]struct {
		creg, cereg string
		none        bool
	}{
		"messages only": {"+CREG: 2,6", "+CEREG: 2,6", true},
		"searching":     {"+CREG: 2,2", "+CEREG: 2,2", true},
		"at home":       {"+CREG: 2,1", "+CEREG: 2,1", false},
		"on LTE":        {"+CREG: 2,2", "+CEREG: 2,1", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				mock.On("AT+CREG?").Reply(tt.creg)
				mock.On("AT+CEREG?").Reply(tt.cereg)
				mock.On("ATD*").Final("NO CARRIER")
				m := openMock(t, mock, nil)
				time.Sleep(time.Second)
				_, err := m.Dial(deadline(t), callee, nil)
				require.ErrorIs(t, err, voice.ErrEnded)
				assert.Equal(t, tt.none, errors.Is(err, modem.ErrNoNetwork))
				assert.NotErrorIs(t, err, modem.ErrNoVoice)
			})
		})
	}
}
