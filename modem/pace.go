package modem

import (
	"log/slog"
	"time"
)

// Pace is a way to know when the audio port takes the next frame.
type Pace int

const (
	// PaceClock writes a frame every 20 ms by the clock, with three in hand.
	PaceClock Pace = iota

	// PaceReceived writes a frame for each that was received, so that the
	// modem's clock drives both directions: Huawei's voice port, which takes
	// 20 ms of audio for each 20 ms that it sends (chan_dongle). While it sends
	// nothing for 100 ms the clock takes over, or the far side would hear
	// nothing only because the program does not.
	PaceReceived
)

const (
	frameTime = 20 * time.Millisecond

	// audioLead is how many frames the modem has in hand, so that a late timer
	// does not make a hole in what the far side hears.
	audioLead = 3

	// audioBurst is how many frames behind the schedule are caught up; beyond,
	// the schedule begins anew, and what was due is skipped and counted.
	audioBurst = 10

	// receivedLead is the lead of PaceReceived: a frame that is written for one that
	// came is taken when the next one comes, and played until the one after it.
	receivedLead = 2

	// quietAfter is how long PaceReceived waits for a frame before the clock takes
	// over. Five frames are more than the jitter of USB, and less than what a
	// listener takes for a broken line.
	quietAfter = 5 * frameTime

	// maxPause is how long a pause of Profile.Audio.Flow lasts at the most.
	maxPause = time.Second
)

// lead is how much of what was written the far side has not heard.
func (p Pace) lead() time.Duration {
	if p == PaceReceived {
		return receivedLead * frameTime
	}
	return audioLead * frameTime
}

// pacer tells when the frames of one turn are due. It belongs to the port's
// writer.
type pacer interface {
	// wait returns for how long the next frame is not due, and by how much the
	// schedule was skipped because it was too far behind.
	wait() (left, skipped time.Duration)
	// wrote counts the frame that was due.
	wrote()
	// shift moves the schedule by a pause.
	shift(by time.Duration)
}

func (p *audioPort) newPacer() pacer {
	now := time.Now()
	if p.by == PaceReceived {
		return &receivedPacer{p: p, next: now.Add(quietAfter)}
	}
	return &clockPacer{start: now}
}

// clockPacer is an absolute schedule, which no delay shifts, unless it is so late
// that it begins anew: frame n is due when the far side has heard all but
// audioLead frames before it, counted from start.
type clockPacer struct {
	start time.Time
	n     int
}

func (c *clockPacer) wait() (left, skipped time.Duration) {
	left = time.Until(c.start.Add(time.Duration(max(0, c.n-audioLead+1)) * frameTime))
	if left >= -audioBurst*frameTime {
		return left, 0
	}
	skipped = time.Since(c.start) - time.Duration(c.n)*frameTime
	c.start, c.n = time.Now(), 0
	return 0, skipped
}

func (c *clockPacer) wrote() { c.n++ }

func (c *clockPacer) shift(by time.Duration) { c.start = c.start.Add(by) }

// receivedPacer has a frame due for each that was received, and by the clock from
// next on if none is.
type receivedPacer struct {
	p    *audioPort
	next time.Time
	came bool // the frame that is due is one for one that was received
}

func (r *receivedPacer) wait() (left, skipped time.Duration) {
	if r.came = r.p.takeCredit(); r.came {
		return 0, 0
	}
	left = time.Until(r.next)
	if left >= -audioBurst*frameTime {
		return left, 0
	}
	r.next = time.Now()
	return 0, -left
}

func (r *receivedPacer) wrote() {
	if r.came {
		r.next = time.Now().Add(quietAfter)
		return
	}
	r.next = r.next.Add(frameTime)
}

func (r *receivedPacer) shift(by time.Duration) { r.next = r.next.Add(by) }

// received counts frames of a turn that came, of which each lets one be written.
// What a writer that is held up leaves behind is skipped beyond a burst.
func (p *audioPort) received(frames, turn int) {
	if frames == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if turn != p.turn || p.feed == nil {
		return
	}
	p.heard = time.Now()
	if p.by != PaceReceived {
		return
	}
	p.credit += frames
	if over := p.credit - audioBurst; over > 0 {
		p.credit = audioBurst
		p.skipped.Add(int64(over) * int64(frameTime))
	}
	p.signal()
}

// takeCredit takes one of the frames that may be written.
func (p *audioPort) takeCredit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.credit == 0 {
		return false
	}
	p.credit--
	return true
}

// pause stops what is written, or lets it go on.
func (p *audioPort) pause(stop bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endPause()
	if stop {
		p.paused = time.Now()
	}
	p.signal()
}

// endPause notes by how much the schedule has to move because of a pause.
func (p *audioPort) endPause() {
	if !p.paused.IsZero() {
		p.behind += time.Since(p.paused)
		p.paused = time.Time{}
	}
}

// pausing returns how long a pause lasts still unless a report ends it, and by
// how much the schedule has to move because of one that is over.
func (p *audioPort) pausing() (left, behind time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.paused.IsZero() {
		if left = time.Until(p.paused.Add(maxPause)); left > 0 {
			return left, 0
		}
		p.log.Warn("audio port paused and never told to go on: going on")
		p.endPause()
	}
	behind, p.behind = p.behind, 0
	return 0, behind
}

// due returns for how long the next frame is not due, and counts what it skips.
func (p *audioPort) due(s pacer) time.Duration {
	left, behind := p.pausing()
	if left > 0 {
		return left
	}
	if behind > 0 {
		p.skipped.Add(int64(behind))
		s.shift(behind)
	}
	left, skipped := s.wait()
	if skipped > 0 {
		p.skipped.Add(int64(skipped))
		p.log.Warn("audio port stalled", slog.Duration("skipped", skipped))
	}
	return left
}
