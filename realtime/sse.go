package realtime

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

const (
	// sseSendTimeout is how long a client may take for what is written to it.
	sseSendTimeout = 10 * time.Second

	// sseEndTimeout is how long the end of a response may take, behind a client that
	// has stopped reading.
	sseEndTimeout = 5 * time.Second

	// ssePreamble is the first of a stream: after how many milliseconds a client whose
	// connection was lost comes back. Without it browsers take from 3 to 5 s.
	ssePreamble = "retry: 3000\n\n"
)

// SSE returns a handler that serves the feed as server-sent events (WHATWG HTML, 9.2).
// Each message is an event of the default type: its data is the JSON object, in one
// line, its id the message's own, so that a client whose connection was lost comes back
// with Last-Event-ID and misses nothing. A client that does not take in 10 s what is
// written to it is cut off.
//
// The handler refuses what [Hub.Admit] refuses. It lifts a server's ReadTimeout and
// WriteTimeout from its own responses. What stands between it and the server must pass
// on Flush and deadlines, by a method Unwrap() http.ResponseWriter, or all is answered 500.
//
// http.Server.Shutdown waits for the streams, which only the hub ends: give
// http.Server.RegisterOnShutdown a function that calls [Hub.Shutdown].
func (h *Hub) SSE() http.Handler { return h.sse(sseSendTimeout) }

func (h *Hub) sse(timeout time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := h.Admit(r)
		if err != nil {
			if refused, ok := errors.AsType[*RefusedError](err); ok {
				refused.Respond(w)
			}
			return
		}
		defer a.Release()
		if r.ContentLength != 0 { // -1: of a length that is not told
			// Net/http would not see the client go before it has read that.
			refused := a.Refuse(http.StatusBadRequest, errBody)
			refused.Header.Set("Connection", "close") // else it would be read before the answer
			refused.Respond(w)
			return
		}
		s, err := newEventStream(w, r, timeout)
		if err != nil {
			a.Refuse(http.StatusInternalServerError, err).Respond(w)
			return
		}
		client := h.Attach(s, a)
		select {
		case <-client.Done():
		case <-r.Context().Done():
			if !s.failed() { // else the hub ends the client by itself, and knows why
				client.Close(CloseNormal, "")
			}
			// Nothing may write to w once this function has returned.
			<-client.Done()
		}
		s.end()
	})
}

var errBody = &plainError{text: "a request for the feed has no body"}

var errCannotStream = &plainError{
	"an http.ResponseWriter that cannot flush, or has no deadlines, cannot stream: give the middleware it is of a method Unwrap() http.ResponseWriter",
	http.ErrNotSupported,
}

// eventStream is a client's response, as a Conn.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration // of one Send
	greeted bool          // the preamble is sent; owned by Send

	mu      sync.Mutex // guards what follows, and the order of deadlines
	sending bool
	begun   time.Time // when the last Send was
	idle    sync.Cond // no Send is running any more
	closed  bool      // none begins any more
	cut     bool      // the last one was not finished
}

// newEventStream writes the response's header, which goes out with the first Send. If
// w is not able to stream it writes nothing, and the error tells what to do.
func newEventStream(w http.ResponseWriter, r *http.Request, timeout time.Duration) (*eventStream, error) {
	s := &eventStream{w: w, control: http.NewResponseController(w), timeout: timeout}
	s.idle.L = &s.mu
	// A server's ReadTimeout would end the stream, as it is watched for the client's
	// going away by reading.
	err := errors.Join(s.control.SetReadDeadline(time.Time{}), s.control.SetWriteDeadline(time.Time{}))
	// Any other error is of a connection that is lost, as the first Send will see.
	if errors.Is(err, http.ErrNotSupported) || !flushes(w) {
		return nil, fmt.Errorf("%w: this one is a %T", errCannotStream, w)
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store, no-transform") // what compresses on the way would collect it
	header.Set("X-Accel-Buffering", "no")                 // nginx would collect 4 KiB before it passes anything on
	header.Set("X-Content-Type-Options", "nosniff")
	if from := r.Header.Get("Origin"); from != "" { // Admit has let it pass
		header.Set("Access-Control-Allow-Origin", from)
		header.Set("Access-Control-Allow-Credentials", "true")
		header.Add("Vary", "Origin")
	}
	if r.ProtoMajor == 1 {
		// A deadline of this stream would hold for the next request on its connection.
		header.Set("Connection", "close")
	}
	w.WriteHeader(http.StatusOK)
	return s, nil
}

// flushes tells whether a ResponseController can flush w, which it can be asked only
// by doing it, when it is too late to answer anything else.
func flushes(w http.ResponseWriter) bool {
	for {
		switch t := w.(type) {
		case http.Flusher, interface{ FlushError() error }:
			return true
		case interface{ Unwrap() http.ResponseWriter }:
			w = t.Unwrap()
		default:
			return false
		}
	}
}

// Send writes the messages as events, in one write and one flush. It returns
// [ErrSlow] when that took too long.
func (s *eventStream) Send(msgs [][]byte) error {
	buf := sseBuffers.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= 2*mostBytes { // one long message is rare
			sseBuffers.Put(buf)
		}
	}()
	*buf = (*buf)[:0]
	if !s.greeted {
		*buf = append(*buf, ssePreamble...)
		s.greeted = true
	}
	for _, m := range msgs {
		*buf = appendEvent(*buf, m)
	}
	if err := s.begin(); err != nil {
		return err
	}
	return s.finish(s.write(*buf))
}

func (s *eventStream) write(b []byte) error {
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.control.Flush()
}

func (s *eventStream) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("realtime: the event stream: %w", net.ErrClosed)
	}
	s.begun = time.Now()
	if err := s.control.SetWriteDeadline(s.begun.Add(s.timeout)); err != nil {
		s.cut = true
		return fmt.Errorf("realtime: the event stream: %w", err)
	}
	s.sending = true
	return nil
}

func (s *eventStream) finish(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sending = false
	s.idle.Broadcast()
	if err == nil && !s.closed {
		// HTTP/2 ends a stream whose deadline passes even if nothing is being written.
		err = s.control.SetWriteDeadline(time.Time{})
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded) && !s.closed, s.overdue():
		err = ErrSlow
	}
	s.cut = true
	return fmt.Errorf("realtime: the event stream: %w", err)
}

// overdue tells whether the last Send has had, or took, all its time. Of a stream of
// HTTP/2 the error does not tell, and its request's context is done too.
func (s *eventStream) overdue() bool { return time.Since(s.begun) >= s.timeout }

// failed tells whether the hub has got, or is about to get, an error from Send. It
// waits for one that is overdue.
func (s *eventStream) failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.sending && s.overdue() {
		s.idle.Wait()
	}
	return s.cut
}

// Close lets the response end, and cuts off a Send that is running. Server-sent
// events have no place for a code or a reason.
func (s *eventStream) Close(int, string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.sending {
		return s.control.SetWriteDeadline(time.Unix(1, 0))
	}
	return nil
}

// end bounds what the server still writes of the response, once no Send is running.
func (s *eventStream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.cut {
		_ = s.control.SetWriteDeadline(time.Now().Add(sseEndTimeout)) // as far as it is still there
	}
}

// sseBuffers holds buffers between two Sends: a stream that has nothing to send has none.
var sseBuffers = sync.Pool{New: func() any { return new([]byte) }}

// appendEvent appends a message as one event: its id, its line, an empty line.
func appendEvent(b, msg []byte) []byte {
	if id := messageID(msg); len(id) > 0 {
		b = append(append(append(b, "id: "...), id...), '\n')
	}
	return append(append(append(b, "data: "...), msg...), "\n\n"...)
}

var idKey = []byte(`,"id":"`)

// messageID returns the id of a message of the hub. Only numbers and texts follow it
// there, no object, so it is the last member of this name; and within a text no quote
// stands without a backslash before it.
func messageID(msg []byte) []byte {
	i := bytes.LastIndex(msg, idKey)
	if i < 0 {
		return nil
	}
	id, _, _ := bytes.Cut(msg[i+len(idKey):], []byte{'"'})
	return id
}
