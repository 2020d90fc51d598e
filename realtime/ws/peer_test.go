package ws_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Opcodes (RFC 6455, 5.2).
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// sampleKey is the Sec-WebSocket-Key of RFC 6455, 1.3, and sampleAccept its answer.
const (
	sampleKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// frames reads what a server sends, and accepts nothing that RFC 6455 forbids one to
// send, no fragments, and no text that is not JSON.
type frames struct {
	r      io.Reader
	closed bool // a Close frame came
}

type frame struct {
	op      byte
	payload []byte
}

var errStrict = errors.New("a server must not send this")

// next returns the next frame, io.EOF if the connection ended between two.
func (f *frames) next() (frame, error) {
	var head [2]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		return frame{}, err
	}
	got := frame{op: head[0] & 0x0F}
	switch {
	case f.closed:
		return got, fmt.Errorf("%w: opcode %x after a Close frame", errStrict, got.op)
	case head[0]&0x80 == 0:
		return got, fmt.Errorf("%w: a fragment", errStrict)
	case head[0]&0x70 != 0:
		return got, fmt.Errorf("%w: reserved bits in %x", errStrict, head[0])
	case head[1]&0x80 != 0:
		return got, fmt.Errorf("%w: a mask", errStrict)
	case !slices.Contains([]byte{opText, opClose, opPing, opPong}, got.op):
		return got, fmt.Errorf("%w: opcode %x", errStrict, got.op)
	case got.op >= opClose && head[1] > 125:
		return got, fmt.Errorf("%w: a control frame of %d", errStrict, head[1])
	}
	n, err := f.length(head[1])
	if err != nil {
		return got, err
	}
	got.payload = make([]byte, n)
	if _, err := io.ReadFull(f.r, got.payload); err != nil {
		return got, fmt.Errorf("within a frame: %w", unexpected(err))
	}
	f.closed = got.op == opClose
	if got.op == opText && !json.Valid(got.payload) {
		return got, fmt.Errorf("%w: no JSON: %.60q", errStrict, got.payload)
	}
	return got, nil
}

// length reads the long forms, which must not be used for what is short.
func (f *frames) length(short byte) (int, error) {
	if short < 126 {
		return int(short), nil
	}
	b := make([]byte, 8)
	size, least := 2, uint64(126)
	if short == 127 {
		size, least = 8, 1<<16
	}
	if _, err := io.ReadFull(f.r, b[8-size:]); err != nil {
		return 0, fmt.Errorf("within a length: %w", unexpected(err))
	}
	n := binary.BigEndian.Uint64(b)
	if n < least || n > 1<<24 {
		return 0, fmt.Errorf("%w: a length of %d in %d bytes", errStrict, n, size)
	}
	return int(n), nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// appendMasked appends a frame as a client sends it: masked.
func appendMasked(b []byte, first byte, payload []byte) []byte {
	b = append(b, first)
	switch n := len(payload); {
	case n <= 125:
		b = append(b, 0x80|byte(n))
	case n <= 0xFFFF:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := [4]byte{0x37, 0xFA, 0x21, 0x3D}
	b = append(b, mask[:]...)
	for i, c := range payload {
		b = append(b, c^mask[i%4])
	}
	return b
}

// peer is a client by hand, over any connection.
type peer struct {
	net.Conn
	frames
	answer *http.Response
	body   []byte // of an answer that is no upgrade

	wmu       sync.Mutex
	sentClose bool
}

// handshake returns a request to upgrade; headers are "Name: value".
func handshake(target string, headers ...string) string {
	lines := append([]string{
		"GET " + target + " HTTP/1.1", "Host: feed.test", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + sampleKey,
	}, headers...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// upgradeOver sends a request, with more bytes in the same write, and reads the answer.
func upgradeOver(c net.Conn, request, more string) (*peer, error) {
	if _, err := io.WriteString(c, request+more); err != nil {
		return nil, err
	}
	r := bufio.NewReader(c)
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	p := &peer{Conn: c, frames: frames{r: r}, answer: answer}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		p.body, err = io.ReadAll(answer.Body)
	}
	return p, err
}

// send writes a whole frame, but none after a Close frame (RFC 6455, 5.5.1).
func (p *peer) send(op byte, payload string) error {
	p.wmu.Lock()
	defer p.wmu.Unlock()
	if p.sentClose {
		return nil
	}
	p.sentClose = op == opClose
	_, err := p.Write(appendMasked(nil, 0x80|op, []byte(payload)))
	return err
}

// sendClose writes a Close frame.
func (p *peer) sendClose(code int, reason string) error {
	return p.send(opClose, string(binary.BigEndian.AppendUint16(nil, uint16(code)))+reason)
}

// closeCode splits the payload of a Close frame.
func closeCode(f frame) (code int, reason string) {
	if f.op != opClose || len(f.payload) < 2 {
		return 0, ""
	}
	return int(binary.BigEndian.Uint16(f.payload)), string(f.payload[2:])
}

// message is what tests look at in a message of the feed.
type message struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Seq  int    `json:"seq"`
	Data struct {
		N int `json:"n"`
	} `json:"data"`
	Dropped int `json:"dropped"`
}

// text returns the next message, and answers pings on the way.
func (p *peer) text(t *testing.T) message {
	t.Helper()
	for {
		f, err := p.next()
		require.NoError(t, err)
		switch f.op {
		case opPing:
			require.NoError(t, p.send(opPong, string(f.payload)))
		case opText:
			var m message
			require.NoError(t, json.Unmarshal(f.payload, &m))
			return m
		default:
			require.Fail(t, "no text", "%x %q", f.op, f.payload)
		}
	}
}

// hello reads the first message.
func (p *peer) hello(t *testing.T) {
	t.Helper()
	require.Equal(t, http.StatusSwitchingProtocols, p.answer.StatusCode)
	require.Equal(t, "hello", p.text(t).Type)
}

// end reads until the server has closed the connection, and returns its Close frame,
// if there was one, answered.
func (p *peer) end() (closing frame, err error) {
	for {
		f, err := p.next()
		if err != nil {
			return closing, err
		}
		switch f.op { // the server may be gone when it is answered
		case opPing:
			_ = p.send(opPong, string(f.payload))
		case opClose:
			closing = f
			_ = p.send(opClose, string(f.payload))
		}
	}
}
