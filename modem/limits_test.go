package modem_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestProfileOfOnesOwnIsChecked(t *testing.T) {
	for name, p := range map[string]modem.Profile{
		"rate of music":   {Audio: modem.AudioProfile{Rate: 44100}},
		"negative rate":   {Audio: modem.AudioProfile{Rate: -8000}},
		"negative retry":  {Audio: modem.AudioProfile{Retry: -1}},
		"negative within": {Audio: modem.AudioProfile{Within: -1}},
		"negative unit":   {ToneUnit: -1},
		"negative tone":   {ToneTime: -1},
		"no query":        {Audio: modem.AudioProfile{Query: 99}},
	} {
		t.Run(name, func(t *testing.T) {
			mock := &modem.MockTransport{}
			_, err := modem.Open(deadline(t), mock, &modem.Config{Profile: &p})
			require.ErrorContains(t, err, "Config.Profile")
			assert.Empty(t, mock.Written())
		})
	}
}

func TestEmptyProfileIsEnoughForACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+CHUP").Reply()
		mock.On("ATH").Then(func() { ended(mock) }).Reply()
		_, call := talking(t, mock, &modem.Config{Profile: &modem.Profile{}})
		require.NoError(t, call.SendDTMF(deadline(t), "5", nil))
		assert.Equal(t, 1, written(mock, "AT+VTS=5"), "no unit, no duration")
		require.NoError(t, call.Hangup(deadline(t)))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
	})
}

func TestProfileWithAudioThatNeedsNoSwitching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		_, call := talking(t, mock, &modem.Config{Profile: &modem.Profile{Audio: modem.AudioProfile{Rate: 16000}}})
		f, ok := call.Format()
		assert.True(t, ok)
		assert.Equal(t, 16000, f.Rate)
		ended(mock)
		receive(t, call.Done())
	})
}

func TestAudioIsTriedAsTheProfileSays(t *testing.T) {
	tests := map[string]struct {
		audio modem.AudioProfile
		tries int
	}{
		"once":                   {modem.AudioProfile{Rate: 8000, On: []string{"AT+ON"}}, 1},
		"every half a second":    {modem.AudioProfile{Rate: 8000, On: []string{"AT+ON"}, Within: 1900 * time.Millisecond}, 5},
		"every second, for five": {modem.AudioProfile{Rate: 8000, On: []string{"AT+ON"}, Retry: time.Second, Within: 4900 * time.Millisecond}, 6},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				mock.Audio = true
				mock.On("AT+ON").Final("ERROR")
				_, call := talking(t, mock, &modem.Config{Profile: &modem.Profile{Audio: tt.audio}})
				time.Sleep(20 * time.Second)
				assert.Equal(t, tt.tries, written(mock, "AT+ON"))
				_, ok := call.Format()
				assert.False(t, ok)
				ended(mock)
				receive(t, call.Done())
			})
		})
	}
}

func TestLineThatSettlesATAIsReadByTheProfile(t *testing.T) {
	for over, want := range map[string]voice.State{"GONE: 5": voice.Ended, "UP": voice.Active} {
		t.Run(over, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				mock.On("ATA").Raw("\r\n" + over + "\r\n")
				m := openMock(t, mock, &modem.Config{Profile: &modem.Profile{
					Answered: []string{"UP"}, Over: []string{"GONE"},
				}})
				time.Sleep(time.Second)
				mock.Inject(ringing)
				time.Sleep(10 * time.Millisecond)
				call := m.Calls()[0]
				mock.On("AT+CLCC").Reply(listedAs("0"))
				err := call.Answer(deadline(t))
				assert.Equal(t, want, call.State())
				assert.Equal(t, want == voice.Active, err == nil)
				ended(mock)
				inject(mock, "NO CARRIER")
				receive(t, call.Done())
			})
		})
	}
}

func TestDialOptionsAreChecked(t *testing.T) {
	for _, id := range []modem.CallerID{-1, 3} {
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			m := openMock(t, mock, nil)
			_, err := m.Place(deadline(t), callee, &modem.DialOptions{CallerID: id})
			require.ErrorContains(t, err, "DialOptions.CallerID")
			assert.Empty(t, m.Calls())
			_, err = m.Place(deadline(t), callee, nil)
			require.NoError(t, err, "the line is free")
		})
	}
}

func TestSIMThatIsBusyRefusesNothing(t *testing.T) {
	for _, busy := range []string{"+CME ERROR: 14", "+CME ERROR: 515"} {
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			for _, cmd := range []string{"AT+CLIP=1", "AT+DDET=1"} {
				for range 4 {
					mock.On(cmd).Once().Final(busy)
				}
			}
			m := openMock(t, mock, nil)
			assert.Empty(t, m.Capabilities().Refused)
			assert.True(t, m.Capabilities().Keys)
			assert.Equal(t, 5, written(mock, "AT+CLIP=1"))
		})
	}
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CLIP=1").Final("+CME ERROR: 14") // for ever
		m := openMock(t, mock, nil)
		assert.Equal(t, []string{"AT+CLIP"}, m.Capabilities().Refused)
	})
}

func TestKeysAreKnownFromTheCommandThatSwitchesThemOn(t *testing.T) {
	tests := map[string]struct {
		profile modem.Profile
		refuse  bool
		want    bool
	}{
		"switched on": {modem.Profile{KeysOn: "AT+KEYS=1"}, false, true},
		"refused":     {modem.Profile{KeysOn: "AT+KEYS=1"}, true, false},
		"none":        {modem.Profile{}, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				if tt.refuse {
					mock.On("AT+KEYS=1").Final("ERROR")
				}
				m := openMock(t, mock, &modem.Config{Profile: &tt.profile})
				assert.Equal(t, tt.want, m.Capabilities().Keys)
			})
		})
	}
}

func TestEchoThatIsSwitchedOffByItself(t *testing.T) {
	for _, final := range []string{"ERROR", "+CME ERROR: 4"} {
		synctest.Test(t, func(t *testing.T) {
			mock := &modem.MockTransport{}
			mock.On("ATE0Q0V1").Final(final)
			start := time.Now()
			openMock(t, mock, nil)
			assert.Equal(t, 1, written(mock, "ATE0"))
			assert.Less(t, time.Since(start), time.Second)
		})
	}
}

func TestModemThatDoesNotAnswerIsNotFlooded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{NetworkPoll: time.Second})
		time.Sleep(10 * time.Second)
		mock.On("*").Silent()
		for range 100 {
			inject(mock, "+CREG: 0", "+CREG: 2")
			time.Sleep(2 * time.Second)
		}
		mock.On("*").Reply()
		mock.On("AT+CMEE?").Reply("+CMEE: 1")
		mock.On("AT+CSQ").Reply("+CSQ: 20,99")
		mock.On("AT+CREG?").Reply("+CREG: 2,1")
		mock.On("AT+CPIN?").Reply("+CPIN: READY")
		untilState(t, m, modem.Ready) // it was given up
		before := written(mock, "AT+CSQ")
		time.Sleep(5100 * time.Millisecond)
		assert.LessOrEqual(t, written(mock, "AT+CSQ")-before, 7, "nothing has piled up")
		_, err := m.Signal(deadline(t))
		require.NoError(t, err)
	})
}

func TestRegistrationReportedWhileDiallingIsLookedAtAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{NetworkPoll: -1})
		rec := record(t, m.Events())
		time.Sleep(time.Second)
		mock.On("ATD*").After(5 * time.Second).Reply()
		mock.On("AT+CREG?").Reply("+CREG: 2,3")
		mock.On("AT+CEREG?").Reply("+CEREG: 2,3")
		_, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		time.Sleep(time.Second)
		inject(mock, "+CREG: 3")
		time.Sleep(3 * time.Second)
		assert.Zero(t, strings.Count(strings.Join(mock.Written()[lastIndex(mock.Written(), "ATD"+callee+";"):], "\n"), "CREG"))
		time.Sleep(3 * time.Second)
		changes := of[modem.RegistrationChanged](rec)
		require.NotEmpty(t, changes)
		assert.Equal(t, modem.Denied, changes[len(changes)-1].Registration.Status)
	})
}

func TestPollThatIsTooFastIsRefused(t *testing.T) {
	_, err := modem.Open(deadline(t), &modem.MockTransport{}, &modem.Config{NetworkPoll: time.Millisecond})
	require.ErrorContains(t, err, "Config.NetworkPoll")
}
