package modem_test

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/voice"
)

// menu is a text that the network sends, and that is the subscriber's business.
const menu = "Your balance is low. 1: recharge"

// printed are values of all exported structs, with every secret that fits.
func printed(t *testing.T) map[string]any {
	t.Helper()
	number := events.Number("+" + secrets["caller"])
	id := modem.Identity{
		Manufacturer: "MOCK INCORPORATED", Model: "MOCK", Revision: "1.0", IMEI: "490154203237518", Profile: "generic",
	}
	mock := &modem.MockTransport{}
	recorded, rw := recording(t, &modem.MockTransport{}, io.Discard)
	_, err := io.WriteString(rw, "ATD+"+secrets["caller"]+";\rAT+CPIN=\""+secrets["PIN"])
	require.NoError(t, err)
	played := replay(t, opened, `{"us":0,"port":"at","op":"out","data":"AT+CPIN=`+secrets["PIN"]+`\r"}`)
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
		"NoAudio":             modem.NoAudio{Call: "c0ffee"},
		"USSDResponse":        modem.USSDResponse{Text: menu, ReplyExpected: true},
		"SIMChanged":          modem.SIMChanged{State: modem.SIMLocked, Err: modem.ErrPINWrong},
		"SignalChanged":       modem.SignalChanged{Signal: modem.Signal{Known: true, DBm: -73}},
		"RegistrationChanged": modem.RegistrationChanged{Registration: modem.Registration{Status: modem.RegisteredHome}},
		"Identity":            id,
		"Capabilities":        modem.Capabilities{Voice: true, Audio: true, AudioRate: 8000, Refused: []string{"AT+CPIN"}},
		"MockTransport":       mock,
		"TCP":                 &modem.TCP{AT: "127.0.0.1:2000"},
		"Recorder":            recorded,
		"Replay":              played,
		"DivergedError":       &modem.DivergedError{Got: "ATD", Want: "ATA"},
		"MockRule":            rule,
		"Modem":               m,
		"Profile":             modem.Profile{Name: "mine"},
		"CallReport":          modem.CallReport{Name: "VOICE CALL"},
		"KeyReport":           modem.KeyReport{Name: "+DTMF"},
		"AudioProfile":        modem.AudioProfile{Rate: 8000},
		"ProbeConfig":         modem.ProbeConfig{Identify: true},
		"Probed": modem.Probed{
			Identity: id, SIM: modem.SIMLocked, SIMErr: modem.ErrPINRequired, IMSI: "001010123456789", ICCID: "89001010123456789012",
		},
		"Registration": modem.Registration{Status: modem.RegisteredHome, Access: 8, Area: "1A2B", Cell: "00C3D4E5"},
		"Signal":       modem.Signal{Known: true, DBm: -73},
	}
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		values := printed(t)
		missing, err := printing.Missing(".", values)
		require.NoError(t, err)
		assert.Empty(t, missing, "every exported struct is printed here")
		known := map[string]string{
			"caller": secrets["caller"], "callee": secrets["callee"], "PIN": secrets["PIN"], "text": menu, "IMEI": "490154203237518",
			"IMSI": "001010123456789", "ICCID": "89001010123456789012",
		}
		assert.Empty(t, printing.Unheld(values, known))
		for name, v := range values {
			assert.Empty(t, printing.Leaks(v, known), name)
		}
	})
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
		"modem.state":    {modem.StateChanged{State: modem.Failed, Err: errors.New("secret")}, `{"state":"failed","reason":"other"}`},
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
