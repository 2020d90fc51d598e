package sms

import "strconv"

// Outcome is what became of the sending of a message.
type Outcome int

const (
	// Unknown means that a part was on its way to the network when the answer was
	// lost: it may arrive. It is not sent again, since it could arrive twice.
	Unknown Outcome = iota
	// Accepted means that the network took all parts of the message. Whether it
	// arrives, a delivery report tells.
	Accepted
	// Refused means that the modem or the network did not take the message, or
	// not all of its parts.
	Refused
)

var outcomeNames = [...]string{"unknown", "sent", "failed"}

// String returns the outcome as the feed shows it: "unknown", "sent" or "failed".
func (o Outcome) String() string {
	if o >= 0 && int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return "Outcome(" + strconv.Itoa(int(o)) + ")"
}

// Delivery is what a delivery report says: the kind of a TP-Status (3GPP TS 23.040,
// 9.2.3.15).
type Delivery int

const (
	// Pending means that the message has not arrived, and that the network goes on
	// trying.
	Pending Delivery = iota
	// Delivered means that the message has arrived.
	Delivered
	// Undelivered means that the message did not arrive, and that the network has
	// given up.
	Undelivered
)

var deliveryNames = [...]string{"pending", "delivered", "failed"}

// String returns what the feed shows: "pending", "delivered" or "failed".
func (d Delivery) String() string {
	if d >= 0 && int(d) < len(deliveryNames) {
		return deliveryNames[d]
	}
	return "Delivery(" + strconv.Itoa(int(d)) + ")"
}
