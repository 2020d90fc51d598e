package modem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/atcmd"
	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
)

func TestReasonsOnTheFeed(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
	}{
		"no error":           {nil, ""},
		"no word":            {errors.New("+12025550100"), "other"},
		"port pulled":        {fmt.Errorf("%w: read: EOF", atcmd.ErrClosed), "port"},
		"port held":          {&modem.OpenError{Step: "AT port", Err: errors.New("held by pid 4711")}, "port"},
		"command refused":    {&modem.OpenError{Step: "AT+CLIP=1", Err: atcmd.ErrRejected}, "other"},
		"restarted":          {modem.ErrRestarted, "restarted"},
		"another SIM":        {modem.ErrSIMBack, "sim_changed"},
		"no answer":          {modem.ErrUnresponsive, "unresponsive"},
		"silent":             {modem.ErrAudioSilent, "audio_silent"},
		"SIM missing":        {&modem.OpenError{Step: "SIM", Err: modem.ErrSIMMissing}, "sim_missing"},
		"SIM busy":           {modem.ErrSIMBusy, "sim_busy"},
		"SIM failed":         {fmt.Errorf("%w: it is in state %q", modem.ErrSIMFailure, "PH-NET PIN"), "sim_failed"},
		"PIN wanted":         {modem.ErrPINRequired, "pin_required"},
		"PIN wrong":          {modem.ErrPINWrong, "pin_wrong"},
		"attempts":           {modem.ErrPINAttempts, "pin_attempts"},
		"noted":              {modem.ErrPINNoted, "pin_noted"},
		"note unreadable":    {fmt.Errorf("%w: /x: denied", modem.ErrPINState), "pin_state"},
		"PUK wanted":         {modem.ErrPUKRequired, "puk_required"},
		"data":               {modem.ErrDataMode, "data_mode"},
		"diagnosis":          {modem.ErrDiagnosticPort, "wrong_port"},
		"positions":          {modem.ErrPositionPort, "wrong_port"},
		"no modem":           {modem.ErrNotModem, "wrong_port"},
		"rate":               {modem.ErrBaudRate, "baud_rate"},
		"nothing at the end": {&modem.OpenError{Step: "AT", Err: modem.ErrNoAnswer}, "no_answer"},
	}
	word := regexp.MustCompile(`^[a-z_]*$`)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Regexp(t, word, tt.want)
			for state, e := range map[string]events.Public{
				"lost": modem.StateChanged{State: modem.Lost, Err: tt.err}, "locked": modem.SIMChanged{State: modem.SIMLocked, Err: tt.err},
			} {
				got, err := json.Marshal(e.PublicData(events.Full))
				require.NoError(t, err)
				want := map[string]string{"state": state}
				if tt.want != "" {
					want["reason"] = tt.want
				}
				var data map[string]string
				require.NoError(t, json.Unmarshal(got, &data))
				assert.Equal(t, want, data)
			}
		})
	}
}

func TestUSSDOnTheFeed(t *testing.T) {
	menu := modem.USSDResponse{Text: "1: Guthaben\n2: zurück", ReplyExpected: true}
	tests := map[string]struct {
		event modem.USSDResponse
		level events.Privacy
		want  string
	}{
		"masked":                      {menu, events.Masked, `{"text":"1: Guthaben\n2: zurück","reply_expected":true}`},
		"full":                        {menu, events.Full, `{"text":"1: Guthaben\n2: zurück","reply_expected":true}`},
		"strict":                      {menu, events.Strict, `{"text_length":21,"reply_expected":true}`},
		"empty":                       {modem.USSDResponse{}, events.Masked, `{"text":"","reply_expected":false}`},
		"nothing to hide, and hidden": {modem.USSDResponse{}, events.Strict, `{"text_length":0,"reply_expected":false}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, "ussd.response", tt.event.EventName())
			got, err := json.Marshal(tt.event.PublicData(tt.level))
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(got))
		})
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		assert.Equal(t, "[characters=21 reply_expected=true]", fmt.Sprintf(verb, menu), verb)
	}
}
