package voice

import "time"

// playAhead is how many frames a source is read ahead: 320 ms, enough for the
// burst with which a line catches up after a stall and for a source that is
// slow now and then.
const playAhead = 16

// player hands the frames of one source to the line. The call's lock guards
// what stands above interrupt; the rest does not change, or is the producer's.
type player struct {
	ring   [playAhead]playFrame
	head   int
	count  int
	gone   int    // samples of the frame at head that the line has taken
	ended  bool   // no frame comes after those in the ring
	prime  int    // frames that must be ready before the line takes the first
	format Format // zero until audio flows
	paused bool
	handed int // samples that the line has taken
	halted bool
	key    Key // that halted it, or 0

	interrupt string
	stop      chan struct{} // closed by halt
	room      chan struct{} // capacity 1: the line took a frame
	drained   chan struct{} // closed when the line took the last one
	frame     [maxFrame]int16
	timer     *time.Timer // of await
}

type playFrame struct {
	n   int
	pcm [maxFrame]int16
}

func newPlayer(opts *PlayOptions) *player {
	p := &player{
		stop:    make(chan struct{}),
		room:    make(chan struct{}, 1),
		drained: make(chan struct{}),
		timer:   time.NewTimer(noAudioAfter),
	}
	p.timer.Stop()
	if opts != nil {
		p.interrupt = normalKeys(opts.Interrupt)
	}
	return p
}

// put appends the first n samples of p.frame to the ring, which has room. The
// call's lock is held.
func (p *player) put(n int, last bool) {
	if n > 0 {
		f := &p.ring[(p.head+p.count)%playAhead]
		f.n = copy(f.pcm[:], p.frame[:n])
		p.count++
	}
	if p.ended = last; last && p.count == 0 {
		close(p.drained)
	}
}

// fill hands the next samples to the line and returns how many there are, up to
// len(frame). The call's lock is held.
func (p *player) fill(frame []int16) int {
	if p.paused || p.halted || p.count < p.prime && !p.ended {
		return 0
	}
	p.prime = 0 // it has begun
	n := 0
	for n < len(frame) && p.count > 0 {
		f := &p.ring[p.head]
		m := copy(frame[n:], f.pcm[p.gone:f.n])
		n += m
		p.gone += m
		if p.gone == f.n {
			p.advance()
		}
	}
	p.handed += n
	return n
}

// advance lets go of the frame at head.
func (p *player) advance() {
	p.gone = 0
	p.head = (p.head + 1) % playAhead
	p.count--
	if p.ended && p.count == 0 {
		close(p.drained)
	}
	select {
	case p.room <- struct{}{}:
	default:
	}
}

// halt stops the player at once, because of a key, or of none (0) for Stop. The
// call's lock is held.
func (p *player) halt(key Key) {
	if !p.halted {
		p.halted, p.key = true, key
		close(p.stop)
	}
}

// take implements taker: a key that the options name stops the player.
func (p *player) take(key Key) bool {
	if p.halted || !names(p.interrupt, key) {
		return false
	}
	p.halt(key)
	return true
}
