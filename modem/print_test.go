package modem_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

// printed are values of all exported structs, with every secret that fits.
func printed(t *testing.T) map[string]any {
	t.Helper()
	number := events.Number("+" + secrets["caller"])
	id := modem.Identity{
		Manufacturer: "MOCK INCORPORATED", Model: "MOCK", Revision: "1.0", IMEI: "490154203237518", Profile: "generic",
	}
	mock := &modem.MockTransport{}
	rule := mock.On("ATD" + secrets["callee"] + ";")
	m := openMock(t, mock, &modem.Config{Name: "gsm0", PIN: secrets["PIN"], Logger: slog.New(slog.DiscardHandler)})
	mock.Inject("\r\nRING\r\n\r\n+CLIP: \"" + string(number) + "\",145\r\n")
	synctest.Wait()
	require.Len(t, m.Calls(), 1)
	return map[string]any{
		"Config": modem.Config{
			Name: "gsm0", PIN: secrets["PIN"], Profile: &modem.Profile{Name: "mine"}, Events: &events.Bus{},
			OnCall: voice.HandlerFunc(nil), Logger: slog.New(slog.DiscardHandler),
		},
		"DialOptions":         modem.DialOptions{CallerID: modem.CallerIDHidden},
		"OpenError":           &modem.OpenError{Step: "SIM", Err: modem.ErrPINWrong},
		"StateChanged":        modem.StateChanged{State: modem.Lost, Err: errors.New("unplugged")},
		"Rang":                modem.Rang{Call: "c0ffee", Number: number},
		"SignalChanged":       modem.SignalChanged{Signal: modem.Signal{Known: true, DBm: -73}},
		"RegistrationChanged": modem.RegistrationChanged{Registration: modem.Registration{Status: modem.RegisteredHome}},
		"Identity":            id,
		"Capabilities":        modem.Capabilities{Audio: true, AudioRate: 8000, Refused: []string{"AT+CPIN"}},
		"MockTransport":       mock,
		"MockRule":            rule,
		"Modem":               m,
		"Profile":             modem.Profile{Name: "mine"},
		"CallReport":          modem.CallReport{Name: "VOICE CALL"},
		"KeyReport":           modem.KeyReport{Name: "+DTMF"},
		"AudioProfile":        modem.AudioProfile{Rate: 8000},
		"Registration":        modem.Registration{Status: modem.RegisteredHome, Access: 8, Area: "1A2B", Cell: "00C3D4E5"},
		"Signal":              modem.Signal{Known: true, DBm: -73},
	}
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		values := printed(t)
		for _, name := range exportedStructs(t) {
			v, ok := values[name]
			require.True(t, ok, "%s is printed nowhere", name)
			for how, text := range printings(v) {
				for what, secret := range map[string]string{
					"caller": secrets["caller"], "callee": secrets["callee"], "PIN": secrets["PIN"], "IMEI": "490154203237518",
				} {
					for form, s := range forms(secret) {
						assert.NotContains(t, text, s, "%s by %s shows the %s, %s", name, how, what, form)
					}
				}
			}
		}
	})
}

// printings prints v, and a pointer to it, in all ways in which values get into
// logs and messages.
func printings(v any) map[string]string {
	out := map[string]string{}
	vs := map[string]any{"": v}
	if reflect.TypeOf(v).Kind() == reflect.Struct {
		p := reflect.New(reflect.TypeOf(v))
		p.Elem().Set(reflect.ValueOf(v))
		vs["*"] = p.Interface()
	}
	for star, v := range vs {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t"} {
			out[star+verb] = fmt.Sprintf(verb, v)
		}
		out[star+"error"] = fmt.Errorf("wrapped: %v", v).Error()
		var text, json bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("x", slog.Any("v", v), slog.Group("g", slog.Any("v", v)))
		slog.New(slog.NewJSONHandler(&json, nil)).Info("x", slog.Any("v", v), slog.Group("g", slog.Any("v", v)))
		out[star+"slog text"], out[star+"slog JSON"] = text.String(), json.String()
	}
	return out
}

// exportedStructs returns the names of the package's exported struct types.
func exportedStructs(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		require.NoError(t, err)
		for n := range ast.Preorder(f) {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || !spec.Name.IsExported() {
				continue
			}
			if _, ok := spec.Type.(*ast.StructType); ok {
				names = append(names, spec.Name.Name)
			}
		}
	}
	require.Greater(t, len(names), 10)
	return names
}

func TestNamesOfStatesAndStatus(t *testing.T) {
	assert.Equal(t, "ready", modem.Ready.String())
	assert.Equal(t, "State(99)", modem.State(99).String())
	assert.Equal(t, "State(-1)", modem.State(-1).String())
	assert.Equal(t, "sms_only_home", modem.SMSOnlyHome.String())
	assert.Equal(t, "status_42", modem.RegistrationStatus(42).String())
	assert.Equal(t, "status_-1", modem.RegistrationStatus(-1).String())
	assert.Equal(t, "LTE", modem.AccessTechnology(8).String())
	assert.Empty(t, modem.AccessTechnology(0).String())
	assert.Equal(t, "access_98", modem.AccessTechnology(99).String())
	assert.Equal(t, "home, LTE", modem.Registration{Status: modem.RegisteredHome, Access: 8}.String())
	assert.Equal(t, "home", modem.Registration{Status: modem.RegisteredHome}.String())
}

func TestEventsForTheFeed(t *testing.T) {
	tests := map[string]struct {
		event events.Public
		want  string
	}{
		"call.ring": {
			modem.Rang{Call: "c0ffee", Number: "+12025550187"}, `{"call":"c0ffee","number":"+120****0187"}`,
		},
		"modem.state":    {modem.StateChanged{State: modem.Failed, Err: errors.New("secret")}, `{"state":"failed"}`},
		"signal.quality": {modem.SignalChanged{Signal: modem.Signal{Known: true, DBm: -73}}, `{"known":true,"dbm":-73,"bars":4}`},
		"network.registration": {
			modem.RegistrationChanged{Registration: modem.Registration{Status: modem.RegisteredRoaming, Access: 8, Cell: "00C3D4E5"}},
			`{"status":"roaming","voice":true,"access":"LTE"}`,
		},
	}
	for name, tt := range tests {
		assert.Equal(t, name, tt.event.EventName())
		got, err := json.Marshal(tt.event.PublicData(events.Masked))
		require.NoError(t, err)
		assert.JSONEq(t, tt.want, string(got))
	}
}
