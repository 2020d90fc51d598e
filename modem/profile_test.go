package modem_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestShapeOfAProfileIsChecked(t *testing.T) {
	tests := map[string]struct {
		profile modem.Profile
		want    string
	}{
		"pace":           {modem.Profile{Audio: modem.AudioProfile{Pace: 2}}, "modem: Config.Profile.Audio.Pace is 2, none of the constants"},
		"negative pace":  {modem.Profile{Audio: modem.AudioProfile{Pace: -1}}, "modem: Config.Profile.Audio.Pace is -1, none of the constants"},
		"grammar":        {modem.Profile{Calls: []modem.CallReport{{Name: "+X", Grammar: 99}}}, `modem: Config.Profile.Calls: the grammar of "+X" is 99, none of the constants`},
		"tone of no key": {modem.Profile{Tone: "AT+VTS=5"}, "modem: Config.Profile.Tone has no {key}"},
		"tone of no unit": {
			modem.Profile{Tone: "AT+VTS={key},{duration}"}, "modem: Config.Profile.Tone has a {duration}, but ToneUnit is zero",
		},
		"tone of two lines":   {modem.Profile{Tone: "AT+VTS={key}\rATA"}, `modem: Config.Profile: the command "AT+VTS={key}\rATA" holds more than a line`},
		"before of two lines": {modem.Profile{Audio: modem.AudioProfile{Before: []string{"AT\n"}}}, `modem: Config.Profile: the command "AT\n" holds more than a line`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			mock := &modem.MockTransport{}
			_, err := modem.Open(deadline(t), mock, &modem.Config{Profile: &tt.profile})
			require.EqualError(t, err, tt.want)
			assert.Empty(t, mock.Written())
		})
	}
}

// early is a profile of audio that is switched on before a call.
var early = modem.Profile{Audio: modem.AudioProfile{Rate: 8000, Before: []string{"AT+QPCMV=1,0"}, Off: []string{"AT+QPCMV=0"}}}

// only are the commands of a list that are about calls and their audio.
func only(commands []string) []string {
	var out []string
	for _, cmd := range commands {
		switch cmd {
		case "AT+QPCMV=1,0", "AT+QPCMV=0", "ATA", "ATD" + callee + ";", "AT+CPCMREG=1":
			out = append(out, cmd)
		}
	}
	return out
}

func TestAudioOfACallIsOffBeforeThatOfTheNextIsPrepared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		mock.On("AT+QPCMV=0").After(3 * time.Second).Reply()
		m, call := talking(t, mock, &modem.Config{Profile: &early, CallPoll: 10 * time.Second})
		ended(mock)
		inject(mock, "NO CARRIER")
		receive(t, call.Done())
		mock.On("AT+CLCC").Reply(ofOther(listedAs("4")))
		mock.Inject(ofOther(ringing))
		time.Sleep(10 * time.Second)
		require.Len(t, m.Calls(), 1)
		assert.Equal(t, []string{"AT+QPCMV=1,0", "ATA", "AT+QPCMV=0", "AT+QPCMV=1,0", "ATA"}, only(mock.Written()))
	})
}

func TestAudioOfACallIsPreparedWhenThatOfTheLastIsNotTriedAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		profile := early
		profile.Audio.On, profile.Audio.Retry, profile.Audio.Within = []string{"AT+CPCMREG=1"}, 5*time.Second, time.Minute
		mock := answerable()
		mock.Audio = true
		mock.On("AT+CPCMREG=1").Final("ERROR")
		m, call := talking(t, mock, &modem.Config{Profile: &profile})
		ended(mock)
		inject(mock, "NO CARRIER")
		receive(t, call.Done())
		before := len(mock.Written())
		mock.On("AT+CLCC").Final("ERROR")
		_, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		assert.Empty(t, only(mock.Written()[before:]), "the last call's audio may be tried again")
		time.Sleep(4 * time.Second)
		assert.Equal(t, []string{"AT+QPCMV=0", "AT+QPCMV=1,0", "ATD" + callee + ";"}, only(mock.Written()[before:]))
	})
}

func TestAudioThatWasPreparedForACallInVainIsSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{Audio: true}
		mock.On("ATD*").After(time.Second).Final("BUSY")
		m := openMock(t, mock, &modem.Config{Profile: &early})
		_, err := m.Dial(deadline(t), callee, nil)
		busy, _ := errors.AsType[*voice.EndedError](err)
		require.NotNil(t, busy)
		assert.Equal(t, voice.Busy, busy.End.Reason)
		require.NoError(t, m.Shutdown(deadline(t)))
		assert.Equal(t, []string{"AT+QPCMV=1,0", "ATD" + callee + ";", "AT+QPCMV=0"}, only(mock.Written()))
	})
}

func TestAudioOfACallThatIsNotAnsweredIsNotTouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{Audio: true}
		m := openMock(t, mock, &modem.Config{Profile: &early})
		mock.Inject(ringing)
		time.Sleep(time.Minute)
		assert.Empty(t, m.Calls())
		assert.Empty(t, only(mock.Written()))
	})
}

func TestAudioIsNotPreparedWhereThereIsNoPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		talking(t, mock, &modem.Config{Profile: &early})
		assert.Equal(t, []string{"ATA"}, only(mock.Written()))
	})
}

func TestCallGoesOnWhateverComesOfItsAudio(t *testing.T) {
	for name, answer := range map[string]func(*modem.MockRule){
		"refused": func(r *modem.MockRule) { r.Final("ERROR") },
		"silent":  (*modem.MockRule).Silent,
		"slow":    func(r *modem.MockRule) { r.After(4 * time.Second).Reply() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{Audio: true}
				answer(mock.On("AT+QPCMV=1,0"))
				mock.On("ATD*").After(5 * time.Second).Reply()
				m := openMock(t, mock, &modem.Config{Profile: &early, NetworkPoll: time.Second})
				call, err := m.Place(deadline(t), callee, nil)
				require.NoError(t, err)
				dialled := func() bool { return written(mock, "ATD"+callee+";") == 1 }
				for start := time.Now(); !dialled() && time.Since(start) < 30*time.Second; {
					time.Sleep(100 * time.Millisecond)
				}
				require.True(t, dialled())
				n := len(mock.Written())
				time.Sleep(4 * time.Second)
				assert.Len(t, mock.Written(), n, "nothing is written while ATD waits")
				mock.On("AT+CLCC").Reply(dialledAs("0"))
				require.NoError(t, call.WaitAnswered(deadline(t)))
			})
		})
	}
}

func TestHangupWhileTheAudioIsPrepared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{Audio: true}
		mock.On("AT+QPCMV=1,0").After(2 * time.Second).Reply()
		m := openMock(t, mock, &modem.Config{Profile: &early})
		call, err := m.Place(deadline(t), callee, nil)
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.NoError(t, call.Hangup(deadline(t)))
		assert.Equal(t, voice.LocalHangup, endOf(t, call).Reason)
		require.NoError(t, m.Shutdown(deadline(t)))
		assert.NotContains(t, mock.Written(), "ATD"+callee+";")
		wrote := only(mock.Written())
		assert.Equal(t, "AT+QPCMV=0", wrote[len(wrote)-1])
	})
}

func TestHangupWhileTheAudioOfAnAnswerIsPrepared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		mock.Audio = true
		mock.On("AT+QPCMV=1,0").After(4 * time.Second).Reply()
		mock.On("AT+CHUP").After(time.Second).Then(func() { ended(mock) }).Reply()
		m := openMock(t, mock, &modem.Config{Profile: &early})
		mock.Inject(ringing)
		time.Sleep(time.Second)
		require.Len(t, m.Calls(), 1)
		call := m.Calls()[0]
		answered := make(chan error, 1)
		go func() { answered <- call.Answer(deadline(t)) }()
		time.Sleep(time.Second)
		require.NoError(t, call.Hangup(deadline(t)))
		require.ErrorIs(t, receive(t, answered), voice.ErrEnded)
		assert.Equal(t, voice.Rejected, endOf(t, call).Reason)
		assert.NotContains(t, mock.Written(), "ATA")
	})
}

func TestAudioIsPreparedOnceForACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{Audio: true}
		mock.On("ATA").Once().Final("ERROR")
		mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).Reply()
		m := openMock(t, mock, &modem.Config{Profile: &early})
		mock.On("AT+CLCC").Reply(listedAs("4"))
		mock.Inject(ringing)
		time.Sleep(time.Second)
		require.Len(t, m.Calls(), 1)
		call := m.Calls()[0]
		require.Error(t, call.Answer(deadline(t)))
		require.NoError(t, call.Answer(deadline(t)))
		assert.Equal(t, []string{"AT+QPCMV=1,0", "ATA", "ATA"}, only(mock.Written()))
		both := []string{listedAs("0"), `+CLCC: 2,1,5,0,0,"` + other + `",145`}
		mock.On("AT+CLCC").Reply(both...)
		inject(mock, "+CCWA: \""+other+"\",145,1")
		time.Sleep(2 * time.Second)
		require.Len(t, m.Calls(), 2)
		require.ErrorIs(t, m.Calls()[1].Answer(deadline(t)), modem.ErrLineBusy)
		assert.Equal(t, []string{"AT+QPCMV=1,0", "ATA", "ATA"}, only(mock.Written()), "not for one that waits")
	})
}

func TestAnswerThatIsGivenUpWhileTheAudioIsPrepared(t *testing.T) {
	tests := map[string]struct {
		giveUp func(*modem.MockTransport, *modem.Modem, context.CancelFunc)
		want   error
	}{
		"by the caller": {func(mock *modem.MockTransport, _ *modem.Modem, _ context.CancelFunc) {
			ended(mock)
			inject(mock, "NO CARRIER")
		}, voice.ErrEnded},
		"by its context": {func(_ *modem.MockTransport, _ *modem.Modem, cancel context.CancelFunc) { cancel() }, context.Canceled},
		"by Close":       {func(_ *modem.MockTransport, m *modem.Modem, _ context.CancelFunc) { _ = m.Close() }, voice.ErrEnded},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := answerable()
				mock.Audio = true
				mock.On("AT+QPCMV=1,0").After(4 * time.Second).Reply()
				m := openMock(t, mock, &modem.Config{Profile: &early})
				mock.Inject(ringing)
				time.Sleep(time.Second)
				require.Len(t, m.Calls(), 1)
				call := m.Calls()[0]
				ctx, cancel := context.WithCancel(deadline(t))
				answered := make(chan error, 1)
				go func() { answered <- call.Answer(ctx) }()
				time.Sleep(time.Second)
				tt.giveUp(mock, m, cancel)
				require.ErrorIs(t, receive(t, answered), tt.want)
				cancel()
				assert.NotContains(t, mock.Written(), "ATA")
			})
		})
	}
}

func TestToneThatNamesItsCall(t *testing.T) {
	tests := map[string]struct {
		list func(*modem.MockTransport)
		want string
	}{
		"listed":       {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Reply(`+CLCC: 3,1,0,0,0,"+12025550100",145`) }, ""},
		"not listed":   {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Final("ERROR") }, "AT+CLCC lists it"},
		"never listed": {func(mock *modem.MockTransport) { mock.On("AT+CLCC").Silent() }, "deadline exceeded"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("AT+CLCC").Final("ERROR")
				_, call := talking(t, mock, &modem.Config{Profile: &modem.Profile{Tone: "AT^DTMF={call},{key}"}, CallPoll: 10 * time.Second})
				tt.list(mock)
				ctx, cancel := context.WithTimeout(deadline(t), 2*time.Second)
				defer cancel()
				err := call.SendDTMF(ctx, "5", nil)
				if tt.want == "" {
					require.NoError(t, err)
					assert.Equal(t, 1, written(mock, "AT^DTMF=3,5"))
					return
				}
				require.ErrorContains(t, err, tt.want)
				assert.NotContains(t, err.Error(), "5,")
				for _, cmd := range mock.Written() {
					assert.NotContains(t, cmd, "^DTMF")
				}
			})
		})
	}
}

func TestToneOfACallThatEndsBeforeItsNumberIsKnown(t *testing.T) {
	for name, unplugged := range map[string]bool{"by the far side": false, "unplugged": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := sim7600()
				mock.On("AT+CLCC").Final("ERROR")
				_, call := talking(t, mock, &modem.Config{Profile: &modem.Profile{Tone: "AT^DTMF={call},{key}"}, CallPoll: 10 * time.Second})
				mock.On("AT+CLCC").Silent()
				sent := make(chan error, 1)
				go func() { sent <- call.SendDTMF(deadline(t), "5", nil) }()
				time.Sleep(100 * time.Millisecond)
				if unplugged {
					mock.Break(io.EOF)
				} else {
					inject(mock, "NO CARRIER")
				}
				require.ErrorIs(t, receive(t, sent), voice.ErrEnded)
			})
		})
	}
}

func TestToneWhoseLengthTheModemChooses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := sim7600()
		mock.On("AT+CLCC").Final("ERROR")
		_, call := talking(t, mock, &modem.Config{Profile: &modem.Profile{ToneTime: 300 * time.Millisecond}, CallPoll: 10 * time.Second})
		var at []time.Time
		mock.On("AT+VTS=5").Then(func() { at = append(at, time.Now()) }).Reply()
		start := time.Now()
		require.NoError(t, call.SendDTMF(deadline(t), "555", nil))
		require.Len(t, at, 3)
		for i := range 2 {
			assert.Equal(t, 400*time.Millisecond, at[i+1].Sub(at[i]), "the tone, and the usual gap")
		}
		assert.GreaterOrEqual(t, time.Since(start), time.Second)
		start = time.Now()
		require.NoError(t, call.SendDTMF(deadline(t), "5", &voice.ToneOptions{Duration: time.Second}))
		assert.LessOrEqual(t, time.Since(start), 1100*time.Millisecond, "a longer one is not made longer")
		ctx, cancel := context.WithTimeout(deadline(t), 150*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, call.SendDTMF(ctx, "5", nil), context.DeadlineExceeded)
		sent := make(chan error, 1)
		go func() { sent <- call.SendDTMF(deadline(t), "55", nil) }()
		time.Sleep(50 * time.Millisecond)
		inject(mock, "NO CARRIER")
		require.ErrorIs(t, receive(t, sent), voice.ErrEnded)
		assert.Len(t, at, 6)
	})
}

// An EC25 whose voice is a sound card of USB: its own profile, with another way to
// switch the audio on.
func ExampleProfiles() {
	for _, p := range modem.Profiles() {
		if p.Name == "EC2x" {
			p.Audio.Setup = nil
			p.Audio.Before = []string{"AT+QPCMV=1,2"}
			cfg := &modem.Config{Profile: &p}
			fmt.Println(cfg.Profile.Name, cfg.Profile.Audio.Before)
		}
	}
	// Output: EC2x [AT+QPCMV=1,2]
}
