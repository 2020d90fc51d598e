package modem_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

func TestCallsOfEachFamily(t *testing.T) {
	for name, fam := range families {
		t.Run(name+", called", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { fam.takesCalls(t) })
		})
		t.Run(name+", calling", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { fam.dials(t) })
		})
	}
}

// mock is a scripted modem of the family, that has its calls ended by all
// commands for that.
func (fam family) mock() *modem.MockTransport {
	mock := &modem.MockTransport{Model: fam.model, Audio: fam.profile.Audio.Rate > 0}
	mock.On("ATA").Then(func() { mock.On("AT+CLCC").Reply(listedAs("0")) }).Final(fam.answered)
	for _, cmd := range []string{"AT+CHUP", "AT+QHUP=16", "ATH"} {
		mock.On(cmd).Then(func() { ended(mock) }).Reply()
	}
	if fam.refuses != "" {
		mock.On(fam.refuses).Final("ERROR")
	}
	return mock
}

// found has the library find out which family it is, if it knows that.
func (fam family) found() *modem.Config {
	if fam.own {
		return &modem.Config{Profile: &fam.profile}
	}
	return nil
}

// takesCalls takes calls by the profile: ended from afar, then by the program.
func (fam family) takesCalls(t *testing.T) {
	mock := fam.mock()
	m := openMock(t, mock, fam.found())
	assert.Equal(t, fam.profile.Name, m.Identity().Profile)
	assert.Equal(t, fam.profile.KeysOn != "", m.Capabilities().Keys)
	assert.Equal(t, fam.profile.Audio.Rate, m.Capabilities().AudioRate)
	for _, cmd := range slices.Concat(fam.profile.Init, fam.profile.Audio.Setup) {
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
		before := len(mock.Written())
		mock.On("AT+CLCC").Reply(listedAs("4"))
		inject(mock, fam.rings...)
		inject(mock, "+CRING: VOICE", "+CLIP: \"+12025550100\",145")
		assert.Equal(t, "5", receive(t, got).Keys)
		assert.NotZero(t, written(mock, fam.tone), fam.tone)
		require.Len(t, m.Calls(), 1)
		call, want := m.Calls()[0], voice.RemoteHangup
		fam.hasAudio(t, mock)
		if byUs {
			want = voice.LocalHangup
			require.NoError(t, call.Hangup(deadline(t)))
			assert.Equal(t, 1, written(mock, fam.hangup))
		} else {
			time.Sleep(300 * time.Millisecond)
			ended(mock)
			inject(mock, fam.over...)
		}
		assert.Equal(t, want, endOf(t, call).Reason)
		time.Sleep(time.Second)
		fam.switched(t, mock.Written()[before:], "ATA")
	}
}

// dials calls somebody, who answers and hangs up. Where the family reports that,
// AT+CLCC tells nothing of it.
func (fam family) dials(t *testing.T) {
	mock := fam.mock()
	m := openMock(t, mock, fam.found())
	assert.Equal(t, fam.profile.Name, m.Identity().Profile)
	rec := record(t, m.Events())
	before := len(mock.Written())
	list := func(string) { mock.On("AT+CLCC").Final("ERROR") }
	if !fam.unlisted {
		list = func(stat string) { mock.On("AT+CLCC").Reply(dialledAs(stat)) }
	}
	list("2")
	call, err := m.Place(deadline(t), callee, nil)
	require.NoError(t, err)
	time.Sleep(time.Second)
	for _, line := range fam.dialled {
		inject(mock, line)
		time.Sleep(2 * time.Second)
	}
	if !fam.unlisted {
		for _, stat := range []string{"3", "0"} {
			list(stat)
			time.Sleep(2 * time.Second)
		}
	}
	assert.Equal(t, fam.states, states(rec, call.ID()))
	fam.hasAudio(t, mock)
	time.Sleep(300 * time.Millisecond) // not at the moment of the regular list
	if !fam.unlisted {
		ended(mock)
	}
	inject(mock, fam.cleared...)
	end := endOf(t, call)
	assert.Equal(t, voice.RemoteHangup, end.Reason)
	if fam.talked > 0 {
		assert.Equal(t, fam.talked, end.Talk, "what the modem counts")
	}
	time.Sleep(time.Second)
	fam.switched(t, mock.Written()[before:], "ATD"+callee+";")
}

// hasAudio checks that the call that is up has audio at the pace of the family.
func (fam family) hasAudio(t *testing.T, mock *modem.MockTransport) {
	t.Helper()
	if fam.profile.Audio.Rate == 0 {
		time.Sleep(5 * time.Second)
		return
	}
	sent := func(d time.Duration, first ...func()) int {
		before := len(mock.WrittenAudio())
		for _, f := range first {
			f()
		}
		time.Sleep(d)
		return (len(mock.WrittenAudio()) - before) / 320
	}
	time.Sleep(2*time.Second + time.Millisecond)
	assert.Equal(t, 50, sent(time.Second), "frames by the clock")
	if fam.profile.Audio.Pace == modem.PaceReceived {
		came := func() { mock.InjectAudio(make([]int16, 7*160)) }
		assert.Equal(t, 7, sent(90*time.Millisecond, came), "frames for those that came")
	}
	if fam.profile.Audio.Flow != "" {
		inject(mock, fam.profile.Audio.Flow+": 0,0")
		assert.Zero(t, sent(500*time.Millisecond), "frames in a pause")
		inject(mock, fam.profile.Audio.Flow+": 1,0")
		assert.InDelta(t, 50, sent(time.Second), 1, "frames behind it")
	}
}

// switched checks that the audio of a call was switched in its order: before the
// command that set the call up, when it was answered, and when it was over.
func (fam family) switched(t *testing.T, wrote []string, setup string) {
	t.Helper()
	a := &fam.profile.Audio
	set := slices.Concat(a.Before, []string{setup}, a.On, a.Off)
	wrote = slices.DeleteFunc(wrote, func(cmd string) bool { return !slices.Contains(set, cmd) })
	assert.Equal(t, set, wrote)
}
