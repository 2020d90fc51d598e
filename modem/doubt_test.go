package modem_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestCallThatWasToldToHaveFailedIsHungUpIfItIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").Final("NO CARRIER") // of a caller whom nobody has seen
		mock.On("AT+CHLD=11").Then(func() { ended(mock) }).Reply()
		m := openMock(t, mock, nil)
		mock.On("AT+CLCC").Reply(dialledAs("3"))
		_, err := m.Dial(deadline(t), callee, nil)
		require.ErrorIs(t, err, voice.ErrEnded)
		time.Sleep(30 * time.Second)
		assert.Equal(t, 1, written(mock, "AT+CHLD=11"), "nobody else would")
		assert.Empty(t, m.Calls())
	})
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").Once().Final("NO CARRIER")
		mock.On("AT+CLCC").Final("ERROR") // which does not tell that there is no call
		m := openMock(t, mock, nil)
		_, err := m.Dial(deadline(t), callee, nil)
		require.ErrorIs(t, err, voice.ErrEnded)
		call, err := m.Place(deadline(t), callee, nil) // the same number again
		require.NoError(t, err)
		time.Sleep(time.Second)
		mock.On("AT+CLCC").Reply(dialledAs("0"))
		require.NoError(t, call.WaitAnswered(deadline(t)))
		time.Sleep(30 * time.Second)
		assert.Equal(t, voice.Active, call.State())
		assert.Zero(t, written(mock, "AT+CHLD=11"), "that is another call")
	})
}

func TestNothingIsSentWhileAnAnswerIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, first := talking(t, mock, &modem.Config{NetworkPoll: -1})
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		ended(mock)
		inject(mock, "VOICE CALL: END: 000005")
		endOf(t, first)
		before := len(mock.Written())
		mock.On("ATA").Final("NO CARRIER") // of the first
		mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		inject(mock, "RING", `+CLIP: "`+other+`",145`)
		time.Sleep(time.Second)
		w := mock.Written()[before:]
		assert.Equal(t, "ATA", w[len(w)-1], "any character would abort it")
		mock.On("AT+CLCC").Reply(ofOther(listedAs("0")))
		require.NoError(t, receive(t, answered))
	})
}

func TestDialogueThatIsOutOfStepIsNotAskedWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CREG?").Raw("\r\nOK\r\n\r\n+CREG: 2\r\n") // its line comes behind, like a report
		mock.On("AT+CEREG?").Final("ERROR")
		m := openMock(t, mock, nil)
		before := written(mock, "AT+CSQ")
		time.Sleep(10 * time.Second)
		assert.LessOrEqual(t, written(mock, "AT+CSQ")-before, 11, "once a second at most")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := m.Registration(ctx)
		require.Error(t, err)
	})
}

// A call of which nobody told the end is missing in two lists in a row, of which
// the first, and in some cases the second, has the result of an earlier command.
func TestCallIsNotOverForAListThatIsOutOfStep(t *testing.T) {
	const between, signal = "AT+CSQ", "+CSQ: 20,99"
	tests := map[string]struct {
		script func(*modem.MockTransport)
		want   voice.State
	}{
		"in step": {
			func(mock *modem.MockTransport) { mock.On(between).Reply(signal) }, voice.Ended,
		},
		"refused": {
			func(mock *modem.MockTransport) { mock.On(between).Final("ERROR") }, voice.Ended,
		},
		"never answered": {
			func(mock *modem.MockTransport) { mock.On(between).Silent() }, voice.Ended,
		},
		"out of step": {
			func(mock *modem.MockTransport) {
				mock.On(between).Raw("\r\nOK\r\n") // of the list
				mock.On("AT+CMEE?").Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).
					Raw("\r\n" + signal + "\r\n\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n")
			}, voice.Active,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				mock.On("AT+CMEE?").Reply("+CMEE: 1")
				_, call := talking(t, mock, &modem.Config{NetworkPoll: -1})
				tt.script(mock)
				ended(mock)
				time.Sleep(20 * time.Second)
				assert.Equal(t, tt.want, call.State())
				if end, over := call.End(); over {
					assert.Equal(t, voice.RemoteHangup, end.Reason)
				}
			})
		})
	}
}

// The end of the call before is taken for the result of ATD.
func TestCallIsDialledThoughAnotherEnds(t *testing.T) {
	tests := map[string]struct {
		report string // while the list is under way
		listed string
		want   voice.State
	}{
		"the list has it":                          {"", dialledAs("3"), voice.Alerting},
		"the list has it, and another end is told": {"NO CARRIER", dialledAs("3"), voice.Alerting},
		"the list does not have it":                {"", "", voice.Ended},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m, first := talking(t, mock, &modem.Config{NetworkPoll: -1})
				ended(mock)
				inject(mock, "VOICE CALL: END: 000005")
				endOf(t, first)
				mock.On("ATD*").After(10 * time.Millisecond).Final("NO CARRIER")
				call, err := m.Place(deadline(t), callee, nil)
				require.NoError(t, err)
				mock.On("AT+CLCC").Reply(tt.listed)
				mock.On("AT+CLCC").Once().After(100 * time.Millisecond).Then(func() {
					if tt.report != "" {
						time.AfterFunc(50*time.Millisecond, func() { inject(mock, tt.report) })
					}
				}).Reply(tt.listed)
				time.Sleep(4 * time.Second)
				assert.Equal(t, tt.want, call.State())
			})
		})
	}
}

// A waiting call is refused, and an OK too many makes the error of that command the
// answer of the list, and the OK of another one a list without a call.
func TestCallIsNotHungUpForAListBehindAnError(t *testing.T) {
	tests := map[string]struct {
		between string // the answer to what is asked in between
		listed  string // once the dialogue is in step
		want    voice.State
	}{
		"out of step": {"\r\nOK\r\n", listedAs("4"), voice.Ringing},
		"in step":     {"\r\n+CSQ: 20,99\r\n\r\nOK\r\n", "", voice.Ended},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("AT+CMEE?").Then(func() { mock.On("AT+CLCC").Reply(tt.listed) }).Reply("+CMEE: 1")
				m := openMock(t, mock, &modem.Config{NetworkPoll: -1})
				mock.Inject(ringing)
				time.Sleep(10 * time.Millisecond)
				call := m.Calls()[0]
				mock.On("AT+CSQ").Raw(tt.between)
				mock.On("AT+CHUP").Reply() // of something else
				ended(mock)                // of what was sent before, too
				mock.On("AT+CLCC").Once().Final("+CME ERROR: 3")
				time.AfterFunc(0, func() { _ = call.Hangup(deadline(t)) })
				time.Sleep(1200 * time.Millisecond)
				assert.Equal(t, tt.want, call.State())
			})
		})
	}
}

// ATA is for whoever rings. The one it was meant for has given up, and another has
// come, while the modem told nothing; and the other has another index.
func TestAnswerThatWasForAnotherCaller(t *testing.T) {
	at := func(index, line string) string { return strings.Replace(line, "1,1", index+",1", 1) }
	third := strings.Replace(listedAs("5"), "+12025550100", "+12025550177", 1)
	tests := map[string]struct {
		listed []string
		want   events.Number
		calls  int
	}{
		"the same":                        {[]string{at("2", listedAs("0"))}, "+12025550100", 1},
		"another one":                     {[]string{ofOther(listedAs("0"))}, other, 1},
		"another one, and a third waits":  {[]string{third, at("3", ofOther(listedAs("0")))}, other, 2},
		"the same, and another one waits": {[]string{third, at("2", listedAs("0"))}, "+12025550100", 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				m, call := rings(t, mock)
				mock.On("AT+CLCC").Reply(at("2", listedAs("4")))
				time.Sleep(2 * time.Second)
				mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(tt.listed...) }).Reply()
				require.NoError(t, call.Answer(deadline(t)))
				time.Sleep(10 * time.Second)
				assert.Equal(t, voice.Active, call.State())
				assert.Equal(t, tt.want, call.Number())
				assert.Len(t, m.Calls(), tt.calls)
			})
		})
	}
}

// The OK to ATA is of something else, or of a modem that does nothing.
func TestCallThatRingsOnIsAnsweredAgain(t *testing.T) {
	up := func(mock *modem.MockTransport) { mock.On("AT+CLCC").Reply(listedAs("0")) }
	tests := map[string]struct {
		later   func(*testing.T, *modem.MockTransport, *voice.CallSession) // two seconds after the first ATA
		answers int
		want    voice.State
	}{
		"it rings on": {func(*testing.T, *modem.MockTransport, *voice.CallSession) {}, 2, voice.Active},
		"it does so for ever": {func(_ *testing.T, mock *modem.MockTransport, _ *voice.CallSession) {
			mock.On("ATA").Reply()
		}, 6, voice.Active},
		"it is listed late":   {func(_ *testing.T, mock *modem.MockTransport, _ *voice.CallSession) { up(mock) }, 1, voice.Active},
		"the caller has gone": {func(_ *testing.T, mock *modem.MockTransport, _ *voice.CallSession) { ended(mock) }, 1, voice.Ended},
		"another one rings": {func(_ *testing.T, mock *modem.MockTransport, _ *voice.CallSession) {
			mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		}, 1, voice.Ended},
		"one without a number rings": {func(_ *testing.T, mock *modem.MockTransport, _ *voice.CallSession) {
			mock.On("AT+CLCC").Reply("+CLCC: 1,1,4,0,0")
		}, 1, voice.Ended},
		"it is hung up": {func(t *testing.T, _ *modem.MockTransport, call *voice.CallSession) {
			require.NoError(t, call.Hangup(deadline(t)))
		}, 1, voice.Ended},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("AT+CLCC").Reply(listedAs("4"))
				mock.On("ATA").Once().Reply()
				mock.On("ATA").Then(func() { up(mock) }).Reply()
				_, call := rings(t, mock)
				require.NoError(t, call.Answer(deadline(t)))
				time.Sleep(2 * time.Second)
				tt.later(t, mock, call)
				time.Sleep(20 * time.Second)
				assert.Equal(t, tt.answers, written(mock, "ATA"))
				assert.Equal(t, tt.want, call.State())
			})
		})
	}
}

func TestCallThatRingsAgainAtItsPlaceIsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, first := talking(t, mock, nil) // listed as answered
		mock.On("AT+CLCC").Reply(listedAs("4"))
		require.Equal(t, voice.RemoteHangup, endOf(t, first).Reason)
		time.Sleep(time.Second)
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, 1, written(mock, "ATA")-1, "by the handler of the second")
	})
}

// A Huawei stick answers nothing any more if one call of several is ended before its
// far side rings.
func TestCallThatIsDialledIsSparedWhereThatHarmsTheModem(t *testing.T) {
	tests := map[string]struct {
		model  string
		spared bool
	}{
		"Huawei": {"E1750", true}, "SIM7600": {"SIMCOM_SIM7600E-H", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{Model: tt.model}
				mock.On("ATD*").Final("NO CARRIER")
				mock.On("AT+CHLD=11").Then(func() { ended(mock) }).Reply()
				m := openMock(t, mock, nil)
				time.Sleep(time.Second) // the first list is empty
				mock.On("AT+CLCC").Reply(dialledAs("2"))
				_, err := m.Dial(deadline(t), callee, nil)
				require.ErrorIs(t, err, voice.ErrEnded)
				time.Sleep(20 * time.Second)
				if tt.spared {
					assert.Zero(t, written(mock, "AT+CHLD=11"))
					mock.On("AT+CLCC").Reply(dialledAs("3"))
					time.Sleep(10 * time.Second)
				}
				assert.Equal(t, 1, written(mock, "AT+CHLD=11"))
			})
		})
		t.Run(name+", beside another", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{Model: tt.model}
				m := openMock(t, mock, &modem.Config{CallWaiting: true})
				time.Sleep(time.Second) // the first list is empty
				second := `+CLCC: 2,1,5,0,0,"+12025550100",145`
				mock.On("AT+CLCC").Reply(dialledAs("2"), second)
				mock.On("AT+CHUP").Then(func() { ended(mock) }).Reply()
				mock.On("AT+CHLD=11").Then(func() { mock.On("AT+CLCC").Reply(second) }).Reply()
				call, err := m.Place(deadline(t), callee, nil)
				require.NoError(t, err)
				time.Sleep(time.Second)
				inject(mock, `+CCWA: "+12025550100",145,1`)
				time.Sleep(3 * time.Second)
				require.Len(t, m.Calls(), 2)
				require.NoError(t, call.Hangup(deadline(t)))
				assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
				assert.Equal(t, !tt.spared, written(mock, "AT+CHLD=11") == 1)
				ended(mock)
			})
		})
	}
}

// Just after a call a report that says that one is over may be about that call,
// unless it names another one.
func TestEndThatNamesItsCallIsBelievedJustAfterAnother(t *testing.T) {
	const first = "+12025550100"
	tests := map[string]struct {
		second string
		line   string
		want   voice.State
	}{
		"missed, with its number":      {other, "MISSED_CALL: 11:01AM 12025550199", voice.Ended},
		"released, with its number":    {other, ofOther(listedAs("6")), voice.Ended},
		"missed, without a number":     {other, "MISSED_CALL", voice.Ringing},
		"no carrier":                   {other, "NO CARRIER", voice.Ringing},
		"missed, the same caller":      {first, "MISSED_CALL: 11:01AM 12025550100", voice.Ringing},
		"missed, the number of nobody": {other, "MISSED_CALL: 11:01AM 12025550177", voice.Ringing},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m, call := talking(t, mock, nil)
				m.OnCall(nil)
				ended(mock)
				inject(mock, "VOICE CALL: END: 000005")
				endOf(t, call)
				mock.On("AT+CLCC").Reply(strings.Replace(listedAs("4"), first, tt.second, 1))
				inject(mock, "RING", `+CLIP: "`+tt.second+`",145`)
				time.Sleep(300 * time.Millisecond)
				require.Len(t, m.Calls(), 1)
				second := m.Calls()[0]
				mock.On("AT+CLCC").Final("ERROR")
				inject(mock, tt.line)
				time.Sleep(1500 * time.Millisecond)
				assert.Equal(t, tt.want, second.State())
			})
		})
	}
}
