package voice_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voice"
)

func TestScenarioA22(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		_, err := call.Play(ctx, voice.Beep(), nil)
		require.NoError(t, err)
		far.Press("34")
		begin := time.Now()
		d, err := call.PlayAndCollect(ctx, voice.Tone(time.Second, 440), &voice.CollectOptions{Max: 2})
		require.NoError(t, err)
		assert.Equal(t, "34", d.Keys)
		assert.Equal(t, begin, time.Now(), "who knows the menu skips the prompt")

		far.Press("56")
		d, err = call.PlayAndCollect(ctx, voice.Beep(), &voice.CollectOptions{Max: 2, Flush: true})
		require.NoError(t, err)
		assert.Empty(t, d.Keys, "flushed")
		assert.Equal(t, voice.CollectTimeout, d.End)
	})
}

func TestTypeAhead(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		far.Press("12#34#5")
		begin := time.Now()
		for _, want := range []voice.Digits{
			{Keys: "12", Terminator: '#', End: voice.CollectTerminator},
			{Keys: "34", Terminator: '#', End: voice.CollectTerminator},
		} {
			d, err := call.Collect(ctx, &voice.CollectOptions{Terminator: "#"})
			require.NoError(t, err)
			assertDigits(t, want, d)
		}
		assert.Equal(t, begin, time.Now())
		assert.Equal(t, "5", call.KeysWaiting(), "what is left unread is for the next")
		d, err := call.Collect(ctx, nil)
		require.NoError(t, err)
		assertDigits(t, voice.Digits{Keys: "5"}, d)
		assert.Equal(t, 3*time.Second, time.Since(begin), "after a first key it waits for the next")
	})
}

func TestTypeAheadHoldsSixtyFourKeys(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, far := answered(ctx, t, nil)
		for range 64 {
			far.Press("1")
		}
		far.Press("23")
		d, err := call.Collect(ctx, nil)
		require.NoError(t, err)
		assert.Len(t, d.Keys, 64)
		assert.NotContains(t, d.Keys, "2", "what is pressed beyond is dropped")
	})
}

func TestFlushDropsWhatWasTypedBefore(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		call, feed := fed(t, nil, voice.Info{State: voice.Active})
		press(feed, 0, "99")
		wait := collect(ctx, t, call, &voice.CollectOptions{Max: 1, Flush: true})
		press(feed, 0, "12")
		d, err := wait()
		require.NoError(t, err)
		assert.Equal(t, "1", d.Keys)
		assert.Equal(t, "2", call.KeysWaiting())
	})
}

func TestNoKeyIsLostBetweenCollects(t *testing.T) {
	// In real time, as this is about keys that come at any moment.
	call, feed := fed(t, nil, voice.Info{State: voice.Active})
	var want strings.Builder
	for i := range 3000 {
		want.WriteByte(voice.AnyKey[i%len(voice.AnyKey)])
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for _, key := range []byte(want.String()) {
			for len(call.KeysWaiting()) > 60 {
				runtime.Gosched()
			}
			feed.Digit(key, voice.FromCarrier)
			runtime.Gosched()
		}
	})
	defer wg.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var got strings.Builder
	for got.Len() < want.Len() {
		d, err := call.Collect(ctx, &voice.CollectOptions{First: 1, Next: 1})
		require.NoError(t, err)
		got.WriteString(d.Keys)
	}
	assert.Equal(t, want.String(), got.String())
}
