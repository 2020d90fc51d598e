package transporttest

import (
	"context"
	"io"
	"testing"
	"time"
)

// Transport is what package modem calls by the same name. It stands here again so
// that an author of a transport needs no more than this package.
type Transport interface {
	// OpenAT opens the port that takes AT commands.
	OpenAT(ctx context.Context) (io.ReadWriteCloser, error)

	// OpenAudio opens the port for the voice of calls. Where there is none, the
	// error is errors.ErrUnsupported.
	OpenAudio(ctx context.Context) (io.ReadWriteCloser, error)
}

// ReportTransport is the optional interface of a transport whose modem has a second
// AT port, as in package modem.
type ReportTransport interface {
	// OpenReports opens the second AT port. Where there is none, the error is
	// errors.ErrUnsupported.
	OpenReports(ctx context.Context) (io.ReadWriteCloser, error)
}

// Far is the modem's end of a port. Its functions are called while the port is open
// only, each by one goroutine at a time. What cannot be done is nil, and the checks
// that want it must stand in [Harness.Skip].
type Far struct {
	// Send gives the port bytes to read. It may wait until they are read, and must
	// not keep p.
	Send func(p []byte) error

	// Receive takes what was written to the port, as io.Reader's Read does: it waits
	// for at least one byte, and returns an error when the port is closed or the modem
	// is gone. While it is not called, what is written stays where it is.
	Receive func(p []byte) (int, error)

	// Stall makes the far end take nothing more, so that Write must wait when what
	// lies between is full. Nil means that not calling Receive does.
	Stall func()
}

// Subject is a transport under test, with the modem's end of its ports.
type Subject struct {
	// Transport is the transport, with no port open.
	Transport Transport

	// AT is the far end of the port that OpenAT opens. It is required.
	AT *Far

	// Audio is that of OpenAudio. Nil means that there is no audio port.
	Audio *Far

	// Reports is that of OpenReports. Nil means that there is no second AT port.
	Reports *Far

	// Break makes the modem go away with all its ports, as pulling its cable does. It
	// returns when it is gone.
	Break func()

	// Restore brings it back.
	Restore func()
}

// Harness tells [Run] how to make what it tests. New alone is required.
type Harness struct {
	// New makes a transport for one check, and frees it by t.Cleanup, goroutines
	// included.
	New func(t *testing.T) *Subject

	// Bubble runs each check in a bubble of testing/synctest, New included: for
	// transports that live in memory. Time is virtual then, and what hangs is found at
	// once.
	Bubble bool

	// Exclusive means that a port has one user: opening it again is an error until it
	// is closed.
	Exclusive bool

	// Skip tells for which checks this harness is not able, and why, by the check's
	// name ("Close unblocks Write") or that with a port before it ("audio/Close
	// unblocks Write"). A name that is no check's fails the test.
	Skip map[string]string

	// Patience is how long what should return may take. Zero means 10 s.
	Patience time.Duration

	// Quiet is how long something must have waited to be taken for blocked, and how
	// long a port is watched that should do nothing. Zero means 100 ms.
	Quiet time.Duration
}

func (h Harness) withDefaults() Harness {
	if h.Patience == 0 {
		h.Patience = 10 * time.Second
	}
	if h.Quiet == 0 {
		h.Quiet = 100 * time.Millisecond
	}
	return h
}
