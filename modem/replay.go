package modem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/callstack-go/callstack/internal/transcript"
)

// DivergedError means that the host did something else than what a transcript has.
type DivergedError struct {
	// Got and Want are the names of commands, or "ESC" and the like, of what the host
	// wrote and of what was recorded.
	Got, Want string
}

// Error tells both names.
func (e *DivergedError) Error() string {
	return fmt.Sprintf("modem: replay: the host sent %s where the recording has %s", e.Got, e.Want)
}

// Replay is a [Transport] and [ReportTransport] that plays a transcript of a
// [Recorder] back, so that what happened once, at somebody's, can be a test.
//
// It waits for each command that was recorded, and then sends what came, as long after
// the command as it came, in the same pieces. Bytes are as masked as the transcript;
// a command is the right one if it is the same but for what is masked in it. When the
// host says something else, all ports fail with a *[DivergedError]. Questions that are
// asked by the clock (AT, AT+CLCC, AT+CSQ, and what ends in ?) may come earlier or
// later, more often or less, and get the answer that fits the time. Audio is silence,
// of the recorded lengths and at the recorded times, so a program that listens to it
// may act differently; what the host plays is not looked at.
//
// Ports end as they did: with io.EOF, or an error that has the recorded words. Where
// the host had closed one, and at the end of the transcript, it is io.EOF. Ports that
// were never opened are errors.ErrUnsupported.
//
// A Replay has no goroutines and plays in virtual time, too. All its methods may be
// called from any goroutine.
type Replay struct {
	mu    sync.Mutex
	steps []step
	pos   int
	base  time.Time // when the transcript began, by the host's last command
	timer *time.Timer
	ports map[string]*replayPort
	dues  []due // answers on their way, in the order of their times
	err   error
}

// step is something that happens in a replay, or is waited for.
type step struct {
	transcript.Entry
	line string // of Out: the whole line
	data []byte // of In
	gone bool   // it was taken out
}

// replayPort is one port of a Replay.
type replayPort struct {
	name   string
	port   *mockPort // the last one that was opened
	opened int       // how often, less what the steps have seen of it
	ended  bool      // it has an error
	lines  []string  // written, and not yet seen by the steps

	shelf []query           // questions whose turn has passed
	given map[string][]byte // the last answers, by question
}

// NewReplay reads a transcript, all of it. The error names the line that is not in
// order.
func NewReplay(r io.Reader) (*Replay, error) {
	entries, err := transcript.Read(r)
	if err != nil {
		return nil, fmt.Errorf("modem: replay: %w", err)
	}
	p := &Replay{ports: map[string]*replayPort{}}
	written := map[string][]byte{}
	for _, e := range entries {
		data, err := transcript.Raw(e.Data)
		if err != nil {
			return nil, fmt.Errorf("modem: replay: %w", err)
		}
		p.add(e, data, written)
	}
	return p, nil
}

// add makes steps of an entry. What was written becomes a step for each line.
func (r *Replay) add(e transcript.Entry, data []byte, written map[string][]byte) {
	unsupported := e.Op == transcript.Refuse && e.Error == errors.ErrUnsupported.Error()
	if !unsupported && r.ports[e.Port] == nil {
		r.ports[e.Port] = &replayPort{name: e.Port}
	}
	switch {
	case unsupported, e.Op == transcript.Out && e.Port == transcript.Audio:
	case e.Op == transcript.Out:
		lines, rest := commandLines(append(written[e.Port], data...))
		for _, l := range lines {
			r.steps = append(r.steps, step{Entry: e, line: l})
		}
		written[e.Port] = rest
	case e.Port == transcript.Audio:
		r.steps = append(r.steps, step{Entry: e, data: make([]byte, e.Bytes)})
	default:
		r.steps = append(r.steps, step{Entry: e, data: data})
	}
}

// String tells how far it is. It shows nothing of the transcript.
func (r *Replay) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("modem.Replay{step %d of %d, err: %v}", r.pos, len(r.steps), r.err)
}

// GoString is String.
func (r *Replay) GoString() string { return r.String() }

// Format writes String, whatever the verb.
func (r *Replay) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue is String.
func (r *Replay) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Err is a *[DivergedError] when the host has said something else than was recorded,
// and nil before.
func (r *Replay) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Left tells how many steps of the transcript have not been played yet. While it does
// not change the replay waits for the host.
func (r *Replay) Left() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.steps) - r.pos
}

// OpenAT implements [Transport]. A port has one user: opening it twice is an error
// until it is closed.
func (r *Replay) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	return r.open(ctx, transcript.AT)
}

// OpenAudio implements [Transport].
func (r *Replay) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	return r.open(ctx, transcript.Audio)
}

// OpenReports implements [ReportTransport].
func (r *Replay) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) {
	return r.open(ctx, transcript.Reports)
}

func (r *Replay) open(ctx context.Context, name string) (io.ReadWriteCloser, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.ports[name]
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case p == nil:
		return nil, fmt.Errorf("modem: replay without %s port: %w", name, errors.ErrUnsupported)
	case r.err != nil:
		return nil, r.err
	case p.port.inUse():
		return nil, fmt.Errorf("modem: replay: the %s port is open already", name)
	}
	r.advance()
	if s := r.next(); s != nil && s.Op == transcript.Refuse && s.Port == name {
		r.passed(s)
		return nil, recordedError(s.Error)
	}
	p.port, p.ended = newMockPort(), false
	if name != transcript.Audio {
		p.port.take = func(line string) { r.written(p, line) }
	}
	rw, err := p.port.open(ctx)
	if err != nil {
		return nil, err
	}
	p.opened++
	r.advance()
	if name == transcript.Audio {
		rw = silentPort{p.port}
	}
	return rw, nil
}

// recordedError is an error of a port, by the words that were recorded of it.
func recordedError(words string) error {
	for _, known := range []error{io.EOF, io.ErrUnexpectedEOF} {
		if words == known.Error() {
			return known
		}
	}
	return fmt.Errorf("modem: replay: %w", errors.New(words))
}
