package voice

import (
	"slices"
	"time"
)

// audio routes the frames of a call: what is heard to recordings, taps and
// streams, and what is said from the player. All its methods run under the
// call's lock; the two that run for every frame allocate nothing.
type audio struct {
	attached bool
	format   Format // zero until audio has flowed
	lead     time.Duration
	gap      time.Duration // how long no frame may come while attached
	never    bool          // there is none, and none will come
	since    time.Time     // when it was attached or detached last
	heardAt  time.Time     // when the last frame came
	takenAt  time.Time     // when the last frame was asked for

	player *player
	heard  []*pipe // from the far side
	said   []*pipe // to the far side
}

func (a *audio) attach(mi MediaInfo, now time.Time) {
	if a.attached {
		return
	}
	for _, p := range a.heard {
		p.skip(a.holding(p, now))
	}
	a.attached, a.format, a.lead, a.gap, a.since = true, mi.Format, mi.Lead, mi.Gap, now
	a.never = false
}

func (a *audio) detach(now time.Time) {
	if a.attached {
		a.attached, a.since = false, now
	}
}

// holding returns the length in samples of the hold that p is in, which is
// silence to it: from when audio was taken away, or from when p was opened.
func (a *audio) holding(p *pipe, now time.Time) int {
	if a.attached || a.format.Rate == 0 || p.closed {
		return 0
	}
	from := a.since
	if p.opened.After(from) {
		from = p.opened
	}
	return a.format.Samples(now.Sub(from))
}

// close takes p off the far side's audio. What is in it stays, and a hold it
// is in counts up to now.
func (a *audio) close(p *pipe, now time.Time) {
	p.skip(a.holding(p, now))
	p.closed = true
	a.heard = remove(a.heard, p)
	a.said = remove(a.said, p)
}

// end closes all, at the end of the call.
func (a *audio) end(now time.Time) {
	for len(a.heard) > 0 {
		a.close(a.heard[0], now)
	}
	for len(a.said) > 0 {
		a.close(a.said[0], now)
	}
	a.detach(now)
}

func (a *audio) received(frame []int16, now time.Time) {
	if !a.attached {
		return
	}
	a.heardAt = now
	for _, p := range a.heard {
		p.push(frame)
	}
}

func (a *audio) next(frame []int16, now time.Time) {
	if !a.attached {
		clear(frame)
		return
	}
	a.takenAt = now
	n := 0
	if a.player != nil {
		n = a.player.fill(frame)
	}
	clear(frame[n:])
	for _, p := range a.said {
		p.push(frame)
	}
}

func (a *audio) lost(d time.Duration) {
	if !a.attached {
		return
	}
	for _, p := range a.heard {
		p.lose(a.format.Samples(d))
	}
}

func remove[T comparable](s []T, v T) []T {
	if i := slices.Index(s, v); i >= 0 {
		return slices.Delete(s, i, i+1)
	}
	return s
}
