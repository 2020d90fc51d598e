package voice

import (
	"context"
	"errors"
	"io"
)

// Stream is audio both ways through a call, for a program that speaks and
// listens by itself: a bridge to another call, a speech service. It counts as
// the call's player until it is closed. One goroutine at a time may read it, and
// one may write it.
type Stream struct {
	call   *CallSession
	tap    *Tap
	player *player
	format Format

	fill     int // samples in player.frame
	finished bool
}

// Stream opens the call's audio in both directions. It waits until audio flows.
// It returns [ErrPlaying] if something is being played, and else what Play
// returns when audio does not come. The caller must Close the stream.
func (c *CallSession) Stream(ctx context.Context) (*Stream, error) {
	p := newPlayer(nil)
	if err := c.seat(p); err != nil {
		return nil, err
	}
	format, err := c.awaitAudio(ctx, p.stop)
	if err != nil {
		c.unseat(p)
		return nil, err
	}
	c.mu.Lock()
	p.format = format
	c.mu.Unlock()
	return &Stream{call: c, tap: c.Tap(TapOptions{}), player: p, format: format}, nil
}

// Format returns the format of both directions.
func (s *Stream) Format() Format { return s.format }

// Read reads what the far side says, as [Tap.Read] does.
func (s *Stream) Read(ctx context.Context, dst []int16) (int, error) { return s.tap.Read(ctx, dst) }

// Write says src to the far side. It returns when all of it is on its way,
// which is at the pace of speech once 320 ms are waiting. While nothing is
// written the far side hears silence. Samples are sent in frames of 20 ms; an
// incomplete one waits for the next Write or for Finish. After Finish or Close
// the error is io.ErrClosedPipe.
func (s *Stream) Write(ctx context.Context, src []int16) (int, error) {
	frame := s.player.frame[:s.format.Frame()]
	for n := 0; ; {
		m := copy(frame[s.fill:], src[n:])
		n += m
		s.fill += m
		if s.fill < len(frame) {
			return n, nil
		}
		if err := s.push(ctx, false); err != nil {
			return n - m, err
		}
	}
}

// Finish sends an incomplete frame, padded with silence, and returns when the
// far side has heard all that was written. It ends writing; reading goes on.
func (s *Stream) Finish(ctx context.Context) error {
	if err := s.push(ctx, true); err != nil {
		return err
	}
	s.finished = true
	return s.call.drain(ctx, s.player)
}

func (s *Stream) push(ctx context.Context, last bool) error {
	if s.finished {
		return io.ErrClosedPipe
	}
	err := s.call.push(ctx, s.player, s.fill, last)
	if errors.Is(err, errHalted) {
		return io.ErrClosedPipe
	}
	if err == nil {
		s.fill = 0
	}
	return err
}

// Close ends the stream. What was written and not yet heard is dropped: call
// Finish before to have it heard. Closing twice is a no-op.
func (s *Stream) Close() error {
	s.call.mu.Lock()
	s.player.halt(0)
	if s.call.audio.player == s.player {
		s.call.audio.player = nil
		s.call.keys.remove(s.player)
	}
	s.call.mu.Unlock()
	return s.tap.Close()
}
