package ws

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"time"
)

// Sizes of the buffers between coder and the connection. Net/http's are 4 KiB each, too
// much for a connection that is idle for most of its life.
const (
	readBuffer = 256

	// writeBuffer holds the longest control frame, 2 + 125 bytes (RFC 6455, 5.5), so that
	// each is one Write.
	writeBuffer = 128
)

// upgrade is the ResponseWriter that coder takes the connection from. It puts the wire
// between them, and drops the buffers of net/http.
type upgrade struct {
	http.ResponseWriter
	hijacker http.Hijacker // nil: there is none
	wire     *wire
	switched bool // the protocol, so that nothing else can be answered
	refused  int  // the status with which coder refuses the handshake; 0: it does not
}

// WriteHeader keeps what coder refuses with: the hub counts and answers it, with the
// headers that coder has set.
func (u *upgrade) WriteHeader(status int) {
	if status != http.StatusSwitchingProtocols {
		u.refused = status
		return
	}
	u.switched = true
	u.ResponseWriter.WriteHeader(status)
}

// Write drops the words of a refusal.
func (u *upgrade) Write(p []byte) (int, error) {
	if u.refused != 0 {
		return len(p), nil
	}
	return u.ResponseWriter.Write(p)
}

// Hijack takes the connection over. Reader and writer that it returns go through the
// wire, too: a writer of net/http would pass it by.
func (u *upgrade) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if u.hijacker == nil {
		return nil, nil, errors.ErrUnsupported
	}
	conn, buf, err := u.hijacker.Hijack()
	if err != nil {
		return nil, nil, err
	}
	// What has come behind the request: a client may send at once.
	early, err := buf.Peek(buf.Reader.Buffered())
	if err == nil {
		err = conn.SetDeadline(time.Time{}) // what a server's timeouts have left
	}
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	u.wire.Conn, u.wire.early = conn, append([]byte(nil), early...)
	return u.wire, bufio.NewReadWriter(bufio.NewReaderSize(u.wire, readBuffer), bufio.NewWriterSize(u.wire, writeBuffer)), nil
}

// WriteHeaderNow is what gin has before a connection can be taken over, or the answer
// to the handshake would not be written.
func (u *upgrade) WriteHeaderNow() {
	if w, ok := u.ResponseWriter.(interface{ WriteHeaderNow() }); ok {
		w.WriteHeaderNow()
	}
}

// hijackerOf looks for an http.Hijacker as http.ResponseController does, which cannot
// tell without taking the connection over.
func hijackerOf(w http.ResponseWriter) (http.Hijacker, bool) {
	for {
		switch t := w.(type) {
		case http.Hijacker:
			return t, true
		case interface{ Unwrap() http.ResponseWriter }:
			w = t.Unwrap()
		default:
			return nil, false
		}
	}
}
