package voicemail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/callstack-go/callstack/voice"
)

// hangupTimeout bounds the hang-up of a call whose message is taken.
const hangupTimeout = 10 * time.Second

// Record takes a message: it answers an incoming call if nobody has, plays the
// greeting and the beep, records, says goodbye and hangs up. It blocks until then.
// The call may be of any carrier, and a dialled one that was answered; several
// calls may be recorded at the same time.
//
// However the call ends, the error is nil and Message.Reason tells why;
// Message.Path is empty if nothing was kept. If ctx is done or the box is
// closed, what was said until then is kept, and the call is hung up. After an
// escape key the call is left up.
//
// An error is a fault of a prompt, the directory or the disk (a [*DiskError]),
// or of the carrier. What could be kept in spite of it comes with it, and a
// prompt that cannot be played costs no message.
func (b *VoicemailBox) Record(ctx context.Context, call *voice.CallSession) (Message, error) {
	ctx, leave, err := b.enter(ctx)
	if err != nil {
		return Message{}, err
	}
	defer leave()
	t := &take{
		box:  b,
		call: call,
		log:  b.cfg.Logger.With(slog.String("call", call.ID())),
		msg:  Message{StartedAt: time.Now().UTC()},
	}
	t.msg.Reason = t.run(ctx)
	t.conclude()
	t.goodbye(ctx)
	t.hangup(ctx)
	return t.msg, errors.Join(t.faults...)
}

// take is the taking of one message. It belongs to the goroutine of its Record.
type take struct {
	box      *VoicemailBox
	call     *voice.CallSession
	log      *slog.Logger
	msg      Message
	faults   []error
	recorded bool // there was a beep and a recording
	stranded bool // the message is on the disk, but could not be published
}

// run does everything up to the message's place on the disk, and returns why it
// ended.
func (t *take) run(ctx context.Context) Reason {
	if err := t.answer(ctx); err != nil {
		if reason := t.broken(ctx, err); reason != "" {
			return reason
		}
		return t.fault(fmt.Errorf("voicemail: answer: %w", err))
	}
	if reason := t.greet(ctx); reason != "" {
		return reason
	}
	format, ok := t.call.Format()
	if !ok { // the call plays something else, and has no audio yet
		return t.fault(errors.New("voicemail: the format of the call is not known"))
	}
	d, err := t.box.newDraft(t.call.Number(), format.Rate)
	if err != nil {
		return t.fault(err)
	}
	defer d.release()
	if reason := t.beep(ctx); reason != "" {
		d.discard()
		return reason
	}
	return t.record(ctx, d)
}

// answer answers a call that comes in, and waits for the answer to a dialled one.
func (t *take) answer(ctx context.Context) error {
	if t.call.Direction() == voice.Outgoing {
		return t.call.WaitAnswered(ctx)
	}
	return t.call.Answer(ctx)
}

// greet plays the greeting. Where there is none, no sound takes its place: it
// ends when the call's audio is there, and its format known.
func (t *take) greet(ctx context.Context) Reason {
	src := voice.Silence(0)
	if path := t.box.cfg.Greeting; path != "" {
		src = voice.File(path)
	}
	return t.play(ctx, "greeting", src, t.box.cfg.SkipKeys)
}

func (t *take) beep(ctx context.Context) Reason {
	if t.box.cfg.NoBeep {
		return ""
	}
	return t.play(ctx, "beep", t.box.cfg.Beep(), "")
}

// play plays what comes before the recording, until its end or a key of skip. It
// returns a reason if there is to be no recording. Being unable to play is none.
func (t *take) play(ctx context.Context, what string, src voice.Source, skip string) Reason {
	t.log.DebugContext(ctx, "voicemail plays", slog.String("what", what))
	escape := t.box.cfg.EscapeKeys
	played, err := t.call.Play(ctx, src, &voice.PlayOptions{Interrupt: skip + escape})
	switch {
	case err != nil:
		if reason := t.broken(ctx, err); reason != "" {
			return reason
		}
		t.fault(promptError(what, err))
	case names(escape, played.Key):
		t.msg.Key = played.Key
		return Escape
	}
	return ""
}

// broken returns the reason if err, of a method of the call before the
// recording, says that the call is of no use any more; otherwise none.
func (t *take) broken(ctx context.Context, err error) Reason {
	ended, ok := errors.AsType[*voice.EndedError](err)
	switch {
	case ok && ended.End.Reason == voice.ModemLost:
		return ModemLost
	case ok && byProgram(ended.End.Reason):
		return Canceled
	case ok:
		return Abandoned
	case ctx.Err() != nil:
		return Canceled
	case errors.Is(err, voice.ErrNoAudio):
		return NoAudio
	}
	return ""
}

// byProgram reports whether a call ended because this side wanted it.
func byProgram(r voice.EndReason) bool { return r == voice.LocalHangup || r == voice.Rejected }

// record records into d, and keeps it or not.
func (t *take) record(ctx context.Context, d *draft) Reason {
	cfg := &t.box.cfg
	t.recorded = true
	t.msg.StartedAt = time.Now().UTC()
	t.log.DebugContext(ctx, "voicemail records")
	rec, err := t.call.Record(ctx, d, &voice.RecordOptions{
		Max:     cfg.MaxDuration,
		Finish:  cfg.FinishKeys + cfg.EscapeKeys,
		Silence: cfg.Silence,
	})
	t.msg.EndedAt = time.Now().UTC()
	reason := t.why(rec, err)
	if rec.Lost > 0 {
		t.log.WarnContext(ctx, "voicemail lost audio", slog.Duration("lost", rec.Lost))
	}
	return t.settle(d, reason)
}

// why returns why a recording ended.
func (t *take) why(rec voice.Recording, err error) Reason {
	switch rec.Reason {
	case voice.RecordFinishKey:
		t.msg.Key = rec.Key
		if names(t.box.cfg.EscapeKeys, rec.Key) {
			return Escape
		}
		return FinishKey
	case voice.RecordMax:
		return MaxDuration
	case voice.RecordSilence:
		return Silence
	case voice.RecordNoAudio:
		return NoAudio
	case voice.RecordCanceled:
		return Canceled
	case voice.RecordCallEnded:
		return t.hungUp()
	default:
		return t.fault(err)
	}
}

// hungUp returns the reason for a recording that ended with the call.
func (t *take) hungUp() Reason {
	end, _ := t.call.End()
	switch {
	case end.Reason == voice.ModemLost:
		return ModemLost
	case byProgram(end.Reason):
		return Canceled
	}
	return CallerHangup
}

// settle completes the files of a recording that ended for reason, and publishes
// or removes them. It does so whatever happens to the context.
func (t *take) settle(d *draft, reason Reason) Reason {
	info, err := d.finish()
	if reason != Fault && err != nil { // after a fault it is the same one again
		if r := t.fault(err); r == DiskFull {
			reason = r
		}
	}
	t.msg.Duration = info.Duration().Truncate(time.Millisecond)
	if info.Duration() < t.box.cfg.MinDuration || info.Samples == 0 {
		d.discard()
		return shortOf(reason)
	}
	s := &sidecar{fields: sidecarFields{
		Version: sidecarVersion, ID: d.id, File: d.id + wavName,
		Caller:    string(t.call.Number()),
		StartedAt: t.msg.StartedAt, EndedAt: t.msg.EndedAt,
		DurationMS: t.msg.Duration.Milliseconds(), Bytes: info.FileLength(), Rate: info.Rate,
		Reason: reason,
	}}
	published, err := d.publish(s)
	if err != nil {
		t.log.Warn("voicemail", slog.Any("error", err))
		t.faults = append(t.faults, err)
	}
	if !published {
		t.stranded = true
		return Fault
	}
	key := t.msg.Key
	t.msg = s.message(t.box.join(s.fields.File))
	t.msg.Key = key
	return reason
}

// shortOf returns the reason for a message that is too short to be kept. What
// says more than that stays.
func shortOf(reason Reason) Reason {
	switch reason {
	case FinishKey, CallerHangup, Silence, MaxDuration:
		return TooShort
	default:
		return reason
	}
}

// fault notes what went wrong, and returns the reason if it ends the taking. A
// full disk is a way for it to end and no fault, but somebody has to know.
func (t *take) fault(err error) Reason {
	t.log.Warn("voicemail", slog.Any("error", err))
	if isFull(err) {
		return DiskFull
	}
	t.faults = append(t.faults, err)
	return Fault
}

// conclude tells what has come of the call.
func (t *take) conclude() {
	if !t.msg.Kept() {
		t.msg.Caller = t.call.Number()
		if t.msg.EndedAt.IsZero() {
			t.msg.EndedAt = time.Now().UTC()
		}
	}
	t.log.Debug("voicemail taken", slog.Any("message", t.msg))
	t.box.tell(t.call.ID(), t.msg, t.stranded)
}

func (t *take) goodbye(ctx context.Context) {
	path := t.box.cfg.Goodbye
	if path == "" || !t.recorded || !t.msg.Reason.callerThere() || t.over() {
		return
	}
	_, err := t.call.PlayFile(ctx, path, nil)
	if err == nil || ctx.Err() != nil || errors.Is(err, voice.ErrEnded) {
		return
	}
	t.fault(promptError("goodbye", err))
}

// hangup ends the call unless it is over, or the caller asked for something
// else.
func (t *take) hangup(ctx context.Context) {
	if t.msg.Reason == Escape || t.over() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hangupTimeout)
	defer cancel()
	if err := t.call.Hangup(ctx); err != nil {
		t.fault(fmt.Errorf("voicemail: hang up: %w", err))
	}
}

func (t *take) over() bool {
	_, over := t.call.End()
	return over
}

// names reports whether set holds key; no set holds 0.
func names(set string, key voice.Key) bool { return strings.IndexByte(set, byte(key)) >= 0 }
