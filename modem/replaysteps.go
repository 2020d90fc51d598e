package modem

import (
	"io"
	"os"
	"time"

	"github.com/callstack-go/callstack/internal/transcript"
)

// written takes a line that the host wrote.
func (r *Replay) written(p *replayPort, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next() == nil && len(r.dues) == 0 {
		return // nobody answers any more
	}
	s := r.next()
	inTurn := s != nil && s.Op == transcript.Out && transcript.Same(line, s.line)
	if len(p.lines) > 0 || inTurn || !isQuery(line) || !r.ask(p, line) {
		p.lines = append(p.lines, line)
	}
	r.advance()
}

// next is the step whose turn it is, or nil.
func (r *Replay) next() *step {
	for r.pos < len(r.steps) && r.steps[r.pos].gone {
		r.pos++
	}
	if r.err != nil || r.pos == len(r.steps) {
		return nil
	}
	return &r.steps[r.pos]
}

// passed goes on behind a step that the host has taken just now: what comes after it
// comes as long after it as it was recorded.
func (r *Replay) passed(s *step) {
	r.pos++
	r.base = time.Now().Add(-s.Time())
}

// advance plays all that is due, up to what the host has yet to do.
func (r *Replay) advance() {
	for {
		r.send()
		s := r.next()
		if s == nil {
			break
		}
		if done, at := r.play(s); !done {
			r.wakeAt(at)
			return
		}
	}
	switch {
	case r.err != nil:
		r.end(r.err)
	case len(r.dues) > 0:
		r.wakeAt(time.Time{})
	default:
		r.end(io.EOF)
	}
}

// play plays a step, and tells whether that is done, or when it is due: the zero time
// is for the host to say.
func (r *Replay) play(s *step) (done bool, at time.Time) {
	p := r.ports[s.Port]
	switch s.Op {
	case transcript.Open:
		if p.opened == 0 {
			return false, at
		}
		p.opened--
		r.passed(s)
		return true, at
	case transcript.Refuse:
		return false, at // open does it
	case transcript.Out:
		return r.expect(p, s)
	default: // what the modem does, in its time
	}
	if at := r.base.Add(s.Time()); time.Until(at) > 0 {
		return false, at
	}
	r.pos++
	switch {
	case p.port == nil: // a transcript that does not begin at its beginning
	case s.Op == transcript.In:
		p.port.put(s.data)
	case s.Op == transcript.End:
		p.end(recordedError(s.Error))
	case s.Op == transcript.Close:
		p.end(io.EOF)
	} // and when a Write failed, reading did too
	return true, at
}

// expect compares the line that the host has written with that of a step. A question
// is not waited for long.
func (r *Replay) expect(p *replayPort, s *step) (done bool, at time.Time) {
	written := len(p.lines) > 0
	switch query := isQuery(s.line); {
	case written && transcript.Same(p.lines[0], s.line):
		p.lines = p.lines[1:]
		if query {
			q, _ := r.look(r.pos)
			p.keep(q)
		}
		r.passed(s)
	case query:
		if at := r.base.Add(s.Time() + askedLate); !written && time.Until(at) > 0 {
			return false, at
		}
		p.shelf = append(p.shelf, r.take(r.pos))
	case written:
		r.err = &DivergedError{Got: transcript.Name(p.lines[0]), Want: transcript.Name(s.line)}
	default:
		return false, at
	}
	return true, at
}

// wakeAt plays on when a step is due, or a piece of an answer before. The zero time
// is none.
func (r *Replay) wakeAt(at time.Time) {
	if len(r.dues) > 0 && (at.IsZero() || r.dues[0].at.Before(at)) {
		at = r.dues[0].at
	}
	switch {
	case at.IsZero():
	case r.timer == nil:
		r.timer = time.AfterFunc(time.Until(at), func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.advance()
		})
	default:
		r.timer.Reset(time.Until(at))
	}
}

// end ends all ports that have not ended.
func (r *Replay) end(err error) {
	for _, p := range r.ports {
		p.end(err)
	}
}

// end ends the port, unless it has ended.
func (p *replayPort) end(err error) {
	if p.port == nil || p.ended {
		return
	}
	p.ended = true
	p.port.fail(err)
}

// silentPort is an audio port of a Replay: what is written to it is not looked at.
type silentPort struct{ *mockPort }

// Write takes all of b, unless the port is closed or gone.
func (p silentPort) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !p.isOpen:
		return 0, os.ErrClosed
	case p.err != nil:
		return 0, p.err
	}
	return len(b), nil
}

// commandLines takes the complete lines out of what was written, and what is left.
func commandLines(b []byte) (lines []string, rest []byte) {
	p := mockPort{out: b}
	return p.lines(), p.out
}

// inUse tells whether the port is open.
func (p *mockPort) inUse() bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.isOpen
}
