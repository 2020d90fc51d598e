package voice_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

func TestServeHangsUpAfterTheHandler(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := voicetest.NewCall(nil)
		t.Cleanup(far.Close)
		require.NoError(t, voice.Serve(ctx, voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
			return call.Answer(ctx)
		}), call))
		end, ended := call.End()
		assert.True(t, ended)
		assert.Equal(t, voice.LocalHangup, end.Reason)
	})
}

func TestServeReportsWhatTheHandlerSays(t *testing.T) {
	store := errors.New("disk full")
	ended := func(call *voice.CallSession) error {
		_, err := call.Collect(context.Background(), nil)
		return err
	}
	tests := map[string]struct {
		hangsUp bool // the far side, before the handler returns
		handle  func(*voice.CallSession) error
		want    []error
	}{
		"nothing":                          {false, func(*voice.CallSession) error { return nil }, nil},
		"an error":                         {false, func(*voice.CallSession) error { return store }, []error{store}},
		"an error after a hang-up":         {true, func(*voice.CallSession) error { return store }, []error{store}},
		"that the call ended":              {true, ended, nil},
		"that it ended, in words":          {true, func(c *voice.CallSession) error { return fmt.Errorf("menu: %w", ended(c)) }, nil},
		"that it ended, twice":             {true, func(c *voice.CallSession) error { return errors.Join(ended(c), voice.ErrEnded) }, nil},
		"that it ended, and an error":      {true, func(c *voice.CallSession) error { return errors.Join(ended(c), store) }, []error{store, voice.ErrEnded}},
		"an error because it ended":        {true, func(c *voice.CallSession) error { return fmt.Errorf("%w: %w", store, ended(c)) }, []error{store, voice.ErrEnded}},
		"that it ended, though it did not": {false, func(*voice.CallSession) error { return voice.ErrEnded }, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, far := answered(ctx, t, nil)
				err := voice.Serve(ctx, voice.HandlerFunc(func(_ context.Context, call *voice.CallSession) error {
					if tt.hangsUp {
						far.Hangup()
					}
					return tt.handle(call)
				}), call)
				if len(tt.want) == 0 {
					require.NoError(t, err)
				}
				for _, want := range tt.want {
					require.ErrorIs(t, err, want)
				}
				if len(tt.want) == 1 {
					assert.Equal(t, tt.want[0], err, "as it is")
				}
				assert.Equal(t, voice.Ended, call.State())
			})
		})
	}
}

func TestServeRecoversAPanic(t *testing.T) {
	tests := map[string]struct {
		value any
		says  string
		is    error
	}{
		"a text":            {"of +12025550100", "voice: panic with a string", nil},
		"an error":          {errSource, "voice: panic with a *errors.errorString", errSource},
		"the end of a call": {&voice.EndedError{}, "voice: panic with a *voice.EndedError", voice.ErrEnded},
		"nil":               {nil, "voice: panic: panic called with nil argument", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, _ := answered(ctx, t, nil)
				err := voice.Serve(ctx, voice.HandlerFunc(func(context.Context, *voice.CallSession) error {
					panic(tt.value)
				}), call)
				e, ok := errors.AsType[*voice.PanicError](err)
				require.True(t, ok, "%v", err)
				require.EqualError(t, err, tt.says)
				if tt.value != nil {
					assert.Equal(t, tt.value, e.Value)
				}
				if tt.is != nil {
					require.ErrorIs(t, err, tt.is)
				}
				assert.Contains(t, string(e.Stack), "handler_test.go")
				assert.Equal(t, voice.Ended, call.State(), "and it is hung up")
			})
		})
	}
}

func TestServeHangsUpThoughItsContextIsDone(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		var feed *voice.Feed
		line := &stub{hangup: func(ctx context.Context) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			feed.End(voice.End{Reason: voice.LocalHangup})
			return nil
		}}
		call, feed := fed(t, line, voice.Info{State: voice.Active})
		ctx, cancel := context.WithCancel(ctx)
		err := voice.Serve(ctx, voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}), call)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, voice.Ended, call.State())
	})
}

func TestAHangUpThatFailsIsToldToo(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := fed(t, &stub{hangup: func(context.Context) error { return errLine }}, voice.Info{State: voice.Active})
		err := voice.Serve(ctx, voice.HandlerFunc(func(context.Context, *voice.CallSession) error { return errSource }), call)
		require.ErrorIs(t, err, errSource)
		require.ErrorIs(t, err, errLine)

		call, _ = fed(t, nil, voice.Info{State: voice.Active}) // never feeds End
		begin := time.Now()
		err = voice.Serve(ctx, voice.HandlerFunc(func(context.Context, *voice.CallSession) error { return nil }), call)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 10*time.Second, time.Since(begin))
	})
}

func TestAHandlerThatEndsItsGoroutineIsHungUp(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		wait := background(t, func() (any, error) {
			return nil, voice.Serve(ctx, voice.HandlerFunc(func(context.Context, *voice.CallSession) error {
				runtime.Goexit()
				return nil
			}), call)
		})
		_, _ = wait()
		assert.Equal(t, voice.Ended, call.State())
	})
}

func TestTheHandlersContextEndsWhenItReturns(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, _ := answered(ctx, t, nil)
		var kept context.Context
		require.NoError(t, voice.Serve(ctx, voice.HandlerFunc(func(ctx context.Context, _ *voice.CallSession) error {
			kept = ctx //nolint:fatcontext // what a handler leaves behind is the test
			return ctx.Err()
		}), call))
		require.ErrorIs(t, kept.Err(), context.Canceled)
	})
}

func TestScenarioB31(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := voicetest.NewCall(nil)
		t.Cleanup(far.Close)
		path := filepath.Join(t.TempDir(), "stored")
		h := voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
			require.NoError(t, call.Answer(ctx))
			var w recorded
			_, err := call.Record(ctx, &w, nil)
			require.ErrorIs(t, err, voice.ErrEnded)
			timer := time.NewTimer(time.Minute) // a store that takes its time
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			return os.WriteFile(path, w.bytes, 0o600)
		})
		wait := background(t, func() (any, error) { return nil, voice.Serve(ctx, h, call) })
		require.NoError(t, far.WaitAnswered(ctx))
		synctest.Wait()
		pcm := noise(31, 8000)
		require.NoError(t, far.Say(ctx, pcm))
		far.Hangup()
		_, err := wait()
		require.NoError(t, err)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		assertPCM(t, pcm, samples(b))
	})
}

func TestRingFor(t *testing.T) {
	tests := map[string]struct {
		after  time.Duration // the caller gives up, ctx is done
		end    func(cancel func(), far *voicetest.Far)
		served bool
		want   error
	}{
		"rings as long":             {20 * time.Second, func(func(), *voicetest.Far) {}, true, nil},
		"the caller gives up":       {5 * time.Second, func(_ func(), far *voicetest.Far) { far.Hangup() }, false, voice.ErrEnded},
		"ctx is done":               {5 * time.Second, func(cancel func(), _ *voicetest.Far) { cancel() }, false, context.Canceled},
		"gives up after the answer": {11 * time.Second, func(_ func(), far *voicetest.Far) { far.Hangup() }, true, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				call, far := voicetest.NewCall(nil)
				t.Cleanup(far.Close)
				begin, served := time.Now(), false
				h := voice.RingFor(10*time.Second, voice.HandlerFunc(func(ctx context.Context, call *voice.CallSession) error {
					served = true
					assert.Equal(t, 10*time.Second, time.Since(begin))
					return call.Answer(ctx)
				}))
				wait := background(t, func() (any, error) { return nil, h.ServeCall(ctx, call) })
				pass(tt.after)
				tt.end(cancel, far)
				_, err := wait()
				require.ErrorIs(t, err, tt.want)
				assert.Equal(t, tt.served, served)
			})
		})
	}
}

func TestRingForDoesNotServeACallThatIsOverWhenItsTimeIs(t *testing.T) {
	for range 50 { // both are ready: either may be seen first
		bubble(t, func(ctx context.Context, t *testing.T) {
			call, far := voicetest.NewCall(nil)
			t.Cleanup(far.Close)
			far.Hangup()
			h := voice.RingFor(0, voice.HandlerFunc(func(context.Context, *voice.CallSession) error {
				assert.Fail(t, "served")
				return nil
			}))
			require.ErrorIs(t, h.ServeCall(ctx, call), voice.ErrEnded)
		})
	}
}

func TestPanicTellsWhereItHappened(t *testing.T) {
	for name, tt := range map[string]struct {
		handler func()
		says    string
	}{
		"of the program": {func() { panic("number +12025550187") }, "voice: panic with a string"},
		"of the runtime": {func() { _ = make([]int, len(os.Args)*0)[3] }, "voice: panic: runtime error: index out of range [3] with length 0"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(ctx context.Context, t *testing.T) {
				call, far := voicetest.NewCall(nil)
				t.Cleanup(far.Close)
				err := voice.Serve(ctx, voice.HandlerFunc(func(context.Context, *voice.CallSession) error {
					tt.handler()
					return nil
				}), call)
				require.EqualError(t, err, tt.says)
				var b strings.Builder
				slog.New(slog.NewJSONHandler(&b, nil)).Info("x", slog.Any("err", err))
				var record struct {
					Err struct{ Error, At string }
				}
				require.NoError(t, json.Unmarshal([]byte(b.String()), &record))
				assert.Equal(t, tt.says, record.Err.Error)
				assert.Regexp(t, `^handler_test\.go:\d+ < handler_test\.go:\d+ < handler\.go:\d+ < `, record.Err.At)
				assert.NotContains(t, b.String(), "2025550187")
			})
		})
	}
}
