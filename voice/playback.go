package voice

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// Playback is a source that plays beside what its call's handler does. See
// [CallSession.Start].
type Playback struct {
	call   *CallSession
	player *player
	wg     sync.WaitGroup
	done   chan struct{} // closed after the result is set
	played Played
	err    error
}

// Start plays src as Play does, and returns at once: the playback is the player
// of the call from now on. It ends with its source, by Stop, by a key of opts,
// or with the call; it has a goroutine until then. If something is being played
// already, its Wait says so. So it does if src panics, with a [*PanicError],
// since nobody could recover on that goroutine.
func (c *CallSession) Start(src Source, opts *PlayOptions) *Playback {
	b := &Playback{call: c, player: newPlayer(opts), done: make(chan struct{})}
	if b.err = opts.check(); b.err == nil {
		b.err = c.seat(b.player)
	}
	if b.err != nil {
		close(b.done)
		return b
	}
	b.wg.Go(func() {
		defer close(b.done)
		defer func() {
			if v := recover(); v != nil {
				b.played, b.err = c.unseat(b.player), newPanicError(v)
			}
		}()
		b.played, b.err = c.playSeated(context.Background(), b.player, src)
	})
	return b
}

// Wait waits for the end of the playback and returns what Play would. If ctx
// is done first, it returns its cause, and the playback goes on.
func (b *Playback) Wait(ctx context.Context) (Played, error) {
	select {
	case <-b.done:
	case <-ctx.Done():
		return Played{}, context.Cause(ctx)
	}
	b.wg.Wait()
	return b.played, b.err
}

// Done is closed when the playback has ended.
func (b *Playback) Done() <-chan struct{} { return b.done }

// Stop stops the playback, waits until its source is no longer used, and
// returns what Play would. It must not be called by the source.
func (b *Playback) Stop() (Played, error) {
	b.call.mu.Lock()
	b.player.halt(0)
	b.call.mu.Unlock()
	b.wg.Wait()
	return b.played, b.err
}

// Pause makes the call silent until Resume, where the source goes on.
func (b *Playback) Pause() { b.pause(true) }

// Resume ends a Pause.
func (b *Playback) Resume() { b.pause(false) }

func (b *Playback) pause(on bool) {
	b.call.mu.Lock()
	defer b.call.mu.Unlock()
	b.player.paused = on
}

// Position returns how much of the source was handed to the line.
func (b *Playback) Position() time.Duration {
	b.call.mu.Lock()
	defer b.call.mu.Unlock()
	return b.player.format.Duration(b.player.handed)
}

// String tells how far the playback is.
func (b *Playback) String() string { return "playback at " + b.Position().String() }

// GoString is String: the fields of a playback are not for printing.
func (b *Playback) GoString() string { return b.String() }

// Format writes String, whatever the verb.
func (b *Playback) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, b.String()) }
