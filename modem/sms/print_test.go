package sms_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/printing"
	"github.com/callstack-go/callstack/modem/sms"
)

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	secrets := map[string]string{"sender": "+12025550147", "recipient": "+12025550148", "text": "meet me at noon"}
	to := events.Number(secrets["recipient"])
	values := map[string]any{
		"Received":       sms.Received{Message: "m1", Sender: events.Number(secrets["sender"]), Body: secrets["text"], Parts: 1},
		"Sent":           sms.Sent{Message: "m2", Recipient: to, Outcome: sms.Refused, Cause: 38},
		"DeliveryReport": sms.DeliveryReport{Message: "m2", Recipient: to, Status: sms.Undelivered, Cause: 70},
		"StorageChanged": sms.StorageChanged{Memory: "SM", Used: 19, Total: 20},
	}
	missing, err := printing.Missing(".", values)
	require.NoError(t, err)
	assert.Empty(t, missing, "every exported struct is printed here")
	assert.Empty(t, printing.Unheld(values, secrets))
	for name, v := range values {
		assert.Empty(t, printing.Leaks(v, secrets), name)
	}
}

func TestWhatEventsShow(t *testing.T) {
	tests := map[string]struct {
		event events.Event
		want  string
	}{
		"received": {received, "[message=m1 sender=+120****0100 characters=7 parts=1 incomplete=false]"},
		"sent":     {sent, "[message=m2 recipient=+120****0101 parts=2 status=sent]"},
		"refused":  {sms.Sent{Message: "m2", Outcome: sms.Refused, Cause: 38}, "[message=m2 recipient= parts=0 status=failed cause=38]"},
		"report":   {report, "[message=m2 recipient=+120****0101 reference=255 status=delivered]"},
		"storage":  {sms.StorageChanged{Memory: "ME", Used: 3, Total: 5}, "[memory=ME used=3 total=5 full=false]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
				assert.Equal(t, tt.want, fmt.Sprintf(verb, tt.event), verb)
			}
			assert.Equal(t, tt.want, tt.event.(fmt.Stringer).String())
			assert.Equal(t, tt.want, tt.event.(fmt.GoStringer).GoString())
		})
	}
}
