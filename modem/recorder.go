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

// ErrRecordingSlow is why a recording stopped whose writer took nothing for so long
// that 1 MiB of it was waiting.
var ErrRecordingSlow = errors.New("modem: recording: the writer is too slow: the recording stops here")

// Recorder is a [Transport] that writes down what passes through the ports of
// another: a transcript, from which [Replay] makes a transport again. It passes
// [ReportTransport] and [Finder] through.
//
//	file, err := os.Create("modem.jsonl")
//	...
//	rec := &modem.Recorder{Transport: transport, W: file}
//	m, err := modem.Open(ctx, rec, nil)
//	...
//	err = errors.Join(m.Close(), rec.Close(), file.Close())
//
// Nothing is written about people: numbers, messages, texts, PINs, keys, the
// identities of device and SIM, and the cell are masked before, by their place in the
// dialogue, and what is not known is masked too. Masks have the length and the kind of
// what they stand for. A number has one mask in a whole transcript, from which nothing
// leads back. Of audio, lengths are written only.
//
// A line is masked when it is complete, so what is written is a line behind; one that
// is not complete after 2 s, or at Close, is masked blindly. Times and the pieces in
// which bytes came are as they were.
//
// Recording never disturbs: W is called on a goroutine of the Recorder's own, which
// begins with the first port and ends with Close. A W that fails, or that takes
// nothing until 1 MiB is waiting, stops the recording, which Err tells; the ports
// go on.
//
// All methods may be called from any goroutine. A Recorder must not be copied, nor its
// fields changed, when a port was opened.
type Recorder struct {
	// Transport is what is recorded. It is required.
	Transport Transport

	// W takes the transcript, whole lines at a time. It is required, and not closed.
	W io.Writer

	numbers transcript.Numbers
	wg      sync.WaitGroup

	mu      sync.Mutex
	wake    *sync.Cond // for the writer; nil until it is started
	start   time.Time
	notes   []*note // in their order; the first is waiting for the end of its line
	lines   []byte  // for the writer
	err     error
	closed  bool
	dropped bool // nothing is noted any more
}

// note is an entry in the making.
type note struct {
	transcript.Entry
	from   *recordedPort
	since  time.Time
	length int    // of its bytes
	masked []byte // as far as they are masked
}

const (
	// maxRecorded is how much may wait for the writer, in bytes.
	maxRecorded = 1 << 20

	// maxNotes is how many entries may wait for the end of a line, and lineTime how
	// long.
	maxNotes = 4096
	lineTime = 2 * time.Second
)

// String tells how it goes. It shows nothing of what was recorded.
func (r *Recorder) String() string { return fmt.Sprintf("modem.Recorder{err: %v}", r.Err()) }

// GoString is String.
func (r *Recorder) GoString() string { return r.String() }

// Format writes String, whatever the verb.
func (r *Recorder) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue is String.
func (r *Recorder) LogValue() slog.Value { return slog.StringValue(r.String()) }

// OpenAT implements [Transport].
func (r *Recorder) OpenAT(ctx context.Context) (io.ReadWriteCloser, error) {
	return r.open(ctx, transcript.AT, r.Transport.OpenAT)
}

// OpenAudio implements [Transport].
func (r *Recorder) OpenAudio(ctx context.Context) (io.ReadWriteCloser, error) {
	return r.open(ctx, transcript.Audio, r.Transport.OpenAudio)
}

// OpenReports implements [ReportTransport]. It is errors.ErrUnsupported if Transport
// does not.
func (r *Recorder) OpenReports(ctx context.Context) (io.ReadWriteCloser, error) {
	t, ok := r.Transport.(ReportTransport)
	if !ok {
		return nil, fmt.Errorf("modem: recorded transport without a second AT port: %w", errors.ErrUnsupported)
	}
	return r.open(ctx, transcript.Reports, t.OpenReports)
}

// Found implements [Finder]. It does nothing if Transport does not.
func (r *Recorder) Found(imei string) {
	if f, ok := r.Transport.(Finder); ok {
		f.Found(imei)
	}
}

// Err tells why the recording stopped before Close: the error of W, or
// [ErrRecordingSlow]. It is nil if it did not.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close writes what is left, waits until W has taken it, and returns Err. Ports that
// are open go on unrecorded. Closing twice is a no-op that waits for the first.
func (r *Recorder) Close() error {
	r.mu.Lock()
	for len(r.notes) > 0 {
		r.notes[0].from.flush()
		r.drain()
	}
	r.closed, r.dropped = true, true
	if r.wake != nil {
		r.wake.Broadcast()
	}
	r.mu.Unlock()
	r.wg.Wait()
	return r.Err()
}

func (r *Recorder) open(ctx context.Context, name string, open func(context.Context) (io.ReadWriteCloser, error)) (io.ReadWriteCloser, error) {
	rw, err := open(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin()
	p := &recordedPort{rw: rw, r: r, name: name, masker: transcript.NewMasker(&r.numbers)}
	if err != nil {
		p.note(transcript.Refuse, err)
		return nil, err
	}
	p.note(transcript.Open, nil)
	return p, nil
}

// begin starts the writer, once.
func (r *Recorder) begin() {
	if r.wake != nil || r.closed {
		return
	}
	r.wake = sync.NewCond(&r.mu)
	r.start = time.Now()
	r.lines = append(r.lines, transcript.Header()...)
	r.wg.Go(r.write)
}

// write writes lines until Close, or until that fails.
func (r *Recorder) write() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		for len(r.lines) == 0 && !r.closed {
			r.wake.Wait()
		}
		if len(r.lines) == 0 {
			return
		}
		lines := r.lines
		r.lines = nil
		r.mu.Unlock()
		_, err := r.W.Write(lines)
		r.mu.Lock()
		if err != nil {
			r.stop(fmt.Errorf("modem: recording: %w", err))
			return
		}
	}
}

// stop ends the recording.
func (r *Recorder) stop(err error) {
	if r.err == nil {
		r.err = err
	}
	r.dropped = true
	r.notes, r.lines = nil, nil
}

// add takes a note, unless the recording has ended.
func (r *Recorder) add(n *note) {
	now := time.Now()
	n.since, n.At = now, now.Sub(r.start).Microseconds()
	r.notes = append(r.notes, n)
}

// drain gives the writer the notes that are complete, up to the first that is not.
// One that has waited for too long is masked blindly.
func (r *Recorder) drain() {
	for len(r.notes) > 0 {
		n := r.notes[0]
		if len(n.masked) < n.length {
			if len(r.notes) < maxNotes && time.Since(n.since) < lineTime {
				break
			}
			n.from.flush()
		}
		n.Data = transcript.Latin1(n.masked)
		r.lines = transcript.Append(r.lines, n.Entry)
		r.notes = r.notes[1:]
	}
	if len(r.lines) > maxRecorded {
		r.stop(ErrRecordingSlow)
	}
	if r.wake != nil {
		r.wake.Signal()
	}
}
