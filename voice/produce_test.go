package voice_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// source is a scripted Source that counts what is done to it.
type source struct {
	open  func(voice.Format) error
	read  func(dst []int16) (int, error)
	close func() error

	opened, reads, closed int
}

func (s *source) Open(f voice.Format) error {
	s.opened++
	if s.open == nil {
		return nil
	}
	return s.open(f)
}

func (s *source) Read(dst []int16) (int, error) {
	s.reads++
	return s.read(dst)
}

func (s *source) Close() error {
	s.closed++
	if s.close == nil {
		return nil
	}
	return s.close()
}

// endless is a source of noise without an end.
func endless() *source {
	return &source{read: func(dst []int16) (int, error) {
		return copy(dst, noise(9, len(dst))), nil
	}}
}

var errSource, errClose = errors.New("source is broken"), errors.New("cannot close")

func TestFaultsOfASource(t *testing.T) {
	after := func(frames int, err error) func([]int16) (int, error) {
		return func(dst []int16) (int, error) {
			if frames--; frames < 0 {
				return 0, err
			}
			return len(dst), nil
		}
	}
	tests := map[string]struct {
		src    *source
		want   []error
		closed int
	}{
		"open fails": {&source{open: func(voice.Format) error { return errSource }}, []error{errSource}, 0},
		"open fails, rate": {
			&source{open: func(f voice.Format) error { return &voice.RateError{Have: 44100, Want: f.Rate} }},
			nil, 0,
		},
		"read fails":         {&source{read: after(3, errSource)}, []error{errSource}, 1},
		"read fails at once": {&source{read: after(0, errSource)}, []error{errSource}, 1},
		"samples and error":  {&source{read: func(dst []int16) (int, error) { return 1, errSource }}, []error{errSource}, 1},
		"close fails": {
			&source{read: after(3, io.EOF), close: func() error { return errClose }},
			[]error{errClose},
			1,
		},
		"read and close fail": {
			&source{read: after(3, errSource), close: func() error { return errClose }},
			[]error{errSource, errClose},
			1,
		},
		"nothing for ever": {&source{read: func([]int16) (int, error) { return 0, nil }}, []error{io.ErrNoProgress}, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, _ := answered(ctx, t, nil)
				_, err := call.Play(ctx, tt.src, nil)
				require.Error(t, err)
				for _, want := range tt.want {
					require.ErrorIs(t, err, want)
				}
				if len(tt.want) == 1 {
					assert.Equal(t, tt.want[0], err, "as it is, without a wrap")
				}
				assert.Equal(t, 1, tt.src.opened)
				assert.Equal(t, tt.closed, tt.src.closed)
				assert.True(t, call.Idle(), "another can play")
			})
		})
	}
}

func TestASourceIsClosedOnceHoweverItsPlayEnds(t *testing.T) {
	tests := map[string]func(cancel func(), far *voicetest.Far){
		"key":      func(_ func(), far *voicetest.Far) { far.Press("#") },
		"ctx":      func(cancel func(), _ *voicetest.Far) { cancel() },
		"hang-up":  func(_ func(), far *voicetest.Far) { far.Hangup() },
		"no audio": func(_ func(), far *voicetest.Far) { far.TakeAudio() },
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, far := answered(ctx, t, nil)
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				src := endless()
				src.close = func() error { return errClose }
				wait := play(ctx, t, call, src, &voice.PlayOptions{Interrupt: "#"})
				pass(time.Second)
				end(cancel, far)
				p, err := wait()
				require.ErrorIs(t, err, errClose, "closing it is heard of in any case")
				assert.Equal(t, 1, src.closed)
				assert.InDelta(t, time.Second, p.Duration, float64(frameTime))
			})
		})
	}
}

func TestASourceMayYieldLittleAndNothingNowAndThen(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		pcm := noise(10, 1000)
		left, turn := pcm, 0
		src := &source{read: func(dst []int16) (int, error) {
			turn++
			if turn%50 != 0 {
				return 0, nil
			}
			n := copy(dst[:min(len(dst), 7)], left)
			left = left[n:]
			if len(left) == 0 {
				return n, io.EOF
			}
			return n, nil
		}}
		_, err := call.Play(ctx, src, nil)
		require.NoError(t, err)
		assertPCM(t, pcm, trimmed(far.Heard()))
	})
}

func TestASlowSourceCausesNoGap(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		pcm, reads := noise(11, 200*frame), 0
		src := &source{read: func(dst []int16) (int, error) {
			reads++
			pass(3 * time.Millisecond)
			if reads%50 == 0 {
				pass(250 * time.Millisecond) // less than is read ahead
			}
			n := copy(dst, pcm[(reads-1)*frame:])
			if reads == 200 {
				return n, io.EOF
			}
			return n, nil
		}}
		_, err := call.Play(ctx, src, nil)
		require.NoError(t, err)
		assertPCM(t, pcm, trimmed(far.Heard()))
	})
}

func TestALineThatTakesItsLeadInOneBurstHearsNoGap(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		feed.Attach(voice.MediaInfo{Format: narrow, Lead: 60 * time.Millisecond})
		pcm, left := noise(1, 50*frame), 0
		src := &source{read: func(dst []int16) (int, error) {
			pass(3 * time.Millisecond)
			left += len(dst)
			if left == len(pcm) {
				return copy(dst, pcm[left-len(dst):]), io.EOF
			}
			return copy(dst, pcm[left-len(dst):]), nil
		}}
		wait := play(ctx, t, call, src, nil)
		var heard []int16
		for len(trimmed(heard)) == 0 { // asks more often than a line does
			pass(time.Millisecond)
			heard = append(heard, listen(feed, 1)...)
		}
		heard = append(heard, listen(feed, 2)...)
		for len(trimmed(heard)) < len(pcm) && len(heard) < 3*len(pcm) {
			pass(frameTime)
			heard = append(heard, listen(feed, 1)...)
		}
		_, err := wait()
		require.NoError(t, err)
		assertPCM(t, pcm, trimmed(heard))
	})
}

func TestASourceSlowerThanSpeechNoticesItsEnd(t *testing.T) {
	ends := map[string]func(cancel func(), far *voicetest.Far){
		"key":     func(_ func(), far *voicetest.Far) { far.Press("#") },
		"ctx":     func(cancel func(), _ *voicetest.Far) { cancel() },
		"hang-up": func(_ func(), far *voicetest.Far) { far.Hangup() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, far := answered(ctx, t, nil)
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				src := &source{read: func(dst []int16) (int, error) {
					pass(90 * time.Millisecond)
					return len(dst), nil
				}}
				wait := play(ctx, t, call, src, &voice.PlayOptions{Interrupt: "#"})
				pass(10 * time.Second)
				at := time.Now()
				end(cancel, far)
				p, _ := wait()
				assert.LessOrEqual(t, p.at.Sub(at), 90*time.Millisecond, "when it has read")
			})
		})
	}
}

func TestAPanicOfASourceLeavesTheCallUsable(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		src := &source{read: func([]int16) (int, error) { panic("boom") }}
		assert.PanicsWithValue(t, "boom", func() { _, _ = call.Play(ctx, src, nil) })
		assert.Equal(t, 1, src.closed)
		assert.True(t, call.Idle())
		require.NoError(t, playError(ctx, call, voice.Beep()))
	})
}

func TestRateErrorNamesBothRates(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		err := playError(ctx, call, voice.PCM(16000, noise(1, 100)))
		e, ok := errors.AsType[*voice.RateError](err)
		require.True(t, ok)
		assert.Equal(t, voice.RateError{Have: 16000, Want: 8000}, *e)
		assert.Equal(t, "voice: audio is at 16000 Hz, the call at 8000 Hz: convert it to 8000 Hz first", err.Error())
	})
}

func TestSourceThatMiscounts(t *testing.T) {
	for name, n := range map[string]int{"less than nothing": -1, "more than there is room for": 161} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, _ := answered(ctx, t, nil)
				_, err := call.Play(ctx, &source{read: func([]int16) (int, error) { return n, nil }}, nil)
				require.ErrorContains(t, err, "voice: a source said that it read")
			})
		})
	}
}
