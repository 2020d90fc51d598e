package voice

import (
	"context"
	"errors"
	"log/slog"
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
// Beside errors of src it returns [ErrBadOption], [ErrPlaying], [ErrNoAudio], an [*EndedError]
// as soon as the call ends, or the cause of ctx; Played is right with each.
func (c *CallSession) Play(ctx context.Context, src Source, opts *PlayOptions) (Played, error) {
	if err := opts.check(); err != nil {
		return Played{}, err
	}
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
	return c.playSeated(ctx, p, src)
}

func (c *CallSession) playSeated(ctx context.Context, p *player, src Source) (played Played, err error) {
	defer func() { played = c.unseat(p) }() // even if src panics
	if err := c.run(ctx, p, src); !errors.Is(err, errHalted) {
		return Played{}, err
	}
	return Played{}, nil
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

// unseat makes room for another player, and tells what p has played. It may be
// called twice.
func (c *CallSession) unseat(p *player) Played {
	p.timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.audio.player == p {
		c.audio.player = nil
		c.keys.remove(p)
	}
	return Played{Duration: p.format.Duration(p.handed), Key: p.key}
}
