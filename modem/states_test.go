package modem_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

// config has a modem opened with the profile of the family.
func (fam family) config() *modem.Config { return &modem.Config{Profile: &fam.profile} }

func TestReportTellsWhyACallThatWasDialledIsOver(t *testing.T) {
	tests := map[string]struct {
		family, line string
		want         voice.End
	}{
		"busy":            {"Huawei", "^CEND:1,0,67,17", voice.End{Reason: voice.Busy, Cause: 17}},
		"no answer":       {"Huawei", "^CEND:1,0,104,19", voice.End{Reason: voice.NoAnswer, Cause: 19}},
		"rejected":        {"Huawei", "^CEND:1,0,104,21", voice.End{Reason: voice.Rejected, Cause: 21}},
		"cleared":         {"Huawei", "^CEND:1,0,104,16", voice.End{Reason: voice.Failed, Cause: 16}},
		"after a ringing": {"Huawei", "^CEND:1,12,104,17", voice.End{Reason: voice.Busy, Cause: 17}},
		"without a cause": {"Huawei", "^CEND:1,0,255", voice.End{Reason: voice.Failed, Cause: 1, Text: "Unassigned number"}},
		"busy, Telit":     {"Telit", "#ECAM: 0,7,1,,,", voice.End{Reason: voice.Busy, Cause: 17}},
		"idle, Telit":     {"Telit", "#ECAM: 0,0,1,,,", voice.End{Reason: voice.Failed, Cause: 1, Text: "Unassigned number"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				mock.On("AT+CEER").Reply("+CEER: Unassigned number")
				m := openMock(t, mock, families[tt.family].config())
				mock.On("AT+CLCC").Reply(dialledAs("3"))
				call, err := m.Place(deadline(t), callee, nil)
				require.NoError(t, err)
				time.Sleep(10 * time.Second)
				mock.On("AT+CLCC").Final("ERROR")
				inject(mock, tt.line)
				assert.Equal(t, tt.want, endOf(t, call))
			})
		})
	}
}

func TestReportIsCheckedAgainstTheList(t *testing.T) {
	tests := map[string][2]string{
		"end of this one":    {"Huawei", "^CEND:1,8,29,16"},
		"end of another one": {"Huawei", "^CEND:2,8,29,16"},
		"of no index":        {"Telit", "#ECAM: 0,0,1,,,"},
		"another state":      {"u-blox", "+UCALLSTAT: 1,1"},
		"another direction":  {"Huawei", "^CONF:1"},
		"an older state":     {"u-blox", "+UCALLSTAT: 1,4"},
		"another number":     {"Quectel EC2x, ^DSCI", "^DSCI: 1,1,6,0,+12025550199,145"},
		"only news":          {"Cinterion", "^SLCC: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				cfg := families[tt[0]].config()
				cfg.CallPoll = 3 * time.Second
				_, call := talking(t, mock, cfg)
				time.Sleep(time.Second) // away from the regular list
				asked := written(mock, "AT+CLCC")
				inject(mock, tt[1])
				synctest.Wait()
				time.Sleep(time.Millisecond)
				assert.Equal(t, asked+1, written(mock, "AT+CLCC"))
				time.Sleep(10 * time.Second)
				assert.Equal(t, voice.Active, call.State())
			})
		})
	}
}

func TestReportOfAnotherCallAnswersNone(t *testing.T) {
	for name, line := range map[string]string{
		"Quectel EC2x, ^DSCI": "^DSCI: 1,0,3,0",
		"Quectel EC2x":        `+QIND: "ccinfo",2,1,0,0,0`,
		"u-blox":              "+UCALLSTAT: 2,0",
		"Huawei":              "^CONN:2,0",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				m := openMock(t, mock, families[name].config())
				mock.On("AT+CLCC").Reply(listedAs("4"))
				mock.Inject(ringing)
				time.Sleep(5 * time.Second)
				require.Len(t, m.Calls(), 1)
				rec := record(t, m.Events())
				inject(mock, line)
				time.Sleep(2 * time.Second)
				assert.Empty(t, states(rec, ""))
			})
		})
	}
}

func TestReportOfACallThatNobodyKnowsHasItListed(t *testing.T) {
	tests := map[string]string{
		"Quectel EC2x":        `+QIND: "ccinfo",1,1,4,0,0,"+12025550100",145`,
		"Quectel EC2x, ^DSCI": "^DSCI: 1,1,4,0,+12025550100,145",
		"Telit":               "#ECAM: 0,6,1,,,",
		"u-blox":              "+UCALLSTAT: 1,4",
		"Cinterion":           `^SLCC: 1,1,4,0,0,1,"+12025550100",145`,
	}
	for name, line := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				m := openMock(t, mock, families[name].config())
				time.Sleep(time.Second)
				inject(mock, line)
				time.Sleep(time.Second)
				assert.Empty(t, m.Calls(), "the list does not have it")
				mock.On("AT+CLCC").Reply(listedAs("4"))
				inject(mock, line)
				time.Sleep(100 * time.Millisecond)
				require.Len(t, m.Calls(), 1)
				assert.Equal(t, voice.Ringing, m.Calls()[0].State())
			})
		})
	}
}

func TestReportBesideAnotherCallIsAboutNeither(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, families["Telit"].config())
		both := []string{listedAs("0"), `+CLCC: 2,1,5,0,0,"` + other + `",145`}
		mock.On("AT+CLCC").Reply(both...)
		inject(mock, `#ECAM: 1,5,1,,,"`+other+`",145`)
		time.Sleep(time.Second)
		require.Len(t, m.Calls(), 2, "by the list")
		inject(mock, "#ECAM: 1,0,1,,,", "#ECAM: 1,3,1,,,")
		time.Sleep(5 * time.Second)
		assert.Len(t, m.Calls(), 2)
		assert.Equal(t, voice.Active, call.State())
		assert.Equal(t, voice.Waiting, m.Calls()[1].State())
	})
}

func TestReportThatMayBeOfTheCallBeforeLeadsNobodyOn(t *testing.T) {
	for name, line := range map[string]string{"Huawei": "^CONN:1,0", "Telit": "#ECAM: 0,3,1,,,", "u-blox": "+UCALLSTAT: 1,0"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m, first := talking(t, mock, families[name].config())
				ended(mock)
				inject(mock, "NO CARRIER")
				receive(t, first.Done())
				mock.On("AT+CLCC").Reply(dialledAs("2"))
				call, err := m.Place(deadline(t), callee, nil)
				require.NoError(t, err)
				time.Sleep(time.Second)
				inject(mock, line)
				time.Sleep(time.Second)
				assert.Equal(t, voice.Dialing, call.State())
				time.Sleep(3 * time.Second) // from now on it can only be of this one
				inject(mock, line)
				time.Sleep(time.Millisecond)
				assert.Equal(t, voice.Active, call.State())
			})
		})
	}
}
