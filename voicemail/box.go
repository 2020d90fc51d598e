package voicemail

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
)

// VoicemailBox takes messages and keeps them in a directory. All its methods may
// be called from any goroutine.
type VoicemailBox struct {
	cfg  Config
	path string // absolute
	dir  directory

	life context.Context // done when the box is closed
	end  context.CancelCauseFunc

	mu     sync.Mutex
	closed bool
	taking sync.WaitGroup // Records in progress; Add only under mu and before closed
}

// Open returns a box over the directory at path, which it makes if it is not
// there (0700), and locks until [VoicemailBox.Close]. A nil cfg means the zero
// Config.
//
// It returns an error for an empty path, a setting that is out of range or a prompt
// that cannot be played, [ErrLocked] if another box uses the directory, and a
// [*DiskError] if the directory cannot be made or written to.
func Open(path string, cfg *Config) (*VoicemailBox, error) {
	c := cfg.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	if path == "" { // which would be the working directory
		return nil, errors.New("voicemail: no directory: give its path")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, diskError("find", path, err)
	}
	d, err := openDisk(abs)
	if err != nil {
		return nil, err
	}
	return newBox(d, abs, c), nil
}

// newBox makes a box over d, which it owns.
func newBox(d directory, path string, cfg Config) *VoicemailBox {
	b := &VoicemailBox{cfg: cfg, path: path, dir: d}
	b.life, b.end = context.WithCancelCause(context.Background())
	return b
}

// Close ends the recordings in progress, as a done context would: what was said
// is kept, with the reason Canceled, and the calls are hung up. It waits until
// they have returned, and unlocks the directory. Methods return [ErrClosed]
// afterwards. Closing twice is a no-op.
//
// It must not be called from within Record, as by a Beep.
func (b *VoicemailBox) Close() error {
	b.mu.Lock()
	was := b.closed
	b.closed = true
	b.mu.Unlock()
	b.end(ErrClosed)
	b.taking.Wait()
	if was {
		return nil
	}
	return b.failed("unlock", "", b.dir.Close())
}

// enter lets a Record begin. It returns the context of it, which the end of
// the box ends too, and what to do when it is over.
func (b *VoicemailBox) enter(ctx context.Context) (context.Context, func(), error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, nil, ErrClosed
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(b.life, func() { cancel(ErrClosed) })
	b.taking.Add(1) // behind what a nil ctx makes panic
	return ctx, func() {
		stop()
		cancel(nil)
		b.taking.Done()
	}, nil
}

// open returns ErrClosed if the box is closed.
func (b *VoicemailBox) open() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	return nil
}

func (b *VoicemailBox) join(name string) string { return filepath.Join(b.path, name) }

// failed returns err as one of a file of the box, or nil for nil.
func (b *VoicemailBox) failed(op, name string, err error) error {
	return diskError(op, b.join(name), err)
}

func (b *VoicemailBox) syncDirectory() error { return b.failed("sync", "", b.dir.Sync()) }
