package voice_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// open opens a stream of a call that the test feeds.
func open(ctx context.Context, t *testing.T) (*voice.CallSession, *voice.Feed, *voice.Stream) {
	t.Helper()
	call, feed := active(t)
	s, err := call.Stream(ctx)
	require.NoError(t, err)
	return call, feed, s
}

func TestStreamGoesBothWays(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, &voicetest.Config{Rate: 16000, AudioAfter: 2 * time.Second})
		s, err := call.Stream(ctx)
		require.NoError(t, err)
		assert.Equal(t, voice.Format{Rate: 16000}, s.Format())
		said, answer := noise(1, 32000), noise(2, 48007)
		waitRead := background(t, func() ([]int16, error) { return drained(ctx, s) })
		waitSay := background(t, func() (any, error) { return nil, far.Say(ctx, said) })
		for rest, n := answer, 1; len(rest) > 0; n = min(3*n+1, len(rest)) {
			took, err := s.Write(ctx, rest[:min(n, len(rest))])
			require.NoError(t, err)
			rest = rest[took:]
		}
		require.NoError(t, s.Finish(ctx))
		assertPCM(t, answer, trimmed(far.Heard()), "when Finish returns, all was heard")
		_, err = s.Write(ctx, answer[:1])
		require.Equal(t, io.ErrClosedPipe, err)
		require.NoError(t, s.Finish(ctx), "twice")
		_, err = waitSay()
		require.NoError(t, err)
		require.NoError(t, s.Close())
		heard, err := waitRead()
		require.Equal(t, io.EOF, err)
		assertPCM(t, said, trimmed(heard))
		assert.Zero(t, s.Lost())
		assert.True(t, call.Idle())
	})
}

func TestWriteGoesAtThePaceOfSpeech(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		s, err := call.Stream(ctx)
		require.NoError(t, err)
		t.Cleanup(func() { s.Close() })
		begin := time.Now()
		_, err = s.Write(ctx, noise(1, 16*frame))
		require.NoError(t, err)
		assert.Equal(t, begin, time.Now(), "320 ms wait")
		_, err = s.Write(ctx, noise(1, 100*frame))
		require.NoError(t, err)
		assert.InDelta(t, 2*time.Second, time.Since(begin), float64(frameTime))
	})
}

func TestAWriteThatIsTriedAgainSendsNothingTwice(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		_, feed, s := open(ctx, t)
		pcm := noise(1, 40*frame+7)
		var heard []int16
		rest := pcm
		for len(rest) > 0 {
			short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
			n, err := s.Write(short, rest[:min(len(rest), 333)])
			cancel()
			rest = rest[n:]
			if err != nil {
				require.ErrorIs(t, err, context.DeadlineExceeded)
				heard = append(heard, listen(feed, 1)...)
			}
		}
		wait := background(t, func() (any, error) { return nil, s.Finish(ctx) })
		for range 20 {
			synctest.Wait()
			heard = append(heard, listen(feed, 1)...)
		}
		_, err := wait()
		require.NoError(t, err)
		assertPCM(t, pcm, trimmed(heard))
	})
}

func TestFinishThatIsTriedAgain(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		_, feed, s := open(ctx, t)
		pcm := noise(1, 16*frame+7)
		_, err := s.Write(ctx, pcm)
		require.NoError(t, err)
		for range 2 { // for room, then for the end
			short, cancel := context.WithTimeout(ctx, time.Second)
			require.ErrorIs(t, s.Finish(short), context.DeadlineExceeded)
			cancel()
			assertPCM(t, pcm[:frame], listen(feed, 1))
			pcm = pcm[frame:]
		}
		wait := background(t, func() (any, error) { return nil, s.Finish(ctx) })
		synctest.Wait()
		assertPCM(t, pcm, trimmed(listen(feed, 20)))
		_, err = wait()
		require.NoError(t, err)
	})
}

func TestCloseDropsWhatWasNotHeard(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed, s := open(ctx, t)
		_, err := s.Write(ctx, noise(1, 10*frame))
		require.NoError(t, err)
		listen(feed, 2)
		require.NoError(t, s.Close())
		require.NoError(t, s.Close())
		assert.Empty(t, trimmed(listen(feed, 10)))
		_, err = s.Write(ctx, noise(1, 1))
		require.Equal(t, io.ErrClosedPipe, err)
		require.Equal(t, io.ErrClosedPipe, s.Finish(ctx))
		_, err = s.Read(ctx, make([]int16, 1))
		require.Equal(t, io.EOF, err)
		assert.True(t, call.Idle())
	})
}

func TestCloseEndsWhatIsInProgress(t *testing.T) {
	tests := map[string]struct {
		do   func(context.Context, *voice.Stream) error
		want error
	}{
		"Read":   {func(ctx context.Context, s *voice.Stream) error { _, err := s.Read(ctx, make([]int16, 1)); return err }, io.EOF},
		"Write":  {func(ctx context.Context, s *voice.Stream) error { _, err := s.Write(ctx, noise(1, 8000)); return err }, io.ErrClosedPipe},
		"Finish": {finishAfterWrite, io.ErrClosedPipe},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				_, _, s := open(ctx, t)
				wait := background(t, func() (any, error) { return nil, tt.do(ctx, s) })
				synctest.Wait()
				require.NoError(t, s.Close())
				_, err := wait()
				assert.Equal(t, tt.want, err)
			})
		})
	}
}

func finishAfterWrite(ctx context.Context, s *voice.Stream) error {
	if _, err := s.Write(ctx, noise(1, 100)); err != nil {
		return err
	}
	return s.Finish(ctx)
}

func TestAStreamEndsWithItsCall(t *testing.T) {
	tests := map[string]func(context.Context, *voice.Stream) error{
		"Read":   func(ctx context.Context, s *voice.Stream) error { _, err := s.Read(ctx, make([]int16, 1)); return err },
		"Write":  func(ctx context.Context, s *voice.Stream) error { _, err := s.Write(ctx, noise(1, 8000)); return err },
		"Finish": finishAfterWrite,
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				_, feed, s := open(ctx, t)
				wait := background(t, func() (any, error) { return nil, do(ctx, s) })
				synctest.Wait()
				feed.End(voice.End{Reason: voice.RemoteHangup})
				_, err := wait()
				require.ErrorIs(t, err, voice.ErrEnded)
				if name != "Finish" {
					n, err := s.Write(ctx, noise(1, 1))
					require.ErrorIs(t, err, voice.ErrEnded, "not only when a frame is full")
					assert.Zero(t, n)
				}
				require.NoError(t, s.Close())
			})
		})
	}
}

func TestAStreamWhoseAudioStops(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		_, _, s := open(ctx, t)
		begin := time.Now()
		_, err := s.Write(ctx, noise(1, 8000))
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, 15*time.Second, time.Since(begin))
	})
}

func TestAStreamThatGetsNoAudioLeavesTheCallUsable(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := fed(t, nil, voice.Info{State: voice.Active})
		_, err := call.Stream(ctx)
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.True(t, call.Idle())
	})
}

func TestAStreamTellsWhatItsReaderMissed(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		_, feed, s := open(ctx, t)
		hear(feed, noise(1, 24000))
		assert.Equal(t, 2*time.Second, s.Lost())
	})
}

func TestTwoCallsBridgedByTheirStreams(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		callA, farA := answered(ctx, t, nil)
		callB, farB := answered(ctx, t, nil)
		a, err := callA.Stream(ctx)
		require.NoError(t, err)
		b, err := callB.Stream(ctx)
		require.NoError(t, err)
		bridge := func(from, to *voice.Stream) func() (any, error) {
			return background(t, func() (any, error) {
				buf := make([]int16, frame)
				_, err := to.Write(ctx, make([]int16, 2*frame)) // for frames that come late
				for err == nil {
					var n int
					if n, err = from.Read(ctx, buf); err == nil {
						_, err = to.Write(ctx, buf[:n])
					}
				}
				return nil, err
			})
		}
		waitAB, waitBA := bridge(a, b), bridge(b, a)
		pcmA, pcmB := noise(1, 40000), noise(2, 40000)
		waitA := background(t, func() (any, error) { return nil, farA.Say(ctx, pcmA) })
		require.NoError(t, farB.Say(ctx, pcmB))
		_, err = waitA()
		require.NoError(t, err)
		pass(time.Second)
		farA.Hangup()
		_, err = waitAB()
		require.ErrorIs(t, err, voice.ErrEnded)
		require.NoError(t, b.Close())
		_, err = waitBA()
		require.Error(t, err)
		assertPCM(t, pcmA, trimmed(farB.Heard()))
		assertPCM(t, pcmB, trimmed(farA.Heard()))
	})
}
