package ws_test

import (
	"bytes"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/realtime"
	"github.com/callstack-go/callstack/realtime/ws"
)

// What coder handles without a word is bounded too: it costs as much as messages do.
func TestAFloodThatHasNoMessagesIsCutOff(t *testing.T) {
	const times = 1000
	tests := map[string]struct{ before, again []byte }{
		"pongs":           {nil, appendMasked(nil, 0x8A, nil)},
		"empty fragments": {appendMasked(nil, 0x01, nil), appendMasked(nil, 0x00, nil)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, settings{}, func(t *testing.T, r *rig) {
				p := r.connect(t)
				p.hello(t)
				start, sent := time.Now(), 0
				var flood sync.WaitGroup
				flood.Go(func() {
					_, err := p.Write(tt.before)
					for err == nil && sent < 10_000*times {
						_, err = p.Write(bytes.Repeat(tt.again, times))
						sent += len(tt.again) * times
					}
				})
				closing, _ := p.end()
				code, _ := closeCode(closing)
				assert.Equal(t, realtime.ClosePolicy, code)
				flood.Wait()
				assert.Zero(t, time.Since(start))
				assert.Less(t, sent, int(ws.MostBytes(4<<10))+2*len(tt.again)*times)
			})
		})
	}
}

func TestMessagesOfTheLongestKindAreNoFlood(t *testing.T) {
	inBubble(t, settings{}, func(t *testing.T, r *rig) {
		p := r.connect(t)
		p.hello(t)
		long := string(make([]byte, 4<<10))
		for range ws.PerMinute - 1 {
			require.NoError(t, p.send(opText, long))
		}
		require.NoError(t, p.send(opPing, string(make([]byte, 125))))
		f, err := p.next()
		require.NoError(t, err)
		assert.Equal(t, byte(opPong), f.op)
	})
}

func TestAReadLimitOfAnyLengthLeavesAQuota(t *testing.T) {
	assert.EqualValues(t, 120*(4096+256), ws.MostBytes(4<<10))
	for _, limit := range []int64{math.MaxInt64, math.MaxInt64 / 2, math.MaxInt64 / 120} {
		assert.EqualValues(t, math.MaxInt64, ws.MostBytes(limit))
	}
	assert.Positive(t, ws.MostBytes(math.MaxInt64/120-257))
}
