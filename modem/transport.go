package modem

import (
	"context"
	"io"
)

// Transport opens the ports of a modem. It names types of the standard library
// only, so that an implementation needs nothing of this module.
//
// The streams it returns belong to the Modem, which closes them. Closing one
// unblocks its Read and Write, and the modem's going away is an error or io.EOF
// of Read. A Read may return any part of what came.
type Transport interface {
	// OpenAT opens the port that takes AT commands.
	OpenAT(ctx context.Context) (io.ReadWriteCloser, error)

	// OpenAudio opens the port that carries the voice of calls, as 16-bit
	// little-endian mono PCM in both directions: that of the device which
	// OpenAT found last. Where there is none, the error is
	// errors.ErrUnsupported.
	OpenAudio(ctx context.Context) (io.ReadWriteCloser, error)
}

// ReportTransport is an optional interface of a [Transport] whose modem has a
// second AT port. Some modems send their reports there only, others on both; the
// Modem opens it beside the first and takes what comes on either.
type ReportTransport interface {
	// OpenReports opens the second AT port of the device that OpenAT found last.
	// Where there is none, the error is errors.ErrUnsupported.
	OpenReports(ctx context.Context) (io.ReadWriteCloser, error)
}

// Finder is an optional interface of a [Transport] whose devices change their
// names, as those on USB do when they come back.
type Finder interface {
	// Found tells that the modem which answered on the port that OpenAT opened
	// last has this IMEI, and is the one that later calls of OpenAT should find
	// again.
	Found(imei string)
}
