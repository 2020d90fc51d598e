package modem_test

import (
	"errors"
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

// other is the number of another caller than ringing's.
const other = "+12025550199"

// ofOther is a line about the caller of ringing, made one about the other.
func ofOther(line string) string { return strings.Replace(line, "+12025550100", other, 1) }

// inject sends lines that nobody asked for.
func inject(mock *modem.MockTransport, lines ...string) {
	for _, l := range lines {
		mock.Inject("\r\n" + l + "\r\n")
	}
}

// talking opens a modem in a call, by a handler that stays in it.
func talking(t *testing.T, mock *modem.MockTransport, cfg *modem.Config) (*modem.Modem, *voice.CallSession) {
	t.Helper()
	m := openMock(t, mock, cfg)
	answered := make(chan error, 8)
	m.OnCall(answering(answered))
	mock.Inject(ringing)
	require.NoError(t, receive(t, answered))
	require.Len(t, m.Calls(), 1)
	time.Sleep(5300 * time.Millisecond) // what is to come is not about an earlier call, and not at the moment of the regular list
	return m, m.Calls()[0]
}

// ended lets a call be over for the modem, by a list without it.
func ended(mock *modem.MockTransport) { mock.On("AT+CLCC").Reply() }

func TestLateLinesAboutACallChangeNothing(t *testing.T) {
	tests := map[string][]string{
		"ringing still":                {listedAs("4")},
		"end of another one":           {ofOther(listedAs("6"))},
		"end of this one, contradicts": {listedAs("6")},
		"VOICE CALL: END":              {"VOICE CALL: END: 000100"},
		"NO CARRIER":                   {"NO CARRIER"},
		"BUSY":                         {"BUSY"},
		"MISSED_CALL":                  {"MISSED_CALL: 11:01AM 12025550199"},
		"RING":                         {"RING", "+CLIP: \"" + other + "\",145"},
		"CCWA of nobody":               {"+CCWA: \"" + other + "\",145,1"},
		"all at once":                  {listedAs("6"), "VOICE CALL: END", "NO CARRIER", "RING"},
	}
	for name, lines := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m, call := talking(t, mock, nil)
				rec := record(t, m.Events())
				inject(mock, lines...)
				time.Sleep(20 * time.Second)
				assert.Equal(t, []*voice.CallSession{call}, m.Calls())
				assert.Equal(t, voice.Active, call.State())
				assert.Equal(t, events.Number("+12025550100"), call.Number())
				for _, e := range of[voice.StateChanged](rec) {
					assert.NotEqual(t, voice.Active, e.State, "another call: %v", e.Number)
				}
			})
		})
	}
}

func TestHeldCallIsNotResumedByALateLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("AT+CHLD=2").Then(func() { mock.On("AT+CLCC").Reply(listedAs("1")) }).Reply()
		m, call := talking(t, mock, nil)
		rec := record(t, m.Events())
		require.NoError(t, call.Hold(deadline(t)))
		inject(mock, listedAs("0"))
		time.Sleep(5 * time.Second)
		assert.Equal(t, []voice.State{voice.Held}, states(rec, call.ID()))
		mock.On("AT+CLCC").Reply(listedAs("0")) // taken from hold by somebody else
		inject(mock, listedAs("0"))
		time.Sleep(100 * time.Millisecond)
		assert.Equal(t, voice.Active, call.State(), "by the list, at once")
	})
}

func TestLineThatFellIntoTheAnswerOfCLCC(t *testing.T) {
	tests := map[string][]string{
		"end of another one":     {ofOther(listedAs("6")), listedAs("0")},
		"end of this one":        {listedAs("0"), listedAs("6")},
		"old state of this one":  {listedAs("4"), listedAs("0")},
		"state of an older call": {listedAs("0"), ofOther(listedAs("4"))},
		"not a line of it":       {listedAs("0"), "+CLCC: 1,1", "+CLCC: x"},
	}
	for name, lines := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m, call := talking(t, mock, nil)
				rec := record(t, m.Events())
				mock.On("AT+CLCC").Once().Reply(lines...)
				time.Sleep(5 * time.Second)
				assert.Equal(t, []*voice.CallSession{call}, m.Calls())
				assert.Empty(t, states(rec, ""))
			})
		})
	}
}

func TestListWithTwoLinesForOneCallEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		_, call := talking(t, mock, nil)
		mock.On("AT+CLCC").Reply(listedAs("0"), listedAs("1"))
		asked := written(mock, "AT+CLCC")
		time.Sleep(10 * time.Second)
		assert.Less(t, written(mock, "AT+CLCC")-asked, 30, "it is not asked for ever")
		ended(mock)
		receive(t, call.Done())
	})
}

func TestReportOfAnEndIsConfirmedAtOnce(t *testing.T) {
	for _, line := range []string{"NO CARRIER", "VOICE CALL: END: 000006", "VOICE CALL:END", "REMOTE CALL END", listedAs("6")} {
		t.Run(line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				_, call := talking(t, mock, nil)
				ended(mock)
				start := time.Now()
				inject(mock, line)
				assert.Equal(t, voice.RemoteHangup, endOf(t, call).Reason)
				assert.Zero(t, time.Since(start))
			})
		})
	}
}

func TestReportOfAnEndIsBelievedWhereTheListDoesNotAnswer(t *testing.T) {
	tests := map[string]struct {
		list   func(*modem.MockTransport)
		within time.Duration
	}{
		"refused": {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Final("ERROR") }, 0},
		"silent":  {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Silent() }, time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				_, call := talking(t, mock, nil)
				tt.list(mock)
				start := time.Now()
				inject(mock, "VOICE CALL: END: 000005", "NO CARRIER")
				assert.Equal(t, voice.End{Reason: voice.RemoteHangup, Talk: 5 * time.Second}, endOf(t, call))
				assert.Equal(t, tt.within, time.Since(start))
			})
		})
	}
}

func TestMissedCallOfAWaitingCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		rec := record(t, m.Events())
		mock.On("AT+CLCC").Reply(listedAs("0"), strings.Replace(ofOther(listedAs("5")), " 1,", " 2,", 1))
		inject(mock, "+CCWA: \""+other+"\",145,1")
		time.Sleep(2 * time.Second)
		require.Len(t, m.Calls(), 2)
		waiting := m.Calls()[1]
		assert.Equal(t, voice.Waiting, waiting.State())
		mock.On("AT+CLCC").Reply(listedAs("0"))
		inject(mock, "MISSED_CALL: 11:01AM "+other)
		assert.Equal(t, voice.Missed, endOf(t, waiting).Reason)
		time.Sleep(5 * time.Second)
		assert.Equal(t, voice.Active, call.State())
		assert.Len(t, states(rec, waiting.ID()), 2)
	})
}

func TestWaitingCallRingsWhenTheFirstIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, first := talking(t, mock, nil)
		second := func(stat string) string {
			return strings.Replace(ofOther(listedAs(stat)), " 1,", " 2,", 1)
		}
		mock.On("AT+CLCC").Reply(listedAs("0"), second("5"))
		time.Sleep(2 * time.Second)
		require.Len(t, m.Calls(), 2)
		waiting := m.Calls()[1]
		mock.On("AT+CLCC").Reply(second("4"))
		mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(second("0")) }).Reply()
		inject(mock, "VOICE CALL: END: 000007", "NO CARRIER", "RING")
		assert.Equal(t, voice.RemoteHangup, endOf(t, first).Reason)
		require.NoError(t, waiting.WaitAnswered(deadline(t)), "the handler has it, as a call like others")
		assert.Equal(t, []*voice.CallSession{waiting}, m.Calls())
	})
}

func TestCallListedOnceAndGoneIsMissedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CLCC").Reply(listedAs("4"))
		m := openMock(t, mock, nil)
		mock.Inject(ringing)
		time.Sleep(3 * time.Second)
		require.Len(t, m.Calls(), 1)
		call := m.Calls()[0]
		ended(mock) // and no report of it
		start := time.Now()
		assert.Equal(t, voice.Missed, endOf(t, call).Reason)
		assert.Less(t, time.Since(start), 1500*time.Millisecond)
	})
}

func TestNextCallerInTheSamePlaceIsAnotherCall(t *testing.T) {
	tests := map[string]struct {
		answer bool
		want   voice.EndReason
	}{
		"rang":     {false, voice.Missed},
		"answered": {true, voice.RemoteHangup},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m := openMock(t, mock, nil)
				time.Sleep(time.Second)
				mock.On("AT+CLCC").Reply(listedAs("4"))
				if tt.answer {
					m.OnCall(answering(make(chan error, 2)))
				}
				rec := record(t, m.Events())
				mock.Inject(ringing)
				time.Sleep(1500 * time.Millisecond)
				first := m.Calls()[0]
				m.OnCall(nil)
				mock.On("AT+CLCC").Reply(ofOther(listedAs("4"))) // while nobody looked
				assert.Equal(t, tt.want, endOf(t, first).Reason)
				synctest.Wait()
				require.Len(t, m.Calls(), 1)
				assert.Equal(t, events.Number(other), m.Calls()[0].Number())
				assert.Equal(t, events.Number("+12025550100"), first.Number())
				assert.Len(t, of[voice.CallerIdentified](rec), 2)
			})
		})
	}
}

func TestWhoIsAnsweredInAnothersPlaceIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(ofOther(listedAs("0"))) }).Reply()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		time.Sleep(time.Second)
		assert.Equal(t, events.Number(other), m.Calls()[0].Number(), "the list is right")
	})
}

func TestJustAfterACallOnlyTheListMakesANewOne(t *testing.T) {
	for _, late := range [][]string{
		{"RING"},
		{"+CLIP: \"+12025550100\",145"},
		{"RING", "+CLIP: \"+12025550100\",145"},
		{"+CCWA: \"+12025550100\",145,1"},
		{listedAs("4")},
	} {
		t.Run(strings.Join(late, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m, call := talking(t, mock, nil)
				rec := record(t, m.Events())
				ended(mock)
				inject(mock, "NO CARRIER")
				endOf(t, call)
				inject(mock, late...)
				time.Sleep(20 * time.Second)
				assert.Equal(t, []voice.State{voice.Ended}, states(rec, ""))
			})
		})
	}
	t.Run("the same caller again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			mock := answerable()
			m, call := talking(t, mock, nil)
			ended(mock)
			inject(mock, "NO CARRIER")
			endOf(t, call)
			mock.On("AT+CLCC").Reply(listedAs("4"))
			inject(mock, ringing)
			time.Sleep(500 * time.Millisecond)
			require.Len(t, m.Calls(), 1)
			assert.Equal(t, events.Number("+12025550100"), m.Calls()[0].Number())
		})
	})
}

func TestLineOfTheCallBeforeInTheListIsNoNewCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		rec := record(t, m.Events())
		ended(mock)
		inject(mock, "NO CARRIER")
		endOf(t, call)
		time.Sleep(200 * time.Millisecond)
		mock.On("AT+CLCC").Once().Reply(listedAs("4")) // a late line that fell into the answer
		inject(mock, "VOICE CALL: BEGIN")              // asks for the list
		time.Sleep(20 * time.Second)
		assert.Equal(t, []voice.State{voice.Ended}, states(rec, ""))
	})
}

func TestListThatLagsBehindTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		rec := record(t, m.Events())
		mock.On("AT+CLCC").Once().Final("ERROR") // so that the report is believed
		inject(mock, "VOICE CALL: END: 000005")
		endOf(t, call)
		for range 5 {
			inject(mock, "VOICE CALL: BEGIN") // asks for the list, which has it still
			time.Sleep(500 * time.Millisecond)
		}
		ended(mock)
		time.Sleep(20 * time.Second)
		assert.Equal(t, []voice.State{voice.Ended}, states(rec, ""))
	})
}

func TestLateReportsWhereTheListIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, first := talking(t, mock, nil)
		m.OnCall(nil)
		ended(mock)
		inject(mock, "VOICE CALL: END: 000005")
		endOf(t, first)
		mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		inject(mock, "RING")
		time.Sleep(500 * time.Millisecond)
		require.Len(t, m.Calls(), 1)
		mock.On("AT+CLCC").Final("ERROR")
		inject(mock, "NO CARRIER", "VOICE CALL: END: 000005") // of the first
		time.Sleep(8 * time.Second)
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, voice.Ringing, m.Calls()[0].State())
	})
}

func TestLateEndWhileTheNextCallIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, first := talking(t, mock, nil)
		m.OnCall(nil)
		ended(mock)
		inject(mock, "NO CARRIER")
		endOf(t, first)
		mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		inject(mock, "RING")
		time.Sleep(500 * time.Millisecond)
		mock.On("ATA").After(time.Second).Reply()
		time.AfterFunc(500*time.Millisecond, func() { inject(mock, "VOICE CALL: END: 000005") })
		second := m.Calls()[0]
		require.NoError(t, second.Answer(deadline(t)))
		assert.Equal(t, voice.Active, second.State())
	})
}

func TestListThatLagsBehindTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		time.Sleep(time.Second)
		mock.On("AT+CLCC").Reply(listedAs("4"))
		mock.On("ATA").Reply() // the list says for a while that it rings
		rec := record(t, m.Events())
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		time.Sleep(2500 * time.Millisecond)
		mock.On("AT+CLCC").Reply(listedAs("0"))
		time.Sleep(10 * time.Second)
		assert.Equal(t, []voice.State{voice.Ringing, voice.Active}, states(rec, ""))
	})
}

func TestLateNoCarrierInTheAnswerOfTheNextCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, first := talking(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		ended(mock)
		inject(mock, "VOICE CALL: END: 000005")
		endOf(t, first)
		mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(ofOther(listedAs("0"))) }).Final("NO CARRIER") // of the first
		mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		inject(mock, "RING", `+CLIP: "`+other+`",145`)
		require.NoError(t, receive(t, answered))
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, voice.Active, m.Calls()[0].State())
	})
}

func TestCallsThatTheListHasFromTheBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CLCC").Reply(listedAs("0"), `+CLCC: 2,1,5,0,0,"`+other+`",145`)
		m := openMock(t, mock, nil)
		time.Sleep(time.Second)
		require.Len(t, m.Calls(), 2, "what cannot be hung up")
		states := []voice.State{m.Calls()[0].State(), m.Calls()[1].State()}
		assert.ElementsMatch(t, []voice.State{voice.Active, voice.Waiting}, states)
	})
}

func TestNumberOfTheNextCallerIsNotThatOfTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATA").Then(func() {
			mock.On("AT+CLCC").Reply(ofOther(listedAs("4"))) // who hid his number has gone at once
		}).Reply()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		inject(mock, "RING", `+CLIP: "",128,,,,1`)
		require.NoError(t, receive(t, answered))
		first := m.Calls()[0]
		m.OnCall(nil)
		assert.Equal(t, voice.RemoteHangup, endOf(t, first).Reason)
		assert.Empty(t, first.Number())
		synctest.Wait()
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, events.Number(other), m.Calls()[0].Number())
	})
}

func TestCallReportedBehindAListWithoutIt(t *testing.T) {
	for range 30 { // the list and the report reach the owner in any order
		synctest.Test(t, func(t *testing.T) {
			mock := sim7600()
			m := openMock(t, mock, nil)
			time.Sleep(time.Second)
			mock.On("AT+CLCC").Reply(listedAs("4"))
			mock.On("AT+CLCC").Once().Raw("\r\nOK\r\n\r\n" + listedAs("4") + "\r\n")
			inject(mock, "VOICE CALL: BEGIN") // asks for the list
			time.Sleep(100 * time.Millisecond)
			assert.Len(t, m.Calls(), 1, "and no RING tells")
		})
	}
}

func TestLateNumberOfTheCallBeforeIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		ended(mock)
		inject(mock, "NO CARRIER")
		endOf(t, call)
		m.OnCall(nil)
		mock.On("AT+CLCC").Reply("+CLCC: 1,1,4,0,0") // without a number
		inject(mock, "RING")
		time.Sleep(500 * time.Millisecond)
		require.Len(t, m.Calls(), 1)
		inject(mock, "+CLIP: \"+12025550100\",145")
		time.Sleep(100 * time.Millisecond)
		assert.Empty(t, m.Calls()[0].Number())
		inject(mock, "+CLIP: \""+other+"\",145")
		time.Sleep(100 * time.Millisecond)
		assert.Equal(t, events.Number(other), m.Calls()[0].Number())
	})
}

func TestSpellingsOfANumberAreOneCaller(t *testing.T) {
	for _, listed := range []string{"+12025550100", "12025550100", "2025550100", "0012025550100", ""} {
		t.Run(listed, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				m := openMock(t, mock, nil)
				time.Sleep(time.Second)
				mock.On("AT+CLCC").Reply(`+CLCC: 1,1,4,0,0,"` + listed + `",129`)
				rec := record(t, m.Events())
				mock.Inject(ringing)
				time.Sleep(5 * time.Second)
				assert.Equal(t, []voice.State{voice.Ringing}, states(rec, ""))
				assert.Equal(t, events.Number("+12025550100"), m.Calls()[0].Number(), "as it was told first")
			})
		})
	}
}

func TestCallThatNobodyKnowsIsKnownFromTheList(t *testing.T) {
	for name, line := range map[string]string{"incoming": listedAs("0"), "dialled": dialledAs("0")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("AT+CLCC").Reply(line)
				m := openMock(t, mock, nil)
				time.Sleep(time.Second)
				require.Len(t, m.Calls(), 1)
				call := m.Calls()[0]
				assert.Equal(t, voice.Active, call.State())
				ended(mock)
				assert.Equal(t, voice.RemoteHangup, endOf(t, call).Reason)
			})
		})
	}
}

func TestNoCarrierOfTheCallBeforeDoesNotEndADialledOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		ended(mock)
		inject(mock, "VOICE CALL: END: 000005")
		endOf(t, call)
		mock.On("ATD*").Raw("\r\nNO CARRIER\r\n") // it is that of the call before
		time.AfterFunc(900*time.Millisecond, func() {
			mock.On("AT+CLCC").Reply(dialledAs("2"))
			mock.Inject("\r\nOK\r\n") // the result of ATD
		})
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		w := mock.Written()
		assert.Equal(t, "ATD"+callee+";", w[len(w)-1], "nothing is sent that could abort it")
		time.Sleep(5 * time.Second)
		assert.Equal(t, voice.Dialing, call.State())
		mock.On("AT+CLCC").Reply(dialledAs("0"))
		require.NoError(t, call.WaitAnswered(deadline(t)))
	})
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		ended(mock)
		inject(mock, "NO CARRIER")
		endOf(t, call)
		mock.On("ATD*").Raw("\r\nNO CARRIER\r\n") // and this one is its own
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		start := time.Now()
		assert.Equal(t, voice.Failed, endOf(t, call).Reason)
		assert.Less(t, time.Since(start), 4*time.Second)
	})
}

func TestNoCarrierBeforeTheNumberIsDialledIsNotOfThatCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		time.Sleep(10 * time.Second)
		mock.On("AT+CGMM").After(2 * time.Second).Reply("MOCK") // ATD waits behind it
		done := make(chan error, 1)
		time.AfterFunc(0, func() {
			_, err := m.Exec(deadline(t), "AT+CGMM")
			done <- err
		})
		synctest.Wait()
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		inject(mock, "NO CARRIER")
		mock.On("AT+CLCC").Reply(dialledAs("2"))
		require.NoError(t, receive(t, done))
		time.Sleep(5 * time.Second)
		assert.Equal(t, voice.Dialing, call.State())
	})
}

func TestRefusedDialTellsTheModemsReason(t *testing.T) {
	tests := map[string]string{
		"ERROR":          "the modem answered ERROR",
		"+CME ERROR: 3":  "operation not allowed",
		"+CME ERROR: 30": "no network service",
	}
	for final, says := range tests {
		t.Run(final, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("ATD*").Final(final)
				mock.On("AT+CEER").Reply("+CEER: User busy") // of an earlier call
				m := openMock(t, mock, nil)
				_, err := m.Dial(deadline(t), callee, nil)
				ended, ok := errors.AsType[*voice.EndedError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, voice.Failed, ended.End.Reason)
				assert.Contains(t, ended.End.Text, says)
				assert.Zero(t, written(mock, "AT+CEER"))
			})
		})
	}
}

func TestReportedReasonsOfADialledCall(t *testing.T) {
	tests := map[string]voice.End{
		"BUSY":       {Reason: voice.Busy, Cause: 17},
		"NO ANSWER":  {Reason: voice.NoAnswer, Cause: 19},
		"NO CARRIER": {Reason: voice.Rejected, Cause: 21, Text: "Call rejected"},
	}
	for line, want := range tests {
		t.Run(line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{} // of no known family
				mock.On("AT+CLCC").Reply(dialledAs("3"))
				mock.On("AT+CEER").Reply(`+CEER: "Call rejected"`)
				m := openMock(t, mock, nil)
				call, err := m.Place(deadline(t), callee, nil)
				require.NoError(t, err)
				time.Sleep(5 * time.Second)
				ended(mock)
				inject(mock, line, line)
				assert.Equal(t, want, endOf(t, call))
			})
		})
	}
}

func TestAnsweredWhileItsFailureIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATD*").Raw("\r\nNO CARRIER\r\n")
		mock.On("AT+CEER").After(900 * time.Millisecond).Reply("+CEER: User busy")
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		time.Sleep(5 * time.Second)
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		mock.On("AT+CLCC").Reply(listedAs("4"))
		mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).Reply()
		mock.Inject(ringing) // that is why it failed
		require.NoError(t, receive(t, answered), "the failed call is none that the line is busy with")
		assert.Equal(t, voice.Busy, endOf(t, call).Reason)
	})
}

func TestListIsAskedOncePerPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		_, _ = talking(t, mock, &modem.Config{CallPoll: 500 * time.Millisecond})
		for range 200 { // reports that make it be asked at once
			inject(mock, "VOICE CALL: BEGIN", listedAs("4"))
			time.Sleep(10 * time.Millisecond)
		}
		asked := written(mock, "AT+CLCC")
		time.Sleep(10 * time.Second)
		assert.InDelta(t, 20, written(mock, "AT+CLCC")-asked, 1)
	})
}

func TestReportsReadAfterTheConnectionIsLostBeginNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		time.Sleep(time.Second)
		mock.Inject(strings.Repeat(ringing, 100))
		mock.Break(errors.New("unplugged"))
		synctest.Wait()
		assert.Equal(t, modem.Lost, m.State())
		assert.Empty(t, m.Calls())
		for _, e := range of[voice.StateChanged](rec) {
			assert.Contains(t, []voice.EndReason{0, voice.ModemLost}, e.End.Reason)
		}
		before := len(of[voice.StateChanged](rec))
		time.Sleep(20 * time.Second)
		assert.Len(t, of[voice.StateChanged](rec), before)
	})
}

func TestListThatNoiseCutsIsOfNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m, call := talking(t, mock, nil)
		rec := record(t, m.Events())
		number := call.Number()
		line := listedAs("4")
		at := strings.Index(line, `"+`) + 7
		mock.On("AT+CLCC").Once().Raw("\r\n" + line[:at] + "\r\n+CLCC: 1,1" + line[at:] + "\r\n\r\nOK\r\n")
		time.Sleep(10 * time.Second)
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, voice.Active, call.State())
		assert.Equal(t, number, call.Number())
		assert.Empty(t, of[voice.StateChanged](rec))
		assert.Empty(t, of[voice.CallerIdentified](rec))
	})
}
