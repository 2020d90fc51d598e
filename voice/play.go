package voice

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// PlayOptions are the optional settings of a Play. Nil means the zero value.
type PlayOptions struct {
	// Interrupt is the set of keys any of which stops the playing, such as
	// "#" or [AnyKey]. Other keys go where they would go without the Play.
	Interrupt string
}

// Played tells what a Play has done.
type Played struct {
	// Duration is how much of the source was handed to the line.
	Duration time.Duration
	// Key is the key that stopped it, 0 if none did.
	Key Key
}

// LogValue returns the duration and whether a key stopped it, not which.
func (p Played) LogValue() slog.Value {
	return slog.GroupValue(slog.Duration("duration", p.Duration), slog.Bool("interrupted", p.Key != 0))
}

// Play plays src and returns when the far side has heard it, or a key of
// PlayOptions.Interrupt was pressed. Before audio flows, as in a call that is
// not answered yet, it waits. While the call is on hold it pauses. A nil opts
// means no options.
//
// Beside errors of src it returns [ErrPlaying], [ErrNoAudio], an [*EndedError]
// as soon as the call ends, or the cause of ctx; Played is right with each.
func (c *CallSession) Play(ctx context.Context, src Source, opts *PlayOptions) (Played, error) {
	return c.play(ctx, newPlayer(opts), src)
}

// PlayFile plays the WAV file at path as Play does. The file must be 16-bit
// mono PCM at the rate of the call.
func (c *CallSession) PlayFile(ctx context.Context, path string, opts *PlayOptions) (Played, error) {
	return c.Play(ctx, File(path), opts)
}

func (c *CallSession) play(ctx context.Context, p *player, src Source) (Played, error) {
	if err := c.seat(p); err != nil {
		return Played{}, err
	}
	err := c.run(ctx, p, src)
	if errors.Is(err, errHalted) {
		err = nil
	}
	return c.unseat(p), err
}

// seat makes p the player of the call.
func (c *CallSession) seat(p *player) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == Ended {
		return context.Cause(c.life)
	}
	if c.audio.player != nil {
		return ErrPlaying
	}
	c.audio.player = p
	c.keys.add(p)
	return nil
}

func (c *CallSession) unseat(p *player) Played {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.audio.player = nil
	c.keys.remove(p)
	return Played{Duration: p.format.Duration(p.handed), Key: p.key}
}

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

// Start plays src as Play does, and returns at once. The playback ends with
// its source, by Stop, by a key of opts, or with the call; it has a goroutine
// until then. If something is being played already, its Wait says so.
func (c *CallSession) Start(src Source, opts *PlayOptions) *Playback {
	b := &Playback{call: c, player: newPlayer(opts), done: make(chan struct{})}
	b.wg.Go(func() {
		defer close(b.done)
		b.played, b.err = c.play(context.Background(), b.player, src)
	})
	return b
}

// Wait waits for the end of the playback and returns what Play would. If ctx
// is done first, it returns its cause, and the playback goes on.
func (b *Playback) Wait(ctx context.Context) (Played, error) {
	select {
	case <-b.done:
		b.wg.Wait()
		return b.played, b.err
	case <-ctx.Done():
		return Played{}, context.Cause(ctx)
	}
}

// Done is closed when the playback has ended.
func (b *Playback) Done() <-chan struct{} { return b.done }

// Stop stops the playback, waits until its source is no longer used, and
// returns what Play would.
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
