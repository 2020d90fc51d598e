package transcript

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// The ports of a modem.
const (
	AT      = "at"      // of commands
	Audio   = "audio"   // of the voice of calls
	Reports = "reports" // the second AT port
)

// Op is what happened on a port.
type Op string

// What happens on a port.
const (
	Open   Op = "open"   // the host opened it
	Refuse Op = "refuse" // the host could not open it
	In     Op = "in"     // the host read something
	Out    Op = "out"    // the host wrote something
	End    Op = "end"    // reading failed: the modem is gone
	Fail   Op = "fail"   // writing failed
	Close  Op = "close"  // the host closed it
)

// Entry is one line of a transcript.
type Entry struct {
	At    int64  `json:"us"`              // microseconds since the transcript's beginning
	Port  string `json:"port"`            // AT, Audio or Reports
	Op    Op     `json:"op"`              // what happened
	Data  string `json:"data,omitempty"`  // of In and Out: the bytes, as Latin-1
	Bytes int    `json:"bytes,omitempty"` // of audio: how many there were
	Error string `json:"error,omitempty"` // of End, Fail and Refuse: EOF or the system's words
}

// Time is when it happened, from the transcript's beginning.
func (e Entry) Time() time.Duration { return time.Duration(e.At) * time.Microsecond }

// header is the first line.
type header struct {
	Kind    string `json:"transcript"`
	Version int    `json:"version"`
}

const (
	kind    = "callstack"
	version = 1
)

// What is read of a transcript at most.
const (
	maxLine    = 1 << 20 // bytes
	maxEntries = 1 << 20
	maxAudio   = 1 << 20 // bytes of one entry
)

// Header returns a transcript's first line.
func Header() []byte { return fmt.Appendf(nil, "{\"transcript\":%q,\"version\":%d}\n", kind, version) }

// Append appends an entry's line to b.
func Append(b []byte, e Entry) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil { // it has nothing that can fail
		return b
	}
	return append(b, buf.Bytes()...)
}

// Latin1 is bytes as the characters of their numbers.
func Latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// Raw is the reverse of Latin1. A character that stands for no byte is an error.
func Raw(s string) ([]byte, error) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			return nil, errors.New("a character of the data stands for no byte")
		}
		b = append(b, byte(r))
	}
	return b, nil
}

// ErrVersion means that a transcript has another version than this one.
var ErrVersion = fmt.Errorf("not version %d of a transcript", version)

// Read reads a transcript. Its errors name the line.
func Read(r io.Reader) ([]Entry, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var entries []Entry
	n := 0
	for lines.Scan() {
		n++
		if n == 1 {
			if err := readHeader(lines.Bytes()); err != nil {
				return nil, err
			}
			continue
		}
		if len(entries) == maxEntries {
			return nil, fmt.Errorf("more than %d entries", maxEntries)
		}
		e, err := readEntry(lines.Bytes())
		if err == nil && len(entries) > 0 && e.At < entries[len(entries)-1].At {
			err = errors.New("it is earlier than the one before")
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	if n == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return entries, nil
}

func readHeader(line []byte) error {
	var h header
	if err := json.Unmarshal(line, &h); err != nil || h.Kind != kind {
		return errors.New("line 1: this is no transcript")
	}
	if h.Version != version {
		return fmt.Errorf("line 1: version %d: %w", h.Version, ErrVersion)
	}
	return nil
}

func readEntry(line []byte) (Entry, error) {
	var e Entry
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return e, errors.New("not an entry")
	}
	if dec.More() {
		return e, errors.New("more than an entry")
	}
	return e, e.check()
}

// longest is the latest time of an entry, from which sums with a clock do not
// overflow.
const longest = 10 * 365 * 24 * time.Hour

// check tells what is wrong with an entry, without showing it.
func (e Entry) check() error {
	audio := e.Port == Audio
	switch {
	case e.Port != AT && e.Port != Reports && !audio:
		return errors.New("no such port")
	case e.At < 0 || e.At > longest.Microseconds():
		return errors.New("no such time")
	case e.Bytes < 0 || e.Bytes > maxAudio:
		return errors.New("no such number of bytes")
	}
	var data, bytes, reason bool // what it has
	switch e.Op {
	case Open, Close:
	case In, Out:
		data, bytes = !audio, audio
	case End, Fail, Refuse:
		reason = true
	default:
		return errors.New("no such kind")
	}
	if data != (e.Data != "") || bytes != (e.Bytes > 0) || reason != (e.Error != "") {
		return errors.New("it lacks what its kind has, or has what it has not")
	}
	_, err := Raw(e.Data)
	return err
}
