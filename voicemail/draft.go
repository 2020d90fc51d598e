package voicemail

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/internal/wav"
)

// The files of a message, by what follows its id. Those of a message that is
// being taken end in .part; the message is there when its .json is.
const (
	wavName  = ".wav"
	jsonName = ".json"
	wavPart  = ".wav.part"
	jsonPart = ".json.part"
	jsonTemp = ".json.tmp"
)

// partLength is the length to which the JSON of a .part is padded with spaces.
// On a full disk the final one takes its place and needs no new room.
const partLength = 1024

// draft is a message that is being taken. It belongs to the goroutine that
// takes it.
type draft struct {
	box       *VoicemailBox
	id        string
	rate      int
	audio     file // the .wav.part, nil when closed
	w         *wav.Writer
	note      file  // the .json.part, nil when closed
	unsynced  int64 // bytes since the last sync
	syncEvery int64 // bytes; 0: only at the end
}

// newDraft makes the files of a message and syncs them, so that whatever
// happens from now on, who called and when is known.
func (b *VoicemailBox) newDraft(caller events.Number, rate int) (*draft, error) {
	now := time.Now().UTC()
	d := &draft{box: b, id: newID(now), rate: rate}
	if every := b.cfg.SyncInterval; every > 0 {
		d.syncEvery = max(1, int64(every)*int64(rate)/int64(time.Second)) * 2
	}
	s := &sidecar{fields: sidecarFields{
		Version: sidecarVersion, ID: d.id, File: d.id + wavName, Caller: string(caller), StartedAt: now, Rate: rate,
	}}
	if err := d.create(s); err != nil {
		if d.audio != nil { // else a file of this name is not ours
			d.discard()
		}
		return nil, err
	}
	return d, nil
}

func (d *draft) create(s *sidecar) (err error) {
	if d.audio, err = d.box.dir.Create(d.id + wavPart); err != nil {
		return d.failed("create", wavPart, err)
	}
	if d.w, err = wav.NewWriter(d.audio, d.rate); err != nil {
		return d.failed("write", wavPart, err)
	}
	if d.note, err = d.box.dir.Create(d.id + jsonPart); err != nil {
		return d.failed("create", jsonPart, err)
	}
	if err := d.writeNote(s); err != nil {
		return err
	}
	if err := d.audio.Sync(); err != nil {
		return d.failed("sync", wavPart, err)
	}
	return d.box.syncDirectory()
}

// writeNote writes s over the .json.part, as long as that was, and syncs it.
func (d *draft) writeNote(s *sidecar) error {
	b, err := s.encode()
	if err != nil {
		return d.failed("encode", jsonPart, err)
	}
	if pad := partLength - len(b); pad > 0 {
		b = append(b, bytes.Repeat([]byte{' '}, pad)...)
	}
	if err := writeAll(d.note, b); err != nil {
		return d.failed("write", jsonPart, err)
	}
	return d.failed("sync", jsonPart, d.note.Sync())
}

func writeAll(f file, b []byte) error {
	n, err := f.WriteAt(b, 0)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}

// Write takes what the caller says, as voice.CallSession.Record gives it.
func (d *draft) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	if err != nil {
		return n, d.failed("write", wavPart, err)
	}
	d.unsynced += int64(n)
	if d.syncEvery == 0 || d.unsynced < d.syncEvery {
		return n, nil
	}
	d.unsynced = 0
	if err := d.w.Flush(); err != nil {
		return n, d.failed("write", wavPart, err)
	}
	return n, d.failed("sync", wavPart, d.audio.Sync())
}

// finish completes the WAV file under its first name and tells what is in it. A
// fault does not keep it from doing the rest.
func (d *draft) finish() (wav.Info, error) {
	err := errors.Join(
		d.failed("write", wavPart, d.w.Close()),
		d.failed("sync", wavPart, d.audio.Sync()),
		d.closeAudio(),
	)
	return d.w.Info(), err
}

// publish makes the message appear, whole: the rename of its JSON file is the
// moment, and published tells whether it came to that. What fails before leaves
// the files as a crash would.
func (d *draft) publish(s *sidecar) (published bool, err error) {
	from := jsonTemp
	if err = d.writeFinal(s); isFull(err) {
		_ = d.box.dir.Remove(d.id + jsonTemp) // what there is of it only takes room
		from, err = jsonPart, d.writeNote(s)
	}
	_ = d.closeNote() // synced, if it matters; some systems rename and remove no open file
	if err != nil {
		return false, err
	}
	if err := d.rename(wavPart, wavName); err != nil {
		return false, err
	}
	if err := d.rename(from, jsonName); err != nil {
		return false, err
	}
	err = d.box.syncDirectory()
	if from == jsonTemp {
		err = errors.Join(err, d.failed("remove", jsonPart, d.box.dir.Remove(d.id+jsonPart)))
	}
	return true, err
}

// writeFinal writes the final JSON to a file of its own and syncs it.
func (d *draft) writeFinal(s *sidecar) error {
	b, err := s.encode()
	if err != nil {
		return d.failed("encode", jsonTemp, err)
	}
	f, err := d.box.dir.Create(d.id + jsonTemp)
	if err != nil {
		return d.failed("create", jsonTemp, err)
	}
	return errors.Join(
		d.failed("write", jsonTemp, writeAll(f, b)),
		d.failed("sync", jsonTemp, f.Sync()),
		d.failed("close", jsonTemp, f.Close()),
	)
}

func (d *draft) rename(from, to string) error {
	return d.failed("rename", from, d.box.dir.Rename(d.id+from, d.id+to))
}

// discard gives the message up. What cannot be removed stays as after a crash.
func (d *draft) discard() {
	_ = d.closeAudio()
	_ = d.closeNote()
	_ = d.box.dir.Remove(d.id + wavPart)
	_ = d.box.dir.Remove(d.id + jsonPart)
}

// release closes what a panic left open. Files with something said in them
// stay.
func (d *draft) release() {
	if d.audio != nil && d.w.Info().Samples == 0 {
		d.discard()
	}
	_ = d.closeAudio()
	_ = d.closeNote()
}

func (d *draft) closeAudio() error { return d.failed("close", wavPart, closeOnce(&d.audio)) }

func (d *draft) closeNote() error { return d.failed("close", jsonPart, closeOnce(&d.note)) }

func closeOnce(f *file) error {
	open := *f
	if open == nil {
		return nil
	}
	*f = nil
	return open.Close()
}

// failed returns err as one of a file of the message, or nil for nil.
func (d *draft) failed(op, name string, err error) error { return d.box.failed(op, d.id+name, err) }
