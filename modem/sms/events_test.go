package sms_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem/sms"
)

var (
	sentAt   = time.Date(2026, 6, 24, 2, 0, 0, 0, time.FixedZone("", 2*60*60))
	received = sms.Received{Message: "m1", Sender: "+12025550100", Body: "grüße 👋", SentAt: sentAt, Parts: 1}
	sent     = sms.Sent{Message: "m2", Recipient: "+12025550101", Parts: 2, Outcome: sms.Accepted, References: []int{255, 0}}
	report   = sms.DeliveryReport{Message: "m2", Recipient: "+12025550101", Reference: 255, Status: sms.Delivered, At: sentAt}
)

func TestEventsForTheFeed(t *testing.T) {
	tests := map[string]struct {
		event events.Public
		level events.Privacy
		name  string
		want  string
	}{
		"received": {
			received, events.Masked, "sms.received",
			`{"message":"m1","sender":"+120****0100","body":"grüße 👋","sent_at":"2026-06-24T00:00:00Z","parts":1}`,
		},
		"received, strict": {
			received, events.Strict, "sms.received",
			`{"message":"m1","sender":"+120****0100","body_length":7,"sent_at":"2026-06-24T00:00:00Z","parts":1}`,
		},
		"received, full": {
			received, events.Full, "sms.received",
			`{"message":"m1","sender":"+12025550100","body":"grüße 👋","sent_at":"2026-06-24T00:00:00Z","parts":1}`,
		},
		"received from a name, in part": {
			sms.Received{Message: "m3", Sender: "Info24", Body: "", Parts: 3, Incomplete: true},
			events.Masked, "sms.received",
			`{"message":"m3","sender":"Info24","body":"","parts":3,"incomplete":true}`,
		},
		"sent": {
			sent, events.Masked, "sms.sent",
			`{"message":"m2","recipient":"+120****0101","parts":2,"status":"sent","references":[255,0]}`,
		},
		"sent, full": {
			sent, events.Full, "sms.sent",
			`{"message":"m2","recipient":"+12025550101","parts":2,"status":"sent","references":[255,0]}`,
		},
		"not sent": {
			sms.Sent{Message: "m4", Recipient: "+12025550101", Parts: 1, Outcome: sms.Refused, Cause: 38},
			events.Strict, "sms.sent",
			`{"message":"m4","recipient":"+120****0101","parts":1,"status":"failed","references":[],"cause":38}`,
		},
		"nobody knows": {
			sms.Sent{}, events.Strict, "sms.sent", `{"message":"","recipient":"","parts":1,"status":"unknown","references":[]}`,
		},
		"report": {
			report, events.Masked, "sms.delivery_report",
			`{"message":"m2","recipient":"+120****0101","reference":255,"status":"delivered","cause":0,"at":"2026-06-24T00:00:00Z"}`,
		},
		"report, full, of no message": {
			sms.DeliveryReport{Recipient: "+12025550101", Reference: 7, Status: sms.Undelivered, Cause: 70},
			events.Full, "sms.delivery_report",
			`{"recipient":"+12025550101","reference":7,"status":"failed","cause":70}`,
		},
		"report, not yet": {
			sms.DeliveryReport{Message: "m2", Recipient: "+12025550101", Cause: 32},
			events.Strict, "sms.delivery_report",
			`{"message":"m2","recipient":"+120****0101","reference":0,"status":"pending","cause":32}`,
		},
		"storage": {
			sms.StorageChanged{Memory: "SM", Used: 20, Total: 20, Full: true},
			events.Strict, "sms.storage",
			`{"memory":"SM","used":20,"total":20,"full":true}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.name, tt.event.EventName())
			got, err := json.Marshal(tt.event.PublicData(tt.level))
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(got))
		})
	}
}

// A feed keeps the newest state of each store of each modem.
func TestStorageCoalesces(t *testing.T) {
	at := func(source, memory string) string {
		return sms.StorageChanged{Header: events.Header{Source: source}, Memory: memory, Used: len(source)}.Coalesce()
	}
	assert.Equal(t, "sms.storage/a/SM", at("a", "SM"))
	assert.NotEqual(t, at("a", "SM"), at("a", "ME"))
	assert.NotEqual(t, at("a", "SM"), at("b", "SM"))
	for _, e := range []any{sms.Received{}, sms.Sent{}, sms.DeliveryReport{}} {
		_, ok := e.(interface{ Coalesce() string })
		assert.False(t, ok, "each %T counts", e)
	}
}

func TestNames(t *testing.T) {
	assert.Equal(t, "unknown sent failed Outcome(3) Outcome(-1)",
		fmt.Sprint(sms.Unknown, sms.Accepted, sms.Refused, sms.Outcome(3), sms.Outcome(-1)))
	assert.Equal(t, "pending delivered failed Delivery(3) Delivery(-1)",
		fmt.Sprint(sms.Pending, sms.Delivered, sms.Undelivered, sms.Delivery(3), sms.Delivery(-1)))
}
