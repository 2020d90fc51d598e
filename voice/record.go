package voice

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"time"
)

// RecordOptions are the optional settings of a recording. Nil means the zero
// value.
type RecordOptions struct {
	// Max ends the recording at this length, to the sample. Zero means no
	// limit.
	Max time.Duration

	// Finish is the set of keys any of which ends the recording, such as "#"
	// or [AnyKey]. Other keys go where they would go without the recording.
	Finish string

	// Silence ends the recording after the far side was silent for so long:
	// below -45 dB of full scale. Zero means never.
	Silence time.Duration
}

// RecordReason is why a recording ended.
type RecordReason int

const (
	// RecordFinishKey means that a key of RecordOptions.Finish was pressed.
	RecordFinishKey RecordReason = iota + 1
	// RecordMax means that RecordOptions.Max was reached.
	RecordMax
	// RecordSilence means that the far side was silent for
	// RecordOptions.Silence.
	RecordSilence
	// RecordNoAudio means that no audio came for 15 s, counted from the answer
	// or from the last frame, or for longer than MediaInfo.Gap. Record returns [ErrNoAudio] with it.
	RecordNoAudio
	// RecordCallEnded means that the call ended. Record returns an
	// [*EndedError] with it.
	RecordCallEnded
	// RecordCanceled means that ctx was done. Record returns its cause with it.
	RecordCanceled
	// RecordFault means that the writer failed, or an option is a bad one. Record
	// returns the error with it.
	RecordFault
)

var recordReasonNames = [...]string{
	"", "finish_key", "max_duration", "silence", "no_audio", "call_ended", "canceled", "fault",
}

// String returns the reason's name, such as "finish_key". It is empty for the
// zero value.
func (r RecordReason) String() string {
	if r >= 0 && int(r) < len(recordReasonNames) {
		return recordReasonNames[r]
	}
	return "RecordReason(" + strconv.Itoa(int(r)) + ")"
}

// Recording tells what a Record has taken.
type Recording struct {
	// Format is the format of the samples. It is zero if no audio came.
	Format Format
	// Duration is the length of the recording, lost and held time included.
	Duration time.Duration
	// Lost is how much of it is silence in the place of audio that was lost,
	// because the writer was too slow or the carrier lost it.
	Lost time.Duration
	// Reason is why the recording ended.
	Reason RecordReason
	// Key is the key that ended it, for RecordFinishKey.
	Key Key
}

// LogValue returns all but the key, as a group.
func (r Recording) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("reason", r.Reason.String()),
		slog.Duration("duration", r.Duration),
		slog.Duration("lost", r.Lost),
		slog.Int("rate", r.Format.Rate),
	)
}

// Record writes what the far side says to w, from now on: 16-bit little-endian
// mono samples without a header, at the rate of Recording.Format. It begins
// with the first frame that comes after it was called; before audio flows it
// waits. Time on hold is written as silence.
//
// w is called on the goroutine of Record. It may block: up to 10 s of audio
// wait for it, beyond that silence of the same length takes the place of what
// was lost. What was heard before the end is written after it, if need be: with
// a slow w Record returns late, and not short.
//
// Record returns nil when a key, RecordOptions.Max or silence ended it. Whatever
// the error, the Recording tells what was written.
func (c *CallSession) Record(ctx context.Context, w io.Writer, opts *RecordOptions) (Recording, error) {
	return c.record(ctx, &rawSink{w: w}, opts)
}

// RecordFile records as Record does into a new WAV file at path: 16-bit mono
// PCM, permissions 0600, its header right once RecordFile has returned. An
// existing file is not overwritten: the error is fs.ErrExist then. In a call that
// has ended no file is made; one to which no audio came is an empty WAV at 8 kHz.
func (c *CallSession) RecordFile(ctx context.Context, path string, opts *RecordOptions) (Recording, error) {
	if c.isOver() {
		return Recording{Reason: RecordCallEnded}, context.Cause(c.life)
	}
	if err := opts.check(); err != nil {
		return Recording{Reason: RecordFault}, err
	}
	out, err := createWAV(path)
	if err != nil {
		return Recording{Reason: RecordFault}, err
	}
	return c.recordWAV(ctx, out, opts)
}

func (c *CallSession) recordWAV(ctx context.Context, out *wavSink, opts *RecordOptions) (Recording, error) {
	rec, err := c.record(ctx, out, opts)
	if cerr := out.close(); cerr != nil {
		rec.Reason, err = RecordFault, join(cerr, err)
	}
	return rec, err
}
