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

func TestCallThatRangInVain(t *testing.T) {
	tests := map[string]struct {
		cause string
		want  voice.End
	}{
		"given up":         {`+CEER: "Normal call clearing"`, voice.End{Reason: voice.Missed, Text: "Normal call clearing"}},
		"nothing known":    {"", voice.End{Reason: voice.Missed}},
		"other phone":      {"+CEER: Non-selected user clearing", voice.End{Reason: voice.AnsweredElsewhere, Cause: 26, Text: "Non-selected user clearing"}},
		"other phone, SIP": {"+CEER: Call completed elsewhere", voice.End{Reason: voice.AnsweredElsewhere, Cause: 26, Text: "Call completed elsewhere"}},
		"of another call":  {"+CEER: User busy", voice.End{Reason: voice.Missed, Text: "User busy"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				if tt.cause != "" {
					mock.On("AT+CEER").Reply(tt.cause)
				}
				mock.On("AT+CLCC").Reply(listedAs("4"))
				_, call := rings(t, mock)
				time.Sleep(3 * time.Second)
				ended(mock)
				assert.Equal(t, tt.want, endOf(t, call))
			})
		})
	}
}

func TestCauseThatIsLongInComing(t *testing.T) {
	for name, hangup := range map[string]bool{"": false, "hung up meanwhile": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("ATD*").Final("NO CARRIER")
				mock.On("AT+CEER").After(900 * time.Millisecond).Reply("+CEER: Unassigned number")
				m := openMock(t, mock, nil)
				call, err := m.Place(deadline(t), callee, nil)
				require.NoError(t, err)
				time.Sleep(100 * time.Millisecond)
				want := voice.End{Reason: voice.Failed, Cause: 1, Text: "Unassigned number"}
				if hangup {
					require.NoError(t, call.Hangup(deadline(t)))
					want = voice.End{Reason: voice.LocalHangup, Text: want.Text}
				}
				assert.Equal(t, want, endOf(t, call))
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, &modem.Config{NetworkPoll: -1})
		time.Sleep(time.Second)
		mock.On("AT+COPS=?").Silent()
		time.AfterFunc(0, func() { _, _ = m.Exec(deadline(t), "AT+COPS=?") })
		synctest.Wait()
		mock.Inject(ringing)
		time.Sleep(10 * time.Millisecond)
		call := m.Calls()[0]
		inject(mock, "MISSED_CALL: 11:01AM 12025550100")
		start := time.Now()
		assert.Equal(t, voice.End{Reason: voice.Missed}, endOf(t, call))
		assert.Less(t, time.Since(start), 4*time.Second, "though no command can be sent")
	})
}

func TestCauseThatAReportTells(t *testing.T) {
	huawei := families["Huawei"].profile
	tests := map[string]struct {
		answered bool
		reports  []string
		want     voice.End
	}{
		"talked":               {true, []string{"^CEND:1,5,29,16"}, voice.End{Reason: voice.RemoteHangup, Cause: 16, Talk: 5 * time.Second}},
		"lost by the network":  {true, []string{"^CEND:1,5,104,38"}, voice.End{Reason: voice.Failed, Cause: 38, Talk: 5 * time.Second}},
		"out of reach":         {true, []string{"^CEND:1,5,22"}, voice.End{Reason: voice.Failed, Talk: 5 * time.Second}},
		"out of reach, cause":  {true, []string{"^CEND:1,5,22,16"}, voice.End{Reason: voice.RemoteHangup, Cause: 16, Talk: 5 * time.Second}},
		"out of reach, later":  {true, []string{"NO CARRIER", "^CEND:1,5,21"}, voice.End{Reason: voice.Failed, Talk: 5 * time.Second}},
		"of a meaning unknown": {true, []string{"^CEND:1,5,255"}, voice.End{Reason: voice.RemoteHangup, Talk: 5 * time.Second}},
		"rings no more":        {false, []string{"^CEND:1,0,22"}, voice.End{Reason: voice.Missed}},
		"busy, after a talk":   {true, []string{"BUSY"}, voice.End{Reason: voice.RemoteHangup}},
		"given up":             {false, []string{"^CEND:1,0,29,16"}, voice.End{Reason: voice.Missed}},
		"taken somewhere else": {false, []string{"^CEND:1,0,29,26"}, voice.End{Reason: voice.AnsweredElsewhere, Cause: 26}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m := openMock(t, mock, &modem.Config{Profile: &huawei})
				answered := make(chan error, 1)
				if tt.answered {
					m.OnCall(answering(answered))
				} else {
					mock.On("AT+CLCC").Reply(listedAs("4"))
				}
				mock.Inject(ringing)
				if tt.answered {
					require.NoError(t, receive(t, answered))
				}
				time.Sleep(5300 * time.Millisecond)
				call := m.Calls()[0]
				ended(mock)
				inject(mock, tt.reports...)
				e := endOf(t, call)
				e.Talk = e.Talk.Truncate(time.Second)
				if tt.want.Talk == 0 {
					e.Talk = 0
				}
				assert.Equal(t, tt.want, e)
			})
		})
	}
}

// A modem may list a call for a moment after it told of its end. What it told counts
// when the call is gone, if it goes with the call.
func TestCauseThatWasToldTooEarly(t *testing.T) {
	tests := map[string]struct {
		report string
		later  time.Duration
		want   voice.End
	}{
		"a second later":        {"^CEND:1,5,104,16", time.Second, voice.End{Reason: voice.RemoteHangup, Cause: 16, Talk: 5 * time.Second}},
		"ten seconds later":     {"^CEND:1,5,104,16", 10 * time.Second, voice.End{Reason: voice.RemoteHangup}},
		"of another length":     {"^CEND:1,40,104,16", time.Second, voice.End{Reason: voice.RemoteHangup}},
		"of one not answered":   {"^CEND:1,0,104,17", time.Second, voice.End{Reason: voice.RemoteHangup}},
		"and the network fails": {"^CEND:1,5,104,38", time.Second, voice.End{Reason: voice.Failed, Cause: 38, Talk: 5 * time.Second}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock, _, call := inFamily(t, "E1750", nil)
				inject(mock, tt.report)
				time.Sleep(tt.later)
				assert.Equal(t, voice.Active, call.State())
				ended(mock)
				inject(mock, "NO CARRIER")
				e := endOf(t, call)
				if tt.want.Talk == 0 {
					e.Talk = 0
				}
				assert.Equal(t, tt.want, e)
			})
		})
	}
}
