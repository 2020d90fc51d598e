package modem_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
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

// secrets are what must not be found in any log, error or file name.
var secrets = map[string]string{
	"caller": "12025550187",
	"callee": "12025550142",
	"PIN":    "86420975",
	"keys":   "735190",
	"IMSI":   "001010123456789",
	"ICCID":  "8900101234567890123",
	"IMEI":   "", // the virtual modem's own
}

// spill collects all that is logged, and the errors that handlers return.
type spill struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *spill) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *spill) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (s *spill) note(err error) {
	if err != nil {
		s.print(err)
	}
}

// print prints a value in all common ways.
func (s *spill) print(v any) {
	for _, format := range []string{"%v\n", "%+v\n", "%#v\n", "%s\n", "%q\n", "%d\n", "%x\n"} {
		fmt.Fprintf(s, format, v)
	}
}

// logAll logs every event of the bus, and prints it with common verbs.
func (s *spill) logAll(t *testing.T, bus *events.Bus) {
	text := slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug}))
	js := slog.New(slog.NewJSONHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug}))
	sub := events.Subscribe[events.Event](bus, 1000)
	var wg sync.WaitGroup
	wg.Go(func() {
		for e := range sub.C() {
			text.Info("event", slog.Any("event", e))
			js.Info("event", slog.Any("event", e))
			s.print(e)
		}
	})
	t.Cleanup(func() {
		sub.Close()
		wg.Wait()
	})
}

// keyAttr finds a single key that is logged as such.
var keyAttr = regexp.MustCompile(`(?i)\b(key|digit)"?[=:]"?[0-9*#A-D]"?[ ,}\n]`)

func TestNothingSecretIsLogged(t *testing.T) {
	dir := t.TempDir()
	var out spill
	synctest.Test(t, func(t *testing.T) {
		ctx := deadline(t)
		bus := &events.Bus{}
		out.logAll(t, bus)
		log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		simCfg := &modemtest.Config{CallWaiting: true, SIM: modemtest.SIM{
			State: modemtest.SIMPIN, PIN: secrets["PIN"], IMSI: secrets["IMSI"], ICCID: secrets["ICCID"],
		}}
		cfg := &modem.Config{
			Events: bus, Logger: log, PIN: secrets["PIN"],
			OnHandlerError: func(_ *voice.CallSession, err error) { out.note(err) },
		}
		m, sim := openSim(t, simCfg, cfg)
		secrets["IMEI"] = m.Identity().IMEI
		require.Len(t, secrets["IMEI"], 15)
		for _, v := range []any{m, m.Identity(), *cfg, simCfg, sim, m.Capabilities()} {
			log.Info("value", slog.Any("value", v))
			out.print(v)
		}
		for r, err := m.Registration(ctx); !r.Voice(); r, err = m.Registration(ctx) {
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		flowVoicemail(ctx, t, m, sim, dir, log)
		flowMenu(ctx, t, m, sim, &out, log)
		flowDial(ctx, t, m, sim, &out)
		flowFaults(ctx, t, m, sim, &out)
	})
	logged := out.b.String()
	require.Contains(t, logged, "level=DEBUG")
	require.Greater(t, strings.Count(logged, "\n"), 300, "there is something to look at")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	logged += strings.Join(files, "\n")
	for what, secret := range secrets {
		for form, s := range printing.Forms(secret) {
			if at := strings.Index(strings.ToUpper(logged), strings.ToUpper(s)); at >= 0 {
				line := logged[strings.LastIndexByte(logged[:at], '\n')+1:]
				line, _, _ = strings.Cut(line, "\n")
				assert.Fail(t, "a secret is logged", "%s, %s: %s", what, form, line)
			}
		}
	}
	assert.Empty(t, keyAttr.FindAllString(logged, -1), "no single key either")
}

// flowVoicemail takes a message.
func flowVoicemail(ctx context.Context, t *testing.T, m *modem.Modem, sim *modemtest.Modem, dir string, log *slog.Logger) {
	box, err := voicemail.Open(dir, &voicemail.Config{Events: m.Events(), Logger: log})
	require.NoError(t, err)
	defer func() { require.NoError(t, box.Close()) }()
	done := make(chan voicemail.Message, 1)
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		msg, err := box.Record(ctx, call)
		log.InfoContext(ctx, "voicemail", slog.Any("message", msg), slog.Any("call", call))
		done <- msg
		return err
	})
	caller := sim.Call("+" + secrets["caller"])
	log.InfoContext(ctx, "caller", slog.Any("caller", caller))
	require.NoError(t, caller.WaitQuiet(ctx, 500*time.Millisecond))
	require.NoError(t, caller.Say(ctx, speech(16000)))
	caller.Press("#")
	require.NoError(t, caller.WaitEnded(ctx))
	require.True(t, receive(t, done).Kept())
}

// flowMenu collects keys, secret ones and others, while somebody else calls.
func flowMenu(ctx context.Context, t *testing.T, m *modem.Modem, sim *modemtest.Modem, out *spill, log *slog.Logger) {
	_, err := m.Exec(ctx, "AT+CCWA=1")
	require.NoError(t, err)
	collected := make(chan voice.Digits, 2)
	m.OnCallFunc(func(ctx context.Context, call *voice.CallSession) error {
		if err := call.Answer(ctx); err != nil {
			return err
		}
		for _, secret := range []bool{false, true} {
			d, err := call.PlayAndCollect(ctx, voice.Beep(), &voice.CollectOptions{Terminator: "#", Secret: secret, First: 30 * time.Second})
			if err != nil {
				return err
			}
			log.InfoContext(ctx, "collected", slog.Any("digits", d))
			out.print(d)
			collected <- d
		}
		return fmt.Errorf("menu of %v", call)
	})
	caller := sim.Call("+" + secrets["caller"])
	require.NoError(t, caller.WaitAnswered(ctx))
	sim.Call("+" + secrets["callee"]).Hangup()
	for range 2 {
		time.Sleep(3 * time.Second)
		caller.Press(secrets["keys"] + "#")
		require.Equal(t, secrets["keys"], receive(t, collected).Keys)
	}
	require.NoError(t, caller.WaitEnded(ctx))
}

// flowDial dials, in vain and not, and sends keys.
func flowDial(ctx context.Context, t *testing.T, m *modem.Modem, sim *modemtest.Modem, out *spill) {
	time.Sleep(5 * time.Second) // for the reports of the last call's end
	number := "+" + secrets["callee"]
	sim.OnDial(number, modemtest.Outcome{Result: modemtest.Busy})
	_, err := m.Dial(ctx, number, nil)
	require.Error(t, err)
	out.note(err)
	_, err = m.Dial(ctx, number+";", nil)
	require.ErrorIs(t, err, modem.ErrBadNumber)
	out.note(err)
	sim.OnDial(number, modemtest.Outcome{})
	call, err := m.Dial(ctx, number, nil)
	require.NoError(t, err)
	require.NoError(t, call.SendDTMF(ctx, secrets["keys"], nil))
	out.note(call.SendDTMF(ctx, secrets["keys"]+"x", nil))
	require.NoError(t, call.Hangup(ctx))
	out.print(call)
}

// flowFaults asks for identities, fails, and loses the modem.
func flowFaults(ctx context.Context, t *testing.T, m *modem.Modem, sim *modemtest.Modem, out *spill) {
	for _, cmd := range []string{"AT+CIMI", "AT+CICCID", "AT+CGSN"} {
		_, err := m.Exec(ctx, cmd)
		require.NoError(t, err)
	}
	for _, cmd := range []string{"AT+CPWD=\"SC\",\"" + secrets["PIN"] + "\",\"1111\"", "ATD" + secrets["callee"] + "\r", "AT+UNKNOWN=" + secrets["callee"]} {
		_, err := m.Exec(ctx, cmd)
		require.Error(t, err)
		out.note(err)
	}
	sim.Inject([]byte("\r\n+UNHEARDOF: \"" + secrets["caller"] + "\"\r\n" + secrets["IMSI"] + "\r\n"))
	sim.Ignore("AT+CGMM", 1)
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := m.Exec(short, "AT+CGMM")
	require.Error(t, err)
	out.note(err)
	sim.Call("+" + secrets["caller"])
	time.Sleep(5 * time.Second)
	sim.Disconnect(os.ErrClosed)
	synctest.Wait()
	out.note(m.Err())
}
