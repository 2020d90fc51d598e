package voice

import (
	"context"
	"errors"
	"io"
	"time"
)

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
	ended  bool   // no frame comes after those in the ring
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
	}
	if opts != nil {
		p.interrupt = normalKeys(opts.Interrupt)
	}
	return p
}

// fill hands the next frame to the line, padded with silence if it is the last
// and short. It reports false if there is none. The call's lock is held.
func (p *player) fill(frame []int16) bool {
	if p.paused || p.halted || p.count == 0 || len(frame) != p.format.Frame() {
		return false
	}
	f := &p.ring[p.head]
	clear(frame[copy(frame, f.pcm[:f.n]):])
	p.handed += f.n
	p.head = (p.head + 1) % playAhead
	p.count--
	if p.ended && p.count == 0 {
		close(p.drained)
	}
	select {
	case p.room <- struct{}{}:
	default:
	}
	return true
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

// run plays src until it ends, is stopped, the call ends or ctx is done. It
// is the producer: the only one that reads src.
func (c *CallSession) run(ctx context.Context, p *player, src Source) (err error) {
	format, err := c.awaitAudio(ctx, p.stop)
	if err != nil {
		return err
	}
	c.mu.Lock()
	p.format = format
	c.mu.Unlock()
	if err := src.Open(format); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSource(src)) }()
	for {
		n, err := readFrame(src, p.frame[:format.Frame()])
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if perr := c.push(ctx, p, n, err != nil); perr != nil {
			return perr
		}
		if err != nil {
			return c.drain(ctx, p)
		}
	}
}

// readFrame fills dst from src, unless src ends before.
func readFrame(src Source, dst []int16) (n int, err error) {
	for idle := 0; n < len(dst) && err == nil; idle++ {
		var m int
		m, err = src.Read(dst[n:])
		n += m
		if m > 0 {
			idle = 0
		} else if err == nil && idle == 100 {
			err = io.ErrNoProgress
		}
	}
	return n, err
}

// push gives the first n samples of p.frame to the line, when there is room.
func (c *CallSession) push(ctx context.Context, p *player, n int, last bool) error {
	for {
		if c.tryPush(p, n, last) {
			return nil
		}
		select {
		case <-p.room:
		case <-p.stop:
			return errHalted
		case <-c.life.Done():
			return context.Cause(c.life)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (c *CallSession) tryPush(p *player, n int, last bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.count == playAhead {
		return false
	}
	if n > 0 {
		f := &p.ring[(p.head+p.count)%playAhead]
		f.n = copy(f.pcm[:], p.frame[:n])
		p.count++
	}
	if p.ended = last; last && p.count == 0 {
		close(p.drained)
	}
	return true
}

// drain waits until the far side has heard the last frame.
func (c *CallSession) drain(ctx context.Context, p *player) error {
	drained := p.drained
	var heard <-chan time.Time
	for {
		select {
		case <-drained:
			drained = nil
			lead := time.NewTimer(c.leadNow())
			defer lead.Stop()
			heard = lead.C
		case <-heard:
			return nil
		case <-p.stop:
			return errHalted
		case <-c.life.Done():
			return context.Cause(c.life)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (c *CallSession) leadNow() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.audio.lead
}
