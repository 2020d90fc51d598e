package voicemail_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
	"github.com/callstack-go/callstack/voicemail"
)

func TestScenarioA15CallerHangsUpIntoTheMessage(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{NoBeep: true})
		v := ring(ctx, t, box, nil)
		require.NoError(t, v.far.WaitAnswered(ctx))
		require.NoError(t, v.far.Say(ctx, ramp(480+10400))) // the 60 ms before the recording, and 1.3 s
		v.far.Hangup()
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.CallerHangup, msg.Reason)
		assert.InDelta(t, 1300*time.Millisecond, msg.Duration, float64(2*frame))
		got, err := box.Get(msg.ID)
		require.NoError(t, err)
		assert.Equal(t, msg, got)
		assert.Len(t, dir.samples(t, msg.ID+".wav"), int(msg.Duration.Milliseconds()*8))
	})
}

func TestScenarioA17OneSecondOfFreshAudio(t *testing.T) {
	greeting := writeWAV(t, "greeting.wav", 8000, make([]int16, 3*8000))
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{Greeting: greeting, MaxDuration: time.Second})
		v := ring(ctx, t, box, nil)
		require.NoError(t, v.far.WaitAnswered(ctx))
		old := slices.Repeat([]int16{-7777}, 3*8000) // said into the greeting
		require.ErrorIs(t, v.far.Say(ctx, slices.Concat(old, ramp(16000))), voice.ErrEnded, "hung up on, in mid-word")
		msg, err := v.wait()
		require.NoError(t, err)
		got := dir.samples(t, msg.ID+".wav")
		assert.Len(t, got, 8000, "1.00 s")
		assert.NotContains(t, got, int16(-7777), "none of it from before")
		assert.GreaterOrEqual(t, indexOf(ramp(16000), got), 0)
	})
}

func TestScenarioA19PromptsWithAnOddByte(t *testing.T) {
	said := ramp(8000)
	path := writeWAV(t, "greeting.wav", 8000, said)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = f.Write([]byte{0x55})
	require.NoError(t, err)
	require.NoError(t, f.Close())
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	binary.LittleEndian.PutUint32(file[40:], 16001)
	require.NoError(t, os.WriteFile(path, file, 0o600))

	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, &voicemail.Config{Greeting: path, Goodbye: path, MaxDuration: time.Second})
		v := ring(ctx, t, box, nil)
		_, err := v.wait()
		require.NoError(t, err)
		heard := v.far.Heard()
		first := indexOf(heard, said)
		require.GreaterOrEqual(t, first, 0)
		assert.GreaterOrEqual(t, indexOf(heard[first+len(said):], said), 0)
		assert.NotContains(t, heard, int16(0x55))
	})
}

func TestScenarioB30CloseWhileRecording(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, nil)
		var visits []*visit
		for range 3 {
			v := ring(ctx, t, box, nil)
			v.speak(ctx, t, ramp(8000))
			visits = append(visits, v)
		}
		before := time.Now()
		require.NoError(t, box.Close())
		assert.Less(t, time.Since(before), 10*time.Second)
		for _, v := range visits {
			msg, err := v.wait()
			require.NoError(t, err)
			assert.Equal(t, voicemail.Canceled, msg.Reason)
			assert.GreaterOrEqual(t, indexOf(dir.samples(t, msg.ID+".wav"), ramp(8000)), 0, "what was said is kept")
			assert.Equal(t, voice.Ended, v.call.State(), "the line is hung up")
		}
		ops := dir.log("-")
		assert.Equal(t, "unlock", ops[len(ops)-1], "the lock goes last")

		_, err := box.Record(ctx, visits[0].call)
		require.ErrorIs(t, err, voicemail.ErrClosed)
		require.NoError(t, box.Close(), "closing twice is a no-op")
	})
}

func TestScenarioB31CallerHangsUpThenTheHandlerStoresTheMessage(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, nil)
		call, far := voicetest.NewCall(&voicetest.Config{Number: caller})
		t.Cleanup(far.Close)
		var msg voicemail.Message
		var alive error
		var wg sync.WaitGroup
		wg.Go(func() {
			assert.NoError(t, voice.Serve(ctx, voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) (err error) {
				msg, err = box.Record(ctx, call)
				alive = ctx.Err()
				return err
			}), call))
		})
		require.NoError(t, far.WaitAnswered(ctx))
		require.NoError(t, far.WaitQuiet(ctx, 500*time.Millisecond))
		require.NoError(t, far.Say(ctx, ramp(8000)))
		far.Hangup()
		wg.Wait()
		require.NoError(t, alive, "the end of the call does not cancel the handler")
		assert.Equal(t, voicemail.CallerHangup, msg.Reason)
		assert.Contains(t, dir.names(), msg.ID+".json")
	})
}

func TestAContextThatIsDoneKeepsWhatWasSaid(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{Goodbye: writeWAV(t, "goodbye.wav", 8000, ramp(80000))})
		handler, cancel := context.WithCancelCause(ctx)
		v := ring(handler, t, box, nil)
		v.speak(ctx, t, ramp(8000))
		cancel(errors.New("shutting down"))
		before := time.Now()
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.Canceled, msg.Reason)
		assert.GreaterOrEqual(t, indexOf(dir.samples(t, msg.ID+".wav"), ramp(8000)), 0)
		assert.Zero(t, time.Since(before), "and no goodbye is waited for")
		assert.Equal(t, voice.Ended, v.call.State())
	})
}

// The handler runs Record beside something else, and that panics.
func TestAHandlerThatPanicsLosesNoMessage(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, nil)
		call, far := voicetest.NewCall(nil)
		t.Cleanup(far.Close)
		var msg voicemail.Message
		var recording, serving sync.WaitGroup
		serving.Go(func() {
			err := voice.Serve(ctx, voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
				recording.Go(func() { msg, _ = box.Record(ctx, call) })
				sleep(ctx, 5*time.Second)
				panic("a bug")
			}), call)
			_, ok := errors.AsType[*voice.PanicError](err)
			assert.True(t, ok)
		})
		serving.Wait()
		recording.Wait()
		assert.Equal(t, voicemail.Canceled, msg.Reason, "the call was hung up by this side")
		assert.Len(t, dir.samples(t, msg.ID+".wav"), int(msg.Bytes-44)/2)
		assert.Greater(t, msg.Duration, 4*time.Second)
	})
}

// reasonRow is a row of the table over how a call can go.
type reasonRow struct {
	at    string // greeting, beep, 0.4 s or 1.4 s into the recording
	what  string // what happens then
	want  voicemail.Reason
	kept  bool
	ended voice.EndReason // how the call ends
}

var reasonTable = []reasonRow{
	{"ringing", "hangup", voicemail.Abandoned, false, voice.Missed},
	{"ringing", "lost", voicemail.ModemLost, false, voice.ModemLost},
	{"greeting", "hangup", voicemail.Abandoned, false, voice.RemoteHangup},
	{"greeting", "lost", voicemail.ModemLost, false, voice.ModemLost},
	{"greeting", "cancel", voicemail.Canceled, false, voice.LocalHangup},
	{"greeting", "hang up here", voicemail.Canceled, false, voice.LocalHangup},
	{"greeting", "fail", voicemail.Abandoned, false, voice.Failed},
	{"beep", "hangup", voicemail.Abandoned, false, voice.RemoteHangup},
	{"beep", "lost", voicemail.ModemLost, false, voice.ModemLost},
	{"beep", "cancel", voicemail.Canceled, false, voice.LocalHangup},
	{"beep", "escape", voicemail.Escape, false, 0},
	{"0.4 s", "hangup", voicemail.TooShort, false, voice.RemoteHangup},
	{"0.4 s", "finish", voicemail.TooShort, false, voice.LocalHangup},
	{"0.4 s", "escape", voicemail.Escape, false, 0},
	{"0.4 s", "lost", voicemail.ModemLost, false, voice.ModemLost},
	{"0.4 s", "cancel", voicemail.Canceled, false, voice.LocalHangup},
	{"0.4 s", "stall", voicemail.NoAudio, false, voice.LocalHangup},
	{"1.4 s", "hangup", voicemail.CallerHangup, true, voice.RemoteHangup},
	{"1.4 s", "finish", voicemail.FinishKey, true, voice.LocalHangup},
	{"1.4 s", "escape", voicemail.Escape, true, 0},
	{"1.4 s", "lost", voicemail.ModemLost, true, voice.ModemLost},
	{"1.4 s", "cancel", voicemail.Canceled, true, voice.LocalHangup},
	{"1.4 s", "hang up here", voicemail.Canceled, true, voice.LocalHangup},
	{"1.4 s", "fail", voicemail.CallerHangup, true, voice.Failed},
	{"1.4 s", "stall", voicemail.NoAudio, true, voice.LocalHangup},
	{"1.4 s", "nothing", voicemail.MaxDuration, true, voice.LocalHangup},
}

func TestReasonForEveryWayACallCanEnd(t *testing.T) {
	greeting := writeWAV(t, "greeting.wav", 8000, ramp(8000))
	for _, row := range reasonTable {
		t.Run(row.at+" "+row.what, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) { row.run(ctx, t, greeting) })
		})
	}
}

func (row reasonRow) run(ctx context.Context, t *testing.T, greeting string) {
	box, dir := openMemory(t, &voicemail.Config{Greeting: greeting, EscapeKeys: "0", MaxDuration: 5 * time.Second})
	handler, cancel := context.WithCancel(ctx)
	defer cancel()
	call, far := voicetest.NewCall(&voicetest.Config{Number: caller})
	t.Cleanup(far.Close)
	if row.at == "ringing" {
		row.happen(ctx, t, call, far, cancel)
	}
	v := &visit{call: call, far: far}
	v.wg.Go(func() { v.msg, v.err = box.Record(handler, call) })
	synctest.Wait()
	const beep = 400 * time.Millisecond // and 60 ms of lead after it and the greeting
	moments := map[string]time.Duration{
		"greeting": 500 * time.Millisecond,
		"beep":     time.Second + 3*frame + 200*time.Millisecond,
		"0.4 s":    time.Second + 6*frame + beep + 400*time.Millisecond,
		"1.4 s":    time.Second + 6*frame + beep + 1400*time.Millisecond,
	}
	sleep(ctx, moments[row.at])
	if row.at != "ringing" {
		row.happen(ctx, t, call, far, cancel)
	}

	msg, err := v.wait()
	require.NoError(t, err, "the reason tells")
	assert.Equal(t, row.want, msg.Reason)
	assert.Equal(t, row.kept, msg.Kept())
	assert.Equal(t, row.kept, msg.ID != "")
	assert.Equal(t, caller, msg.Caller)
	assert.False(t, msg.StartedAt.IsZero())
	assert.False(t, msg.EndedAt.Before(msg.StartedAt))
	if row.kept {
		assert.Equal(t, []string{msg.ID + ".json", msg.ID + ".wav"}, dir.names())
	} else {
		assert.Empty(t, dir.names(), "nothing is left")
	}
	end, _ := call.End()
	assert.Equal(t, row.ended, end.Reason)
}

// happen does what the row says to the call.
func (row reasonRow) happen(ctx context.Context, t *testing.T, call *voice.CallSession, far *voicetest.Far, cancel func()) {
	t.Helper()
	switch row.what {
	case "hangup":
		far.Hangup()
	case "lost":
		far.End(voice.End{Reason: voice.ModemLost})
	case "fail":
		far.End(voice.End{Reason: voice.Failed})
	case "hang up here":
		require.NoError(t, call.Hangup(ctx))
	case "cancel":
		cancel()
	case "finish":
		far.Press("#")
	case "escape":
		far.Press("0")
	case "stall":
		far.StallAudio(true)
	case "nothing":
	default:
		t.Fatalf("what is %q?", row.what)
	}
}

func TestNoAudioFromTheBeginning(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, &voicemail.Config{Goodbye: writeWAV(t, "goodbye.wav", 8000, ramp(800))})
		began := time.Now()
		v := ring(ctx, t, box, &voicetest.Config{NoAudio: true})
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.NoAudio, msg.Reason)
		assert.Equal(t, 15*time.Second, time.Since(began), "counted from the answer, and no longer")
		assert.Equal(t, voice.Ended, v.call.State())
		assert.Empty(t, dir.names())
	})
}

func TestAudioThatComesLate(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, nil)
		v := ring(ctx, t, box, &voicetest.Config{AudioAfter: 12 * time.Second})
		v.speak(ctx, t, ramp(16000))
		v.far.Press("#")
		msg, err := v.wait()
		require.NoError(t, err)
		assert.Equal(t, voicemail.FinishKey, msg.Reason)
		assert.InDelta(t, 2500*time.Millisecond, msg.Duration, float64(3*frame), "waiting is no part of it")
	})
}

// A hold is part of the message, as silence, and costs no word.
func TestAHoldInAMessage(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, dir := openMemory(t, nil)
		v := ring(ctx, t, box, nil)
		v.speak(ctx, t, ramp(8000))
		require.NoError(t, v.call.Hold(ctx))
		sleep(ctx, 3*time.Second)
		require.NoError(t, v.call.Resume(ctx))
		require.NoError(t, v.far.Say(ctx, ramp(8000)))
		v.far.Press("#")
		msg, err := v.wait()
		require.NoError(t, err)
		assert.InDelta(t, 5500*time.Millisecond, msg.Duration, float64(5*frame))
		got := dir.samples(t, msg.ID+".wav")
		first := indexOf(got, ramp(8000))
		require.GreaterOrEqual(t, first, 0)
		second := indexOf(got[first+8000:], ramp(8000))
		assert.InDelta(t, 3*8000, second, 3*160)
	})
}

// stubborn is a line that cannot hang up.
type stubborn struct{ err error }

func (stubborn) Answer(context.Context) error                        { return nil }
func (s stubborn) Hangup(context.Context) error                      { return s.err }
func (stubborn) SendDTMF(context.Context, byte, time.Duration) error { return nil }

func TestAHangUpThatFailsIsToldWithTheMessage(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, nil)
		broken := errors.New("modem does not answer")
		call, feed := voice.NewCall(stubborn{broken}, voice.Info{State: voice.Active, Number: caller})
		msg, err := box.Record(ctx, call)
		require.ErrorIs(t, err, broken)
		assert.ErrorContains(t, err, "voicemail: hang up: ")
		assert.Equal(t, voicemail.NoAudio, msg.Reason, "what came before stays")
		feed.End(voice.End{Reason: voice.ModemLost})
	})
}
