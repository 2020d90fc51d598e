package realtime_test

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
	"github.com/callstack-go/callstack/modem/sms"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voicemail"
)

// What the samples hold that is somebody's business.
const (
	sampleNumber = "+12025550100"
	sampleText   = "example message"
	sampleKey    = voice.Key('7')
)

// at is when all samples happened.
var at = time.Date(2026, 6, 24, 0, 0, 0, 0, time.UTC)

// samples returns events of every type of the library, by a name for each that begins
// with the event's. What they show on the feed is in testdata/golden.
func samples() map[string]events.Public {
	h := events.Header{Time: at, Source: "gsm0"}
	message := voicemail.Message{
		ID: "20260624T000000Z-0123456789abcdef", Path: "/messages/20260624T000000Z-0123456789abcdef.wav",
		Caller: sampleNumber, StartedAt: at.In(time.FixedZone("", 3600)), EndedAt: at.Add(2500 * time.Millisecond), Duration: 2500 * time.Millisecond,
		Bytes: 40044, Rate: 8000, Reason: voicemail.FinishKey, Key: sampleKey,
	}
	end := voice.End{Reason: voice.RemoteHangup, Cause: 16, Text: "to " + sampleNumber, Talk: 61 * time.Second}
	return map[string]events.Public{
		"sms.received": sms.Received{
			Header: h, Message: "5f1c", Sender: sampleNumber, Body: sampleText, SentAt: at.Add(-3 * time.Second).In(time.FixedZone("", 3600)), Parts: 1,
		},
		"sms.received-incomplete": sms.Received{
			Header: h, Message: "5f1d", Sender: "Info24", Body: sampleText, SentAt: at.Add(-24 * time.Hour), Parts: 3, Incomplete: true,
		},
		"sms.sent":         sms.Sent{Header: h, Message: "5f1e", Recipient: sampleNumber, Parts: 2, Outcome: sms.Accepted, References: []int{255, 0}},
		"sms.sent-failed":  sms.Sent{Header: h, Message: "5f1f", Recipient: sampleNumber, Parts: 1, Outcome: sms.Refused, Cause: 38},
		"sms.sent-unknown": sms.Sent{Header: h, Message: "5f20", Recipient: sampleNumber, Parts: 1},
		"sms.delivery_report": sms.DeliveryReport{
			Header: h, Message: "5f1e", Recipient: sampleNumber, Reference: 255, Status: sms.Delivered,
			At: at.Add(-time.Second).In(time.FixedZone("", -3600)),
		},
		"sms.delivery_report-failed": sms.DeliveryReport{
			Header: h, Recipient: sampleNumber, Reference: 7, Status: sms.Undelivered, Cause: 70,
		},
		"sms.storage": sms.StorageChanged{Header: h, Memory: "SM", Used: 20, Total: 20, Full: true},
		"call.state": voice.StateChanged{
			Header: h, Call: "c0ffee", Direction: voice.Incoming, State: voice.Ringing, Number: sampleNumber,
		},
		"call.state-ended": voice.StateChanged{
			Header: h, Call: "c0ffee", Direction: voice.Outgoing, State: voice.Ended, Number: sampleNumber, End: end,
		},
		"call.ring":      modem.Rang{Header: h, Call: "c0ffee", Number: sampleNumber},
		"call.caller_id": voice.CallerIdentified{Header: h, Call: "c0ffee", Number: sampleNumber},
		"call.dtmf":      voice.DigitPressed{Header: h, Call: "c0ffee", Key: sampleKey, From: voice.FromCarrier},
		"call.no_audio":  modem.NoAudio{Header: h, Call: "c0ffee", After: 4 * time.Second},
		"modem.state":    modem.StateChanged{Header: h, State: modem.Ready},
		"modem.state-lost": modem.StateChanged{
			Header: h, State: modem.Lost, Err: &modem.OpenError{Step: "AT port", Err: errors.New("of " + sampleNumber)},
		},
		"sim.state":      modem.SIMChanged{Header: h, State: modem.SIMLocked, Err: fmt.Errorf("%w: %s", modem.ErrPUKRequired, sampleText)},
		"signal.quality": modem.SignalChanged{Header: h, Signal: modem.Signal{Known: true, DBm: -73}},
		"signal.quality-unknown": modem.SignalChanged{
			Header: events.Header{Time: at.Add(123456789 * time.Nanosecond)}, // and of the only modem, which has no name
		},
		"network.registration": modem.RegistrationChanged{
			Header: h, Registration: modem.Registration{Status: modem.RegisteredHome, Access: 8, Area: "1A2B", Cell: "00C3D4E5"},
		},
		"ussd.response":       modem.USSDResponse{Header: h, Text: sampleText, ReplyExpected: true},
		"voicemail.saved":     voicemail.Saved{Header: h, Call: "c0ffee", Message: message},
		"voicemail.discarded": voicemail.Discarded{Header: h, Call: "c0ffee", Message: voicemail.Message{Caller: sampleNumber, Duration: 300 * time.Millisecond, Reason: voicemail.TooShort}},
	}
}

// typeName returns the type of an event as source outside its package spells it.
func typeName(e events.Public) string { return reflect.TypeOf(e).String() }
