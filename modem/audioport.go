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

const (
	frameTime = 20 * time.Millisecond

	// audioLead is how many frames the modem has in hand, so that a late timer
	// does not make a hole in what the far side hears.
	audioLead = 3

	// audioBurst is how many frames behind the schedule are caught up; beyond,
	// the schedule begins anew, and what was due is skipped and counted.
	audioBurst = 10
)

// audioPort moves the voice of calls between a modem's audio port and the call
// that has it. It has two goroutines for as long as it is open, whatever the
// number of calls: a reader, which always reads, so that a call begins with fresh
// audio; and a writer, which writes by an absolute schedule while a call has the
// port, and sleeps while none has.
type audioPort struct {
	rw     io.ReadWriteCloser
	format voice.Format
	log    *slog.Logger
	wg     sync.WaitGroup

	mu    sync.Mutex
	feed  *voice.Feed // the call that has the port, or nil
	turn  int         // counts routings
	ended bool

	routed  chan struct{} // capacity 1: feed or ended changed
	gone    func(error)   // told once when the port ends by itself
	skipped atomic.Int64  // nanoseconds of schedule that were given up
}

// newAudioPort starts to move audio over rw, which it owns. gone is called from
// one of its goroutines when the port breaks.
func newAudioPort(rw io.ReadWriteCloser, format voice.Format, log *slog.Logger, gone func(error)) *audioPort {
	p := &audioPort{rw: rw, format: format, log: log, routed: make(chan struct{}, 1), gone: gone}
	p.wg.Go(p.read)
	p.wg.Go(p.write)
	return p
}

// route gives the port to a call, or to none. It attaches the call's audio, and
// detaches that of the call which had it.
func (p *audioPort) route(f *voice.Feed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feed == f || p.ended {
		return
	}
	if p.feed != nil {
		p.feed.Detach()
	}
	p.feed = f
	p.turn++
	if f != nil {
		f.Attach(voice.MediaInfo{Format: p.format, Lead: audioLead * frameTime})
	}
	p.signal()
}

func (p *audioPort) signal() {
	select {
	case p.routed <- struct{}{}:
	default:
	}
}

// owner returns the call that has the port and the number of its turn.
func (p *audioPort) owner() (f *voice.Feed, turn int, ended bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.feed, p.turn, p.ended
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
	p.route(nil)
	p.mu.Lock()
	defer p.mu.Unlock()
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

// maxEmptyReads is how many reads in a row may bring nothing without an error.
const maxEmptyReads = 100

// read hands what comes to the call that has the port, frame by frame. A frame
// never holds samples of two turns.
func (p *audioPort) read() {
	var (
		buf   [4096]byte
		frame = make([]int16, p.format.Frame())
		have  int  // samples in frame
		half  = -1 // the first byte of a sample, or -1
		last  int  // turn
		empty int
	)
	for {
		n, err := p.rw.Read(buf[:])
		f, turn, ended := p.owner()
		if turn != last {
			last, have = turn, 0
		}
		for _, b := range buf[:n] {
			if half < 0 {
				half = int(b)
				continue
			}
			frame[have] = int16(uint16(half) | uint16(b)<<8)
			half = -1
			if have++; have == len(frame) {
				have = 0
				if f != nil {
					f.Received(frame)
				}
			}
		}
		if empty++; n > 0 {
			empty = 0
		}
		if err == nil && empty == maxEmptyReads {
			err = io.ErrNoProgress
		}
		if err != nil || ended {
			p.broken(err)
			return
		}
	}
}

// write waits for calls and paces each.
func (p *audioPort) write() {
	for {
		f, turn, ended := p.owner()
		switch {
		case ended:
			return
		case f == nil:
			<-p.routed
		default:
			if err := p.pace(f, turn); err != nil {
				p.broken(err)
				return
			}
		}
	}
}

// pace writes the frames of one turn. Frame n is due when the far side has heard
// all but audioLead frames before it, counted from start: an absolute schedule,
// which no delay shifts, unless it is so late that it begins anew.
func (p *audioPort) pace(f *voice.Feed, turn int) error {
	frame := make([]int16, p.format.Frame())
	buf := make([]byte, 2*len(frame))
	start, n := time.Now(), 0
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		due := start.Add(time.Duration(max(0, n-audioLead+1)) * frameTime)
		switch late := time.Since(due); {
		case late > audioBurst*frameTime:
			p.skip(start, n)
			start, n = time.Now(), 0
		case late < 0:
			timer.Reset(-late)
			select {
			case <-timer.C:
			case <-p.routed:
			}
		}
		if _, now, ended := p.owner(); ended || now != turn {
			return nil
		}
		if time.Since(due) < 0 { // woken by a routing that changed nothing
			continue
		}
		f.Next(frame)
		for i, s := range frame {
			binary.LittleEndian.PutUint16(buf[2*i:], uint16(s))
		}
		if _, err := p.rw.Write(buf); err != nil {
			return err
		}
		n++
	}
}

// skip counts how far the schedule moves when frame n is the first of a new one.
func (p *audioPort) skip(start time.Time, n int) {
	by := time.Since(start) - time.Duration(n)*frameTime
	p.skipped.Add(int64(by))
	p.log.Warn("audio port stalled", slog.Duration("skipped", by))
}
