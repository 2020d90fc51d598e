package voice

import (
	"context"
	"time"
)

const (
	// recordBehind is how many frames a recording's writer may be behind: 10 s.
	recordBehind = 500

	// silenceLevel is the mean square below which a frame counts as silent:
	// -45 dB of full scale.
	silenceLevel = 184 * 184
)

// sink is where a recording goes.
type sink interface {
	begin(f Format) error
	write(pcm []int16) error
}

// recorder is a recording in progress. It belongs to the goroutine of its
// Record, but for pipe, key and canceled, which the call's lock guards.
type recorder struct {
	call  *CallSession
	out   sink
	opts  RecordOptions
	timer *time.Timer

	// What ends the recording from outside closes the pipe: the first counts.
	// What is in the pipe by then is still written.
	pipe     *pipe
	key      Key   // that closed it, or 0
	canceled error // that closed it, or nil

	reason  RecordReason // 0 while it goes on
	format  Format       // zero until the first frame
	limit   int          // samples; 0: none, or not yet known
	written int
	lost    int
	quiet   int // samples of silence at the end
	slot    slot
	zeros   [maxFrame]int16
}

func (c *CallSession) record(ctx context.Context, out sink, opts *RecordOptions) (Recording, error) {
	if err := opts.check(); err != nil {
		return Recording{Reason: RecordFault}, err
	}
	r := &recorder{call: c, out: out, pipe: newPipe(recordBehind), timer: time.NewTimer(noAudioAfter)}
	defer r.timer.Stop()
	if opts != nil {
		r.opts = *opts
		r.opts.Finish = normalKeys(opts.Finish)
	}
	if !r.join() {
		return Recording{Reason: RecordCallEnded}, context.Cause(c.life)
	}
	defer r.leave() // even if out panics
	var err error
	r.reason, err = r.run(ctx)
	return r.result(), err
}

func (r *recorder) result() Recording {
	rec := Recording{
		Format:   r.format,
		Duration: r.format.Duration(r.written),
		Lost:     r.format.Duration(r.lost),
		Reason:   r.reason,
	}
	if rec.Reason == RecordFinishKey {
		r.call.mu.Lock()
		defer r.call.mu.Unlock()
		rec.Key = r.key
	}
	return rec
}

// join lets audio and keys come in.
func (r *recorder) join() bool {
	c := r.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == Ended {
		return false
	}
	c.audio.heard = append(c.audio.heard, r.pipe)
	c.keys.add(r)
	return true
}

// leave keeps audio and keys out. A key that came when something else had ended
// the recording already goes back to where the next Collect finds it.
func (r *recorder) leave() {
	c := r.call
	c.mu.Lock()
	defer c.mu.Unlock()
	c.audio.close(r.pipe, time.Now())
	c.keys.remove(r)
	if r.key != 0 && r.reason != RecordFinishKey {
		c.keys.unread(r.key)
	}
}

// take implements taker. What is heard after the key is not recorded.
func (r *recorder) take(key Key) bool {
	if r.pipe.closed || !names(r.opts.Finish, key) {
		return false
	}
	r.key = key
	r.call.audio.close(r.pipe, time.Now())
	return true
}

// run writes frames as they come until something ends the recording. All that
// was heard before that is written first.
func (r *recorder) run(ctx context.Context) (RecordReason, error) {
	// At once, even if out is slow: what is heard later is not to be recorded.
	stop := context.AfterFunc(ctx, func() { r.cancel(context.Cause(ctx)) })
	defer stop()
	for {
		for r.pop() {
			if reason, err := r.write(r.slot.hole, r.slot.pcm[:r.slot.n]); reason != 0 {
				return reason, err
			}
		}
		if reason, h, err := r.over(ctx); reason != 0 {
			return r.finish(reason, h, err)
		}
		r.wait(ctx)
	}
}

func (r *recorder) pop() bool {
	r.call.mu.Lock()
	defer r.call.mu.Unlock()
	return r.pipe.pop(&r.slot)
}

// cancel ends the recording because ctx was done, if cause is not nil.
func (r *recorder) cancel(cause error) {
	r.call.mu.Lock()
	defer r.call.mu.Unlock()
	if cause != nil && !r.pipe.closed {
		r.canceled = cause
		r.call.audio.close(r.pipe, time.Now())
	}
}

// over tells whether the recording has to end although no frame says so. If so,
// it lets nothing more in, and returns the hole behind the last frame.
func (r *recorder) over(ctx context.Context) (reason RecordReason, h hole, err error) {
	r.cancel(context.Cause(ctx))
	c := r.call
	c.mu.Lock()
	defer c.mu.Unlock()
	wait, due := c.audioDue(c.audio.heardAt, time.Now())
	switch {
	case r.pipe.count > 0: // came since the last pop
		return 0, hole{}, nil
	case r.key != 0:
		reason = RecordFinishKey
	case r.canceled != nil:
		reason, err = RecordCanceled, r.canceled
	case c.state == Ended:
		reason, err = RecordCallEnded, context.Cause(c.life)
	case r.holdLeft() == 0:
		reason = RecordMax
	case due && wait <= 0:
		reason, err = RecordNoAudio, ErrNoAudio
	default:
		return 0, hole{}, nil
	}
	c.audio.close(r.pipe, time.Now())
	return reason, r.pipe.popHole(), err
}

// holdLeft returns how many samples the hold that the call is in may still
// last before it fills the recording; -1 if there is no such end. The call's
// lock is held.
func (r *recorder) holdLeft() int {
	a := &r.call.audio
	limit := r.limitAt(a.format)
	if a.attached || limit == 0 {
		return -1
	}
	return max(0, limit-r.written-r.pipe.pending.samples-a.holding(r.pipe, time.Now()))
}

// finish writes the hole behind the last frame. If that fills the recording, it
// was full before it was ended.
func (r *recorder) finish(reason RecordReason, h hole, err error) (RecordReason, error) {
	if h.samples > 0 {
		if wrote, werr := r.write(h, nil); wrote != 0 {
			return wrote, werr
		}
	}
	return reason, err
}

// wait waits until a frame comes or over may have something to say.
func (r *recorder) wait(ctx context.Context) {
	c := r.call
	c.mu.Lock()
	changed := c.changed
	wait, due := c.audioDue(c.audio.heardAt, time.Now())
	if left := r.holdLeft(); left >= 0 {
		full := c.audio.format.Duration(left)
		if !due || full < wait {
			wait, due = full, true
		}
	}
	c.mu.Unlock()
	if due {
		r.timer.Reset(max(wait, frameDuration))
	} else {
		r.timer.Stop()
	}
	select {
	case <-r.pipe.wake:
	case <-changed:
	case <-r.timer.C:
	case <-c.life.Done():
	case <-ctx.Done():
	}
}

// write writes a hole as silence, then a frame, up to the limit. It returns a
// reason if that ends the recording.
func (r *recorder) write(h hole, pcm []int16) (RecordReason, error) {
	if r.format.Rate == 0 {
		if err := r.begin(); err != nil {
			return RecordFault, err
		}
	}
	r.lost += min(h.lost, r.room(h.samples))
	for left := r.room(h.samples); left > 0; {
		n := min(left, len(r.zeros))
		if err := r.out.write(r.zeros[:n]); err != nil {
			return RecordFault, err
		}
		left -= n
		r.written += n
	}
	pcm = pcm[:r.room(len(pcm))]
	if err := r.out.write(pcm); err != nil {
		return RecordFault, err
	}
	r.written += len(pcm)
	switch {
	case r.limit > 0 && r.written == r.limit:
		return RecordMax, nil
	case r.silent(pcm):
		return RecordSilence, nil
	}
	return 0, nil
}

func (r *recorder) begin() error {
	r.format, _ = r.call.Format()
	r.limit = r.limitAt(r.format)
	return r.out.begin(r.format)
}

// limitAt returns the length in samples at which the recording is full, 0 if it
// never is or the rate is not known. However short Max is, it is a limit.
func (r *recorder) limitAt(f Format) int {
	if r.opts.Max <= 0 || f.Rate == 0 {
		return 0
	}
	return max(1, f.Samples(r.opts.Max))
}

// room returns how many of n samples fit below the limit.
func (r *recorder) room(n int) int {
	if r.limit == 0 {
		return n
	}
	return min(n, r.limit-r.written)
}

// silent reports whether the far side has been silent for long enough.
func (r *recorder) silent(pcm []int16) bool {
	if r.opts.Silence <= 0 || len(pcm) == 0 {
		return false
	}
	var sum int64 // of squares, which 32 bits do not hold
	for _, s := range pcm {
		sum += int64(s) * int64(s)
	}
	if sum >= silenceLevel*int64(len(pcm)) {
		r.quiet = 0
		return false
	}
	r.quiet += len(pcm)
	return r.quiet >= r.format.Samples(r.opts.Silence)
}
