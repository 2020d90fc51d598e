package voice_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// played is what a Play on another goroutine has returned, and when.
type played struct {
	voice.Played
	at time.Time
}

// play plays src on another goroutine.
func play(ctx context.Context, t *testing.T, call *voice.CallSession, src voice.Source, opts *voice.PlayOptions) func() (played, error) {
	t.Helper()
	return background(t, func() (played, error) {
		p, err := call.Play(ctx, src, opts)
		return played{p, time.Now()}, err
	})
}

func TestPlayPutsEverySampleOnTheWireOnce(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		size := voice.Format{Rate: rate}.Frame()
		for _, n := range []int{1, size - 1, size, size + 1, 16 * size, 17*size + 3, 10 * rate} {
			t.Run(fmt.Sprint(n, " samples at ", rate), func(t *testing.T) {
				bubble(t, func(ctx context.Context, t *testing.T) {
					call, far := answered(ctx, t, &voicetest.Config{Rate: rate})
					pcm := noise(uint64(n), n)
					p, err := call.Play(ctx, voice.PCM(rate, pcm), nil)
					require.NoError(t, err)
					assert.Equal(t, voice.Format{Rate: rate}.Duration(n), p.Duration)
					assert.Zero(t, p.Key)
					assertPCM(t, pcm, trimmed(far.Heard()))
					assert.True(t, call.Idle())
				})
			})
		}
	}
}

func TestScenarioA18(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		pcm := noise(18, 80000)
		begin := time.Now()
		_, err := call.Play(ctx, voice.PCM(8000, pcm), nil)
		require.NoError(t, err)
		assertPCM(t, pcm, trimmed(far.Heard()), "80,000 samples in a row: no underrun, none twice")
		took := time.Since(begin) - 60*time.Millisecond // the line's lead
		assert.InDelta(t, 10*time.Second, took, float64(frameTime))
	})
}

func TestPlayEmptySource(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		for _, src := range []voice.Source{
			voice.PCM(8000, nil), voice.Silence(0), voice.Silence(-time.Second), voice.Tone(-time.Second, 440),
			voice.Concat(), voice.Concat(voice.Silence(0), voice.Concat()),
		} {
			p, err := call.Play(ctx, src, nil)
			require.NoError(t, err)
			assert.Equal(t, voice.Played{}, p)
		}
	})
}

func TestPlayWaitsUntilTheFarSideHasHeardTheEnd(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		feed.Attach(voice.MediaInfo{Format: narrow, Lead: 300 * time.Millisecond})
		wait := play(ctx, t, call, voice.PCM(8000, noise(1, frame+1)), nil)
		synctest.Wait()
		pass(time.Second)
		listen(feed, 1)
		pass(time.Second)
		taken := time.Now()
		listen(feed, 1)
		p, err := wait()
		require.NoError(t, err)
		assert.Equal(t, 300*time.Millisecond, p.at.Sub(taken))
	})
}

func TestPlayFillsFramesOfAnyLength(t *testing.T) {
	pcm := noise(2, 1000)
	for _, length := range []int{1, 80, 97, 160, 161, 320, 481} {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				wait := play(ctx, t, call, voice.PCM(8000, pcm), nil)
				var got []int16
				for len(got) < len(pcm)+length {
					synctest.Wait()
					f := noise(3, length)
					feed.Next(f)
					got = append(got, f...)
				}
				assertPCM(t, pcm, trimmed(got))
				p, err := wait()
				require.NoError(t, err)
				assert.Equal(t, narrow.Duration(1000), p.Duration)
			})
		})
	}
}

func TestPlayBeginsWhenAudioDoes(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := voicetest.NewCall(&voicetest.Config{AudioAfter: 12 * time.Second})
		t.Cleanup(far.Close)
		pcm := noise(4, 4*frame)
		wait := play(ctx, t, call, voice.PCM(8000, pcm), nil)
		pass(20 * time.Second)
		begin := time.Now()
		require.NoError(t, call.Answer(ctx))
		p, err := wait()
		require.NoError(t, err)
		assert.GreaterOrEqual(t, p.at.Sub(begin), 12*time.Second)
		assertPCM(t, pcm, trimmed(far.Heard()))
	})
}

func TestPlayPausesOnHold(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		pcm := noise(5, 8000)
		begin := time.Now()
		wait := play(ctx, t, call, voice.PCM(8000, pcm), nil)
		pass(500 * time.Millisecond)
		require.NoError(t, call.Hold(ctx))
		heard := len(far.Heard())
		pass(time.Minute)
		assert.Len(t, far.Heard(), heard)
		require.NoError(t, call.Resume(ctx))
		p, err := wait()
		require.NoError(t, err)
		assert.Equal(t, time.Second, p.Duration)
		assertPCM(t, pcm, trimmed(far.Heard()), "it goes on where it was")
		assert.InDelta(t, 61*time.Second, p.at.Sub(begin), float64(100*time.Millisecond))
	})
}

func TestPlayIsInterruptedByTheKeysItNames(t *testing.T) {
	tests := map[string]struct {
		interrupt string
		press     byte
		key       voice.Key
		left      string
	}{
		"named":            {"#", '#', '#', ""},
		"one of several":   {"*#", '#', '#', ""},
		"any":              {voice.AnyKey, '7', '7', ""},
		"named small":      {"abcd", 'B', 'B', ""},
		"pressed small":    {"ABCD", 'c', 'C', ""},
		"not named":        {"#", '1', 0, "1"},
		"none named":       {"", '1', 0, "1"},
		"no key of a dial": {voice.AnyKey, 'x', 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := active(t)
				wait := play(ctx, t, call, voice.PCM(8000, noise(6, 1600)), &voice.PlayOptions{Interrupt: tt.interrupt})
				synctest.Wait()
				listen(feed, 3)
				feed.Digit(tt.press, voice.FromCarrier)
				rest := trimmed(listen(feed, 7))
				p, err := wait()
				require.NoError(t, err)
				assert.Equal(t, tt.key, p.Key)
				assert.Equal(t, tt.left, call.KeysWaiting())
				if tt.key != 0 {
					assert.Empty(t, rest, "silence at once")
					assert.Equal(t, 60*time.Millisecond, p.Duration)
				} else {
					assert.Len(t, rest, 7*frame)
				}
			})
		})
	}
}

func TestKeysTypedAheadDoNotInterrupt(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		far.Press("#")
		p, err := call.Play(ctx, voice.Beep(), &voice.PlayOptions{Interrupt: voice.AnyKey})
		require.NoError(t, err)
		assert.Zero(t, p.Key)
		assert.Equal(t, "#", call.KeysWaiting())
	})
}

func TestAKeyInterruptsWhileTheLeadIsWaitedOut(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		feed.Attach(voice.MediaInfo{Format: narrow, Lead: time.Minute})
		wait := play(ctx, t, call, voice.PCM(8000, noise(7, 10)), &voice.PlayOptions{Interrupt: "5"})
		synctest.Wait()
		listen(feed, 1)
		pass(time.Second)
		pressed := time.Now()
		feed.Digit('5', voice.FromCarrier)
		feed.Digit('5', voice.FromCarrier) // is nobody's any more
		p, err := wait()
		require.NoError(t, err)
		assert.Equal(t, pressed, p.at)
		assert.Equal(t, voice.Key('5'), p.Key)
		assert.Equal(t, "5", call.KeysWaiting())
	})
}

func TestOnePlayerAtATime(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		b := call.Start(voice.Silence(time.Minute), nil)
		_, err := call.Play(ctx, voice.Beep(), nil)
		require.ErrorIs(t, err, voice.ErrPlaying, "it has begun before Start returns")
		_, err = call.Stream(ctx)
		require.ErrorIs(t, err, voice.ErrPlaying)
		second := call.Start(voice.Beep(), nil)
		_, err = second.Wait(ctx)
		require.ErrorIs(t, err, voice.ErrPlaying)
		_, err = second.Stop()
		require.ErrorIs(t, err, voice.ErrPlaying)
		<-second.Done()
		_, err = call.PlayAndCollect(ctx, voice.Beep(), nil)
		require.ErrorIs(t, err, voice.ErrPlaying)

		_, err = b.Stop()
		require.NoError(t, err)
		s, err := call.Stream(ctx)
		require.NoError(t, err)
		_, err = call.Play(ctx, voice.Beep(), nil)
		require.ErrorIs(t, err, voice.ErrPlaying, "a stream is a player")
		require.NoError(t, s.Close())
		_, err = call.Play(ctx, voice.Beep(), nil)
		require.NoError(t, err)
	})
}

// playError returns the error of a Play without its result.
func playError(ctx context.Context, call *voice.CallSession, src voice.Source) error {
	_, err := call.Play(ctx, src, nil)
	return err
}

func TestNoAudioIsCountedFromTheAnswer(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{})
		wait := background(t, func() (time.Time, error) { return now(playError(ctx, call, voice.Beep())) })
		pass(time.Minute) // it rings: no audio is to be expected
		answered := time.Now()
		feed.State(voice.Active)
		at, err := wait()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, 15*time.Second, at.Sub(answered))
		require.ErrorIs(t, playError(ctx, call, voice.Beep()), voice.ErrNoAudio)
		assert.Equal(t, 15*time.Second, time.Since(answered), "at once: it is overdue")
		assert.True(t, call.Idle())
	})
}

func TestAudioThatStopsEndsAPlay(t *testing.T) {
	stops := map[string]func(*voice.Feed){
		"taken away":         (*voice.Feed).Detach,
		"no frames any more": func(*voice.Feed) {},
	}
	sources := map[string]voice.Source{
		"that waits for room":    voice.Silence(time.Hour),
		"that waits for its end": voice.Silence(400 * time.Millisecond),
	}
	for how, stop := range stops {
		for what, src := range sources {
			t.Run(how+", source "+what, func(t *testing.T) {
				bubble(t, func(ctx context.Context, t *testing.T) {
					call, feed := active(t)
					wait := background(t, func() (time.Time, error) { return now(playError(ctx, call, src)) })
					synctest.Wait()
					pass(10 * time.Second)
					listen(feed, 5)
					last := time.Now()
					stop(feed)
					at, err := wait()
					require.ErrorIs(t, err, voice.ErrNoAudio)
					assert.Equal(t, 15*time.Second, at.Sub(last))
				})
			})
		}
	}
}

func TestAudioThatBeginsLateHasAMomentForItsFirstFrame(t *testing.T) {
	for _, late := range []time.Duration{15*time.Second - 1, time.Minute} {
		t.Run(fmt.Sprint(late), func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, feed := fed(t, nil, voice.Info{State: voice.Active})
				pass(late)
				feed.Attach(voice.MediaInfo{Format: narrow})
				rec := record(ctx, t, call, &recorded{}, &voice.RecordOptions{Max: frameTime})
				b := call.Start(voice.Silence(time.Millisecond), nil)
				pass(900 * time.Millisecond)
				hear(feed, noise(1, frame))
				listen(feed, 1)
				_, err := rec()
				require.NoError(t, err)
				_, err = b.Wait(ctx)
				require.NoError(t, err)

				feed.Detach()
				pass(time.Minute)
				feed.Attach(voice.MediaInfo{Format: narrow})
				begin := time.Now()
				require.ErrorIs(t, playError(ctx, call, voice.Silence(time.Hour)), voice.ErrNoAudio)
				assert.Equal(t, time.Second, time.Since(begin), "a moment, and no more")
			})
		})
	}
}

func TestAHoldIsNoMissingAudio(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := active(t)
		wait := background(t, func() (time.Time, error) { return now(playError(ctx, call, voice.Silence(time.Hour))) })
		synctest.Wait()
		listen(feed, 5)
		feed.Detach()
		feed.State(voice.Held)
		pass(30 * time.Minute)
		resumed := time.Now()
		feed.State(voice.Active)
		at, err := wait()
		require.ErrorIs(t, err, voice.ErrNoAudio)
		assert.Equal(t, 15*time.Second, at.Sub(resumed), "the resumed call has its own 15 s")
	})
}

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
