// Package sms has the events of text messages (SMS), as programs and feeds see
// them: [Received], [Sent], [DeliveryReport] and [StorageChanged].
//
// # Limitations
//
// Nothing of this library publishes these events yet: messages are neither sent nor
// received. They are declared so that what follows a feed can be written now, and
// so that a host with its own way to messages can publish them on its bus.
//
// # Privacy
//
// The events print and log with their numbers masked, and of a text only its
// length, whatever the verb. What a feed shows of them, PublicData tells.
package sms
