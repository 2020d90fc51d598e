package realtime

// Close codes of the feed. They are those of RFC 6455, 7.4, and, from 4000 on, of
// this protocol. A transport without close codes leaves them out.
const (
	// CloseNormal means that the connection is not wanted any more.
	CloseNormal = 1000
	// CloseGoingAway means that the hub shuts down. A client may come back.
	CloseGoingAway = 1001
	// ClosePolicy means that the client broke a rule of the feed.
	ClosePolicy = 1008
	// CloseExpired means that the client's credential has expired. It comes back
	// with another one.
	CloseExpired = 4001
	// CloseTooSlow means that the client did not take for 10 s what was written to
	// it. That a client's queue is full never closes it: it gets an overflow notice.
	CloseTooSlow = 4008
)

// Conn is one client's way out, as a transport makes it for [Hub.Attach]. The hub
// calls Send from one goroutine at a time, which exists only while there is a
// backlog, and Close once, at any time, also while Send is running. It waits for both
// to return, however long that takes. [Hub.Close] and [Hub.Shutdown] wait for them,
// too, so that neither can be called within; [Client.Close] can.
type Conn interface {
	// Send writes messages in their order, each a JSON object in UTF-8: all of a
	// backlog, up to 16 KiB, or one message that is longer. It bounds its own time
	// and returns an error when it could not write all of them, which ends the
	// client: [ErrSlow] where the far side took nothing for too long. It neither
	// keeps nor changes the messages, which all clients share.
	Send(msgs [][]byte) error

	// Close ends the connection, with one of the close codes and a reason for
	// humans, of at most 123 bytes. A Send that is running returns soon after.
	// Close may wait for the far side, but for 15 s at most.
	Close(code int, reason string) error
}
