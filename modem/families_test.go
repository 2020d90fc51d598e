package modem_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

// family is a profile of a family that the library does not know, as a program
// could write it, and what such a modem does in a call.
type family struct {
	profile  modem.Profile
	model    string
	answered string // what comes in place of the result of ATA
	key      string // 5 is pressed
	tone     string // 5 is sent, for 200 ms
	over     string // the far side hangs up
	hangup   string // the first command
}

// families are those of which there are manuals, drivers or logs, besides the one
// that the library knows. Reports of call states with numbers of their own
// (^DSCI, +QIND: "ccinfo", #ECAM, +UCALLSTAT, ^SLCC) want a grammar and are left
// to AT+CLCC here.
var families = map[string]family{
	"SIMCom A76xx": {
		profile: modem.Profile{
			Name: "A76xx", Models: []string{"A7670", "A7608", "A7672"}, Init: []string{"AT+CLCC=1"},
			Answered: []string{"VOICE CALL: BEGIN"}, Over: []string{"VOICE CALL: END"},
			Calls:  []modem.CallReport{{Name: "VOICE CALL"}},
			KeysOn: "AT+DDET=1", Keys: []modem.KeyReport{{Name: "+RXDTMF"}}, ToneUnit: 100 * time.Millisecond,
			Noise: []string{"*ATREADY", "SMS DONE", "PB DONE", "+CGEV"},
		},
		model: "A7670E-FASE", answered: "VOICE CALL: BEGIN", key: "+RXDTMF: 5", tone: "AT+VTS=5,2", over: "VOICE CALL: END: 000008", hangup: "AT+CHUP",
	},
	"SIMCom SIM800": {
		profile: modem.Profile{
			Name: "SIM800", Models: []string{"SIM800", "SIM868", "SIM900"}, Init: []string{"AT+CLCC=1", "AT+MORING=1"},
			KeysOn: "AT+DDET=1,0,1", Keys: []modem.KeyReport{{Name: "+DTMF"}}, ToneUnit: 100 * time.Millisecond, Hangup: []string{"ATH"},
			Noise: []string{"RDY", "+CFUN", "Call Ready", "SMS Ready", "*PSUTTZ", "DST", "+CIEV"},
		},
		model: "SIMCOM_SIM868", answered: "OK", key: "+DTMF: 5,40", tone: "AT+VTS=5,2", over: "NO CARRIER", hangup: "ATH",
	},
	"Quectel EC2x": {
		profile: modem.Profile{
			Name: "EC2x", Models: []string{"EC20", "EC21", "EC25", "EG25", "EG91", "EG95"},
			Init:   []string{`AT+QURCCFG="urcport","usbat"`, `AT+QINDCFG="ccinfo",1,1`},
			KeysOn: "AT+QTONEDET=1", Keys: []modem.KeyReport{{Name: "+QTONEDET", Code: true}}, ToneUnit: 100 * time.Millisecond,
			Hangup: []string{"AT+QHUP=16", "AT+CHUP"}, Noise: []string{"+QIND"},
		},
		model: "EC25", answered: "OK", key: "+QTONEDET: 53", tone: "AT+VTS=5,2", over: "NO CARRIER", hangup: "AT+QHUP=16",
	},
	"Huawei": {
		profile: modem.Profile{
			Name: "Huawei", Models: []string{"E15", "E17", "E30", "MU509", "MU609", "MU709"},
			Answered: []string{"^CONN"}, Over: []string{"^CEND"}, Calls: []modem.CallReport{{Name: "^CEND", Grammar: modem.GrammarOver}},
			KeysOn: "AT^DDTMFCFG=0,1", Keys: []modem.KeyReport{{Name: "^DDTMF"}},
			Noise: []string{"^BOOT", "^RSSI", "^HCSQ", "^MODE", "^SRVST", "^DSFLOWRPT", "^ORIG", "^CONF"},
		},
		model: "E1750", answered: "^CONN:1,0", key: "^DDTMF: 5", tone: "AT+VTS=5", over: "^CEND:1,8,29,16", hangup: "AT+CHUP",
	},
	"Telit": {
		profile: modem.Profile{
			Name: "Telit", Models: []string{"HE910", "LE910", "UC864"}, KeysOn: "AT#DTMF=1", Keys: []modem.KeyReport{{Name: "#DTMFEV"}},
			ToneUnit: 10 * time.Millisecond,
		},
		model: "HE910-D", answered: "OK", key: "#DTMFEV: 5", tone: "AT+VTS=5,20", over: "NO CARRIER", hangup: "AT+CHUP",
	},
	"u-blox": {
		profile: modem.Profile{
			Name: "u-blox", Models: []string{"SARA", "LISA", "TOBY", "LARA", "LEON"},
			KeysOn: "AT+UDTMFD=1,2", Keys: []modem.KeyReport{{Name: "+UUDTMFD"}},
		},
		model: "SARA-U201", answered: "OK", key: "+UUDTMFD: 5", tone: "AT+VTS=5", over: "NO CARRIER", hangup: "AT+CHUP",
	},
	"plain 27.007": {
		profile: modem.Profile{Name: "plain", Keys: []modem.KeyReport{{Name: "+DTMF"}}},
		model:   "EM7345", answered: "OK", key: "+DTMF: 5", tone: "AT+VTS=5", over: "NO CARRIER", hangup: "AT+CHUP",
	},
}

func TestProfilesOfOtherFamiliesAreData(t *testing.T) {
	for name, fam := range families {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { fam.takesCalls(t) })
		})
	}
}

// takesCalls takes calls by the profile: ended from afar, then by the program.
func (fam family) takesCalls(t *testing.T) {
	mock := &modem.MockTransport{Model: fam.model}
	mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).Final(fam.answered)
	mock.On("AT+CHUP").Then(func() { ended(mock) }).Reply()
	mock.On("AT+QHUP=16").Then(func() { ended(mock) }).Reply()
	mock.On("ATH").Then(func() { ended(mock) }).Reply()
	m := openMock(t, mock, &modem.Config{Profile: &fam.profile})
	assert.Equal(t, fam.profile.KeysOn != "", m.Capabilities().Keys)
	for _, cmd := range fam.profile.Init {
		assert.Equal(t, 1, written(mock, cmd), cmd)
	}
	got := make(chan voice.Digits, 2)
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		if err := call.Answer(ctx); err != nil {
			return err
		}
		if err := call.SendDTMF(ctx, "5", &voice.ToneOptions{Duration: 200 * time.Millisecond}); err != nil {
			return err
		}
		inject(mock, fam.key)
		d, err := call.Collect(ctx, &voice.CollectOptions{Max: 1})
		got <- d
		if err == nil {
			<-call.Done()
		}
		return err
	})
	for _, noise := range fam.profile.Noise {
		inject(mock, noise+": 1")
	}
	for _, byUs := range []bool{false, true} {
		time.Sleep(10 * time.Second)
		inject(mock, "+CRING: VOICE", "+CLIP: \"+12025550100\",145")
		assert.Equal(t, "5", receive(t, got).Keys)
		assert.NotZero(t, written(mock, fam.tone), fam.tone)
		require.Len(t, m.Calls(), 1)
		call, want := m.Calls()[0], voice.RemoteHangup
		time.Sleep(5 * time.Second)
		if byUs {
			want = voice.LocalHangup
			require.NoError(t, call.Hangup(deadline(t)))
			assert.Equal(t, 1, written(mock, fam.hangup))
		} else {
			ended(mock)
			inject(mock, fam.over)
		}
		assert.Equal(t, want, endOf(t, call).Reason)
	}
}
