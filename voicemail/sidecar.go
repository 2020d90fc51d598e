package voicemail

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/callstack-go/callstack/events"
)

// sidecarVersion is the version of the JSON files that the package writes, and
// the only one that it reads.
const sidecarVersion = 1

// sidecar is the content of the JSON file beside a WAV file. Keys that it does
// not know are kept, so that a rewrite loses nothing that a later version or
// another program put there.
type sidecar struct {
	fields  sidecarFields
	unknown map[string]json.RawMessage
}

type sidecarFields struct {
	Version    int       `json:"version"`
	ID         string    `json:"id"`
	File       string    `json:"file"` // the WAV file's name, without a path
	Caller     string    `json:"caller"`
	StartedAt  time.Time `json:"started_at"`
	EndedAt    time.Time `json:"ended_at,omitzero"` // not in a .part
	DurationMS int64     `json:"duration_ms"`
	Bytes      int64     `json:"bytes"` // of the WAV file
	Rate       int       `json:"rate"`
	Reason     Reason    `json:"reason,omitempty"` // not in a .part
}

// knownKeys are the keys of sidecarFields. Encoding/json finds a field by its
// key in any case.
var knownKeys = []string{
	"version", "id", "file", "caller", "started_at", "ended_at", "duration_ms", "bytes", "rate", "reason",
}

// encode returns the sidecar as a line of JSON, its known keys first.
func (s *sidecar) encode() ([]byte, error) {
	b, err := json.Marshal(s.fields)
	if err != nil {
		return nil, err
	}
	if len(s.unknown) > 0 {
		rest, err := json.Marshal(s.unknown)
		if err != nil {
			return nil, err
		}
		b[len(b)-1] = ','
		b = append(b, rest[1:]...)
	}
	return append(b, '\n'), nil
}

// decodeSidecar reads the sidecar of the message id, and refuses one of another
// message or version.
func decodeSidecar(b []byte, id string) (*sidecar, error) {
	s := new(sidecar)
	if err := json.Unmarshal(b, &s.fields); err != nil {
		return nil, fmt.Errorf("not a message: %w", withoutValue(err))
	}
	f := &s.fields
	switch {
	case f.Version != sidecarVersion:
		return nil, fmt.Errorf("version %d, want %d", f.Version, sidecarVersion)
	case f.ID != id || f.File != id+wavName: // the file names what may be opened and deleted
		return nil, errors.New("describes another message")
	case f.Rate <= 0, f.Bytes < 0, f.DurationMS < 0, f.DurationMS > math.MaxInt64/int64(time.Millisecond):
		return nil, errors.New("rate, bytes or duration out of range")
	}
	if err := json.Unmarshal(b, &s.unknown); err != nil {
		return nil, fmt.Errorf("not a message: %w", err)
	}
	maps.DeleteFunc(s.unknown, func(key string, _ json.RawMessage) bool {
		return slices.ContainsFunc(knownKeys, func(known string) bool { return strings.EqualFold(key, known) })
	})
	return s, nil
}

// withoutValue returns err without the values of the file, which may be a number.
func withoutValue(err error) error {
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return err // a character and an offset
	}
	if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%q is of the wrong type", bad.Field)
	}
	return errors.New("a value is malformed")
}

// message returns the message that the sidecar describes. path is its WAV file.
func (s *sidecar) message(path string) Message {
	return Message{
		ID:        s.fields.ID,
		Path:      path,
		Caller:    events.Number(s.fields.Caller),
		StartedAt: s.fields.StartedAt,
		EndedAt:   s.fields.EndedAt,
		Duration:  time.Duration(s.fields.DurationMS) * time.Millisecond,
		Bytes:     s.fields.Bytes,
		Rate:      s.fields.Rate,
		Reason:    s.fields.Reason,
	}
}
