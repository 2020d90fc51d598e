package sms

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/callstack-go/callstack/events"
)

// DeliveryReport is published when the network reports on one part of a message that
// was sent. There may be several of a part, of which Pending ones come first. On the
// feed it is "sms.delivery_report".
type DeliveryReport struct {
	events.Header

	// Message is the ID of the message that it is about. It is empty where that is
	// not known: the reference and the recipient fit none, or more than one, as
	// references begin anew after 256.
	Message string

	// Recipient is the number that the message was for, as the network has it.
	Recipient events.Number

	// Reference is the network's reference of the part, 0 to 255
	// (TP-Message-Reference, 3GPP TS 23.040, 9.2.3.6).
	Reference int

	// Status is what it says.
	Status Delivery

	// Cause is the network's own status, 0 to 255 (TP-Status, 3GPP TS 23.040,
	// 9.2.3.15). 0 is "received by the recipient".
	Cause int

	// At is when it was delivered, or last tried; zero where that is not told.
	At time.Time
}

// EventName returns "sms.delivery_report".
func (DeliveryReport) EventName() string { return "sms.delivery_report" }

// PublicData returns the event for the feed.
func (e DeliveryReport) PublicData(p events.Privacy) any {
	return reportData{
		Message: e.Message, Recipient: p.Number(e.Recipient), Reference: e.Reference, Status: e.Status.String(),
		Cause: e.Cause, At: e.At.UTC(),
	}
}

type reportData struct {
	Message   string    `json:"message,omitempty"`
	Recipient string    `json:"recipient"`
	Reference int       `json:"reference"`
	Status    string    `json:"status"`
	Cause     int       `json:"cause"`
	At        time.Time `json:"at,omitzero"`
}

// LogValue returns the event with its number masked.
func (e DeliveryReport) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("message", e.Message), slog.Any("recipient", e.Recipient), slog.Int("reference", e.Reference),
		slog.String("status", e.Status.String()),
	}
	return slog.GroupValue(withCause(attrs, e.Cause)...)
}

// String returns what LogValue does.
func (e DeliveryReport) String() string { return e.LogValue().String() }

// GoString is String.
func (e DeliveryReport) GoString() string { return e.String() }

// Format writes String, whatever the verb.
func (e DeliveryReport) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }

// StorageChanged is published when one of the modem's stores of messages has another
// number of them than before, or is full. Of a full one nothing is received any
// more. On the feed it is "sms.storage".
type StorageChanged struct {
	events.Header

	// Memory names the store: "SM" is that of the SIM, "ME" that of the modem (3GPP TS
	// 27.005, 3.2.2).
	Memory string

	// Used and Total count its messages, and the places for them. Total is 0 where
	// the modem tells only that it is full.
	Used, Total int

	// Full tells that no place is left.
	Full bool
}

// EventName returns "sms.storage".
func (StorageChanged) EventName() string { return "sms.storage" }

// Coalesce returns the key under which a newer event replaces an older one that
// was not sent yet.
func (e StorageChanged) Coalesce() string { return "sms.storage/" + e.Source + "/" + e.Memory }

// PublicData returns the event for the feed.
func (e StorageChanged) PublicData(events.Privacy) any {
	return storageData{Memory: e.Memory, Used: e.Used, Total: e.Total, Full: e.Full}
}

type storageData struct {
	Memory string `json:"memory"`
	Used   int    `json:"used"`
	Total  int    `json:"total"`
	Full   bool   `json:"full"`
}

// LogValue returns the store and how full it is.
func (e StorageChanged) LogValue() slog.Value {
	return slog.GroupValue(slog.String("memory", e.Memory), slog.Int("used", e.Used), slog.Int("total", e.Total),
		slog.Bool("full", e.Full))
}

// String returns what LogValue does.
func (e StorageChanged) String() string { return e.LogValue().String() }

// GoString is String.
func (e StorageChanged) GoString() string { return e.String() }

// Format writes String, whatever the verb.
func (e StorageChanged) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }
