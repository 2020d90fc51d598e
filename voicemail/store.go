package voicemail

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"time"
)

// List yields the messages of the box, the newest first. A message whose JSON
// file cannot be read comes as a [*CorruptError], beside a Message that has the
// ID only, and those behind it come all the same. Messages that are taken or
// deleted meanwhile may or may not be among them. An error of the directory
// itself comes alone: [ErrClosed], or a [*DiskError].
func (b *VoicemailBox) List() iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		ids, err := b.ids()
		if err != nil {
			yield(Message{}, err)
			return
		}
		for _, id := range ids {
			m, err := b.Get(id)
			if errors.Is(err, ErrNotFound) { // deleted meanwhile
				continue
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// ids returns the ids of all messages, the newest first.
func (b *VoicemailBox) ids() ([]string, error) {
	if err := b.open(); err != nil {
		return nil, err
	}
	names, err := b.dir.Names()
	if err != nil {
		return nil, b.failed("read", "", err)
	}
	var ids []string
	for _, name := range names {
		if id, ok := strings.CutSuffix(name, jsonName); ok && validID(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids, nil
}

// Get returns the message of an id. It returns [ErrNotFound] if there is none,
// also for what is no id at all, and a [*CorruptError] if its JSON file cannot be
// read.
func (b *VoicemailBox) Get(id string) (Message, error) {
	if err := b.open(); err != nil {
		return Message{}, err
	}
	if !validID(id) {
		return Message{}, ErrNotFound
	}
	content, err := b.dir.ReadFile(id + jsonName)
	if errors.Is(err, fs.ErrNotExist) {
		return Message{}, ErrNotFound
	}
	corrupt := func(err error) (Message, error) {
		return Message{ID: id}, &CorruptError{ID: id, Path: b.join(id + jsonName), Err: err}
	}
	if errors.Is(err, errTooLarge) {
		return corrupt(err)
	}
	if err != nil {
		return Message{ID: id}, b.failed("read", id+jsonName, err)
	}
	s, err := decodeSidecar(content, id)
	if err != nil {
		return corrupt(err)
	}
	return s.message(b.join(s.fields.File)), nil
}

// Delete removes a message for good. It returns [ErrNotFound] if there is none.
// A corrupt one can be deleted too.
func (b *VoicemailBox) Delete(id string) error {
	if err := b.open(); err != nil {
		return err
	}
	if !validID(id) {
		return ErrNotFound
	}
	// The JSON file first: without it there is no message, and with it there is
	// a whole one.
	err := b.dir.Remove(id + jsonName)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	if err != nil {
		return b.failed("remove", id+jsonName, err)
	}
	if err := b.dir.Remove(id + wavName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return b.failed("remove", id+wavName, err)
	}
	return b.syncDirectory()
}

// An id is the time in UTC to the millisecond, so that names sort by it, a
// hyphen, and 64 random bits, so that no two are equal.
const (
	idTime   = "20060102T150405.000Z"
	idLength = len("20060102T150405000Z-0123456789abcdef")
)

func newID(now time.Time) string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract since Go 1.24
	return strings.Replace(now.UTC().Format(idTime), ".", "", 1) + "-" + hex.EncodeToString(b[:])
}

// validID reports whether id can be one: it then is a file name without a path.
func validID(id string) bool {
	const shape = "ddddddddTdddddddddZ-xxxxxxxxxxxxxxxx"
	if len(id) != idLength {
		return false
	}
	for i := range len(id) {
		c, digit := id[i], id[i] >= '0' && id[i] <= '9'
		switch shape[i] {
		case 'd':
			if !digit {
				return false
			}
		case 'x':
			if !digit && (c < 'a' || c > 'f') {
				return false
			}
		default:
			if c != shape[i] {
				return false
			}
		}
	}
	return true
}
