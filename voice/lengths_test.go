package voice_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

// FuzzLengths runs a random program of what a carrier feeds and a user calls, and
// holds that lengths are exact whatever happens in whatever order: a recording is
// as long as what was pushed, held and lost, and equal to it sample for sample if
// nothing was lost; what the far side hears is what the plays say that they have
// handed over; and with the end of the call everything ends.
func FuzzLengths(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 60 {
		program := make([]byte, 20+5*n)
		for i := range program {
			program[i] = byte(r.Uint32())
		}
		f.Add(program)
	}
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) > 1000 {
			return
		}
		bubble(t, func(ctx context.Context, t *testing.T) {
			m := newModel(ctx, t, program)
			for len(m.program) > 0 {
				m.step()
				synctest.Wait()
			}
			m.end()
		})
	})
}

// model does to a call what a program of bytes says, and keeps book of what has
// to come of it.
type model struct {
	ctx     context.Context
	t       *testing.T
	program []byte
	call    *voice.CallSession
	feed    *voice.Feed

	flowed, attached bool
	since            time.Time // of the last Attach or Detach
	pushed, taken    time.Time // from when on 15 s without frames count
	frames           uint64    // pushed so far: the seed of the next

	recs  []*modelRecord
	plays []*modelPlay
	heard []int16 // without silence
	waits []func()
}

type modelRecord struct {
	w      recorded
	begun  time.Time
	limit  int
	lossy  bool // the writer is slow
	want   []int16
	lost   int
	ends   map[voice.RecordReason][]int // lengths at which it may have ended
	losses map[int]int                  // lost of these lengths
	key    byte
	cancel context.CancelFunc
	result func() (taken, error)
}

type modelPlay struct {
	pcm    []int16
	result func() (played, error)
}

func newModel(ctx context.Context, t *testing.T, program []byte) *model {
	t.Helper()
	call, feed := fed(t, nil, voice.Info{State: voice.Active})
	return &model{
		ctx: ctx, t: t, program: program, call: call, feed: feed,
		since: time.Now(), pushed: time.Now(), taken: time.Now(),
	}
}

// next takes a number below n out of the program.
func (m *model) next(n int) int {
	if len(m.program) == 0 {
		return 0
	}
	b := m.program[0]
	m.program = m.program[1:]
	return int(b) % n
}

func (m *model) step() {
	switch m.next(16) {
	case 0, 1, 2:
		for range m.next(60) {
			m.push(frame)
		}
	case 3:
		m.push(m.next(256) + m.next(256))
	case 4:
		m.lose()
	case 5, 6:
		m.pass(time.Duration(m.next(256)) * 37 * time.Millisecond)
	case 7:
		m.pass(time.Duration(m.next(256)) * 12345)
	case 8:
		m.attach()
	case 9:
		m.detach()
	case 10:
		m.press()
	case 11:
		m.record()
	case 12:
		m.play()
	case 13:
		m.collect()
	case 14:
		for range m.next(40) {
			m.listen()
		}
	case 15:
		if len(m.recs) > 0 {
			m.stopRecord(m.recs[m.next(len(m.recs))])
		}
	}
}

func (m *model) push(n int) {
	m.frames++
	pcm := noise(m.frames, n)
	m.feed.Received(pcm)
	synctest.Wait()
	if !m.attached || n == 0 {
		return
	}
	m.pushed = time.Now()
	for _, r := range m.recs {
		r.want = append(r.want, pcm...)
	}
}

func (m *model) lose() {
	d := time.Duration(m.next(256)) * 11 * time.Millisecond
	m.feed.Lost(d)
	if m.attached {
		for _, r := range m.recs {
			r.want = append(r.want, quiet(d)...)
			r.lost += narrow.Samples(d)
		}
	}
}

// pass lets d go by, but never so much that audio counts as missing.
func (m *model) pass(d time.Duration) {
	if m.call.State() == voice.Active && max(time.Since(m.pushed), time.Since(m.taken))+d >= 14*time.Second {
		if m.attached {
			m.push(frame)
			m.listen()
		} else {
			m.feed.State(voice.Held)
		}
	}
	pass(d)
}

func (m *model) attach() {
	if m.call.State() == voice.Held {
		m.feed.State(voice.Active)
		m.pushed, m.taken = time.Now(), time.Now()
	}
	m.feed.Attach(voice.MediaInfo{Format: narrow})
	if m.attached {
		return
	}
	for _, r := range m.recs {
		r.want = append(r.want, make([]int16, m.holding(r))...)
	}
	m.attached, m.flowed, m.since = true, true, time.Now()
}

func (m *model) detach() {
	m.feed.Detach()
	if m.next(2) == 0 {
		m.feed.State(voice.Held)
	}
	if m.attached {
		m.attached, m.since = false, time.Now()
	}
}

// holding is how many samples the hold lasts that the call is in now.
func (m *model) holding(r *modelRecord) int {
	if m.attached || !m.flowed {
		return 0
	}
	from := m.since
	if r.begun.After(from) {
		from = r.begun
	}
	return narrow.Samples(time.Since(from))
}

// mayEnd notes that now is a moment at which r ends for a reason, if it has not
// ended before.
func (m *model) mayEnd(r *modelRecord, reason voice.RecordReason) {
	length := len(r.want) + m.holding(r)
	r.ends[reason] = append(r.ends[reason], length)
	r.losses[length] = r.lost
}

func (m *model) press() {
	key := "0123456789"[m.next(10)]
	for _, r := range m.recs {
		if r.key == key {
			m.mayEnd(r, voice.RecordFinishKey)
		}
	}
	m.feed.Digit(key, voice.FromCarrier)
}

func (m *model) record() {
	if len(m.recs) == 10 {
		return
	}
	ctx, cancel := context.WithCancel(m.ctx)
	r := &modelRecord{
		begun: time.Now(), cancel: cancel, key: byte('0' + len(m.recs)),
		ends: map[voice.RecordReason][]int{}, losses: map[int]int{},
	}
	opts := &voice.RecordOptions{Finish: string(rune(r.key))}
	if m.next(2) == 0 {
		opts.Max = time.Duration(1+m.next(255)*m.next(256)) * 123456
		r.limit = max(1, narrow.Samples(opts.Max))
	}
	if m.next(3) == 0 {
		r.lossy = true
		pace := time.Duration(m.next(256)) * time.Millisecond
		r.w.wait = func(int) { pass(pace) }
	}
	r.result = record(ctx, m.t, m.call, &r.w, opts)
	m.recs = append(m.recs, r)
}

func (m *model) stopRecord(r *modelRecord) {
	m.mayEnd(r, voice.RecordCanceled)
	r.cancel()
}

func (m *model) play() {
	p := &modelPlay{pcm: noise(m.frames+1000, m.next(256)*m.next(256))}
	m.frames++
	p.result = play(m.ctx, m.t, m.call, voice.PCM(8000, p.pcm), &voice.PlayOptions{Interrupt: "0123"[:m.next(4)]})
	m.plays = append(m.plays, p)
}

func (m *model) listen() {
	out := noise(1, frame)
	m.feed.Next(out)
	if m.attached {
		m.taken = time.Now()
	}
	m.heard = append(m.heard, slices.DeleteFunc(out, func(s int16) bool { return s == 0 })...)
	synctest.Wait()
}

func (m *model) collect() {
	opts := &voice.CollectOptions{
		Max: m.next(4), Flush: m.next(2) == 0,
		First: time.Duration(m.next(256)) * 20 * time.Millisecond,
	}
	m.waits = append(m.waits, func() {})
	wait := collect(m.ctx, m.t, m.call, opts)
	m.waits[len(m.waits)-1] = func() {
		if d, err := wait(); err != nil {
			assert.ErrorIs(m.t, err, voice.ErrEnded)
		} else if opts.Max > 0 {
			assert.LessOrEqual(m.t, len(d.Keys), opts.Max)
		}
	}
}

// end ends the call and compares.
func (m *model) end() {
	for _, r := range m.recs {
		m.mayEnd(r, voice.RecordCallEnded)
	}
	m.feed.End(voice.End{Reason: voice.RemoteHangup})
	for _, wait := range m.waits {
		wait()
	}
	var handed []int16
	for _, p := range m.plays {
		got, err := p.result()
		if err != nil && err != voice.ErrPlaying { //nolint:errorlint // it is not to be wrapped
			require.ErrorIs(m.t, err, voice.ErrEnded)
		}
		handed = append(handed, p.pcm[:narrow.Samples(got.Duration)]...)
	}
	assertPCM(m.t, handed, m.heard, "what the plays have handed over")
	for i, r := range m.recs {
		r.compare(m.t, i)
	}
	assert.True(m.t, m.call.Idle())
}

// compare holds what a recording has returned against what it had to.
func (r *modelRecord) compare(t *testing.T, i int) {
	defer r.cancel()
	rec, err := r.result()
	got := r.w.samples()
	length := len(got)
	assert.Equal(t, narrow.Duration(length), rec.Duration, "recording %d", i)
	switch rec.Reason {
	case voice.RecordMax:
		require.NoError(t, err)
		assert.Equal(t, r.limit, length, "recording %d is full", i)
	case voice.RecordFinishKey, voice.RecordCanceled, voice.RecordCallEnded:
		require.Equal(t, rec.Reason == voice.RecordFinishKey, err == nil, "recording %d: %v", i, err)
		assert.Contains(t, r.ends[rec.Reason], length, "recording %d, %v", i, rec.Reason)
		if r.limit > 0 {
			assert.Less(t, length, r.limit, "recording %d was full before, %v", i, rec.Reason)
		}
	default:
		require.Fail(t, "unexpected reason", "recording %d: %v, %v", i, rec.Reason, err)
	}
	lost := narrow.Duration(r.losses[length])
	if rec.Reason == voice.RecordMax {
		lost = min(rec.Lost, narrow.Duration(r.lost))
	}
	if r.lossy && rec.Lost > 0 {
		assert.GreaterOrEqual(t, rec.Lost, lost, "recording %d", i)
		return // perhaps the writer was too slow by more than 10 s
	}
	assert.Equal(t, lost, rec.Lost, "recording %d", i)
	want := append(slices.Clone(r.want), make([]int16, max(0, length-len(r.want)))...)
	assertPCM(t, want[:length], got, "recording %d, %v", i, rec.Reason)
}
