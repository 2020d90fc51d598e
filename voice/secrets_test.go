package voice_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// What must not be seen.
const (
	secretNumber = "+12025550142"
	secretDigits = "4*71#93"
)

func assertHides(t *testing.T, where, shown string) {
	t.Helper()
	for _, secret := range []string{secretNumber, secretDigits} {
		for _, form := range printing.Forms(secret) {
			if strings.Contains(strings.ToUpper(shown), form) { // what is shown may be long
				assert.Fail(t, "shows a secret", "%s: %q in %.300q", where, form, shown)
			}
		}
	}
}

// printed returns what a value looks like by every way of printing and logging.
func printed(v any) map[string]string {
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%X", "% x", "%s", "%q", "%c", "%U", "%b", "%o", "%e", "%t", "%20v", "%-5.2s"} {
		out[verb] = fmt.Sprintf(verb, v)
		out[verb+" in a struct"] = fmt.Sprintf(verb, struct{ V any }{v})
		out[verb+" in a slice"] = fmt.Sprintf(verb, []any{v})
	}
	opts := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, opts) },
		"JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, opts) },
	} {
		var b bytes.Buffer
		log := slog.New(handler(&b))
		log.Info("m", slog.Any("v", v))
		log.With(slog.Any("v", v)).Info("m")
		log.Info("m", slog.Group("g", slog.Any("v", v)))
		out[name] = b.String()
	}
	return out
}

// exportedTypes returns the types that the packages export.
func exportedTypes(t *testing.T, dirs ...string) []string {
	t.Helper()
	var names []string
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), dir+"/"+e.Name(), nil, 0)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() {
					names = append(names, file.Name.Name+"."+spec.Name.Name)
				}
				return true
			})
		}
	}
	return names
}

// holders returns a value of each exported type that can be printed, with the
// secrets in it wherever there is place for them.
func holders(ctx context.Context, t *testing.T) map[string]any {
	t.Helper()
	call, far := answered(ctx, t, &voicetest.Config{Number: secretNumber})
	require.NoError(t, call.SendDTMF(ctx, secretDigits, nil))
	far.Press(secretDigits)
	tap := call.Tap(voice.TapOptions{})
	playback := call.Start(voice.Silence(time.Hour), &voice.PlayOptions{Interrupt: "7"})
	far.Press("7")
	_, err := playback.Wait(ctx)
	require.NoError(t, err)
	stream, err := call.Stream(ctx)
	require.NoError(t, err)
	said := noise(1, frame)
	for i, key := range []byte(secretDigits) {
		said[i] = int16(key)
	}
	require.NoError(t, far.Say(ctx, said))
	_, err = tap.Read(ctx, make([]int16, 1))
	require.NoError(t, err)
	end := voice.End{Reason: voice.Busy, Cause: 17, Text: "user busy", Talk: time.Second}
	return map[string]any{
		"voice.CallSession":      call,
		"voice.Feed":             far.Feed(),
		"voice.Playback":         playback,
		"voice.Tap":              tap,
		"voice.Stream":           stream,
		"voice.Info":             voice.Info{ID: "c", Number: secretNumber},
		"voice.StateChanged":     voice.StateChanged{Call: "c", Number: secretNumber, State: voice.Ended, End: end},
		"voice.CallerIdentified": voice.CallerIdentified{Call: "c", Number: secretNumber},
		"voice.DigitPressed":     voice.DigitPressed{Call: "c", Key: '7'},
		"voice.Digits":           voice.Digits{Keys: secretDigits, Terminator: '#'},
		"voice.Key":              voice.Key('7'),
		"voice.Played":           voice.Played{Duration: time.Second, Key: '7'},
		"voice.Recording":        voice.Recording{Reason: voice.RecordFinishKey, Key: '7'},
		"voice.PanicError":       &voice.PanicError{Value: "dialled " + secretNumber + " " + secretDigits, Stack: []byte("goroutine 1")},
		"voice.EndedError":       &voice.EndedError{End: end},
		"voice.End":              end,
		"voice.RateError":        &voice.RateError{Have: 44100, Want: 8000},
		"voice.Format":           narrow,
		"voice.MediaInfo":        voice.MediaInfo{Format: narrow},
		"voice.PlayOptions":      &voice.PlayOptions{Interrupt: "#"},
		"voice.RecordOptions":    &voice.RecordOptions{Finish: "#"},
		"voice.CollectOptions":   &voice.CollectOptions{Terminator: "#"},
		"voice.ToneOptions":      &voice.ToneOptions{},
		"voice.TapOptions":       voice.TapOptions{},
		"voice.HandlerFunc":      voice.HandlerFunc(nil),
		"voice.State":            voice.Active,
		"voice.Direction":        voice.Outgoing,
		"voice.EndReason":        voice.Busy,
		"voice.RecordReason":     voice.RecordMax,
		"voice.CollectEnd":       voice.CollectMax,
		"voice.DigitSource":      voice.FromAudio,
		"voice.TapSide":          voice.NearSide,
		"voicetest.Config":       voicetest.Config{ID: "c", Number: secretNumber},
		"voicetest.Far":          far,
	}
}

// interfaces are the exported types of which nothing can be printed.
var interfaces = []string{"voice.Handler", "voice.Holder", "voice.Line", "voice.Muter", "voice.Source"}

func TestNothingPrintsANumberOrADigit(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		values := holders(ctx, t)
		missing, err := printing.Missing(".", values)
		require.NoError(t, err)
		assert.Empty(t, missing, "every exported struct is printed here")
		for name, v := range values {
			assert.Empty(t, printing.Leaks(v, map[string]string{"number": secretNumber, "digits": secretDigits}), name)
		}
		covered := slices.Clone(interfaces)
		for name := range values {
			covered = append(covered, name)
		}
		assert.ElementsMatch(t, exportedTypes(t, ".", "voicetest"), covered, "every exported type is printed here")
	})
}

func TestAKeyCannotBeToldFromAnotherInPrint(t *testing.T) {
	of := func(k voice.Key, keys string) map[string]any {
		return map[string]any{
			"Key":          k,
			"Played":       voice.Played{Duration: time.Second, Key: k},
			"Recording":    voice.Recording{Duration: time.Second, Reason: voice.RecordFinishKey, Key: k},
			"Digits":       voice.Digits{Keys: keys, Terminator: k, End: voice.CollectTerminator},
			"DigitPressed": voice.DigitPressed{Call: "c", Key: k},
		}
	}
	other := of('8', "0000")
	for name, v := range of('3', "4711") {
		for how, shown := range printed(v) {
			assert.Equal(t, printed(other[name])[how], shown, name+" by "+how)
		}
	}
	assert.Empty(t, fmt.Sprint(voice.Key(0)))
	assert.Equal(t, "**** ****", fmt.Sprintf("%d %#v", voice.Key('3'), voice.Key('3')))
	assert.Equal(t, "3", string(voice.Key('3')), "a conversion is how a program gets it")
}

func TestDigitPressedAndDigitsPrintWhatIsNoSecret(t *testing.T) {
	assert.Equal(t, "key pressed in call c", fmt.Sprint(voice.DigitPressed{Call: "c", Key: '7'}))
	assert.Equal(t, "3 keys, max", fmt.Sprint(voice.Digits{Keys: "123", End: voice.CollectMax}))
	assert.Equal(t, "3 keys, max", fmt.Sprintf("%#v", voice.Digits{Keys: "123", End: voice.CollectMax}))
	assert.Equal(t, "panic with a string", strings.TrimPrefix(fmt.Sprintf("%d", &voice.PanicError{Value: "x"}), "voice: "))
}

func TestFlowsAtDebugLogNoNumberAndNoDigit(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		var lines []string
		log := textLogger(&lines)
		call, far := voicetest.NewCall(&voicetest.Config{Number: secretNumber, Logger: log})
		t.Cleanup(far.Close)
		err := voice.Serve(ctx, voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
			require.NoError(t, call.Answer(ctx))
			far.Feed().Number(secretNumber)
			far.Press(secretDigits)
			d, err := call.PlayAndCollect(ctx, voice.Beep(), &voice.CollectOptions{Max: len(secretDigits)})
			require.NoError(t, err)
			log.Info("collected", slog.Any("digits", d), slog.Any("call", call))
			require.NoError(t, call.SendDTMF(ctx, secretDigits, nil))
			rec := record(ctx, t, call, &recorded{}, &voice.RecordOptions{Finish: voice.AnyKey})
			pass(time.Second)
			far.Press(secretDigits)
			r, err := rec()
			require.NoError(t, err)
			log.Info("recorded", slog.Any("recording", r.Recording))
			return call.SendDTMF(ctx, secretDigits+"!", nil)
		}), call)
		require.ErrorIs(t, err, voice.ErrBadDigits)
		synctest.Wait()
		assert.Greater(t, len(lines), 10)
		assertHides(t, "log", strings.Join(lines, ""))
		assertHides(t, "error", err.Error())
	})
}

func TestPublicDataShowsWhatPrivacyAllows(t *testing.T) {
	state := voice.StateChanged{
		Call: "c", Direction: voice.Outgoing, State: voice.Ended, Number: secretNumber,
		End: voice.End{Reason: voice.RemoteHangup, Cause: 16, Talk: 1500 * time.Millisecond},
	}
	tests := map[string]struct {
		event        events.Public
		masked, full string
	}{
		"call.state": {
			state,
			`{"call":"c","direction":"outgoing","state":"ended","number":"+120****0142","reason":"remote_hangup","cause":16,"talk_ms":1500}`,
			`{"call":"c","direction":"outgoing","state":"ended","number":"+12025550142","reason":"remote_hangup","cause":16,"talk_ms":1500}`,
		},
		"call.caller_id": {
			voice.CallerIdentified{Call: "c", Number: secretNumber},
			`{"call":"c","number":"+120****0142"}`, `{"call":"c","number":"+12025550142"}`,
		},
		"call.dtmf": {
			voice.DigitPressed{Call: "c", Key: '7', From: voice.FromAudio},
			`{"call":"c","from":"audio"}`, `{"call":"c","digit":"7","from":"audio"}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, name, tt.event.EventName())
			for privacy, want := range map[events.Privacy]string{
				events.Masked: tt.masked, events.Strict: tt.masked, events.Full: tt.full,
			} {
				assert.JSONEq(t, want, toJSON(t, tt.event.PublicData(privacy)), privacy)
			}
		})
	}
	ringing := voice.StateChanged{Call: "c"}
	assert.JSONEq(t, `{"call":"c","direction":"incoming","state":"ringing","number":""}`, toJSON(t, ringing.PublicData(events.Full)))
}
