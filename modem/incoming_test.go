package modem_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
)

// ringing is an incoming call as a SIM7600 announces it.
const ringing = "\r\nRING\r\n\r\n+CLIP: \"+12025550100\",145,,,,0\r\n"

// listedAs is a line of AT+CLCC for the caller, with the state.
func listedAs(stat string) string { return `+CLCC: 1,1,` + stat + `,0,0,"+12025550100",145` }

// sim7600 is a scripted SIM7600 without an audio port.
func sim7600() *modem.MockTransport { return &modem.MockTransport{Model: "SIMCOM_SIM7600E-H"} }

// answerable is a scripted SIM7600 that lists its caller as answered from ATA on.
func answerable() *modem.MockTransport {
	mock := sim7600()
	mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).Reply()
	return mock
}

// written tells whether a command was written, and counts it.
func written(mock *modem.MockTransport, cmd string) int {
	n := 0
	for _, w := range mock.Written() {
		if w == cmd {
			n++
		}
	}
	return n
}

// answering is a handler that answers and then waits for the end of the call.
func answering(got chan<- error) voice.HandlerFunc {
	return func(ctx context.Context, call *voice.CallSession) error {
		err := call.Answer(ctx)
		got <- err
		if err == nil {
			<-call.Done()
		}
		return err
	}
}

func TestAnswersTheCallOfAVirtualModem(t *testing.T) {
	for _, family := range []modemtest.Family{modemtest.SIM7600, modemtest.Generic} {
		for seed := range uint64(20) {
			synctest.Test(t, func(t *testing.T) {
				ctx := deadline(t)
				m, sim := openSim(t, &modemtest.Config{Family: family, Seed: seed}, nil)
				rec := record(t, m.Events())
				answered := make(chan error, 1)
				m.OnCall(answering(answered))
				caller := sim.Call("+12025550100")
				require.NoError(t, receive(t, answered))
				require.NoError(t, caller.WaitAnswered(ctx))
				require.Len(t, m.Calls(), 1)
				call := m.Calls()[0]
				assert.Equal(t, events.Number("+12025550100"), call.Number())
				caller.Hangup()
				receive(t, call.Done())
				end, _ := call.End()
				assert.Equal(t, voice.RemoteHangup, end.Reason)
				time.Sleep(5 * time.Second) // the other reports of the end
				assert.Equal(t, []voice.State{voice.Ringing, voice.Active, voice.Ended}, states(rec, ""))
				assert.NotEmpty(t, of[modem.Rang](rec))
				assert.Empty(t, m.Calls())
			})
		}
	}
}

func TestVoiceBothWaysThroughAVirtualModem(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			ctx := deadline(t)
			m, sim := openSim(t, &modemtest.Config{Seed: seed, VoLTE: seed%2 == 1, AudioDelay: 1500 * time.Millisecond}, nil)
			greeting, message := speech(16000), speech(40000)
			var heard bytes.Buffer
			m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
				if err := call.Answer(ctx); err != nil {
					return err
				}
				if _, err := call.Play(ctx, voice.PCM(8000, greeting), nil); err != nil {
					return err
				}
				_, err := call.Record(ctx, &heard, &voice.RecordOptions{Finish: "#"})
				return err
			})
			caller := sim.Call("+12025550100")
			require.NoError(t, caller.WaitAnswered(ctx))
			require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))
			require.NoError(t, caller.Say(ctx, message))
			caller.Press("#")
			require.NoError(t, caller.WaitEnded(ctx))
			assert.GreaterOrEqual(t, index(caller.Heard(), greeting), 0, "the caller heard the greeting, sample for sample")
			assert.True(t, bytes.Contains(heard.Bytes(), bytesOf(message)), "the program heard the caller, sample for sample")
		})
	}
}

func bytesOf(s []int16) []byte {
	b := make([]byte, 0, 2*len(s))
	for _, v := range s {
		b = append(b, byte(v), byte(uint16(v)>>8))
	}
	return b
}

func TestScenarioA1ResponseAndRingInOneChunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		mock.On("AT+CSQ").Once().Raw("+CSQ: 20,0\r\nOK\r\nRING\r\n")
		s, err := m.Signal(deadline(t))
		require.NoError(t, err)
		assert.Equal(t, modem.Signal{Known: true, DBm: -73}, s)
		synctest.Wait()
		assert.Len(t, of[modem.Rang](rec), 1)
	})
}

func TestScenarioA2CallEndsWithinAnAnswer(t *testing.T) {
	const header, pdu = "+CMGR: 0,,20", "00040B912120550501F00000627070210300230441E1905804"
	tests := map[string]string{
		"A2 end before the PDU": header + "\r\nVOICE CALL: END: 000010\r\n" + pdu + "\r\n\r\nOK\r\n",
		"A2 end after the PDU":  header + "\r\n" + pdu + "\r\nVOICE CALL: END: 000010\r\n\r\nOK\r\n",
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m := openMock(t, mock, nil)
				answered := make(chan error, 1)
				m.OnCall(answering(answered))
				mock.Inject(ringing)
				require.NoError(t, receive(t, answered))
				call := m.Calls()[0]
				mock.On("AT+CMGR=1").Raw(raw)
				mock.On("AT+CLCC").Reply()
				lines, err := m.Exec(deadline(t), "AT+CMGR=1")
				require.NoError(t, err)
				assert.Equal(t, []string{header, pdu}, lines)
				receive(t, call.Done())
				end, _ := call.End()
				assert.Equal(t, voice.End{Reason: voice.RemoteHangup, Talk: 10 * time.Second}, end)
			})
		})
	}
}

func TestScenarioA8ReadAnswerOfCLIPIsNoCallerID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		mock.On("AT+CLIP?").Raw("+CLIP: 1,1\r\nOK\r\n")
		lines, err := m.Exec(deadline(t), "AT+CLIP?")
		require.NoError(t, err)
		assert.Equal(t, []string{"+CLIP: 1,1"}, lines)
		synctest.Wait()
		assert.Empty(t, m.Calls())
		assert.Empty(t, of[voice.CallerIdentified](rec))
	})
}

func TestScenarioA11AnsweredByVoiceCallBeginAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.On("ATA").Raw("\r\nVOICE CALL: BEGIN\r\n")
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		start := time.Now()
		require.NoError(t, receive(t, answered))
		assert.Less(t, time.Since(start), 100*time.Millisecond)
		assert.Equal(t, voice.Active, m.Calls()[0].State())
	})
}

func TestScenarioA12CallerGoneWhenAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATA").Raw("\r\nNO CARRIER\r\n")
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		start := time.Now()
		mock.Inject(ringing)
		err := receive(t, answered)
		assert.Zero(t, time.Since(start), "at once")
		ended, ok := errors.AsType[*voice.EndedError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, voice.Missed, ended.End.Reason)
	})
}

func TestScenarioA13EndedBeforeTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("ATA").Raw("\r\nVOICE CALL: END\r\n\r\nOK\r\n")
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		ended, ok := errors.AsType[*voice.EndedError](receive(t, answered))
		require.True(t, ok)
		assert.Equal(t, voice.End{Reason: voice.Missed}, ended.End)
	})
}

func TestScenarioA14RingsThatStop(t *testing.T) {
	tests := map[string]struct {
		inject string
		within time.Duration
	}{
		"A14 silence":          {"", 14 * time.Second},
		"A14 MISSED_CALL":      {"\r\nMISSED_CALL: 11:01AM 12025550100\r\n", 0},
		"A14 plain NO CARRIER": {"\r\nNO CARRIER\r\n", 0},
		"A14 list refused":     {"", 14 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				m := openMock(t, mock, nil)
				if strings.HasSuffix(name, "refused") {
					mock.On("AT+CLCC").Final("ERROR")
				}
				rec := record(t, m.Events())
				mock.Inject("\r\nRING\r\n")
				time.Sleep(time.Second)
				require.Len(t, m.Calls(), 1)
				call := m.Calls()[0]
				start := time.Now()
				mock.Inject(tt.inject)
				receive(t, call.Done())
				assert.LessOrEqual(t, time.Since(start), tt.within)
				end, _ := call.End()
				assert.Equal(t, voice.Missed, end.Reason)
				synctest.Wait()
				assert.Equal(t, []voice.State{voice.Ringing, voice.Ended}, states(rec, call.ID()))
			})
		})
	}
}

func TestScenarioA21KeysInTheirSpellings(t *testing.T) {
	for _, line := range []string{"+RXDTMF: 5", "+DTMF: 5,120", "RXDTMF: \"5\"", "+RXDTMF:5"} {
		t.Run("A21 "+line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				m := openMock(t, mock, nil)
				digits := make(chan voice.Digits, 1)
				m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
					if err := call.Answer(ctx); err != nil {
						return err
					}
					mock.Inject("\r\r\n" + line + "\r\r\n\r\n+DTMF:1400\r\n")
					d, err := call.Collect(ctx, nil)
					digits <- d
					return err
				})
				mock.Inject(ringing)
				assert.Equal(t, "5", receive(t, digits).Keys, "and a single tone is no key")
			})
		})
	}
}

func TestScenarioB4DurationIsHoursMinutesSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		call := m.Calls()[0]
		mock.On("AT+CLCC").Reply()
		mock.Inject("\r\nVOICE CALL: END: 000117\r\n")
		receive(t, call.Done())
		end, _ := call.End()
		assert.Equal(t, 77*time.Second, end.Talk)
	})
}

func TestScenarioB8DataBearerIsNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CLCC").Reply(`+CLCC: 1,0,0,1,0,"",128`)
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		mock.Inject("\r\n+CLCC: 1,0,0,1,0,\"\",128\r\n")
		time.Sleep(10 * time.Second)
		assert.Empty(t, m.Calls())
		assert.Empty(t, of[voice.StateChanged](rec))
	})
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, &modemtest.Config{DataBearer: true}, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		caller := sim.Call("+12025550100")
		require.NoError(t, receive(t, answered))
		assert.Len(t, m.Calls(), 1)
		caller.Hangup()
		require.NoError(t, caller.WaitEnded(ctx))
		time.Sleep(5 * time.Second)
		assert.Empty(t, m.Calls())
	})
}

func TestScenarioB11RingAndCallerIDInAllOrders(t *testing.T) {
	const clip = "\r\n+CLIP: \"+12025550100\",145,,,,0\r\n"
	tests := map[string]struct {
		inject []string
		listed bool
		after  time.Duration // until the handler has the call
	}{
		"B11 CRING":           {[]string{"\r\n+CRING: VOICE\r\n", clip}, false, 0},
		"B11 CLIP first":      {[]string{clip, "\r\nRING\r\n"}, false, 0},
		"B11 CLIP missing":    {[]string{"\r\nRING\r\n"}, true, 2 * time.Second},
		"B11 RING missing":    {[]string{clip}, false, 0},
		"B11 data is no call": {[]string{"\r\n+CRING: REL ASYNC\r\n"}, false, -1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				m := openMock(t, mock, nil)
				time.Sleep(time.Second) // the list of the beginning
				if tt.listed {
					mock.On("AT+CLCC").Reply(listedAs("4"))
				}
				rec := record(t, m.Events())
				type handed struct {
					number events.Number
					after  time.Duration
				}
				got := make(chan handed, 1)
				start := time.Now()
				m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
					got <- handed{call.Number(), time.Since(start)}
					return call.Reject(ctx)
				})
				for _, s := range tt.inject {
					mock.Inject(s)
					synctest.Wait()
				}
				if tt.after < 0 {
					time.Sleep(20 * time.Second)
					assert.Empty(t, got)
					assert.Empty(t, states(rec, ""))
					return
				}
				h := receive(t, got)
				assert.Equal(t, events.Number("+12025550100"), h.number)
				assert.LessOrEqual(t, h.after, tt.after)
				mock.On("AT+CLCC").Reply()
				time.Sleep(15 * time.Second)
				assert.Equal(t, []voice.State{voice.Ringing, voice.Ended}, states(rec, ""), "one call")
			})
		})
	}
}

func TestCallerWithoutANumberIsHandedOverAfterTwoSeconds(t *testing.T) {
	tests := map[string]struct {
		inject string
		after  time.Duration
	}{
		"withheld":      {"\r\nRING\r\n\r\n+CLIP: \"\",128,,,,1\r\n", 0},
		"never told":    {"\r\nRING\r\n", 2 * time.Second},
		"told too late": {"\r\nRING\r\n", 2 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				m := openMock(t, mock, nil)
				handed := make(chan time.Time, 1)
				numbered := make(chan events.Number, 1)
				m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
					handed <- time.Now()
					time.Sleep(2 * time.Second)
					numbered <- call.Number()
					return call.Reject(ctx)
				})
				start := time.Now()
				mock.Inject(tt.inject)
				assert.Equal(t, tt.after, receive(t, handed).Sub(start))
				want := events.Number("")
				if name == "told too late" {
					mock.Inject("\r\n+CLIP: \"+12025550100\",145\r\n")
					want = "+12025550100"
				}
				assert.Equal(t, want, receive(t, numbered))
			})
		})
	}
}

func TestScenarioB13ListRefusedInACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		mock.On("AT+CLCC").Once().Final("ERROR")
		mock.On("AT+CLCC").Once().Final("+CME ERROR: 515")
		asked := written(mock, "AT+CLCC")
		time.Sleep(10 * time.Second)
		assert.Greater(t, written(mock, "AT+CLCC"), asked+5)
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, voice.Active, m.Calls()[0].State())
		assert.Equal(t, modem.Ready, m.State())
	})
}

func TestEndIsFoundInTheListWhenNothingReportsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		call := m.Calls()[0]
		mock.On("AT+CLCC").Reply()
		start := time.Now()
		receive(t, call.Done())
		assert.LessOrEqual(t, time.Since(start), 1200*time.Millisecond)
		end, _ := call.End()
		assert.Equal(t, voice.RemoteHangup, end.Reason)
	})
}

func TestOneEmptyListDoesNotEndACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		mock.On("AT+CLCC").Once().Reply()
		time.Sleep(10 * time.Second)
		assert.Len(t, m.Calls(), 1)
	})
}

func TestLateReportsOfAnEndDoNotEndTheNextCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		answered := make(chan error, 2)
		m.OnCall(voice.RingFor(time.Second, answering(answered)))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		first := m.Calls()[0]
		mock.On("AT+CLCC").Reply(strings.Replace(listedAs("4"), "0100", "0199", 1))
		mock.Inject("\r\n" + listedAs("6") + "\r\n")
		receive(t, first.Done())
		mock.Inject("\r\nRING\r\n") // the next caller, at once
		mock.On("ATA").Then(func() {
			mock.On("AT+CLCC").Reply(strings.Replace(listedAs("0"), "0100", "0199", 1))
		}).Reply()
		time.Sleep(500 * time.Millisecond)
		require.Len(t, m.Calls(), 1)
		mock.Inject("\r\nVOICE CALL: END: 000008\r\n\r\nNO CARRIER\r\n") // of the first
		require.NoError(t, receive(t, answered))
		time.Sleep(5 * time.Second)
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, events.Number("+12025550199"), m.Calls()[0].Number())
		assert.Len(t, states(rec, first.ID()), 3)
	})
}

func TestLateRingAfterTheAnswerIsNoNewCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		m := openMock(t, mock, nil)
		rec := record(t, m.Events())
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		mock.Inject(ringing)
		time.Sleep(20 * time.Second)
		assert.Equal(t, []voice.State{voice.Ringing, voice.Active}, states(rec, ""))
	})
}

func TestHandlerSetLateGetsTheRingingCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		m, sim := openSim(t, nil, nil)
		caller := sim.Call("+12025550100")
		time.Sleep(8 * time.Second)
		require.Len(t, m.Calls(), 1)
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		require.NoError(t, receive(t, answered))
		require.NoError(t, caller.WaitAnswered(ctx))
	})
}

func TestCallThatRingsAlreadyIsHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CLCC").Reply(listedAs("4")) // and no RING while we look
		answered := make(chan error, 1)
		m := openMock(t, mock, &modem.Config{OnCall: answering(answered)})
		mock.On("ATA").Reply()
		require.NoError(t, receive(t, answered))
		assert.Equal(t, events.Number("+12025550100"), m.Calls()[0].Number())
	})
}

func TestScenarioB37CallWhileOpenIsAtWork(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			ctx := deadline(t)
			sim := modemtest.New(&modemtest.Config{Seed: seed})
			t.Cleanup(func() { sim.Close() })
			caller := make(chan *modemtest.Caller, 1)
			time.AfterFunc(time.Duration(seed)*80*time.Millisecond, func() { caller <- sim.Call("+12025550100") })
			answered := make(chan error, 1)
			open(t, sim, &modem.Config{OnCall: answering(answered)})
			require.NoError(t, receive(t, answered))
			require.NoError(t, receive(t, caller).WaitAnswered(ctx))
		})
	}
}

func TestScenarioB32WaitingCallHarmsNoRecording(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			ctx := deadline(t)
			m, sim := openSim(t, &modemtest.Config{Seed: seed, CallWaiting: true}, nil)
			_, err := m.Exec(ctx, "AT+CCWA=1")
			require.NoError(t, err)
			rec := record(t, m.Events())
			message := speech(80000)
			var heard bytes.Buffer
			handled := make(chan string, 4)
			m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
				handled <- call.ID()
				if err := call.Answer(ctx); err != nil {
					return err
				}
				if _, err := call.Play(ctx, voice.Beep(), nil); err != nil {
					return err
				}
				_, err := call.Record(ctx, &heard, &voice.RecordOptions{Finish: "#"})
				return err
			})
			first := sim.Call("+12025550100")
			require.NoError(t, first.WaitQuiet(ctx, 300*time.Millisecond))
			second := make(chan *modemtest.Caller, 1)
			time.AfterFunc(3*time.Second, func() {
				second <- sim.CallWith(modemtest.Incoming{Number: "+12025550199", RingFor: 4 * time.Second})
			})
			require.NoError(t, first.Say(ctx, message))
			first.Press("#")
			require.NoError(t, first.WaitEnded(ctx))
			require.NoError(t, receive(t, second).WaitEnded(ctx))
			time.Sleep(15 * time.Second)
			assert.True(t, bytes.Contains(heard.Bytes(), bytesOf(message)), "the recording is whole")
			assert.Len(t, handled, 1, "the waiting call is not handed over")
			var missed []voice.StateChanged
			for _, e := range of[voice.StateChanged](rec) {
				if e.State == voice.Ended && e.End.Reason == voice.Missed {
					missed = append(missed, e)
				}
			}
			require.Len(t, missed, 1)
			assert.Equal(t, events.Number("+12025550199"), missed[0].Number)
			assert.False(t, slices.Contains(states(rec, missed[0].Call), voice.Active))
		})
	}
}

func TestScenarioA35NothingIsSwitchedOnAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		m := openMock(t, mock, nil)
		mock.On("AT+CPCMREG=1").After(300 * time.Millisecond).Raw("\r\nVOICE CALL: END: 000001\r\n\r\nOK\r\n")
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		mock.On("AT+CLCC").Reply()
		time.Sleep(20 * time.Second)
		assert.Equal(t, 1, written(mock, "AT+CPCMREG=1"))
		assert.Equal(t, 1, written(mock, "AT+CPCMREG=0"), "what was switched on too late is switched off")
		assert.Empty(t, m.Calls())
	})
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		m := openMock(t, mock, nil)
		mock.On("AT+CPCMREG=1").After(300 * time.Millisecond).Raw("\r\nERROR\r\n\r\nVOICE CALL: END: 000001\r\n")
		answered := make(chan error, 1)
		m.OnCall(answering(answered))
		mock.Inject(ringing)
		require.NoError(t, receive(t, answered))
		mock.On("AT+CLCC").Reply()
		time.Sleep(20 * time.Second)
		assert.Equal(t, 1, written(mock, "AT+CPCMREG=1"), "no retry after the end")
	})
}
