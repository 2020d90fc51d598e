package modem

import (
	"encoding/binary"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/callstack-go/callstack/voice"
)

// audioPort moves the voice of calls between a modem's audio port and the call
// that has it. It has two goroutines for as long as it is open, whatever the
// number of calls: a reader, which always reads, so that a call begins with fresh
// audio; and a writer, which writes at the pace of the family while a call has the
// port, and sleeps while none has.
type audioPort struct {
	rw  io.ReadWriteCloser
	by  Pace
	log *slog.Logger
	wg  sync.WaitGroup

	mu sync.Mutex
	routing
	heard  time.Time     // when a frame was received last, or the port was given to a call
	credit int           // frames received for which none was written, by PaceReceived
	paused time.Time     // since when the modem wants nothing written; zero if it does
	behind time.Duration // how long pauses were that the schedule does not know of

	changed chan struct{} // capacity 1: something for the writer to look at
	gone    func(error)   // told once when the port ends by itself
	skipped atomic.Int64  // nanoseconds of schedule that were given up
}

// routing is who has the port, and how.
type routing struct {
	feed   *voice.Feed  // of the call that has it, or nil
	turn   int          // counts routings
	format voice.Format // does not change within a turn with a call
	ended  bool
}

// newAudioPort starts to move audio over rw, which it owns. gone is called from
// one of its goroutines when the port breaks.
func newAudioPort(rw io.ReadWriteCloser, format voice.Format, by Pace, log *slog.Logger, gone func(error)) *audioPort {
	p := &audioPort{rw: rw, routing: routing{format: format}, by: by, log: log, changed: make(chan struct{}, 1), gone: gone}
	p.wg.Go(p.read)
	p.wg.Go(p.write)
	return p
}

// route gives the port to a call, or to none. It attaches the call's audio, and
// detaches that of the call which had it.
func (p *audioPort) route(f *voice.Feed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.give(f)
}

// give is route, for who holds the lock.
func (p *audioPort) give(f *voice.Feed) {
	if p.feed == f || p.ended {
		return
	}
	if p.feed != nil {
		p.feed.Detach()
	}
	p.feed = f
	p.turn++
	p.heard = time.Now()
	p.credit, p.paused, p.behind = 0, time.Time{}, 0
	if f != nil {
		f.Attach(voice.MediaInfo{Format: p.format, Lead: p.by.lead(), Gap: silentAfter})
	}
	p.signal()
}

func (p *audioPort) signal() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// setFormat sets the format that the port has from the next call on.
func (p *audioPort) setFormat(f voice.Format) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feed == nil {
		p.format = f
		p.turn++
	}
}

// now returns who has the port.
func (p *audioPort) now() routing {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.routing
}

// quietFor returns for how long a call has the port and no frame came. A port
// that is gone is told of otherwise.
func (p *audioPort) quietFor() time.Duration {
	if p == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feed == nil {
		return 0
	}
	return time.Since(p.heard)
}

// flows tells whether a call has the port, and frames come.
func (p *audioPort) flows() bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.feed != nil && time.Since(p.heard) < audioAlive
}

// Close closes the port and waits for its goroutines.
func (p *audioPort) Close() error {
	p.end()
	err := p.rw.Close()
	p.wg.Wait()
	return err
}

// end takes the port from whoever has it, for good. It reports whether this was
// the first time.
func (p *audioPort) end() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.give(nil) // and nobody can get it before it has ended
	first := !p.ended
	p.ended = true
	p.signal()
	return first
}

// broken ends the port because of err.
func (p *audioPort) broken(err error) {
	if p.end() {
		p.gone(err)
	}
}

// maxEmptyReads is how many reads in a row may bring nothing at once, without an
// error. One that has waited for quickRead before is of a port with a timeout.
const (
	maxEmptyReads = 100
	quickRead     = time.Millisecond
)

// read hands what comes to the call that has the port.
func (p *audioPort) read() {
	var buf [4096]byte
	in := framer{half: -1}
	for empty := 0; ; {
		start := time.Now()
		n, err := p.rw.Read(buf[:])
		now := p.now()
		p.received(in.take(buf[:n], now), now.turn)
		if empty++; n > 0 || time.Since(start) >= quickRead {
			empty = 0
		}
		if err == nil && empty == maxEmptyReads {
			err = io.ErrNoProgress
		}
		if err != nil || now.ended {
			p.broken(err)
			return
		}
	}
}

// framer makes frames out of bytes. A frame never holds samples of two turns.
type framer struct {
	frame []int16
	have  int // samples in frame
	half  int // the first byte of a sample, or -1
	turn  int
	at    time.Time // of the last byte
}

// newStream is how long nothing comes where one stream of audio ends and another
// begins. A byte that is left of the old one belongs to no sample of the new one.
const newStream = 250 * time.Millisecond

// take takes bytes, hands the frames that they complete to f, and counts them.
func (r *framer) take(p []byte, to routing) (frames int) {
	if to.turn != r.turn || r.frame == nil {
		r.turn, r.have = to.turn, 0
		if len(r.frame) != to.format.Frame() {
			r.frame = make([]int16, to.format.Frame())
		}
	}
	if len(p) == 0 {
		return 0
	}
	now := time.Now()
	if now.Sub(r.at) > newStream {
		r.half = -1
	}
	r.at = now
	for _, b := range p {
		if r.half < 0 {
			r.half = int(b)
			continue
		}
		r.frame[r.have] = int16(uint16(r.half) | uint16(b)<<8)
		r.half = -1
		if r.have++; r.have == len(r.frame) {
			r.have = 0
			frames++
			if to.feed != nil {
				to.feed.Received(r.frame)
			}
		}
	}
	return frames
}

// write waits for calls and paces each.
func (p *audioPort) write() {
	for {
		now := p.now()
		switch {
		case now.ended:
			return
		case now.feed == nil:
			<-p.changed
		default:
			if err := p.pace(now); err != nil {
				p.broken(err)
				return
			}
		}
	}
}

// pace writes the frames of one turn, each when it is due.
func (p *audioPort) pace(to routing) error {
	frame := make([]int16, to.format.Frame())
	buf := make([]byte, 2*len(frame))
	pacer := p.newPacer()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if now := p.now(); now.ended || now.turn != to.turn {
			return nil
		}
		if wait := p.due(pacer); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-p.changed:
			}
			continue
		}
		to.feed.Next(frame)
		for i, s := range frame {
			binary.LittleEndian.PutUint16(buf[2*i:], uint16(s))
		}
		if _, err := p.rw.Write(buf); err != nil {
			return err
		}
		pacer.wrote()
	}
}
