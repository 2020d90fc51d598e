package voice_test

import (
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/voice"
	"github.com/callstack-go/callstack/voice/voicetest"
)

// doings are what a program and a far side may do with a call at any time. None
// of them may fail but because of the others.
var doings = []func(ctx context.Context, call *voice.CallSession, far *voicetest.Far){
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		_, _ = call.Play(ctx, voice.Beep(), &voice.PlayOptions{Interrupt: "1"})
	},
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		b := call.Start(voice.Tone(time.Hour, 440), &voice.PlayOptions{Interrupt: "2"})
		_, _ = b.Wait(ctx)
		b.Pause()
		_ = b.Position()
		b.Resume()
		_, _ = b.Stop()
	},
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		_, _ = call.Record(ctx, io.Discard, &voice.RecordOptions{Max: time.Second, Finish: "3"})
	},
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		_, _ = call.Collect(ctx, &voice.CollectOptions{Max: 2, First: time.Second})
	},
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		_, _ = call.PlayAndCollect(ctx, voice.Beep(), &voice.CollectOptions{Max: 2, First: time.Second})
	},
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		_ = call.SendDTMF(ctx, "123", nil)
	},
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		tap := call.Tap(voice.TapOptions{Side: voice.NearSide})
		_, _ = tap.Read(ctx, make([]int16, 100))
		_ = tap.Lost()
		_ = tap.Close()
	},
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		s, err := call.Stream(ctx)
		if err != nil {
			return
		}
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = drained(ctx, s) })
		_, _ = s.Write(ctx, noise(1, 1000))
		_ = s.Finish(ctx)
		_ = s.Close()
		wg.Wait()
	},
	func(ctx context.Context, call *voice.CallSession, _ *voicetest.Far) {
		_ = call.Hold(ctx)
		_ = call.Resume(ctx)
	},
	func(_ context.Context, call *voice.CallSession, _ *voicetest.Far) {
		_, _ = call.Format()
		_ = call.String() + string(call.Number()) + call.State().String()
	},
	func(_ context.Context, _ *voice.CallSession, far *voicetest.Far) { far.Press("123456") },
	func(ctx context.Context, _ *voice.CallSession, far *voicetest.Far) { _ = far.Say(ctx, noise(2, 1000)) },
	func(_ context.Context, _ *voice.CallSession, far *voicetest.Far) {
		far.Feed().Number("+12025550100")
		far.Feed().Lost(time.Millisecond)
	},
}

func TestEverythingAtOnce(t *testing.T) {
	for seed := range uint64(5) {
		bubble(t, func(ctx context.Context, t *testing.T) {
			var bus events.Bus
			sub := events.Subscribe[events.Event](&bus, 1)
			defer sub.Close()
			call, far := answered(ctx, t, &voicetest.Config{Events: &bus})
			var wg sync.WaitGroup
			for worker := range uint64(20) {
				wg.Go(func() {
					r := rand.New(rand.NewPCG(seed, worker))
					for call.State() != voice.Ended {
						short, cancel := context.WithTimeout(ctx, time.Duration(1+r.IntN(3000))*time.Millisecond)
						doings[r.IntN(len(doings))](short, call, far)
						cancel()
						pass(time.Duration(1+r.IntN(1000)) * time.Millisecond)
					}
				})
			}
			pass(20 * time.Second)
			ended := time.Now()
			far.Hangup()
			wg.Wait()
			assert.LessOrEqual(t, time.Since(ended), time.Second, "nothing goes on but the pauses between")
			assert.True(t, call.Idle())
			require.ErrorIs(t, playError(ctx, call, voice.Beep()), voice.ErrEnded)
		})
	}
}
