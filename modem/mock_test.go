package modem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/modem"
)

// port is the host's end of a port of a MockTransport.
type port struct {
	t  *testing.T
	rw io.ReadWriteCloser
}

func openATPort(t *testing.T, mock *modem.MockTransport) port {
	t.Helper()
	rw, err := mock.OpenAT(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { rw.Close() })
	return port{t, rw}
}

func openAudioPort(t *testing.T, mock *modem.MockTransport) port {
	t.Helper()
	rw, err := mock.OpenAudio(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { rw.Close() })
	return port{t, rw}
}

// say writes, and returns what comes at once.
func (p port) say(s string) string {
	p.t.Helper()
	_, err := io.WriteString(p.rw, s)
	require.NoError(p.t, err)
	return p.now()
}

// now returns what can be read without waiting. If that is nothing it closes the
// port, which ends the Read.
func (p port) now() string {
	p.t.Helper()
	synctest.Wait()
	got := make(chan string, 1)
	time.AfterFunc(0, func() {
		buf := make([]byte, 1<<16)
		n, _ := p.rw.Read(buf)
		got <- string(buf[:n])
	})
	time.Sleep(time.Millisecond)
	if len(got) == 0 {
		require.NoError(p.t, p.rw.Close())
	}
	return receive(p.t, got)
}

func TestMockAnswersLikeAHealthyModem(t *testing.T) {
	tests := map[string]string{
		"ATE0Q0V1": "\r\nOK\r\n",
		"AT+CGMM":  "\r\nMOCK\r\n\r\nOK\r\n",
		"AT+CSQ":   "\r\n+CSQ: 20,99\r\n\r\nOK\r\n",
		"AT+CPIN?": "\r\n+CPIN: READY\r\n\r\nOK\r\n",
		"AT+WHAT":  "\r\nOK\r\n",
		"":         "\r\nOK\r\n",
	}
	for cmd, want := range tests {
		t.Run(cmd, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				assert.Equal(t, want, openATPort(t, mock).say(cmd+"\r"))
				assert.Equal(t, []string{cmd}, mock.Written())
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		p := openATPort(t, &modem.MockTransport{Model: "EC25"})
		assert.Equal(t, "\r\nEC25\r\n\r\nOK\r\n", p.say("AT+CGMM\r"))
	})
}

func TestMockDoesNotAnswerABodyByItself(t *testing.T) {
	for name, written := range map[string]string{"body": "0011\x1a", "escape": "\x1b"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				assert.Empty(t, openATPort(t, mock).say(written))
				assert.Equal(t, []string{written}, mock.Written())
			})
		})
	}
}

func TestMockRulesInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("AT+X*").Final("one for all")
		mock.On("AT+XY").Final("one for XY") // the last one counts
		mock.On("AT+XY").Once().Final("first")
		mock.On("AT+X*").Once().Final("second") // those that answer once go first, in their order
		mock.On("AT+XZ")                        // says nothing yet: no rule
		p := openATPort(t, mock)
		var got []string
		for _, cmd := range []string{"AT+XY", "AT+XY", "AT+XY", "AT+XZ", "AT+XY", "AT+Y"} {
			got = append(got, strings.Trim(p.say(cmd+"\r"), "\r\n"))
		}
		assert.Equal(t, []string{"first", "second", "one for XY", "one for all", "one for XY", "OK"}, got)
	})
}

func TestMockAnswersInAllForms(t *testing.T) {
	tests := map[string]struct {
		answer func(*modem.MockRule)
		want   string
	}{
		"lines":    {func(r *modem.MockRule) { r.Reply("a", "b") }, "\r\na\r\n\r\nb\r\n\r\nOK\r\n"},
		"no lines": {func(r *modem.MockRule) { r.Reply() }, "\r\nOK\r\n"},
		"final":    {func(r *modem.MockRule) { r.Final("NO CARRIER") }, "\r\nNO CARRIER\r\n"},
		"raw":      {func(r *modem.MockRule) { r.Raw("x\x00y") }, "x\x00y"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				tt.answer(mock.On("AT+X"))
				assert.Equal(t, tt.want, openATPort(t, mock).say("AT+X\r"))
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("AT+X").Silent()
		assert.Empty(t, openATPort(t, mock).say("AT+X\r"))
	})
}

func TestMockAnswersLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		var then time.Time
		mock.On("AT+X").After(3 * time.Second).Then(func() {
			then = time.Now()
			mock.On("AT+Y").Final("set by Then")
		}).Reply("late")
		p := openATPort(t, mock)
		start := time.Now()
		_, err := io.WriteString(p.rw, "AT+X\r")
		require.NoError(t, err)
		assert.Equal(t, start, then, "f runs when the command is written")
		buf := make([]byte, 100)
		n, err := p.rw.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, "\r\nlate\r\n\r\nOK\r\n", string(buf[:n]))
		assert.Equal(t, 3*time.Second, time.Since(start))
		assert.Equal(t, "\r\nset by Then\r\n", p.say("AT+Y\r"))
	})
}

func TestMockSplitsWhatIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("AT+CMGS=4").Raw("\r\n> ")
		mock.On("0A0B\x1a").Reply("+CMGS: 1")
		p := openATPort(t, mock)
		assert.Equal(t, "\r\n> ", p.say("AT+CMGS=4\r"))
		assert.Equal(t, "\r\n+CMGS: 1\r\n\r\nOK\r\n", p.say("0A0B\x1a"))
		_, err := io.WriteString(p.rw, "AT+CM")
		require.NoError(t, err)
		_, err = io.WriteString(p.rw, "GS=4\r\x1bAT\rnot yet")
		require.NoError(t, err)
		assert.Equal(t, []string{"AT+CMGS=4", "0A0B\x1a", "AT+CMGS=4", "\x1b", "AT"}, mock.Written())
		assert.Equal(t, "\r\n> \r\nOK\r\n", p.now(), "an ESC is not answered")
	})
}

func TestMockIsBrokenAndClosed(t *testing.T) {
	unplugged := errors.New("unplugged")
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{Audio: true}
		at, audio := openATPort(t, mock), openAudioPort(t, mock)
		_, err := mock.OpenAT(t.Context())
		require.Error(t, err, "in use")
		mock.Inject("last words")
		mock.Break(unplugged)
		buf := make([]byte, 4)
		n, err := at.rw.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, "last", string(buf[:n]), "what came before can be read")
		_, _ = at.rw.Read(make([]byte, 100))
		_, err = at.rw.Read(buf)
		require.ErrorIs(t, err, unplugged)
		_, err = audio.rw.Read(buf)
		require.ErrorIs(t, err, unplugged)
		_, err = at.rw.Write(buf)
		require.ErrorIs(t, err, unplugged)
		require.NoError(t, at.rw.Close())
		_, err = mock.OpenAT(t.Context())
		require.ErrorIs(t, err, unplugged, "gone is gone")
	})
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{Audio: true}
		at, audio := openATPort(t, mock), openAudioPort(t, mock)
		mock.BreakAudio(unplugged)
		_, err := audio.rw.Read(make([]byte, 1))
		require.ErrorIs(t, err, unplugged)
		assert.Equal(t, "\r\nOK\r\n", at.say("AT\r"), "the AT port alone goes on")
		read := make(chan error, 1)
		time.AfterFunc(0, func() {
			_, err := at.rw.Read(make([]byte, 1))
			read <- err
		})
		synctest.Wait()
		require.NoError(t, at.rw.Close())
		require.ErrorIs(t, receive(t, read), os.ErrClosed)
		_, err = at.rw.Write([]byte("AT\r"))
		require.ErrorIs(t, err, os.ErrClosed)
		again := openATPort(t, mock)
		assert.Equal(t, "\r\nOK\r\n", again.say("AT\r"), "a closed port can be opened again")
	})
}

func TestMockAudio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		_, err := mock.OpenAudio(t.Context())
		require.ErrorIs(t, err, errors.ErrUnsupported)
		mock.Audio = true
		p := openAudioPort(t, mock)
		mock.InjectAudio([]int16{1, -2, 0x1234})
		assert.Equal(t, "\x01\x00\xfe\xff\x34\x12", p.now())
		_, err = p.rw.Write([]byte{1, 2, '\r', 4})
		require.NoError(t, err)
		assert.Equal(t, []byte{1, 2, '\r', 4}, mock.WrittenAudio(), "audio has no lines")
		assert.Empty(t, mock.Written())
	})
}

func TestMockShowsNothingOfWhatWasWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{Model: "SIM"}
		rule := mock.On(`AT+CPIN="8642"`)
		rule.Reply(`+CLCC: 1,1,4,0,0,"12025550187",129`)
		openATPort(t, mock).say("AT+CPIN=\"8642\"\r")
		require.NotEmpty(t, mock.Written())
		for _, v := range []any{mock, rule} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				s := fmt.Sprintf(verb, v)
				assert.NotContains(t, s, "8642", verb)
				assert.NotContains(t, s, "12025550187", verb)
				assert.Contains(t, s, "modem.Mock", verb)
			}
			var b strings.Builder
			slog.New(slog.NewJSONHandler(&b, nil)).Info("x", slog.Any("v", v))
			assert.NotContains(t, b.String(), "8642")
			assert.Contains(t, b.String(), "modem.Mock")
			_, err := json.Marshal(v)
			require.NoError(t, err)
		}
	})
}
