package modem_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/modemtest"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// told are the kinds of the events of calls and keys, with what they say but for
// numbers, texts and times.
func told(rec *recorder) []string {
	var all []string
	for _, e := range of[events.Event](rec) {
		switch e := e.(type) {
		case voice.StateChanged:
			all = append(all, fmt.Sprintf("%T %v %v", e, e.State, e.End.Reason))
		case modem.Rang, voice.DigitPressed, voice.CallerIdentified:
			all = append(all, fmt.Sprintf("%T", e))
		}
	}
	return all
}

// takeVoicemail is a program that takes a message, ended by #, when the modem is
// registered.
func takeVoicemail(t *testing.T, m *modem.Modem) <-chan voicemail.Message {
	ctx := deadline(t)
	for r, err := m.Registration(ctx); !r.Voice(); r, err = m.Registration(ctx) {
		require.NoError(t, err)
		time.Sleep(time.Second)
	}
	box, err := voicemail.Open(t.TempDir(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { box.Close() })
	done := make(chan voicemail.Message, 1)
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		msg, err := box.Record(ctx, call)
		done <- msg
		return err
	})
	return done
}

// recordVoicemail records a call that leaves a message, and returns the transcript and
// the events.
func recordVoicemail(t *testing.T, cfg *modemtest.Config) (transcript []byte, happened []string, msg voicemail.Message) {
	var w bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		sim := modemtest.New(cfg)
		t.Cleanup(func() { sim.Close() })
		rec := &modem.Recorder{Transport: sim, W: &w}
		t.Cleanup(func() { require.NoError(t, rec.Close()) })
		bus := &events.Bus{}
		all := record(t, bus)
		m := open(t, rec, &modem.Config{Events: bus, PIN: secrets["PIN"]})
		done := takeVoicemail(t, m)
		ctx := deadline(t)
		time.Sleep(5 * time.Second) // when all is told that the modem asks at its start
		caller := sim.Call("+" + secrets["caller"])
		require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))
		require.NoError(t, caller.Say(ctx, speech(24000)))
		caller.Press("#")
		require.NoError(t, caller.WaitEnded(ctx))
		msg = receive(t, done)
		time.Sleep(2 * time.Second)
		require.NoError(t, m.Close())
		happened = told(all)
	})
	return w.Bytes(), happened, msg
}

// replayVoicemail plays a transcript to the same program.
func replayVoicemail(t *testing.T, transcript []byte) (happened []string, msg voicemail.Message) {
	synctest.Test(t, func(t *testing.T) {
		replay, err := modem.NewReplay(bytes.NewReader(transcript))
		require.NoError(t, err)
		bus := &events.Bus{}
		all := record(t, bus)
		m := open(t, replay, &modem.Config{Events: bus, PIN: "1234"})
		msg = receive(t, takeVoicemail(t, m))
		time.Sleep(2 * time.Second)
		require.NoError(t, replay.Err())
		require.NoError(t, m.Close())
		happened = told(all)
	})
	return happened, msg
}

// calm are modems whose lines come at one time, so that a program has no choice.
var calm = map[string]*modemtest.Config{
	"voicemail":          {Calm: true},
	"voicemail with PIN": {Calm: true, SIM: modemtest.SIM{State: modemtest.SIMPIN, PIN: secrets["PIN"]}},
	"voicemail on VoLTE": {Calm: true, VoLTE: true, DataBearer: true, AudioDelay: 700 * time.Millisecond},
}

func TestARecordedCallCanBeReplayed(t *testing.T) {
	for name, cfg := range calm {
		t.Run(name, func(t *testing.T) {
			transcript, happened, msg := recordVoicemail(t, cfg)
			require.NotEmpty(t, happened)
			again, copied := replayVoicemail(t, transcript)
			assert.Equal(t, happened, again)
			assert.Equal(t, msg.Reason, copied.Reason)
			assert.InDelta(t, msg.Duration.Seconds(), copied.Duration.Seconds(), 0.1)
		})
	}
}

// transcripts are those of testdata, made by this file's own recording. To make them
// again, remove them and set the variable.
const transcripts = "testdata/transcripts"

func TestTranscriptsOfTestdata(t *testing.T) {
	if os.Getenv("CALLSTACK_RECORD") != "" {
		require.NoError(t, os.MkdirAll(transcripts, 0o755))
		for name, cfg := range calm {
			b, _, _ := recordVoicemail(t, cfg)
			require.NoError(t, os.WriteFile(filepath.Join(transcripts, strings.ReplaceAll(name, " ", "-")+".jsonl"), b, 0o644))
		}
	}
	files, err := filepath.Glob(filepath.Join(transcripts, "*.jsonl"))
	require.NoError(t, err)
	require.Len(t, files, len(calm))
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			transcript, err := os.ReadFile(name)
			require.NoError(t, err)
			happened, msg := replayVoicemail(t, transcript)
			assert.Equal(t, []string{
				"voice.StateChanged ringing ", "modem.Rang", "voice.CallerIdentified", "voice.StateChanged active ", "voice.DigitPressed",
				"voice.StateChanged ended local_hangup",
			}, happened)
			assert.Equal(t, voicemail.FinishKey, msg.Reason)
			assert.Equal(t, events.Number("+00000000001"), msg.Caller)
		})
	}
}

// However a modem delivers its lines, nothing of anybody is in a transcript.
func TestRecordingsShowNoSecret(t *testing.T) {
	for seed := range uint64(12) {
		sim := modemtest.SIM{State: modemtest.SIMPIN, PIN: secrets["PIN"], IMSI: secrets["IMSI"], ICCID: secrets["ICCID"]}
		text, happened, _ := recordVoicemail(t, &modemtest.Config{Seed: seed, SIM: sim})
		require.NotEmpty(t, happened)
		require.Contains(t, string(text), "AT+CPIN=")
		for what, secret := range map[string]string{"caller": secrets["caller"], "PIN": secrets["PIN"], "IMSI": secrets["IMSI"], "ICCID": secrets["ICCID"]} {
			for form, s := range printing.Forms(secret) {
				assert.NotContains(t, string(text), s, "%s, %s", what, form)
			}
		}
		_, err := modem.NewReplay(bytes.NewReader(text))
		require.NoError(t, err)
	}
}

// replay makes a replay of entries behind the header.
func replay(t *testing.T, entries ...string) *modem.Replay {
	t.Helper()
	r, err := modem.NewReplay(strings.NewReader("{\"transcript\":\"callstack\",\"version\":1}\n" + strings.Join(entries, "\n")))
	require.NoError(t, err)
	return r
}

const opened = `{"us":0,"port":"at","op":"open"}`

// heard reads until d has passed since the last byte, and returns what came and when,
// in milliseconds since the call.
func heard(t *testing.T, rw io.Reader) (string, error) {
	t.Helper()
	start := time.Now()
	var b strings.Builder
	for buf := make([]byte, 1000); ; {
		n, err := rw.Read(buf)
		if n > 0 {
			fmt.Fprintf(&b, "%d:%q ", time.Since(start).Milliseconds(), buf[:n])
		}
		if err != nil {
			return fmt.Sprintf("%s%d", &b, time.Since(start).Milliseconds()), err
		}
	}
}

func TestReplayAnswersAsRecorded(t *testing.T) {
	tests := map[string]struct {
		entries []string
		written string
		want    string
		err     error
	}{
		"an answer in pieces": {
			[]string{
				`{"us":500000,"port":"at","op":"out","data":"ATE0\r"}`, `{"us":530000,"port":"at","op":"in","data":"\r\nO"}`,
				`{"us":540000,"port":"at","op":"in","data":"K\r\n"}`, `{"us":2540000,"port":"at","op":"in","data":"RING"}`, `{"us":3000000,"port":"at","op":"close"}`,
			},
			"ATE0\r", `30:"\r\nO" 40:"K\r\n" 2040:"RING" 2500`, io.EOF,
		},
		"a command in pieces": {
			[]string{
				`{"us":0,"port":"at","op":"out","data":"AT"}`, `{"us":0,"port":"at","op":"out","data":"E0\rAT+CMEE=1\r"}`,
				`{"us":5000,"port":"at","op":"in","data":"OK"}`,
			},
			"ATE0\rAT+CMEE=1\r", `5:"OK" 5`, io.EOF,
		},
		"nothing was said": {
			[]string{`{"us":1000000,"port":"at","op":"in","data":"RING"}`, `{"us":2000000,"port":"at","op":"end","error":"input/output error"}`},
			"", `1000:"RING" 2000`, nil,
		},
		"an end of the stream":      {[]string{`{"us":2000000,"port":"at","op":"end","error":"EOF"}`}, "", `2000`, io.EOF},
		"the end of the transcript": {nil, "", `0`, io.EOF},
		"a number that is another": {
			[]string{`{"us":0,"port":"at","op":"out","data":"ATD+00000000001;\r"}`, `{"us":7000,"port":"at","op":"in","data":"OK"}`},
			"ATD+12025550142;\r", `7:"OK" 7`, io.EOF,
		},
		"a question that was not recorded then": {
			[]string{
				`{"us":0,"port":"at","op":"out","data":"AT+CSQ\r"}`, `{"us":7000,"port":"at","op":"in","data":"\r\n+CSQ: 9,9\r\n\r\nOK\r\n"}`,
				`{"us":9000000,"port":"at","op":"in","data":"RING"}`,
			},
			"AT+CSQ\r", `7:"\r\n+CSQ: 9,9\r\n\r\nOK\r\n" 1000:"\r\n+CSQ: 9,9\r\n\r\nOK\r\n" 9000:"RING" 9000`, io.EOF,
		},
		"a question that is not asked": {
			[]string{
				`{"us":0,"port":"at","op":"out","data":"AT+CSQ\r"}`, `{"us":7000,"port":"at","op":"in","data":"\r\n+CSQ: 9,9\r\n\r\nOK\r\n"}`,
				`{"us":1000000,"port":"at","op":"in","data":"RING"}`, `{"us":2000000,"port":"at","op":"out","data":"ATA\r"}`, `{"us":2003000,"port":"at","op":"in","data":"OK"}`,
			},
			"ATA\r", `1000:"RING" 1003:"OK" 1003`, io.EOF,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := replay(t, append([]string{opened}, tt.entries...)...)
				rw, err := r.OpenAT(t.Context())
				require.NoError(t, err)
				if tt.written != "" {
					_, err = io.WriteString(rw, tt.written)
					require.NoError(t, err)
				}
				if name == "a question that was not recorded then" {
					time.AfterFunc(time.Second, func() { _, _ = io.WriteString(rw, "AT+CSQ\r") })
				}
				got, err := heard(t, rw)
				assert.Equal(t, tt.want, got)
				if tt.err != nil {
					assert.Equal(t, tt.err, err)
				} else {
					assert.EqualError(t, err, "modem: replay: input/output error")
				}
				require.NoError(t, r.Err())
				assert.Zero(t, r.Left())
				require.NoError(t, rw.Close())
			})
		})
	}
}

func TestReplayTellsWhatTheHostDidInstead(t *testing.T) {
	tests := map[string]struct{ recorded, written, want string }{
		"another command": {`ATA\r`, "ATD+12025550142;\r", "modem: replay: the host sent ATD where the recording has ATA"},
		"another value":   {`AT+CPCMREG=0\r`, "AT+CPCMREG=1\r", "modem: replay: the host sent AT+CPCMREG where the recording has AT+CPCMREG"},
		"a body":          {`AT+CMGS=23\r`, "0011AA\x1a", "modem: replay: the host sent a body where the recording has AT+CMGS"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := replay(t, opened, `{"us":0,"port":"audio","op":"open"}`, `{"us":0,"port":"at","op":"out","data":"`+tt.recorded+`"}`)
				rw, err := r.OpenAT(t.Context())
				require.NoError(t, err)
				audio, err := r.OpenAudio(t.Context())
				require.NoError(t, err)
				_, err = io.WriteString(rw, tt.written)
				require.NoError(t, err)
				for _, port := range []io.Reader{rw, audio} {
					_, err = port.Read(make([]byte, 10))
					diverged, ok := errors.AsType[*modem.DivergedError](err)
					require.True(t, ok)
					assert.EqualError(t, diverged, tt.want)
				}
				require.EqualError(t, r.Err(), tt.want)
				assert.Equal(t, 1, r.Left())
				_, err = r.OpenReports(t.Context())
				require.ErrorIs(t, err, errors.ErrUnsupported)
				require.NoError(t, rw.Close())
				_, err = r.OpenAT(t.Context())
				require.EqualError(t, err, tt.want)
			})
		})
	}
}

func TestReplayOfAPortThatCouldNotBeOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := replay(
			t, opened, `{"us":0,"port":"reports","op":"refuse","error":"unsupported operation"}`, `{"us":1000,"port":"at","op":"end","error":"EOF"}`,
			`{"us":2000,"port":"at","op":"refuse","error":"no such file or directory"}`, `{"us":3000,"port":"at","op":"open"}`,
			`{"us":5000,"port":"audio","op":"open"}`, `{"us":6000,"port":"audio","op":"in","bytes":4}`, `{"us":9000,"port":"audio","op":"out","bytes":4}`,
		)
		_, err := r.OpenReports(t.Context())
		require.ErrorIs(t, err, errors.ErrUnsupported)
		rw, err := r.OpenAT(t.Context())
		require.NoError(t, err)
		_, err = rw.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		require.NoError(t, rw.Close())
		_, err = r.OpenAT(t.Context())
		require.EqualError(t, err, "modem: replay: no such file or directory")
		rw, err = r.OpenAT(t.Context())
		require.NoError(t, err)
		_, err = r.OpenAT(t.Context())
		require.EqualError(t, err, "modem: replay: the at port is open already")
		audio, err := r.OpenAudio(t.Context())
		require.NoError(t, err)
		got, err := heard(t, audio)
		assert.Equal(t, `1:"\x00\x00\x00\x00" 1`, got, "silence")
		assert.Equal(t, io.EOF, err)
		require.NoError(t, rw.Close())
	})
}

func TestReplayRefusesWhatIsNoTranscript(t *testing.T) {
	_, err := modem.NewReplay(strings.NewReader("RING\r\n"))
	require.EqualError(t, err, "modem: replay: line 1: this is no transcript")
}

// FuzzReplay plays any transcript to a host that says what is in it: it ends.
func FuzzReplay(f *testing.F) {
	f.Add(opened+"\n"+`{"us":0,"port":"at","op":"out","data":"AT+CSQ\r"}`+"\n"+`{"us":5000,"port":"at","op":"in","data":"OK\r\n"}`, "AT+CSQ\rATA\r")
	f.Add(`{"us":5000,"port":"at","op":"in","data":"OK\r\n"}`+"\n"+`{"us":5000,"port":"audio","op":"close"}`, "\x1a")
	f.Fuzz(func(t *testing.T, text, written string) {
		r, err := modem.NewReplay(strings.NewReader("{\"transcript\":\"callstack\",\"version\":1}\n" + text))
		if err != nil {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			left := r.Left()
			rw, err := r.OpenAT(t.Context())
			if err != nil {
				return
			}
			_, _ = io.WriteString(rw, written)
			time.AfterFunc(20*365*24*time.Hour, func() { rw.Close() })
			_, err = io.Copy(io.Discard, rw)
			assert.LessOrEqual(t, r.Left(), left)
			if r.Left() > 0 && r.Err() == nil && err == nil {
				assert.Fail(t, "it ended before the transcript did")
			}
			rw.Close()
		})
	})
}

// pressedKey finds a key in what a modem reports or is told to send.
var pressedKey = regexp.MustCompile(`(DTMF|DTMFEV|VTS|QTONEDET)[:=] ?"?([02-9]|5[0-7])\b`)

func TestRecordingsOfEachFamilyShowNoSecret(t *testing.T) {
	for _, family := range modemtest.Families() {
		t.Run(family.String(), func(t *testing.T) {
			var w bytes.Buffer
			synctest.Test(t, func(t *testing.T) { recordCalls(t, family, &w) })
			require.Greater(t, w.Len(), 5000, "there is something to look at")
			for _, what := range []string{"caller", "callee", "PIN", "IMSI", "ICCID"} {
				for form, s := range printing.Forms(secrets[what]) {
					assert.NotContains(t, w.String(), s, "%s, %s", what, form)
				}
			}
			assert.Regexp(t, `(VTS|DTMF)=`, w.String(), "keys were sent")
			assert.Empty(t, pressedKey.FindAllString(w.String(), -1))
			_, err := modem.NewReplay(&w)
			require.NoError(t, err)
		})
	}
}

// recordCalls records a call each way, with keys, and questions for identities.
func recordCalls(t *testing.T, family modemtest.Family, w io.Writer) {
	ctx := deadline(t)
	sim := modemtest.New(&modemtest.Config{Family: family, SIM: modemtest.SIM{
		State: modemtest.SIMPIN, PIN: secrets["PIN"], IMSI: secrets["IMSI"], ICCID: secrets["ICCID"],
	}})
	t.Cleanup(func() { sim.Close() })
	rec := &modem.Recorder{Transport: sim, W: w}
	t.Cleanup(func() { require.NoError(t, rec.Close()) })
	m := open(t, rec, &modem.Config{PIN: secrets["PIN"], PINForce: true})
	for r, err := m.Registration(ctx); !r.Voice(); r, err = m.Registration(ctx) {
		require.NoError(t, err)
		time.Sleep(time.Second)
	}
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		if err := call.Answer(ctx); err != nil {
			return err
		}
		_, _ = call.Collect(ctx, &voice.CollectOptions{Terminator: "#", First: 10 * time.Second})
		return nil
	})
	caller := sim.Call("+" + secrets["caller"])
	require.NoError(t, caller.WaitAnswered(ctx))
	caller.Press(secrets["keys"] + "#")
	require.NoError(t, caller.WaitEnded(ctx))
	time.Sleep(5 * time.Second)
	call, err := m.Dial(ctx, "+"+secrets["callee"], nil)
	require.NoError(t, err)
	require.NoError(t, call.SendDTMF(ctx, secrets["keys"], nil))
	require.NoError(t, call.Hangup(ctx))
	for _, cmd := range []string{"AT+CGSN", "AT+CIMI", "AT+CICCID", "AT+CCID", "AT+QCCID", "AT^ICCID?", "AT+CNUM", "AT+CSCA?", "AT+CPIN=\"" + secrets["PIN"] + "\""} {
		_, _ = m.Exec(ctx, cmd)
	}
	require.NoError(t, m.Close())
}
