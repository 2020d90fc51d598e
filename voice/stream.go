package voice

import (
	"context"
	"errors"
	"io"
	"time"
)

// Stream is audio both ways through a call, for a program that speaks and
// listens by itself: a bridge to another call, a speech service. It counts as
// the call's player until it is closed. One goroutine at a time may read it, and
// one may write it.
//
// A bridge that passes on what it reads does well to write 40 ms of silence
// first: the two calls have clocks of their own, and a frame that comes a moment
// late would leave a hole.
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

// Lost returns how much of what the far side said was lost so far, because the
// reader was more than a second behind or the carrier lost it.
func (s *Stream) Lost() time.Duration { return s.tap.Lost() }

// Write says src to the far side, and returns how many of its samples were
// taken. It returns when all of it is on its way, which is at the pace of speech
// once 320 ms are waiting. While nothing is written the far side hears silence.
// Samples are sent in frames of 20 ms; an incomplete one waits for the next
// Write or for Finish. The errors are those of Play, and io.ErrClosedPipe after
// Finish or Close.
func (s *Stream) Write(ctx context.Context, src []int16) (int, error) {
	if err := s.writable(); err != nil {
		return 0, err
	}
	frame := s.player.frame[:s.format.Frame()]
	for n := 0; ; {
		m := copy(frame[s.fill:], src[n:])
		if s.fill+m < len(frame) {
			s.fill += m
			return n + m, nil
		}
		if err := s.call.push(ctx, s.player, len(frame), false); err != nil {
			return n, closedPipe(err)
		}
		n += m
		s.fill = 0
	}
}

// Finish sends an incomplete frame, padded with silence, and returns when the
// far side has heard all that was written. It ends writing; reading goes on. If
// it failed because of ctx, it can be called again.
func (s *Stream) Finish(ctx context.Context) error {
	if !s.finished {
		if err := s.call.push(ctx, s.player, s.fill, true); err != nil {
			return closedPipe(err)
		}
		s.finished = true
	}
	return closedPipe(s.call.drain(ctx, s.player))
}

func (s *Stream) writable() error {
	s.call.mu.Lock()
	defer s.call.mu.Unlock()
	switch {
	case s.finished, s.player.halted:
		return io.ErrClosedPipe
	case s.call.state == Ended:
		return context.Cause(s.call.life)
	}
	return nil
}

// closedPipe is err as a writer to the stream sees it.
func closedPipe(err error) error {
	if errors.Is(err, errHalted) {
		return io.ErrClosedPipe
	}
	return err
}

// Close ends the stream, and a Read, Write or Finish in progress. What was
// written and not yet heard is dropped: call Finish before to have it heard.
// Closing twice is a no-op.
func (s *Stream) Close() error {
	s.call.mu.Lock()
	s.player.halt(0)
	s.call.mu.Unlock()
	s.call.unseat(s.player)
	return s.tap.Close()
}
