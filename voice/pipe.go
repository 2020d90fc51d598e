package voice

import "time"

// pipe is a bounded queue of frames from the carrier's goroutine to a reader
// that may be slower. Where frames are left out, a slot says how many samples
// are missing before its own, so that lengths stay exact whatever happens. All
// of it is guarded by the call's lock but for wake, on which the reader waits.
type pipe struct {
	slots   []slot // a ring, which grows up to limit while the reader is behind
	head    int    // index of the oldest
	count   int
	limit   int
	opened  time.Time
	pending hole // behind the newest slot
	losses  int  // samples lost so far
	closed  bool // nothing comes any more
	wake    chan struct{}
}

// slot is a frame and the hole before it.
type slot struct {
	hole hole
	n    int
	pcm  [maxFrame]int16
}

// hole is a number of samples that did not come.
type hole struct {
	samples int // all of them: held or lost
	lost    int // of these, those that the far side said and we lost
}

func (h *hole) add(o hole) {
	h.samples += o.samples
	h.lost += o.lost
}

// pipeStart is 160 ms, more than a reader that keeps up is ever behind.
const pipeStart = 8

func newPipe(limit int) *pipe {
	return &pipe{
		slots:  make([]slot, min(pipeStart, limit)),
		limit:  limit,
		opened: time.Now(),
		wake:   make(chan struct{}, 1),
	}
}

// push appends a frame. One that is longer than a slot takes several. Of a full
// pipe it is lost, and counted.
func (p *pipe) push(frame []int16) {
	for len(frame) > maxFrame {
		p.pushSlot(frame[:maxFrame])
		frame = frame[maxFrame:]
	}
	if len(frame) > 0 {
		p.pushSlot(frame)
	}
}

func (p *pipe) pushSlot(frame []int16) {
	if p.count == len(p.slots) && !p.grow() {
		p.lose(len(frame))
		return
	}
	s := &p.slots[(p.head+p.count)%len(p.slots)]
	s.hole, p.pending = p.pending, hole{}
	s.n = copy(s.pcm[:], frame)
	p.count++
	p.signal()
}

// grow doubles the ring. It is the one place where a frame may cost an
// allocation: when a reader is further behind than it ever was.
func (p *pipe) grow() bool {
	if len(p.slots) == p.limit {
		return false
	}
	slots := make([]slot, min(2*len(p.slots), p.limit))
	n := copy(slots, p.slots[p.head:])
	copy(slots[n:], p.slots[:p.head])
	p.slots, p.head = slots, 0
	return true
}

// skip counts samples that were never said, such as those of a hold.
func (p *pipe) skip(n int) {
	p.pending.add(hole{samples: n})
	p.signal()
}

// lose counts samples that were said and lost.
func (p *pipe) lose(n int) {
	p.losses += n
	p.pending.add(hole{samples: n, lost: n})
	p.signal()
}

// pop takes the oldest frame out, into s.
func (p *pipe) pop(s *slot) bool {
	if p.count == 0 {
		return false
	}
	*s = p.slots[p.head]
	p.head = (p.head + 1) % len(p.slots)
	p.count--
	return true
}

// popHole takes out the hole behind the last frame.
func (p *pipe) popHole() hole {
	h := p.pending
	p.pending = hole{}
	return h
}

func (p *pipe) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}
